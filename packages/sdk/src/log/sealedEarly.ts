// SPDX-License-Identifier: GPL-3.0-or-later
import type { PendingReadings } from "./pendingReadings.ts";
import type { CodedReading } from "./slots.ts";

/** As the log's state keeps it: time, then one code per channel. */
export type StoredEarly = [time: number, ...codes: number[]];

/**
 * Readings whose time is in an open epoch and which were used for a sealed one: moved into its last slot, or dropped with it.
 * Given once more they are copies, which pending readings cannot tell.
 */
export class SealedEarly {
  readonly #readings: readonly CodedReading[];

  constructor(readings: readonly CodedReading[] = []) {
    this.#readings = readings;
  }

  static of(stored: readonly StoredEarly[] = []): SealedEarly {
    return new SealedEarly(stored.map(([time, ...codes]) => ({ time, codes })));
  }

  has(time: number, codes: readonly number[]): boolean {
    return this.#readings.some(
      (reading) => reading.time === time && reading.codes.every((code, channel) => code === codes[channel]),
    );
  }

  /**
   * After an epoch was sealed.
   * @param used places of the pending readings that are in it, in order
   * @param isOpen whether a time is in a later epoch
   */
  after(pending: PendingReadings, used: readonly number[], isOpen: (time: number) => boolean): SealedEarly {
    const readings = this.#readings.filter(({ time }) => isOpen(time));
    for (let i = used.length - 1; i >= 0; i--) {
      const time = pending.time(used[i]!);
      if (!isOpen(time)) break;
      readings.push({ time, codes: pending.codes(used[i]!) });
    }
    return new SealedEarly(readings);
  }

  stored(): StoredEarly[] {
    return this.#readings.map(({ time, codes }) => [time, ...codes]);
  }
}

export function areStoredEarly(value: unknown): boolean {
  return (
    value === undefined ||
    (Array.isArray(value) &&
      value.every(
        (one) => Array.isArray(one) && one.length > 1 && one.every((each) => Number.isFinite(each)),
      ))
  );
}
