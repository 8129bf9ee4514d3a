// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from "ethers";

/** How sure it is that a block stays. */
export type Finality = {
  readonly final: boolean;
  /** Blocks from this one to the newest, both counted; at most `needed`. */
  readonly confirmations: number;
  readonly needed: number;
};

/**
 * @param tip number of the newest block; undefined before the chain was read
 * @param needed `chain.confirmations` of the configuration
 */
export function finalityOf(block: number, tip: number | undefined, needed: number): Finality {
  const confirmations = Math.min(needed, Math.max(0, (tip ?? block - 1) - block + 1));
  return { final: confirmations === needed, confirmations, needed };
}

type Rpc = Pick<JsonRpcProvider, "getTransactionReceipt" | "getBlockNumber" | "pollingInterval">;

/**
 * The number of the block that holds a transaction, once `needed` blocks confirm it. Should its block disappear, this
 * waits until the transaction is in another one.
 *
 * Asks again every `pollingInterval`. `waitForTransaction` of ethers asks once for each new block, and misses a block
 * that arrives while it asks: after the last confirmation it waits for a block that may be long in coming.
 */
export async function finalBlock(rpc: Rpc, hash: string, needed: number): Promise<number> {
  for (;;) {
    try {
      // The tip first: a block between the two questions makes the answer older, never more final.
      const tip = await rpc.getBlockNumber();
      const block = (await rpc.getTransactionReceipt(hash))?.blockNumber;
      if (block !== undefined && finalityOf(block, tip, needed).final) return block;
    } catch {
      // The transaction is in a block already, and a node that does not answer for a while does not undo it.
    }
    await new Promise((resolve) => setTimeout(resolve, rpc.pollingInterval));
  }
}

/** "Final, in block 12", or "in block 12, 1 of 3 confirmations". */
export function finalityText(block: number, { final, confirmations, needed }: Finality): string {
  const where = `in block ${block.toLocaleString("en-GB")}`;
  return final ? `final, ${where}` : `${where}, ${confirmations} of ${needed} confirmations`;
}
