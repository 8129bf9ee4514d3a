// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { Store } from "../store.ts";
import type { LogOpening } from "./intakeMessages.ts";
import { LogChain } from "./logChain.ts";
import { LogRecords } from "./logRecords.ts";
import { countOf } from "./pendingStore.ts";
import type { EpochRecord } from "./record.ts";

/** What is readable of a stored log, and what is not. The records hold readings and salts. */
export type LogLook = {
  readonly opening: LogOpening;
  readonly nextEpoch: number;
  readonly pending: number;
  readonly epochs: readonly EpochRecord[];
  readonly damaged: readonly { readonly epoch: number; readonly reason: string }[];
};

/** `Log.look`. */
export async function lookAtLog(store: Store, name: string): Promise<LogLook> {
  const records = new LogRecords(store, name);
  const { raw, opening, nextEpoch, interrupted } = await records.state();
  const epochs: EpochRecord[] = [];
  const damaged: { epoch: number; reason: string }[] = [];
  // What the next epoch must continue; unknown after a damaged one.
  let before: bigint | undefined = opening.genesis;
  for (let epoch = raw.firstEpoch; epoch < nextEpoch; epoch++) {
    try {
      const record = interrupted.get(epoch) ?? (await records.epoch(epoch));
      const alone = { ...opening, firstEpoch: epoch, genesis: before ?? record.previous };
      new LogChain(alone, [record]).verify();
      epochs.push(record);
      before = record.head;
    } catch (error) {
      const found = VitalproofError.find(error, "LOG_CORRUPT");
      if (found === undefined) throw error;
      damaged.push({ epoch, reason: String(found.details.reason) });
      before = undefined;
    }
  }
  return { opening, nextEpoch, pending: countOf(raw), epochs, damaged };
}
