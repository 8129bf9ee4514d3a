// SPDX-License-Identifier: GPL-3.0-or-later
import { detectFormat, formatOf } from "./detect.ts";
import type { FileInput, FileReport, Format, FormatName, MeasuredReading, ReadOptions } from "./format.ts";
import { watchedInput } from "./input.ts";
import { Seen } from "./internal/seen.ts";

export type FileReadings = {
  readonly format: FormatName;
  /** In order of time; those of one time as the file has them. */
  readonly readings: MeasuredReading[];
  readonly report: FileReport;
};

/**
 * Reads a file into readings.
 * @throws what `streamReadings` throws
 */
export async function readFile(input: FileInput, options: ReadOptions = {}): Promise<FileReadings> {
  const readings: MeasuredReading[] = [];
  const report = await streamReadings(input, options, (reading) => readings.push(reading));
  readings.sort((a, b) => a.time - b.time);
  return { format: report.format, readings, report };
}

/**
 * Hands every reading of a file to `take` in the file's order, without collecting them. A reading with the same metric,
 * time, value and unit as one before is a duplicate and handed on once; readings of other metrics than the one asked
 * for are counted as skipped.
 *
 * @throws FILE_NOT_UNDERSTOOD with line and column (or byte, or JSON path), never content; FILE_UNREADABLE;
 *         ZONE_REQUIRED, ZONE_UNKNOWN, START_REQUIRED, DATE_ORDER_REQUIRED, SELECTION_REQUIRED where the file does not
 *         say what it takes; INVALID_ARGUMENT; ABORTED
 */
export async function streamReadings(
  input: FileInput,
  options: ReadOptions,
  take: (reading: MeasuredReading) => void,
): Promise<FileReport> {
  const watched = watchedInput(input, options);
  const format = await chosenFormat(watched, options);
  const seen = new Seen();
  const skipped = new Map<string, number>();
  const handed = { taken: 0, low: 0, high: 0, duplicates: 0 };
  const report = await format.read(watched, options, (reading) => {
    if (options.metric !== undefined && reading.metric !== options.metric) {
      const kind = `other metric: ${reading.metric}`;
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      return;
    }
    const { metric, time, value, unit } = reading;
    if (!seen.add(time, `${metric} ${unit} ${typeof value === "object" ? value.join(" ") : value}`)) {
      handed.duplicates += 1;
      return;
    }
    handed.taken += 1;
    if (value === "LOW") handed.low += 1;
    if (value === "HIGH") handed.high += 1;
    take(reading);
  });
  return {
    ...report,
    ...handed,
    duplicates: report.duplicates + handed.duplicates,
    skipped: { ...report.skipped, ...Object.fromEntries(skipped) },
  };
}

async function chosenFormat(input: FileInput, options: ReadOptions): Promise<Format> {
  if (options.format !== undefined) return formatOf(options.format);
  if (options.columns !== undefined) return formatOf("generic-csv");
  return detectFormat(input);
}
