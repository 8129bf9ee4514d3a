// SPDX-License-Identifier: GPL-3.0-or-later
import { NumberColumn, type Order, orderOf } from "@vitalproof/sdk";
import type { MeasuredReading, Metric, Origin } from "./format.ts";
import { Interned } from "./internal/seen.ts";

/**
 * Readings of one metric and unit in little memory: a few bytes each, and every distinct value once. Walking over them
 * gives them in order of time, those of one time as the file has them.
 */
export class ReadingSeries implements Iterable<MeasuredReading> {
  readonly metric: Metric;
  readonly unit: string;
  /** Where the values come from; undefined for a sensor. */
  readonly origin: Origin | undefined;
  /** Every distinct value, by its number. */
  readonly examples: MeasuredReading["value"][] = [];
  readonly #values = new Interned();
  #names = new Interned();
  #times = new NumberColumn();
  #numbers = new NumberColumn();
  /** Number of each reading's source, once there are two. */
  #sources: NumberColumn | undefined;
  #order: Order | undefined;

  constructor(metric: Metric, unit: string, origin?: Origin) {
    this.metric = metric;
    this.unit = unit;
    this.origin = origin;
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

  /** Names of the sources, by their numbers; "" for readings that name none. Empty where none does. */
  get sources(): readonly string[] {
    return this.#names.texts.length === 1 && this.#names.texts[0] === "" ? [] : this.#names.texts;
  }

  /** The number of a reading's source, by its place in the file's order. */
  sourceAt(at: number): number {
    return this.#sources?.at(at) ?? 0;
  }

  add(time: number, value: MeasuredReading["value"], source = ""): void {
    const number = this.#values.numberOf(typeof value === "object" ? value.join(" ") : String(value));
    if (number === this.examples.length) this.examples.push(value);
    this.#push(time, number, this.#names.numberOf(source));
  }

  /** Makes all readings those of no source. */
  forgetSources(): void {
    this.#names = new Interned();
    this.#names.numberOf("");
    this.#sources = undefined;
  }

  /** Leaves out the readings whose places do not count. */
  keep(counts: (at: number) => boolean): void {
    const [times, numbers, sources] = [this.#times, this.#numbers, this.#sources];
    // Decided before anything changes, since what counts may depend on the other readings.
    const kept = Uint8Array.from({ length: times.length }, (_, at) => Number(counts(at)));
    this.#times = new NumberColumn();
    this.#numbers = new NumberColumn();
    this.#sources = undefined;
    this.#order = undefined;
    for (let at = 0; at < times.length; at++) {
      if (kept[at] === 1) this.#push(times.at(at), numbers.at(at), sources?.at(at) ?? 0);
    }
  }

  /** Places of the readings in order of time. */
  order(): Order {
    this.#order ??= orderOf(this.#times);
    return this.#order;
  }

  *[Symbol.iterator](): Iterator<MeasuredReading> {
    const order = this.order();
    for (let place = 0; place < order.length; place++) yield this.readingAt(order.at(place));
  }

  /** The reading at a place of the file's order. */
  readingAt(at: number): MeasuredReading {
    const { metric, unit, origin } = this;
    const source = this.#names.texts[this.sourceAt(at)];
    return {
      metric,
      unit,
      time: this.#times.at(at),
      value: this.examples[this.#numbers.at(at)]!,
      ...(origin === undefined ? {} : { origin }),
      ...(source === "" || source === undefined ? {} : { source }),
    };
  }

  #push(time: number, number: number, source: number): void {
    if (source !== 0 && this.#sources === undefined) {
      this.#sources = new NumberColumn();
      for (let at = 0; at < this.count; at++) this.#sources.push(0);
    }
    this.#sources?.push(source);
    this.#times.push(time);
    this.#numbers.push(number);
    this.#order = undefined;
  }
}
