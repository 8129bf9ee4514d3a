// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { HDNodeWallet } from "ethers";
import type { World } from "../../simulation/index.ts";

/** Hardhat's default mnemonic: its keys are public and part of every development node. */
const PHRASE = "test test test test test test test test test test test junk";

/** Accounts of a Hardhat chain. */
const ACCOUNTS = 20;

/** The page's test wallets by their place among the chain's accounts. The insurer's is that of its role in `World.create`. */
const WALLETS = { "Demo insurer": 3, "Another insurer": 7, "Demo patient": 8, "Demo arbiter": 9 } as const;

export type DemoWallet = keyof typeof WALLETS;

/** The account behind a test wallet; every one holds ether. */
export async function signerOf(world: World, name: DemoWallet): Promise<HardhatEthersSigner> {
  return (await world.connection.ethers.getSigners())[WALLETS[name]]!;
}

/** The key of one of the chain's accounts. @throws Error for an account that is not one of Hardhat's default ones */
export function walletOf(address: string): HDNodeWallet {
  for (let i = 0; i < ACCOUNTS; i++) {
    const wallet = HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${i}`);
    if (wallet.address === address) return wallet;
  }
  throw new Error(`${address} is not one of Hardhat's default accounts.`);
}

/** The test wallets with their well-known development keys. @throws Error if the chain has other accounts there */
export async function demoWallets(world: World): Promise<{ name: DemoWallet; privateKey: string }[]> {
  const names = Object.keys(WALLETS) as DemoWallet[];
  return Promise.all(
    names.map(async (name) => {
      const { address } = await signerOf(world, name);
      const wallet = HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${WALLETS[name]}`);
      if (wallet.address === address) return { name, privateKey: wallet.privateKey };
      throw new Error(
        `Account ${WALLETS[name]} of the chain is ${address}, Hardhat's default would be ${wallet.address}.`,
      );
    }),
  );
}
