// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, OFFSET_STEP } from "../time/epochs.ts";

/** As the store keeps it: a day, counted from that of epoch 0, and the source of its readings. */
export type StoredSource = [day: number, source: string];

/**
 * Of which source the readings of each day are: that of the first one taken. Readings of two devices are never one series, so
 * a log refuses those of others (docs/adr/0033-one-source-a-day.md). A reading without a source has the source "".
 */
export class DaySources {
  readonly #offset: number;
  readonly #sources: Map<number, string>;
  /** The day that was asked about last: readings mostly follow each other. */
  #last: { day: number; source: string } | undefined;

  /** @param offset quarter hours after 00:00 UTC at which a day begins */
  constructor(offset: number, stored: Iterable<StoredSource> = []) {
    this.#offset = offset;
    this.#sources = new Map(stored);
  }

  /** Whether a reading of this source can be taken. */
  admits(time: number, source = ""): boolean {
    const known = this.#of(this.#dayOf(time));
    return known === undefined || known === source;
  }

  /** A reading was taken. */
  note(time: number, source = ""): void {
    const day = this.#dayOf(time);
    if (this.#of(day) !== undefined) return;
    this.#sources.set(day, source);
    this.#last = { day, source };
  }

  copy(): DaySources {
    return new DaySources(this.#offset, this.#sources);
  }

  /** What the store must keep, in order. @param from earlier days than this time's take no readings any more */
  stored(from: number): StoredSource[] {
    const first = this.#dayOf(from);
    return [...this.#sources].filter(([day]) => day >= first).sort(([a], [b]) => a - b);
  }

  #of(day: number): string | undefined {
    if (this.#last?.day === day) return this.#last.source;
    const source = this.#sources.get(day);
    if (source !== undefined) this.#last = { day, source };
    return source;
  }

  #dayOf(time: number): number {
    return Math.floor((time - OFFSET_STEP * this.#offset) / DAY);
  }
}
