// SPDX-License-Identifier: GPL-3.0-or-later
import { CodedColumns } from "./codedColumns.ts";
import { KnownReadings } from "./knownReadings.ts";
import type { CodedReading } from "./slots.ts";

/** Readings that wait to be sealed: a few bytes each, in order of time, those of one time as they were added. */
export class PendingReadings {
  readonly #channels: number;
  #columns: CodedColumns;
  /** Readings before this place are gone; 0 while the columns are not in order. */
  #start = 0;
  #ordered = true;
  #latest = Number.NEGATIVE_INFINITY;
  #known: KnownReadings | undefined;

  /** @param readings without repetition */
  constructor(channels: number, readings: Iterable<CodedReading> = []) {
    this.#channels = channels;
    this.#columns = new CodedColumns(channels);
    for (const { time, codes } of readings) this.#push(time, codes);
  }

  get length(): number {
    return this.#columns.length - this.#start;
  }

  /** @returns whether this is the first reading of that time with those codes */
  add(time: number, codes: readonly number[]): boolean {
    if (this.#has(time, codes)) return false;
    this.#push(time, codes);
    this.#known?.include(this.#columns.length - 1);
    return true;
  }

  /** @param place from 0 to `length - 1`, in order of time */
  time(place: number): number {
    this.#order();
    return this.#columns.time(this.#start + place);
  }

  codes(place: number): number[] {
    this.#order();
    return this.#columns.codes(this.#start + place);
  }

  *[Symbol.iterator](): Generator<CodedReading> {
    for (let place = 0; place < this.length; place++) {
      yield { time: this.time(place), codes: this.codes(place) };
    }
  }

  /** Takes the first ones away. */
  removeFirst(count: number): void {
    this.#order();
    this.#start += count;
    this.#known = undefined;
    // What is gone takes no more memory than what is there.
    if (2 * this.#start > this.#columns.length) this.#become(new PendingReadings(this.#channels, this));
  }

  #push(time: number, codes: readonly number[]): void {
    if (time < this.#latest) this.#ordered = false;
    else this.#latest = time;
    this.#columns.add(time, codes);
  }

  #has(time: number, codes: readonly number[]): boolean {
    // What is later than all others has not been given before, and those of the latest time are at the end.
    if (time > this.#latest) return false;
    if (this.#ordered && time === this.#latest) {
      for (let at = this.#columns.length - 1; at >= this.#start && this.#columns.time(at) === time; at--) {
        if (this.#columns.holds(at, codes)) return true;
      }
      return false;
    }
    this.#known ??= new KnownReadings(this.#columns, this.#start);
    return this.#known.has(time, codes);
  }

  #order(): void {
    if (this.#ordered) return;
    const order = this.#columns.order();
    const ordered = new PendingReadings(this.#channels);
    for (let place = 0; place < order.length; place++) {
      const at = order.at(place);
      ordered.#push(this.#columns.time(at), this.#columns.codes(at));
    }
    this.#become(ordered);
  }

  #become(other: PendingReadings): void {
    this.#columns = other.#columns;
    this.#start = 0;
    this.#ordered = true;
    this.#known = undefined;
  }
}
