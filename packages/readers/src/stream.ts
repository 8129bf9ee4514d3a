// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { openedInput } from "./archive.ts";
import { type ChosenFormat, detectFormat, formatOf, formatOfColumns } from "./detect.ts";
import type { FileInput, FileReport, Format, MeasuredReading, ReadOptions } from "./format.ts";
import { isInWindows1252, watchedInput } from "./input.ts";
import { Seen } from "./internal/seen.ts";
import { ucumOf } from "./metrics.ts";
import { Plausibility } from "./plausible.ts";

/** Why readings are refused that say different things about one time: nothing tells which of them is right. */
export const CONTRADICTING = "contradicts another reading of the same time";

const WINDOWS_1252 =
  "The file is not in UTF-8. It was read as Windows-1252, which spreadsheets of western languages write.";

/**
 * What a file's report says before sources are chosen: not yet how many readings stay. Readings that contradict each other count
 * as refused; they are known only when all is read.
 */
export type StreamReport = Omit<FileReport, "taken" | "low" | "high"> & {
  /** Whether a reading that was handed on contradicts another one, so that neither counts. */
  readonly contradicts: (reading: MeasuredReading) => boolean;
};

/**
 * Hands every reading of a file to `take` in the file's order, without collecting them: those of all sources. A reading
 * with the same metric, time, value, unit and source as one before is a duplicate and handed on once; readings of other
 * metrics and units than those asked for are counted as skipped. What cannot have been measured (a value out of its metric's range,
 * a time in the future) is refused. Two readings of one metric, unit, source and time with different values contradict each
 * other: the report says so at the end, and the caller leaves out what it `contradicts`.
 *
 * @throws FILE_NOT_UNDERSTOOD with line and column (or byte, or JSON path), never content; FILE_UNREADABLE;
 *         ZONE_REQUIRED, ZONE_UNKNOWN, START_REQUIRED, DATE_ORDER_REQUIRED, SELECTION_REQUIRED where the file does not
 *         say what it takes; VALUES_IMPLAUSIBLE where the unit or the column must be wrong; INVALID_ARGUMENT; ABORTED
 */
export async function streamReadings(
  input: FileInput,
  options: ReadOptions,
  take: (reading: MeasuredReading) => void,
): Promise<StreamReport> {
  const watched = watchedInput(await openedInput(input, options.entry), options);
  const { format, metric = options.metric } = await chosenFormat(watched, options);
  const where = { ...options.columns?.where, ...options.where };
  assertSelects(format, options);
  const seen = new Seen();
  const seriesOf = seriesNames();
  const kind = options.columns !== undefined ? "named" : format.selects === "column" ? "table" : "other";
  const plausibility = new Plausibility(options, kind);
  const skipped = new Map<string, number>();
  const refused = new Map<string, number>();
  let duplicates = 0;
  const report = await format.read(watched, { ...options, where }, (reading) => {
    if (metric !== undefined && reading.metric !== metric) {
      const kind = `other metric: ${reading.metric}`;
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      return;
    }
    if (options.unit !== undefined && reading.unit !== ucumOf(reading.metric, options.unit)) {
      const kind = `other unit: ${reading.unit}`;
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      return;
    }
    const { time, value } = reading;
    const reason = plausibility.refusalOf(reading);
    if (reason !== undefined) {
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
      return;
    }
    const text = typeof value === "object" ? value.join(" ") : String(value);
    if (!seen.add(time, seriesOf(reading), text)) {
      duplicates += 1;
      return;
    }
    take(reading);
  });
  plausibility.check();
  const contradictions = seen.contradictions();
  if (contradictions > 0) refused.set(CONTRADICTING, contradictions);
  return {
    ...report,
    notes: isInWindows1252(watched) ? [...report.notes, WINDOWS_1252] : report.notes,
    duplicates: report.duplicates + duplicates,
    skipped: { ...report.skipped, ...Object.fromEntries(skipped) },
    refused: { ...report.refused, ...Object.fromEntries(refused) },
    contradicts: (reading) => seen.contradicts(reading.time, seriesOf(reading)),
  };
}

/** Names the series of a reading. Those of one series mostly follow each other, and a text for each would take long. */
function seriesNames(): (reading: MeasuredReading) => string {
  let last: MeasuredReading | undefined;
  let name = "";
  return (reading) => {
    const { metric, unit, origin, source } = reading;
    const same =
      last?.metric === metric && last.unit === unit && last.origin === origin && last.source === source;
    if (!same) name = `${metric} ${unit} ${origin} ${source}`;
    last = reading;
    return name;
  };
}

/** A choice that the format does not know must not be passed over: the wrong readings would count. */
function assertSelects({ title, selects }: Format, { where = {} }: ReadOptions): void {
  if (selects === "column") return;
  const unknown = Object.keys(where).find((name) => name !== selects?.field);
  if (unknown === undefined) return;
  throw new VitalproofError("INVALID_ARGUMENT", `${title} has no "${unknown}" to choose by.`, {
    details: { name: "where", value: unknown },
    hint:
      selects === undefined
        ? "Leave --where out."
        : `Choose by ${selects.field}: --where "${selects.field}=VALUE".`,
  });
}

async function chosenFormat(input: FileInput, options: ReadOptions): Promise<ChosenFormat> {
  if (options.format !== undefined) return { format: formatOf(options.format) };
  if (options.columns !== undefined) return formatOfColumns(input, options.columns, options.metric);
  return { format: await detectFormat(input) };
}
