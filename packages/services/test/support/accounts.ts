// SPDX-License-Identifier: GPL-3.0-or-later
import { HDNodeWallet } from "ethers";

const MNEMONIC = "test test test test test test test test test test test junk";
/** Of Hardhat's network. */
export const CHAIN_ID = 31_337n;
/** Accounts of a `TestChain` that have ether. */
export const ACCOUNTS = 100;

/** An account that has ether, with its key. @param index 0 to 99 */
export const accountOf = (index: number): HDNodeWallet =>
  HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`);
