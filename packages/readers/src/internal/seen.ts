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
 * Remembers readings by time and value, exactly. A million of them take some 24 MB; a Set of strings would take four
 * times that, and exports of phones hold more.
 */
export class Seen {
  readonly #values = new Interned();
  #times = new Float64Array(1024);
  /** Number of the value plus one; 0 is an empty place. */
  #marks = new Uint32Array(1024);
  #count = 0;

  /** @returns whether this is the first time that this pair is added */
  add(time: number, value: string): boolean {
    const mark = this.#values.numberOf(value) + 1;
    const place = this.#placeOf(time, mark);
    if (this.#marks[place] !== 0) return false;
    this.#times[place] = time;
    this.#marks[place] = mark;
    this.#count += 1;
    if (4 * this.#count > 3 * this.#marks.length) this.#grow();
    return true;
  }

  #placeOf(time: number, mark: number): number {
    const last = this.#marks.length - 1;
    // Milliseconds, spread by odd constants (Knuth's multiplicative hashing); pairs that meet are compared in full.
    const millis = Math.round(time * 1000);
    const mixed =
      Math.imul(millis >>> 0, 0x9e3779b1) ^
      Math.imul(Math.floor(millis / 2 ** 32), 0x85ebca6b) ^
      Math.imul(mark, 0xc2b2ae35);
    let place = (mixed ^ (mixed >>> 15)) & last;
    while (this.#marks[place] !== 0 && (this.#times[place] !== time || this.#marks[place] !== mark)) {
      place = (place + 1) & last;
    }
    return place;
  }

  #grow(): void {
    const [times, marks] = [this.#times, this.#marks];
    this.#times = new Float64Array(2 * times.length);
    this.#marks = new Uint32Array(2 * marks.length);
    for (let i = 0; i < marks.length; i++) {
      if (marks[i] === 0) continue;
      const place = this.#placeOf(times[i]!, marks[i]!);
      this.#times[place] = times[i]!;
      this.#marks[place] = marks[i]!;
    }
  }
}
