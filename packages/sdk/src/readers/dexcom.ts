// SPDX-License-Identifier: GPL-3.0-or-later
import { parse } from "csv-parse/browser/esm/sync";
import { VitalproofError } from "../errors.ts";
import type { Reading } from "../log/reading.ts";
import { type LocalTime, zoneRules } from "../time/zone.ts";

export type ClarityOptions = {
  /** Zone of the clock that wrote the file, IANA name or fixed offset. The file has none, and it is never guessed. */
  zone: string;
};

/** What was in the file besides readings, in numbers. */
export type ClarityReport = {
  /** Data rows, without the header. */
  rows: number;
  /** Rows of type EGV (estimated glucose value). */
  egv: number;
  /** EGV rows that say "Low" or "High" instead of a number. */
  low: number;
  high: number;
  /** EGV rows without a value: not measured. */
  blank: number;
  /** Other rows by event type: alerts, calibrations, meals, patient data. They are not kept. */
  otherRows: Record<string, number>;
  /** EGV rows at a local time that the clock change in spring skips: refused. */
  nonexistentTimes: number;
  /**
   * EGV rows in the hour that the clock change in autumn repeats. Each is taken as the earliest instant after the
   * reading before it, so that an hour that is there twice is read twice.
   */
  ambiguousTimes: number;
  /** Among those: as far as they came before any step back of the clock, so that nothing shows which hour they are. */
  assumedEarlier: number;
  /** EGV rows earlier than the one before: kept, and put in order. */
  outOfOrder: number;
};

const TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})$/;

/**
 * Reads the CSV export of Dexcom Clarity: header rows with patient data, alert rows, then EGV rows with local times.
 * Keeps times and values only.
 *
 * @param text the file's content, with or without byte order mark
 * @returns readings in order of time, in the unit of the file ("mg/dL" or "mmol/L")
 * @throws ZONE_REQUIRED, ZONE_UNKNOWN, FILE_NOT_UNDERSTOOD naming the line, never its content
 */
export function readDexcomClarity(
  text: string,
  options: ClarityOptions,
): { readings: Reading[]; unit: string; report: ClarityReport } {
  const instantsOf = zoneRules(options.zone);
  const rows = parseCsv(text);
  const header = rows[0] ?? [];
  const column = (name: string, pattern: RegExp): number => {
    const index = header.findIndex((title) => pattern.test(title));
    if (index < 0) {
      throw new VitalproofError("FILE_NOT_UNDERSTOOD", `The file has no column "${name}".`, {
        details: { column: name },
        hint: "Give the CSV export of Dexcom Clarity as it is.",
      });
    }
    return index;
  };
  const timeColumn = column("Timestamp (YYYY-MM-DDThh:mm:ss)", /^Timestamp\b/);
  const typeColumn = column("Event Type", /^Event Type$/);
  const valueColumn = column("Glucose Value (mg/dL)", /^Glucose Value \((mg\/dL|mmol\/L)\)$/);
  const unit = /\(([^)]*)\)/.exec(header[valueColumn]!)![1]!;

  const report: ClarityReport = {
    rows: rows.length - 1,
    egv: 0,
    low: 0,
    high: 0,
    blank: 0,
    otherRows: {},
    nonexistentTimes: 0,
    ambiguousTimes: 0,
    assumedEarlier: 0,
    outOfOrder: 0,
  };
  const readings: Reading[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  let undecided = 0;
  rows.slice(1).forEach((row, i) => {
    const type = row[typeColumn] ?? "";
    if (type !== "EGV") {
      report.otherRows[type] = (report.otherRows[type] ?? 0) + 1;
      return;
    }
    report.egv += 1;
    const value = (row[valueColumn] ?? "").trim();
    if (value === "") {
      report.blank += 1;
      return;
    }
    if (value === "Low") report.low += 1;
    else if (value === "High") report.high += 1;
    else if (!/^\d{1,4}([.,]\d{1,2})?$/.test(value)) throw badLine(i + 2, "its glucose value is no number");

    const { instants } = instantsOf(localTime(row[timeColumn] ?? "", i + 2));
    const [first, second] = instants;
    if (first === undefined) {
      report.nonexistentTimes += 1;
      return;
    }
    let time = first;
    if (second !== undefined) {
      report.ambiguousTimes += 1;
      time = first > previous ? first : second;
      if (time === first) undecided += 1;
      else undecided = 0;
    } else {
      report.assumedEarlier += undecided;
      undecided = 0;
    }
    if (time < previous) report.outOfOrder += 1;
    previous = time;
    readings.push({ time, value: value.replace(",", "."), unit });
  });
  report.assumedEarlier += undecided;
  readings.sort((a, b) => a.time - b.time);
  return { readings, unit, report };
}

function parseCsv(text: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    const line = error instanceof Error && "lines" in error ? Number(error.lines) : undefined;
    throw new VitalproofError(
      "FILE_NOT_UNDERSTOOD",
      `The file is no CSV${line === undefined ? "" : ` at line ${line}`}.`,
      {
        details: { line },
        hint: "Give the CSV export of Dexcom Clarity as it is.",
      },
    );
  }
}

function localTime(text: string, line: number): LocalTime {
  const match = TIME.exec(text.trim());
  if (match === null) throw badLine(line, "its time is not of the form YYYY-MM-DDThh:mm:ss");
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const real =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!real) throw badLine(line, "its time does not exist");
  return { year, month, day, hour, minute, second };
}

function badLine(line: number, reason: string): VitalproofError {
  return new VitalproofError("FILE_NOT_UNDERSTOOD", `Line ${line} is not understood: ${reason}.`, {
    details: { line, reason },
    hint: "Export the file again; do not open and save it in a spreadsheet, which rewrites times.",
  });
}
