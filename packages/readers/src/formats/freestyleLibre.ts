// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, Format, ReadOptions } from "../format.ts";
import { findHeader, headerOf, type Row, readRows, rowFilter } from "../internal/csv.ts";
import { SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";
import { beyondScale, localDecimal } from "../internal/values.ts";

/** Record types as Abbott's software numbers them; they name what a row is that holds no historic value. */
const RECORD_TYPES: Readonly<Record<string, string>> = {
  "0": "blank",
  "1": "scan",
  "2": "strip",
  "3": "ketone",
  "4": "insulin",
  "5": "food",
  "6": "note",
};

type Columns = { titles: readonly string[]; time: number; type: number; historic: number; unit: string };

function columnsOf(titles: readonly string[]): Columns | undefined {
  const time = titles.findIndex((title) => /^((Meter|Device) Timestamp|Time)$/i.test(title));
  const type = titles.findIndex((title) => /^Record Type$/i.test(title));
  const historic = titles.findIndex((title) => /^Historic Glucose ?\(?(mg\/dL|mmol\/L)\)?$/i.test(title));
  if (time < 0 || type < 0 || historic < 0) return undefined;
  return { titles, time, type, historic, unit: /mg\/dL/i.test(titles[historic]!) ? "mg/dL" : "mmol/L" };
}

/**
 * The CSV of FreeStyle Libre readers and of LibreView. A reading is a row with a value in the column of historic
 * glucose, whatever its record type says: in Abbott's numbering that is type 0, but files that went through other
 * software number differently, and the column is what was measured. Scans repeat between the historic values what is
 * in them a few minutes later, so they are counted and left, as strips, food, insulin and notes are.
 */
export const freestyleLibre: Format = {
  name: "freestyle-libre",
  title: "FreeStyle Libre or LibreView CSV export",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input: FileInput, options: ReadOptions, take) {
    const header = await headerOf(
      input,
      columnsOf,
      'header with "Device Timestamp", "Record Type" and "Historic Glucose mg/dL"',
    );
    const columns = header.columns;
    const kept = rowFilter(columns.titles, options.where ?? {});
    const valueIn = (row: Row): string => (row.cells[columns.historic] ?? "").trim();
    const times = await TimeColumn.over(
      input,
      header,
      columns.time,
      options,
      (row) => kept(row) && valueIn(row) !== "",
    );
    const tally = new Tally();
    tally.entries = header.titleRows;
    for (let i = 0; i < header.titleRows; i++) tally.skip("header");
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      const text = valueIn(row);
      if (text === "") {
        tally.skip(RECORD_TYPES[row.cell(columns.type)] ?? "other");
        return;
      }
      const value = beyondScale(text) ?? localDecimal(text);
      if (value === undefined || value.startsWith("-")) {
        throw row.bad(columns.historic, "its glucose value is not a number");
      }
      const time = times.read(row);
      if (time === SKIPPED_BY_CLOCK) {
        tally.refuse(SKIPPED_BY_CLOCK);
        return;
      }
      tally.take(time, value);
      take({ metric: "glucose", time, value, unit: columns.unit });
    });
    return tally.report("freestyle-libre", times.clock);
  },
};
