// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, Format, ReadOptions } from "../format.ts";
import { findHeader, headerOf, readRows, rowFilter } from "../internal/csv.ts";
import { isoTime } from "../internal/dateTime.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Tally } from "../internal/tally.ts";
import { beyondScale } from "../internal/values.ts";

/** What a row can be besides a reading; counted by name. Anything else is counted as "other". */
const EVENTS: ReadonlySet<string> = new Set([
  "FirstName",
  "LastName",
  "DateOfBirth",
  "Device",
  "Alert",
  "Calibration",
  "Insulin",
  "Carbs",
  "Exercise",
  "Health",
  "Note",
  "Notes",
]);

type Columns = {
  titles: readonly string[];
  time: number;
  type: number;
  value: number;
  unit: string;
  /** Phone, watch or receiver that wrote the row; -1 where old exports have no such column. */
  source: number;
};

function columnsOf(titles: readonly string[]): Columns | undefined {
  const time = titles.findIndex((title) => /^Timestamp\b/.test(title));
  const type = titles.indexOf("Event Type");
  const value = titles.findIndex((title) => /^Glucose Value \((mg\/dL|mmol\/L)\)$/.test(title));
  if (time < 0 || type < 0 || value < 0) return undefined;
  const source = titles.indexOf("Source Device ID");
  return { titles, time, type, value, source, unit: /\(([^)]*)\)/.exec(titles[value]!)![1]! };
}

/**
 * The CSV export of Dexcom Clarity: rows with patient data, alert rows, then EGV rows (estimated glucose values) with
 * local times. Calibrations, meals, insulin and alerts are counted and left.
 */
export const dexcomClarity: Format = {
  name: "dexcom-clarity",
  title: "Dexcom Clarity CSV export",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input: FileInput, options: ReadOptions, take) {
    const clock = new LocalClock(options.zone);
    const header = await headerOf(
      input,
      columnsOf,
      'header with "Timestamp (YYYY-MM-DDThh:mm:ss)", "Event Type" and "Glucose Value (mg/dL)"',
    );
    const columns = header.columns;
    const kept = rowFilter(columns.titles, options.where ?? {});
    const tally = new Tally();
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      const type = row.cell(columns.type);
      if (type !== "EGV") {
        tally.skip(EVENTS.has(type) ? type : "other");
        return;
      }
      const text = row.cell(columns.value);
      if (text === "") {
        tally.skip("blank");
        return;
      }
      const beyond = beyondScale(text);
      if (beyond === undefined && !/^\d{1,4}([.,]\d{1,2})?$/.test(text)) {
        throw row.bad(columns.value, "its glucose value is not a number");
      }
      const written = isoTime(row.cell(columns.time));
      if (written === "impossible") throw row.bad(columns.time, "its time does not exist");
      if (written === undefined || written.offset !== undefined) {
        throw row.bad(columns.time, "its time is not of the form YYYY-MM-DDThh:mm:ss");
      }
      const time = clock.instantOf(written.local, written.fraction);
      if (time === undefined) {
        tally.refuse(SKIPPED_BY_CLOCK);
        return;
      }
      const value = beyond ?? text.replace(",", ".");
      tally.take(time, value);
      const source = (row.cells[columns.source] ?? "").trim();
      take({ metric: "glucose", time, value, unit: columns.unit, ...(source === "" ? {} : { source }) });
    });
    return tally.report("dexcom-clarity", clock);
  },
};
