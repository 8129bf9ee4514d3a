// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { Store } from "../store.ts";
import type { EpochOpening } from "../witness/claim.ts";
import type { LogOpening } from "./intakeMessages.ts";
import { LogChain } from "./logChain.ts";
import { LogRecords } from "./logRecords.ts";
import type { SignedReceipt } from "./receipt.ts";
import type { EpochRecord, EpochStatus } from "./record.ts";

/** Epochs of a stored log, as a proof needs them. They hold readings and salts. */
export type LogPeriod = {
  readonly opening: LogOpening;
  readonly previousHead: bigint;
  readonly epochs: EpochOpening[];
  /** Of the last epoch. */
  readonly status: EpochStatus;
  readonly receipt: SignedReceipt | undefined;
};

/**
 * Reads a period of a stored log without the rest of it, which may be a million epochs. The period's own heads are
 * recomputed. Whether the head before it follows from the beginning is not: a receipt for the last head says so.
 *
 * @throws LOG_EPOCH_MISSING when the log does not hold them all; STORE_FAILED, LOG_FORMAT_UNKNOWN, LOG_CORRUPT
 */
export async function readPeriod(
  store: Store,
  name: string,
  firstEpoch: number,
  count: number,
): Promise<LogPeriod> {
  const records = new LogRecords(store, name);
  const { opening, nextEpoch, interrupted } = await records.state();
  if (firstEpoch < opening.firstEpoch || firstEpoch + count > nextEpoch) {
    throw new VitalproofError(
      "LOG_EPOCH_MISSING",
      `The log does not hold epochs ${firstEpoch} to ${firstEpoch + count - 1}.`,
      {
        details: { firstEpoch, count, logFirst: opening.firstEpoch, nextEpoch },
        hint: `It holds epochs ${opening.firstEpoch} to ${nextEpoch - 1}.`,
      },
    );
  }
  const all: EpochRecord[] = [];
  for (let epoch = firstEpoch; epoch < firstEpoch + count; epoch++)
    all.push(interrupted.get(epoch) ?? (await records.epoch(epoch)));
  const previousHead = all[0]!.previous;
  new LogChain({ ...opening, firstEpoch, genesis: previousHead }, all).verify();
  const { status, receipt } = all.at(-1)!;
  return {
    opening,
    previousHead,
    epochs: all.map(({ epoch, salt, codes }) => ({ epoch, salt, codes })),
    status,
    receipt,
  };
}
