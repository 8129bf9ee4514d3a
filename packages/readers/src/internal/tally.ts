// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileReport, FormatName, MeasuredReading } from "../format.ts";
import { type LocalClock, UNTOLD } from "./localClock.ts";
import type { Evidence } from "./repeatedHour.ts";

/** How a reading came to its time. */
export type Timing = {
  /** The clock that read it, where the file has local times. */
  readonly clock?: LocalClock | undefined;
  readonly evidence?: Evidence | undefined;
  /** Readings of one signal are in order among themselves. */
  readonly signal?: string;
};

/** Counts what a format finds while it reads. */
export class Tally {
  entries = 0;
  taken = 0;
  low = 0;
  high = 0;
  outOfOrder = 0;
  readonly notes: string[] = [];
  readonly #skipped = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #last = new Map<string, number>();

  skip(kind: string): void {
    this.#skipped.set(kind, (this.#skipped.get(kind) ?? 0) + 1);
  }

  refuse(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** A reading that is handed on. @param signal readings of one signal are in order among themselves */
  take(time: number, value: unknown, signal = ""): void {
    this.taken += 1;
    if (value === "LOW") this.low += 1;
    if (value === "HIGH") this.high += 1;
    const last = this.#last.get(signal);
    if (last !== undefined && time < last) this.outOfOrder += 1;
    this.#last.set(signal, time);
  }

  /**
   * Counts a reading and hands it on: at once, or, where its local time has two instants, when the clock has decided. A
   * reading whose instant nothing tells is refused.
   */
  hand(
    reading: MeasuredReading,
    take: (reading: MeasuredReading) => void,
    { clock, evidence, signal = "" }: Timing = {},
  ): void {
    const deliver = (time: number | undefined): void => {
      if (time === undefined) {
        this.refuse(UNTOLD);
        return;
      }
      this.take(time, reading.value, signal);
      take(time === reading.time ? reading : { ...reading, time });
    };
    if (clock === undefined) deliver(reading.time);
    else clock.pass(reading, signal, evidence, deliver);
  }

  report(format: FormatName, clock?: LocalClock): FileReport {
    clock?.finish();
    const times = clock?.counts();
    return {
      format,
      entries: this.entries,
      taken: this.taken,
      low: this.low,
      high: this.high,
      skipped: Object.fromEntries(this.#skipped),
      refused: Object.fromEntries(this.#refused),
      duplicates: 0,
      outOfOrder: this.outOfOrder,
      ...(times === undefined ? {} : times),
      notes: [...this.notes, ...(clock?.notes() ?? [])],
    };
  }
}
