// SPDX-License-Identifier: GPL-3.0-or-later
import { chooseSources, withoutCopies } from "./choice.ts";
import type { FileInput, FileReport, FormatName, MeasuredReading, ReadOptions } from "./format.ts";
import { ReadingSeries } from "./series.ts";
import { CONTRADICTING, streamReadings } from "./stream.ts";

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
  const all: ReadingSeries[] = [];
  let last: ReadingSeries | undefined;
  const { contradicts, ...report } = await streamReadings(input, options, (reading) => {
    const { metric, unit, origin, time, value, source } = reading;
    const isOf = (one: ReadingSeries): boolean =>
      one.metric === metric && one.unit === unit && one.origin === origin;
    // Readings of one series mostly follow each other.
    if (last === undefined || !isOf(last)) {
      last = all.find(isOf);
      if (last === undefined) {
        last = new ReadingSeries(metric, unit, origin);
        all.push(last);
      }
    }
    last.add(time, value, source);
  });
  if (report.refused[CONTRADICTING] !== undefined)
    for (const one of all) one.keep((at) => !contradicts(one.readingAt(at)));
  const choice = chooseSources(all, options);
  // Rows without times have those that the caller spaces them by.
  const timed = options.columns === undefined || options.columns.time !== undefined;
  const copies = timed ? all.reduce((sum, one) => sum + withoutCopies(one), 0) : 0;
  const series = all.filter(({ count }) => count > 0);
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
