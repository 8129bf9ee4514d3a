// SPDX-License-Identifier: GPL-3.0-or-later

/** Readings as columns of times and codes: 16 bytes and 4 for each channel, where an object takes a hundred. */
export class CodedColumns {
  readonly #channels: number;
  #times = new Float64Array(1024);
  #codes: Uint32Array;
  #count = 0;

  constructor(channels: number) {
    this.#channels = channels;
    this.#codes = new Uint32Array(1024 * channels);
  }

  add(time: number, codes: readonly number[]): void {
    if (this.#count === this.#times.length) this.#grow();
    this.#times[this.#count] = time;
    this.#codes.set(codes, this.#count * this.#channels);
    this.#count += 1;
  }

  time(at: number): number {
    return this.#times[at]!;
  }

  /** Whether two readings have the same codes. */
  same(a: number, b: number): boolean {
    for (let channel = 0; channel < this.#channels; channel++) {
      if (this.#codes[a * this.#channels + channel] !== this.#codes[b * this.#channels + channel])
        return false;
    }
    return true;
  }

  /** Writes a reading's codes into an array. */
  copy(at: number, into: number[], from: number): void {
    for (let channel = 0; channel < this.#channels; channel++) {
      into[from + channel] = this.#codes[at * this.#channels + channel]!;
    }
  }

  /** Places of the readings in order of time; those of one time as they were added. */
  order(): Uint32Array {
    return orderOf(this.#times, this.#count);
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    times.set(this.#times);
    this.#times = times;
    const codes = new Uint32Array(2 * this.#codes.length);
    codes.set(this.#codes);
    this.#codes = codes;
  }
}

/** Places of the first `count` times in their order; equal times keep theirs. */
export function orderOf(times: Float64Array, count: number): Uint32Array {
  const places = new Uint32Array(count);
  let sorted = true;
  for (let i = 0; i < count; i++) {
    places[i] = i;
    if (i > 0 && times[i - 1]! > times[i]!) sorted = false;
  }
  return sorted ? places : places.sort((a, b) => times[a]! - times[b]! || a - b);
}
