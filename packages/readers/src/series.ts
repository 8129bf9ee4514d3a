// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, FileReport, MeasuredReading, Metric, ReadOptions } from "./format.ts";
import { Interned } from "./internal/seen.ts";
import { CONTRADICTING, streamReadings } from "./read.ts";

/**
 * Readings of one metric and unit in little memory: twelve bytes each, and every distinct value once. Walking over them
 * gives them in order of time, those of one time as the file has them.
 */
export class ReadingSeries implements Iterable<MeasuredReading> {
  readonly metric: Metric;
  readonly unit: string;
  /** Every distinct value, by its number. */
  readonly examples: MeasuredReading["value"][] = [];
  readonly #values = new Interned();
  #count = 0;
  #times = new Float64Array(1024);
  #numbers = new Uint32Array(1024);

  constructor(metric: Metric, unit: string) {
    this.metric = metric;
    this.unit = unit;
  }

  get count(): number {
    return this.#count;
  }

  /** In the file's order; what comes after `count` is not used. */
  get times(): Float64Array {
    return this.#times;
  }

  /** The number of each reading's value, in the file's order. */
  get numbers(): Uint32Array {
    return this.#numbers;
  }

  add(time: number, value: MeasuredReading["value"]): void {
    if (this.#count === this.#times.length) {
      this.#times = grown(this.#times, new Float64Array(2 * this.#count));
      this.#numbers = grown(this.#numbers, new Uint32Array(2 * this.#count));
    }
    const number = this.#values.numberOf(typeof value === "object" ? value.join(" ") : String(value));
    if (number === this.examples.length) this.examples.push(value);
    this.#times[this.#count] = time;
    this.#numbers[this.#count] = number;
    this.#count += 1;
  }

  /** Leaves out the readings whose times do not count. */
  keep(counts: (time: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      if (!counts(this.#times[i]!)) continue;
      this.#times[kept] = this.#times[i]!;
      this.#numbers[kept] = this.#numbers[i]!;
      kept += 1;
    }
    this.#count = kept;
  }

  /** Places of the readings in order of time. */
  order(): Uint32Array {
    const places = Uint32Array.from({ length: this.#count }, (_, i) => i);
    const times = this.#times;
    let sorted = true;
    for (let i = 1; i < this.#count && sorted; i++) sorted = times[i - 1]! <= times[i]!;
    return sorted ? places : places.sort((a, b) => times[a]! - times[b]! || a - b);
  }

  *[Symbol.iterator](): Iterator<MeasuredReading> {
    const { metric, unit } = this;
    for (const at of this.order()) {
      yield { metric, unit, time: this.#times[at]!, value: this.examples[this.#numbers[at]!]! };
    }
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** What a file holds, by metric and unit, in the file's order. */
export type CollectedReadings = { readonly report: FileReport; readonly series: readonly ReadingSeries[] };

/**
 * Reads a file into columns: millions of readings fit, which as objects would not.
 * @throws what `streamReadings` throws
 */
export async function collectReadings(
  input: FileInput,
  options: ReadOptions = {},
): Promise<CollectedReadings> {
  const series = new Map<string, ReadingSeries>();
  const { contradicts, ...report } = await streamReadings(input, options, ({ metric, unit, time, value }) => {
    const key = `${metric} ${unit}`;
    let one = series.get(key);
    if (one === undefined) {
      one = new ReadingSeries(metric, unit);
      series.set(key, one);
    }
    one.add(time, value);
  });
  if (report.refused[CONTRADICTING] !== undefined) {
    for (const one of series.values()) {
      one.keep((time) => !contradicts({ metric: one.metric, unit: one.unit, time, value: 0 }));
    }
  }
  return { report, series: [...series.values()].filter(({ count }) => count > 0) };
}
