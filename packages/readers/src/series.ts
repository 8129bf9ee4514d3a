// SPDX-License-Identifier: GPL-3.0-or-later
import { NumberColumn, type Order, orderOf } from "@vitalproof/sdk";
import type { FileInput, FileReport, MeasuredReading, Metric, ReadOptions } from "./format.ts";
import { Interned } from "./internal/seen.ts";
import { CONTRADICTING, streamReadings } from "./read.ts";

/**
 * Readings of one metric and unit in little memory: a few bytes each, and every distinct value once. Walking over them
 * gives them in order of time, those of one time as the file has them.
 */
export class ReadingSeries implements Iterable<MeasuredReading> {
  readonly metric: Metric;
  readonly unit: string;
  /** Every distinct value, by its number. */
  readonly examples: MeasuredReading["value"][] = [];
  readonly #values = new Interned();
  #times = new NumberColumn();
  #numbers = new NumberColumn();
  #order: Order | undefined;

  constructor(metric: Metric, unit: string) {
    this.metric = metric;
    this.unit = unit;
  }

  get count(): number {
    return this.#times.length;
  }

  /** In the file's order. */
  get times(): NumberColumn {
    return this.#times;
  }

  /** The number of each reading's value, in the file's order. */
  get numbers(): NumberColumn {
    return this.#numbers;
  }

  add(time: number, value: MeasuredReading["value"]): void {
    const number = this.#values.numberOf(typeof value === "object" ? value.join(" ") : String(value));
    if (number === this.examples.length) this.examples.push(value);
    this.#push(time, number);
  }

  /** Leaves out the readings whose times do not count. */
  keep(counts: (time: number) => boolean): void {
    const [times, numbers] = [this.#times, this.#numbers];
    this.#times = new NumberColumn();
    this.#numbers = new NumberColumn();
    for (let at = 0; at < times.length; at++) {
      if (counts(times.at(at))) this.#push(times.at(at), numbers.at(at));
    }
  }

  /** Places of the readings in order of time. */
  order(): Order {
    this.#order ??= orderOf(this.#times);
    return this.#order;
  }

  *[Symbol.iterator](): Iterator<MeasuredReading> {
    const { metric, unit } = this;
    const order = this.order();
    for (let place = 0; place < order.length; place++) {
      const at = order.at(place);
      yield { metric, unit, time: this.#times.at(at), value: this.examples[this.#numbers.at(at)]! };
    }
  }

  #push(time: number, number: number): void {
    this.#times.push(time);
    this.#numbers.push(number);
    this.#order = undefined;
  }
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
