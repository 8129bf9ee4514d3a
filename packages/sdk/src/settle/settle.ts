// SPDX-License-Identifier: GPL-3.0-or-later
import type { SkipReason } from "../claimStates.ts";
import type { ClaimItem } from "../clients/claimItem.ts";
import type { SettledTransaction, SettlementReport } from "./claim.ts";
import { calldataBytesOf } from "./fill.ts";
import { ClaimPlanning, Instead, type PlanOptions, type Queued } from "./planning.ts";

/** `claims` is connected to the account that pays the gas. */
export type SettleOptions = PlanOptions;

/**
 * Settles other people's claims in as few transactions as their limits allow. A relayer is trusted with nothing: it can
 * neither change who is paid nor settle what is not proven.
 *
 * No claim waits for another: claims that the contract would leave out are left out beforehand, every proof is
 * verified here under the key on chain, and a batch that fails is tried again without what made it fail.
 * Claims are independent and settle once, so running this again over the same claims does no harm.
 *
 * @returns what became of each claim; node and network failures are in it, not thrown
 * @throws INVALID_ARGUMENT for limits into which no claim fits
 */
export async function settle(items: readonly ClaimItem[], options: SettleOptions): Promise<SettlementReport> {
  const planning = new ClaimPlanning(items, options);
  const transactions: SettledTransaction[] = [];
  const batches = await planning.plan();
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    planning.progress("sending");
    const sent = await planning.attempted(batch, async (open) => {
      const gasLimit = await planning.measure(open);
      return gasLimit instanceof Instead ? gasLimit : options.claims.submitClaims(open, { gasLimit });
    });
    if ("instead" in sent) batches.unshift(...sent.instead);
    else transactions.push(record(planning, sent.batch, sent.result.result, sent.result));
  }
  if (planning.isPlanned) planning.progress("sending");
  return {
    claims: items.map(({ policy, period }, i) => ({ policy, period, ...planning.outcomes[i]! })),
    transactions,
  };
}

/** Keeps what became of the claims of a transaction. */
function record(
  planning: ClaimPlanning,
  batch: readonly Queued[],
  skipped: readonly { index: number; reason: SkipReason; detail: bigint }[],
  { hash, blockNumber, gasUsed }: { hash: string; blockNumber: number; gasUsed: bigint },
): SettledTransaction {
  const left = new Map(skipped.map((skip) => [skip.index, skip]));
  batch.forEach((item, i) => {
    const skip = left.get(i);
    if (skip === undefined) planning.end(item, { outcome: "settled", transaction: hash, blockNumber });
    else {
      const { reason, detail } = skip;
      planning.end(item, { outcome: "skipped", reason, detail, transaction: hash });
    }
  });
  return {
    hash,
    blockNumber,
    settled: batch.length - left.size,
    skipped: left.size,
    gasUsed,
    calldataBytes: calldataBytesOf(batch.length),
  };
}
