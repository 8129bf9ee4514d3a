// SPDX-License-Identifier: GPL-3.0-or-later
import type { Store } from "../store.ts";
import type { Log } from "./log.ts";
import { LogChain } from "./logChain.ts";
import { LogRecords } from "./logRecords.ts";
import { missingEpoch } from "./missingEpoch.ts";
import type { EpochRecord } from "./record.ts";

/** Epochs of a log, as far as proofs need them. A whole `Log` is one as well. */
export type SealedStretch = Pick<Log, "opening" | "period" | "leaf">;

/**
 * Reads some epochs of a stored log and no others, so that a proof about a day of a long log costs a day. Each epoch must be
 * what its head says, and extend the one before; what comes before the first one is not looked at:
 * an anchor, or the receipt of the `last` one, says that it follows from the beginning.
 * @param epochs how many, 1 or more
 * @throws LOG_EPOCH_MISSING for epochs that are not sealed; what `Log.resume` throws for the log's state and for an epoch
 */
export async function sealedStretch(
  store: Store,
  name: string,
  firstEpoch: number,
  epochs: number,
): Promise<SealedStretch & { readonly last: EpochRecord }> {
  const records = new LogRecords(store, name);
  const { opening, nextEpoch, interrupted } = await records.state();
  const found: EpochRecord[] = [];
  for (let epoch = firstEpoch; epoch < firstEpoch + epochs; epoch++) {
    if (epoch < opening.firstEpoch || epoch >= nextEpoch)
      throw missingEpoch(epoch, { firstEpoch: opening.firstEpoch, nextEpoch });
    found.push(interrupted.get(epoch) ?? (await records.epoch(epoch)));
  }
  const chain = new LogChain({ ...opening, firstEpoch, genesis: found[0]!.previous }, found);
  chain.verify();
  return {
    opening,
    period: (first, count) => chain.period(first, count),
    leaf: (epoch) => chain.leaf(epoch),
    last: found.at(-1)!,
  };
}
