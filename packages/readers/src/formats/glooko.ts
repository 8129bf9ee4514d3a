// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, ReadOptions, TextFormat } from "../format.ts";
import { headOf } from "../input.ts";
import { findHeader, type Header, type Row, readRows, rowFilter } from "../internal/csv.ts";
import { GlucoseCells, textIn } from "../internal/glucoseCells.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";
import { titleUnit } from "../internal/titles.ts";

/** The first line in every language: a name, and the range of dates. */
const TITLE = /^[^,:"]+:[^,]*,[^,:]+:\s*\d[\d./-]+ - \d[\d./-]+,*\s*$/;

// cspell:disable
/** Titles of the column of times, by which a file is known that lost its first line. */
const TIME_TITLES: readonly { language: string; title: string }[] = [
  { language: "English", title: "Timestamp" },
  { language: "German", title: "Zeitstempel" },
  { language: "Dutch", title: "Tijdstempel" },
];
// cspell:enable

/** Numbers that mean "below" and "above" in the data that Glooko has from CamAPS FX. They are in no sensor's range. */
const CODES: Readonly<Record<"mg/dL" | "mmol/L", ReadonlyMap<number, "LOW" | "HIGH">>> = {
  "mg/dL": new Map([
    [1, "LOW"],
    [2001, "HIGH"],
  ]),
  // The same numbers, converted by Glooko: 1 / 18 and 2001 / 18 to one place.
  "mmol/L": new Map([
    [0.1, "LOW"],
    [111.1, "HIGH"],
  ]),
};

type Columns = {
  readonly titles: readonly string[];
  readonly time: number;
  readonly value: number;
  readonly unit: "mg/dL" | "mmol/L";
  /** Column that says "M" for a value that was typed in; -1 in a file of a sensor. */
  readonly manual: number;
  readonly serial: number;
};

/** The files cgm_data (2 or 3 columns, "CGM" in the second title) and bg_data (4 columns). */
function columnsOf(titles: readonly string[]): Columns | undefined {
  const unit = titleUnit(titles[1] ?? "");
  if (unit === undefined || titles.length > 4) return undefined;
  const sensor = /\bCGM\b/i.test(titles[1]!);
  if (sensor ? titles.length > 3 : titles.length !== 4) return undefined;
  return { titles, time: 0, value: 1, unit, manual: sensor ? -1 : 2, serial: sensor ? 2 : 3 };
}

function headerIn(head: string): Header<Columns> | undefined {
  const header = findHeader(head, columnsOf);
  if (header === undefined || header.delimiter !== ",") return undefined;
  const { titles, manual } = header.columns;
  const named = manual < 0 && TIME_TITLES.some(({ title }) => title === titles[0]);
  return named || TITLE.test(head.split(/\r\n|\n|\r/, 1)[0]!) ? header : undefined;
}

/**
 * The CSV files of a Glooko export that hold glucose: cgm_data and bg_data. A sensor's data from CamAPS FX has numbers that
 * stand for below and above its range; they mean that in Glooko's files alone.
 */
export const glooko: TextFormat = {
  name: "glooko",
  title: "Glooko CSV export (cgm_data, bg_data)",
  selects: "column",
  matches: (head) => headerIn(head) !== undefined,
  own(head) {
    const header = headerIn(head);
    if (header === undefined) return undefined;
    const { titles, time, value, unit } = header.columns;
    return { titles, time: [time], value, unit };
  },
  async read(input: FileInput, options: ReadOptions, take) {
    const header = headerIn(await headOf(input));
    if (header === undefined) {
      throw notUnderstood('it has no header with a time and a title such as "CGM Glucose Value (mg/dl)"');
    }
    const { titles, time: timeColumn, value: valueColumn, unit, manual, serial } = header.columns;
    const kept = rowFilter(titles, options.where ?? {});
    const concerns = (row: Row): boolean => kept(row) && textIn(row, valueColumn) !== "";
    const times = await TimeColumn.over(input, header, timeColumn, options, concerns);
    const tally = new Tally();
    const glucose = new GlucoseCells({ times, tally, unit }, take, CODES[unit]);
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      const typedIn = manual >= 0 && textIn(row, manual) !== "";
      glucose.read(row, valueColumn, {
        source: textIn(row, serial),
        origin: typedIn ? "typed in" : manual >= 0 ? "meter" : undefined,
      });
    });
    return tally.report("glooko", times.clock);
  },
};
