// SPDX-License-Identifier: GPL-3.0-or-later
import { NumberColumn, type Order, orderOf } from "@vitalproof/sdk";
import { chooseSources, withoutCopies } from "./choice.ts";
import type {
  FileInput,
  FileReport,
  FormatName,
  MeasuredReading,
  Metric,
  Origin,
  ReadOptions,
} from "./format.ts";
import { Interned } from "./internal/seen.ts";
import { CONTRADICTING, streamReadings } from "./stream.ts";

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
  readonly #names = new Interned();
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
    const { metric, unit } = this;
    const order = this.order();
    for (let place = 0; place < order.length; place++) {
      const at = order.at(place);
      yield { metric, unit, time: this.#times.at(at), value: this.examples[this.#numbers.at(at)]! };
    }
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

/** What a file holds, by metric and unit, in the file's order. */
export type CollectedReadings = { readonly report: FileReport; readonly series: readonly ReadingSeries[] };

/**
 * Reads a file into columns: millions of readings fit, which as objects would not. Of each day the readings of one source
 * stay (`chooseSources`), and each reading once.
 * @throws what `streamReadings` and `chooseSources` throw
 */
export async function collectReadings(
  input: FileInput,
  options: ReadOptions = {},
): Promise<CollectedReadings> {
  const all = new Map<string, ReadingSeries>();
  const { contradicts, ...report } = await streamReadings(input, options, (reading) => {
    const { metric, unit, origin, time, value, source } = reading;
    const key = `${metric} ${unit} ${origin}`;
    let one = all.get(key);
    if (one === undefined) {
      one = new ReadingSeries(metric, unit, origin);
      all.set(key, one);
    }
    one.add(time, value, source);
  });
  if (report.refused[CONTRADICTING] !== undefined) for (const one of all.values()) leaveOut(one, contradicts);
  const choice = chooseSources([...all.values()], options);
  // Rows without times have those that the caller spaces them by.
  const timed = options.columns === undefined || options.columns.time !== undefined;
  const copies = timed ? [...all.values()].reduce((sum, one) => sum + withoutCopies(one), 0) : 0;
  const series = [...all.values()].filter(({ count }) => count > 0);
  return {
    report: {
      ...report,
      ...countsOf(series),
      duplicates: report.duplicates + copies,
      skipped: { ...report.skipped, ...choice.leftOut },
      notes: [...report.notes, ...choice.notes],
      ...(choice.sources.length === 0 ? {} : { sources: choice.sources }),
    },
    series,
  };
}

function leaveOut(one: ReadingSeries, contradicts: (reading: MeasuredReading) => boolean): void {
  const { metric, unit, origin, times, sources } = one;
  one.keep((at) => {
    const source = sources[one.sourceAt(at)];
    return !contradicts({
      metric,
      unit,
      time: times.at(at),
      value: 0,
      ...(origin === undefined ? {} : { origin }),
      ...(source === undefined ? {} : { source }),
    });
  });
}

function countsOf(series: readonly ReadingSeries[]): { taken: number; low: number; high: number } {
  const counts = { taken: 0, low: 0, high: 0 };
  for (const { count, numbers, examples } of series) {
    counts.taken += count;
    const [low, high] = [examples.indexOf("LOW"), examples.indexOf("HIGH")];
    if (low < 0 && high < 0) continue;
    for (const number of numbers) {
      if (number === low) counts.low += 1;
      if (number === high) counts.high += 1;
    }
  }
  return counts;
}

export type FileReadings = {
  readonly format: FormatName;
  /** In order of time; those of one time by metric, and within it as the file has them. */
  readonly readings: MeasuredReading[];
  readonly report: FileReport;
};

/**
 * Reads a file into readings.
 * @throws what `collectReadings` throws
 */
export async function readFile(input: FileInput, options: ReadOptions = {}): Promise<FileReadings> {
  const { report, series } = await collectReadings(input, options);
  const readings = series.flatMap((one) => [...one]).sort((a, b) => a.time - b.time);
  return { format: report.format, readings, report };
}
