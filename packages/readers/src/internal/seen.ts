// SPDX-License-Identifier: GPL-3.0-or-later

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
 * Remembers readings by time, series and value, exactly. A million of them take some 24 MB; a Set of strings would take
 * four times that, and exports of phones hold more.
 */
export class Seen {
  readonly #values = new Interned();
  /** The series of each numbered value: two values of one series at one time contradict each other. */
  readonly #series: string[] = [];
  #times = new Float64Array(1024);
  /** Number of the value plus one; 0 is an empty place. */
  #marks = new Uint32Array(1024);
  #count = 0;
  readonly #contradictions = new Map<string, Map<number, Set<string>>>();

  /**
   * @param series what was measured and in which unit
   * @returns whether this is the first time that these three are added
   */
  add(time: number, series: string, value: string): boolean {
    const number = this.#values.numberOf(`${series} ${value}`);
    this.#series[number] ??= series;
    const mark = number + 1;
    const last = this.#marks.length - 1;
    let rivals: number[] | undefined;
    let place = this.#firstPlace(time);
    for (; this.#marks[place] !== 0; place = (place + 1) & last) {
      if (this.#times[place] !== time) continue;
      const other = this.#marks[place]!;
      if (other === mark) return false;
      if (this.#series[other - 1] === series) {
        rivals ??= [];
        rivals.push(other - 1);
      }
    }
    this.#times[place] = time;
    this.#marks[place] = mark;
    this.#count += 1;
    if (rivals !== undefined) this.#contradict(time, series, [...rivals, number]);
    if (4 * this.#count > 3 * this.#marks.length) this.#grow();
    return true;
  }

  /** Whether readings of a series say different things about one time. */
  contradicts(time: number, series: string): boolean {
    return this.#contradictions.get(series)?.has(time) === true;
  }

  /** The readings that contradict each other: how many, and how many of them say LOW or HIGH. */
  contradictions(): { all: number; low: number; high: number } {
    const counts = { all: 0, low: 0, high: 0 };
    for (const times of this.#contradictions.values()) {
      for (const values of times.values()) {
        counts.all += values.size;
        for (const value of values) {
          if (value.endsWith(" LOW")) counts.low += 1;
          if (value.endsWith(" HIGH")) counts.high += 1;
        }
      }
    }
    return counts;
  }

  #contradict(time: number, series: string, numbers: readonly number[]): void {
    const times = this.#contradictions.get(series) ?? new Map<number, Set<string>>();
    this.#contradictions.set(series, times);
    times.set(time, new Set(numbers.map((number) => this.#values.texts[number]!)));
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
