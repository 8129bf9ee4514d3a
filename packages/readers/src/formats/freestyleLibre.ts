// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, ReadOptions, TextFormat } from "../format.ts";
import { findHeader, headerOf, readRows, rowFilter } from "../internal/csv.ts";
import { GlucoseCells, textIn } from "../internal/glucoseCells.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";
import { titleName, titleUnit } from "../internal/titles.ts";
import { plainDecimal } from "../internal/values.ts";

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

type Language = {
  readonly language: string;
  readonly time: readonly string[];
  readonly type: readonly string[];
  /** The historic values' title, without its unit. */
  readonly historic: string;
};

// cspell:disable
/** Titles in the languages of LibreView accounts. docs/formats/cgm.md says what each row was checked against. */
const LANGUAGES: readonly Language[] = [
  {
    language: "English",
    time: ["meter timestamp", "device timestamp", "time"],
    type: ["record type"],
    historic: "historic glucose",
  },
  {
    language: "German",
    time: ["gerätezeitstempel"],
    type: ["aufzeichnungstyp"],
    historic: "glukosewert-verlauf",
  },
  {
    language: "French",
    time: ["horodatage de l'appareil"],
    type: ["type d'enregistrement"],
    historic: "historique de la glycémie",
  },
  {
    language: "Spanish",
    time: ["sello de tiempo del dispositivo", "marca de hora del dispositivo"],
    type: ["tipo de registro"],
    historic: "historial de glucosa",
  },
  {
    language: "Italian",
    time: ["timestamp del dispositivo"],
    type: ["tipo di registrazione"],
    historic: "storico del glucosio",
  },
  {
    language: "Dutch",
    time: ["tijdstempel apparaat", "tijdstempel meter"],
    type: ["gegevenstype"],
    historic: "historische glucose",
  },
];
// cspell:enable

/** Places of an export of LibreView, the same in every language. */
const LAYOUT = { time: 2, type: 3, historic: 4, scan: 5, ketone: 15 };

type Columns = {
  readonly titles: readonly string[];
  readonly time: number;
  readonly type: number;
  readonly historic: number;
  readonly unit: "mg/dL" | "mmol/L";
  /** Device and serial number; empty where the table does not begin with them. */
  readonly source: readonly number[];
  /** Column of the record's number in the reader, which grows with time; -1 if the file has no such column. */
  readonly record: number;
};

function columnsOf(titles: readonly string[]): Columns | undefined {
  const names = titles.map(titleName);
  const places = LANGUAGES.map(({ time, type, historic }) => ({
    time: names.findIndex((name) => time.includes(name)),
    type: names.findIndex((name) => type.includes(name)),
    historic: names.indexOf(historic),
  })).find(({ time, type, historic }) => time >= 0 && type >= 0 && historic >= 0);
  const { time, type, historic } = places ?? LAYOUT;
  const unit = titleUnit(titles[historic] ?? "");
  if (unit === undefined || (places === undefined && !hasLayout(titles, unit))) return undefined;
  return {
    titles,
    time,
    type,
    historic,
    unit,
    source: time === LAYOUT.time ? [0, 1] : [],
    record: names.indexOf("id"),
  };
}

/** Whether a header of another language has the units of LibreView's at their places. */
function hasLayout(titles: readonly string[], unit: string): boolean {
  return titleUnit(titles[LAYOUT.scan] ?? "") === unit && titleUnit(titles[LAYOUT.ketone] ?? "") === "mmol/L";
}

/**
 * The CSV of FreeStyle Libre readers and of LibreView, in the language of its account. A reading is a row with a value in
 * the column of historic glucose, whatever its record type says: in Abbott's numbering that is type 0, but files that went
 * through other software number differently, and the column is what was measured. Scans repeat between the historic values
 * what is in them a few minutes later, so they are counted and left, as strips, food, insulin and notes are.
 */
export const freestyleLibre: TextFormat = {
  name: "freestyle-libre",
  title: "FreeStyle Libre or LibreView CSV export",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  own(head) {
    const columns = findHeader(head, columnsOf)?.columns;
    if (columns === undefined) return undefined;
    const { titles, time, historic, unit } = columns;
    return { titles, time: [time], value: historic, unit };
  },
  async read(input: FileInput, options: ReadOptions, take) {
    const header = await headerOf(
      input,
      columnsOf,
      'header with "Device Timestamp", "Record Type" and "Historic Glucose mg/dL"',
    );
    const { titles, time: timeColumn, type, historic, unit, source: sources, record } = header.columns;
    const kept = rowFilter(titles, options.where ?? {});
    const times = await TimeColumn.over(
      input,
      header,
      timeColumn,
      options,
      (row) => kept(row) && textIn(row, historic) !== "",
    );
    const tally = new Tally();
    tally.entries = header.titleRows;
    for (let i = 0; i < header.titleRows; i++) tally.skip("header");
    const glucose = new GlucoseCells({ times, tally, unit }, take);
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      if (textIn(row, historic) === "") {
        tally.skip(RECORD_TYPES[row.cell(type)] ?? "other");
        return;
      }
      const number = plainDecimal(textIn(row, record));
      glucose.read(row, historic, {
        source: sources
          .map((column) => textIn(row, column))
          .join(" ")
          .trim(),
        evidence: number === undefined ? undefined : { record: Number(number) },
      });
    });
    return tally.report("freestyle-libre", times.clock);
  },
};
