// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileReport, FormatName } from "../format.ts";
import type { LocalClock } from "./localClock.ts";

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

  report(format: FormatName, clock?: LocalClock): FileReport {
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
