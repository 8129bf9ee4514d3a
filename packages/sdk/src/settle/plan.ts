// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimItem } from "../clients/claimItem.ts";
import type { ClaimOutcome } from "./claim.ts";
import { ClaimPlanning, type PlanOptions } from "./planning.ts";

/** Claims that go into one transaction. */
export type PlannedBatch = {
  /** In the order in which they go there. */
  claims: ClaimItem[];
  /** Of each, its place among those that were given. */
  places: number[];
  /** Of the transaction: the node's estimate and a quarter, up to the chain's limit. */
  gasLimit: bigint;
};

export type ClaimPlan = {
  /** In the order in which to send them. */
  batches: PlannedBatch[];
  /** In the order in which claims were given: what became of one that is in no batch. */
  ended: (ClaimOutcome | undefined)[];
};

/**
 * Which claims to send now, in which transactions: `settle` without sending. What the contract would leave out is left out,
 * every proof is verified under the key on chain, and batches are as large as the chain and the node let them be.
 *
 * @returns batches, and what became of every other claim; node and network failures are in it, not thrown
 * @throws INVALID_ARGUMENT for limits into which no claim fits
 */
export async function planClaims(items: readonly ClaimItem[], options: PlanOptions): Promise<ClaimPlan> {
  const planning = new ClaimPlanning(items, options);
  const queue = await planning.plan();
  const batches: PlannedBatch[] = [];
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    const measured = await planning.attempted(batch, (open) => planning.measure(open));
    if ("instead" in measured) queue.unshift(...measured.instead);
    else {
      const { batch: open, result: gasLimit } = measured;
      batches.push({
        claims: open.map(({ place: _, ...item }) => item),
        places: open.map(({ place }) => place),
        gasLimit,
      });
    }
  }
  return { batches, ended: planning.outcomes };
}
