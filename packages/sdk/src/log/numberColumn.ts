// SPDX-License-Identifier: GPL-3.0-or-later

const CHUNK = 4096;

/** Times of files are whole seconds or milliseconds. */
const SCALES = [1, 1000];

type Chunk = { readonly base: number; readonly scale: number; readonly steps: ArrayLike<number> };

/**
 * A long list of numbers that can grow, each as it was given. Chunks are kept as small steps from their lowest number
 * wherever these say it exactly: two bytes for a time of a device that measures each second, one for most codes. What
 * they cannot say exactly takes eight bytes.
 */
export class NumberColumn {
  readonly #chunks: Chunk[] = [];
  #open = new Float64Array(CHUNK);
  #used = 0;

  get length(): number {
    return CHUNK * this.#chunks.length + this.#used;
  }

  push(number: number): void {
    this.#open[this.#used] = number;
    this.#used += 1;
    if (this.#used < CHUNK) return;
    const chunk = packed(this.#open);
    this.#chunks.push(chunk);
    // A chunk that could not be packed is the open one itself.
    if (chunk.steps === this.#open) this.#open = new Float64Array(CHUNK);
    this.#used = 0;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#used = 0;
  }

  /** @param place from 0 to `length - 1` */
  at(place: number): number {
    const chunk = this.#chunks[Math.floor(place / CHUNK)];
    if (chunk === undefined) return this.#open[place % CHUNK]!;
    return (chunk.base + chunk.steps[place % CHUNK]!) / chunk.scale;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let place = 0; place < this.length; place++) yield this.at(place);
  }
}

function packed(numbers: Float64Array): Chunk {
  for (const scale of SCALES) {
    const chunk = steps(numbers, scale);
    if (chunk !== undefined) return chunk;
  }
  // Adding -0 changes no number; adding 0 would change -0.
  return { base: -0, scale: 1, steps: numbers };
}

/** Whole steps of 1/scale from the lowest number on; undefined where they are not exactly these numbers. */
function steps(numbers: Float64Array, scale: number): Chunk | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const number of numbers) {
    const whole = Math.round(number * scale);
    if (!Number.isSafeInteger(whole) || whole / scale !== number || Object.is(number, -0)) return undefined;
    if (whole < low) low = whole;
    if (whole > high) high = whole;
  }
  const range = high - low;
  if (range >= 2 ** 32) return undefined;
  const Width = range < 2 ** 8 ? Uint8Array : range < 2 ** 16 ? Uint16Array : Uint32Array;
  const offsets = new Width(numbers.length);
  for (let i = 0; i < numbers.length; i++) offsets[i] = Math.round(numbers[i]! * scale) - low;
  return { base: low, scale, steps: offsets };
}

/** Places of a list in the order of its numbers; equal numbers keep theirs. */
export type Order = { readonly length: number; at(place: number): number };

/** The order of a column. A list that is in order, or strictly the other way round, needs no memory for it. */
export function orderOf(numbers: { readonly length: number; at(place: number): number }): Order {
  const { length } = numbers;
  let rising = true;
  let falling = true;
  for (let i = 1; i < length && (rising || falling); i++) {
    const [before, now] = [numbers.at(i - 1), numbers.at(i)];
    if (before > now) rising = false;
    if (before <= now) falling = false;
  }
  if (rising) return { length, at: (place) => place };
  if (falling) return { length, at: (place) => length - 1 - place };
  const places = Uint32Array.from({ length }, (_, i) => i);
  places.sort((a, b) => numbers.at(a) - numbers.at(b) || a - b);
  return { length, at: (place) => places[place]! };
}

/** Microseconds: finer than any clock here, and without the error of binary fractions. */
const FINEST = 1e6;
/** Distinct steps that are counted; devices have few. Where there are more, each step takes eight bytes. */
const MOST_DISTINCT = 100_000;

/**
 * The step that a share of the steps between two different times does not exceed, in seconds; undefined where there is
 * only one time.
 */
export function usualStep(times: NumberColumn, order: Order, share: number): number | undefined {
  const counts = new Map<number, number>();
  const all = stepsOf(
    times,
    order,
    (step) => counts.set(step, (counts.get(step) ?? 0) + 1) && counts.size < MOST_DISTINCT,
  );
  if (counts.size === MOST_DISTINCT) return usualOfMany(times, order, share);
  let before = 0;
  for (const step of Float64Array.from(counts.keys()).sort()) {
    before += counts.get(step)!;
    if (before > Math.floor(all * share)) return step / FINEST;
  }
  return undefined;
}

function usualOfMany(times: NumberColumn, order: Order, share: number): number {
  const steps = new Float64Array(order.length);
  let used = 0;
  stepsOf(times, order, (step) => {
    steps[used++] = step;
    return true;
  });
  return steps.subarray(0, used).sort()[Math.floor(used * share)]! / FINEST;
}

/** @param take given each step; false to stop @returns how many were given */
function stepsOf(times: NumberColumn, order: Order, take: (step: number) => boolean): number {
  let count = 0;
  for (let place = 1; place < order.length; place++) {
    const step = times.at(order.at(place)) - times.at(order.at(place - 1));
    if (step <= 0) continue;
    count += 1;
    if (!take(Math.round(step * FINEST))) return count;
  }
  return count;
}
