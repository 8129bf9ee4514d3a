// SPDX-License-Identifier: GPL-3.0-or-later
import { type BaseContract, isError } from "ethers";
import { read } from "./call.ts";

/** Blocks of one question to a node that refuses to answer for all. */
const RANGE = 10_000;

/** First and last block, both read; the last one is the latest when left out. */
export type BlockRange = { readonly fromBlock?: number; readonly toBlock?: number };

/**
 * Reads events of a contract, oldest first: by one question, or by ranges of blocks where the node refuses that, halved as
 * often as it does.
 * @param query asks for a range, as `queryFilter` does
 * @throws CONTRACT_CALL_FAILED where the node cannot be reached, or refuses a single block
 */
export async function eventsOf<E>(
  contract: BaseContract,
  event: string,
  { fromBlock = 0, toBlock }: BlockRange,
  query: (from: number, to: number | undefined) => Promise<E[]>,
): Promise<E[]> {
  return read(contract, event, async () => {
    try {
      return await query(fromBlock, toBlock);
    } catch (error) {
      const last = toBlock ?? (await contract.runner?.provider?.getBlockNumber());
      if (!isAnswer(error) || last === undefined || last <= fromBlock) throw error;
      return inRanges({ fromBlock, toBlock: last }, query);
    }
  });
}

async function inRanges<E>(
  { fromBlock, toBlock }: Required<BlockRange>,
  query: (from: number, to: number) => Promise<E[]>,
): Promise<E[]> {
  const found: E[] = [];
  let range = Math.min(RANGE, Math.ceil((toBlock - fromBlock + 1) / 2));
  for (let from = fromBlock; from <= toBlock; ) {
    const to = Math.min(toBlock, from + range - 1);
    try {
      for (const each of await query(from, to)) found.push(each);
      from = to + 1;
      range = Math.min(RANGE, range * 2);
    } catch (error) {
      if (!isAnswer(error) || range === 1) throw error;
      range = Math.ceil(range / 2);
    }
  }
  return found;
}

/** Whether a node answered, with an error: a smaller question may fare better. One that is not there fails at once. */
function isAnswer(error: unknown): boolean {
  return (
    !isError(error, "NETWORK_ERROR") &&
    !isError(error, "TIMEOUT") &&
    !isError(error, "CALL_EXCEPTION") &&
    !(error instanceof Error && "syscall" in error)
  );
}
