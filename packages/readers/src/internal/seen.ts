// SPDX-License-Identifier: GPL-3.0-or-later
import { NumberColumn } from "@vitalproof/sdk";

/** Gives each distinct text a small number: readings have few distinct values. */
export class Interned {
  readonly #numbers = new Map<string, number>();
  readonly texts: string[] = [];

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.#numbers.set(text, number);
      this.texts.push(text);
    }
    return number;
  }
}

/**
 * Remembers readings by time, series and value, exactly. A million of them take some 3 MB where a series comes in order,
 * oldest or newest first, and 24 MB where it does not. A Set of strings would take a hundred.
 */
export class Seen {
  readonly #series = new Map<string, SeenSeries>();

  /**
   * @param series what was measured and in which unit
   * @returns whether this is the first time that these three are added
   */
  add(time: number, series: string, value: string): boolean {
    let seen = this.#series.get(series);
    if (seen === undefined) {
      seen = new SeenSeries();
      this.#series.set(series, seen);
    }
    return seen.add(time, value);
  }

  /** Whether readings of a series say different things about one time. */
  contradicts(time: number, series: string): boolean {
    return this.#series.get(series)?.contradictions.has(time) === true;
  }

  /** How many readings contradict each other. */
  contradictions(): number {
    let count = 0;
    for (const { contradictions } of this.#series.values())
      for (const values of contradictions.values()) count += values;
    return count;
  }
}

class SeenSeries {
  /** Times at which there are different values, and how many. */
  readonly contradictions = new Map<number, number>();
  readonly #values = new Interned();
  readonly #run = new Run();
  readonly #rest = new Scattered();

  add(time: number, value: string): boolean {
    const number = this.#values.numberOf(value);
    // Nearly every reading is later than all before it.
    if (this.#rest.isEmpty && this.#run.extendAfter(time, number)) return true;
    const others = [...this.#run.valuesAt(time), ...this.#rest.valuesAt(time)];
    if (others.includes(number)) return false;
    if (!this.#run.extend(time, number)) this.#rest.add(time, number);
    if (others.length > 0) this.contradictions.set(time, others.length + 1);
    return true;
  }
}

/** Values by time as long as times rise, or fall, as those of most files do. A few bytes each. */
class Run {
  readonly #times = new NumberColumn();
  readonly #values = new NumberColumn();
  /** 1 while times rise, -1 while they fall; what is kept always rises. */
  #sign = 1;
  #last = Number.NEGATIVE_INFINITY;

  /** @returns whether the time is not before those that are there */
  extend(time: number, value: number): boolean {
    if (this.#times.length === 1 && time < this.#last) {
      // The second time says which way the run goes.
      const [first, number] = [this.#last, this.#values.at(0)];
      this.#times.clear();
      this.#values.clear();
      this.#sign = -1;
      this.#push(-first, number);
    }
    const along = this.#sign * time;
    if (along < this.#last) return false;
    this.#push(along, value);
    return true;
  }

  /** As `extend`, where the time is after all that are there, in a run whose way is known. @returns whether it was */
  extendAfter(time: number, value: number): boolean {
    const along = this.#sign * time;
    if (this.#times.length < 2 || along <= this.#last) return false;
    this.#push(along, value);
    return true;
  }

  *valuesAt(time: number): Generator<number> {
    const along = this.#sign * time;
    if (along > this.#last) return;
    for (let at = this.#firstFrom(along); at < this.#times.length && this.#times.at(at) === along; at++) {
      yield this.#values.at(at);
    }
  }

  #push(along: number, value: number): void {
    // Without it, time 0 of a falling run would be kept as -0.
    this.#last = along + 0;
    this.#times.push(this.#last);
    this.#values.push(value);
  }

  /** The first place whose time is not before this one. */
  #firstFrom(along: number): number {
    let low = 0;
    let high = this.#times.length;
    // Most look-ups are for the latest time.
    if (along === this.#last) for (low = high - 1; low > 0 && this.#times.at(low - 1) === along; ) low -= 1;
    else {
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#times.at(middle) < along) low = middle + 1;
        else high = middle;
      }
    }
    return low;
  }
}

/** Values by time, in any order: a table of 12 bytes for each place, of which up to three quarters are taken. */
class Scattered {
  #times = new Float64Array(16);
  /** Number of the value plus one; 0 is an empty place. */
  #marks = new Uint32Array(16);
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(time: number, value: number): void {
    let place = this.#firstPlace(time);
    while (this.#marks[place] !== 0) place = (place + 1) & (this.#marks.length - 1);
    this.#times[place] = time;
    this.#marks[place] = value + 1;
    this.#count += 1;
    if (4 * this.#count > 3 * this.#marks.length) this.#grow();
  }

  *valuesAt(time: number): Generator<number> {
    if (this.#count === 0) return;
    for (
      let place = this.#firstPlace(time);
      this.#marks[place] !== 0;
      place = (place + 1) & (this.#marks.length - 1)
    ) {
      if (this.#times[place] === time) yield this.#marks[place]! - 1;
    }
  }

  #firstPlace(time: number): number {
    // Milliseconds, spread by odd constants (Knuth's multiplicative hashing); times that meet are compared in full.
    const millis = Math.round(time * 1000);
    const mixed = Math.imul(millis >>> 0, 0x9e3779b1) ^ Math.imul(Math.floor(millis / 2 ** 32), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#marks.length - 1);
  }

  #grow(): void {
    const [times, marks] = [this.#times, this.#marks];
    this.#times = new Float64Array(2 * times.length);
    this.#marks = new Uint32Array(2 * marks.length);
    const last = this.#marks.length - 1;
    for (let i = 0; i < marks.length; i++) {
      if (marks[i] === 0) continue;
      let place = this.#firstPlace(times[i]!);
      while (this.#marks[place] !== 0) place = (place + 1) & last;
      this.#times[place] = times[i]!;
      this.#marks[place] = marks[i]!;
    }
  }
}
