// SPDX-License-Identifier: GPL-3.0-or-later
import { HDNodeWallet, Wallet } from "ethers";
import { VitalproofError } from "../errors.ts";
import { assertInteger } from "../invalid.ts";

/** The phrase whose accounts every Hardhat and Anvil node funds: public, so anyone can spend from them. */
const DEVELOPMENT_PHRASE = "test test test test test test test test test test test junk";
/** How many of its accounts those nodes fund. */
export const DEVELOPMENT_ACCOUNTS = 20;
const LOCAL_CHAINS: readonly bigint[] = [31_337n, 1_337n];

// The phrase is stretched once for all accounts, when one is first asked for.
let parent: HDNodeWallet | undefined;
let addresses: ReadonlySet<string> | undefined;

/** Hardhat's, Anvil's and Geth's development chains: nobody else is on them. */
export function isLocalChain(chainId: bigint): boolean {
  return LOCAL_CHAINS.includes(chainId);
}

/** @param index 0 to 19 @throws INVALID_ARGUMENT for another index */
export function developmentWallet(index: number): Wallet {
  assertInteger("index", index, 0, DEVELOPMENT_ACCOUNTS - 1);
  parent ??= HDNodeWallet.fromPhrase(DEVELOPMENT_PHRASE, "", "m/44'/60'/0'/0");
  return new Wallet(parent.deriveChild(index).privateKey);
}

/** Whether an address belongs to the phrase that development nodes fund. @param address with its checksum */
export function isDevelopmentAccount(address: string): boolean {
  addresses ??= new Set(
    Array.from({ length: DEVELOPMENT_ACCOUNTS }, (_, index) => developmentWallet(index).address),
  );
  return addresses.has(address);
}

/**
 * Refuses a development account on a chain that others use.
 * @param address with its checksum
 * @throws NOT_ALLOWED
 */
export function assertOwnAccount(address: string, chainId: bigint): void {
  if (isLocalChain(chainId) || !isDevelopmentAccount(address)) return;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `${address} is a public development account; chain ${chainId} is not local.`,
    {
      details: { address, chainId },
      hint: "Everybody knows its key. Use a keystore with an account of your own.",
    },
  );
}
