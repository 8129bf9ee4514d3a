// SPDX-License-Identifier: GPL-3.0-or-later
import type { CodedReading } from "./slots.ts";

/** Readings by time and codes, so that one that is given twice counts once. A few bytes each. */
export class KnownReadings {
  readonly #readings: CodedReading[] = [];
  /** Place in `#readings` plus one; 0 is an empty place. */
  #marks = new Uint32Array(1024);

  /** @returns whether this is the first reading of that time with those codes */
  add(reading: CodedReading): boolean {
    const last = this.#marks.length - 1;
    let place = this.#firstPlace(reading.time);
    for (; this.#marks[place] !== 0; place = (place + 1) & last) {
      if (isSame(this.#readings[this.#marks[place]! - 1]!, reading)) return false;
    }
    this.#readings.push(reading);
    this.#marks[place] = this.#readings.length;
    if (2 * this.#readings.length > this.#marks.length) this.#grow();
    return true;
  }

  #firstPlace(time: number): number {
    // Milliseconds, spread by odd constants (Knuth's multiplicative hashing); times that meet are compared in full.
    const millis = Math.round(time * 1000);
    const mixed = Math.imul(millis >>> 0, 0x9e3779b1) ^ Math.imul(Math.floor(millis / 2 ** 32), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#marks.length - 1);
  }

  #grow(): void {
    this.#marks = new Uint32Array(2 * this.#marks.length);
    const last = this.#marks.length - 1;
    for (let i = 0; i < this.#readings.length; i++) {
      let place = this.#firstPlace(this.#readings[i]!.time);
      while (this.#marks[place] !== 0) place = (place + 1) & last;
      this.#marks[place] = i + 1;
    }
  }
}

function isSame(a: CodedReading, b: CodedReading): boolean {
  return a.time === b.time && a.codes.every((code, channel) => code === b.codes[channel]);
}
