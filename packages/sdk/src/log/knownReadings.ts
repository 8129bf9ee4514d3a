// SPDX-License-Identifier: GPL-3.0-or-later
import type { CodedColumns } from "./codedColumns.ts";

/** Finds readings of columns by time and codes: four bytes for each place of a table, of which up to half are taken. */
export class KnownReadings {
  readonly #columns: CodedColumns;
  /** Place in the columns plus one; 0 is an empty place. */
  #marks: Uint32Array;
  #count = 0;

  /** @param start readings before this place are not looked for */
  constructor(columns: CodedColumns, start: number) {
    this.#columns = columns;
    this.#marks = new Uint32Array(1024);
    for (let at = start; at < columns.length; at++) this.include(at);
  }

  has(time: number, codes: readonly number[]): boolean {
    for (let place = this.#firstPlace(time); ; place = (place + 1) & (this.#marks.length - 1)) {
      const mark = this.#marks[place]!;
      if (mark === 0) return false;
      if (this.#columns.time(mark - 1) === time && this.#columns.holds(mark - 1, codes)) return true;
    }
  }

  /** Finds the reading at this place of the columns from now on. */
  include(at: number): void {
    this.#place(at);
    this.#count += 1;
    if (2 * this.#count > this.#marks.length) this.#grow();
  }

  #place(at: number): void {
    let place = this.#firstPlace(this.#columns.time(at));
    while (this.#marks[place] !== 0) place = (place + 1) & (this.#marks.length - 1);
    this.#marks[place] = at + 1;
  }

  #firstPlace(time: number): number {
    // Milliseconds, spread by odd constants (Knuth's multiplicative hashing); times that meet are compared in full.
    const millis = Math.round(time * 1000);
    const mixed = Math.imul(millis >>> 0, 0x9e3779b1) ^ Math.imul(Math.floor(millis / 2 ** 32), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#marks.length - 1);
  }

  #grow(): void {
    const before = this.#marks;
    this.#marks = new Uint32Array(2 * before.length);
    for (const mark of before) if (mark !== 0) this.#place(mark - 1);
  }
}
