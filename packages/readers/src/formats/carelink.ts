// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, Origin, ReadOptions, TextFormat } from "../format.ts";
import { headOf } from "../input.ts";
import { type Row, rowFilter } from "../internal/csv.ts";
import { GlucoseCells, textIn } from "../internal/glucoseCells.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { firstSection, readSections } from "../internal/sections.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";
import { titleName, titleUnit } from "../internal/titles.ts";

type Columns = {
  readonly titles: readonly string[];
  readonly date: number;
  readonly time: number;
  readonly sensor: number;
  readonly unit: "mg/dL" | "mmol/L";
  /** Values of meters, how they came in, and which meter; -1 where a column is missing. */
  readonly meter: number;
  readonly meterSource: number;
  readonly meterId: number;
  readonly calibration: number;
};

/** CareLink's titles are English in every country; the unit in them is the account's. */
function columnsOf(titles: readonly string[]): Columns | undefined {
  if (titles[0] !== "Index") return undefined;
  const names = titles.map(titleName);
  const at = (name: string): number => names.indexOf(name);
  const [date, time, sensor] = [at("date"), at("time"), at("sensor glucose")];
  const unit = titleUnit(titles[sensor] ?? "");
  if (date < 0 || time < 0 || unit === undefined) return undefined;
  return {
    titles,
    date,
    time,
    sensor,
    unit,
    meter: at("bg reading"),
    meterSource: at("bg source"),
    meterId: at("linked bg meter id"),
    calibration: at("sensor calibration bg"),
  };
}

const isTitle = ({ cells }: Row): boolean => /^-{3,}$/.test((cells[0] ?? "").trim());

/**
 * The CSV export of Medtronic CareLink: sections for pump, automatic insulin and sensor, each with a title and a header,
 * newest first. Sensor glucose and values of meters are read; events of the pump and calibrations are counted.
 */
export const carelink: TextFormat = {
  name: "carelink",
  title: "Medtronic CareLink CSV export",
  selects: "column",
  matches: (head) => firstSection(head, columnsOf) !== undefined,
  own(head) {
    const columns = firstSection(head, columnsOf)?.columns;
    if (columns === undefined) return undefined;
    const { titles, date, time, sensor, unit } = columns;
    return { titles, time: [date, time], value: sensor, unit };
  },
  async read(input: FileInput, options: ReadOptions, take) {
    const found = firstSection(await headOf(input), columnsOf);
    if (found === undefined)
      throw notUnderstood('it has no header with "Index", "Date" and "Sensor Glucose"');
    const { header, columns: first } = found;
    const kept = rowFilter(first.titles, options.where ?? {});
    const isEvent = (row: Row): boolean => /^\d/.test(textIn(row, 0)) && /^\d/.test(textIn(row, first.date));
    const holds = (row: Row): boolean => textIn(row, first.sensor) !== "" || textIn(row, first.meter) !== "";
    const times = await TimeColumn.over(
      input,
      { ...header, columns: first, titles: first.titles },
      first.date,
      options,
      (row) => isEvent(row) && holds(row) && kept(row),
    );
    const tally = new Tally();
    let device = "";
    const glucose = new GlucoseCells({ times, tally, unit: first.unit }, take);
    await readSections(input, header, columnsOf, isTitle, (row, columns, isData) => {
      if (columns !== undefined && columns.titles.join() !== first.titles.join()) {
        throw row.bad(0, "its section has other columns than the first one");
      }
      // "-------;MiniMed 780G MMT-1886;Sensor;SERIAL;-------"
      if (isTitle(row)) device = `${textIn(row, 1)} ${textIn(row, 3)}`.trim();
      const cells = isEvent(row) ? [first.sensor, first.meter].filter((at) => textIn(row, at) !== "") : [];
      tally.entries += Math.max(1, cells.length);
      if (!isData || !isEvent(row)) tally.skip("header");
      else if (!kept(row)) for (let i = 0; i < Math.max(1, cells.length); i++) tally.skip("other rows");
      else if (cells.length === 0)
        tally.skip(textIn(row, first.calibration) === "" ? "pump event" : "calibration");
      else {
        for (const column of cells) {
          if (column === first.sensor) glucose.read(row, column, { source: device, signal: "sensor" });
          else {
            glucose.read(row, column, {
              source: textIn(row, first.meterId),
              origin: meterOrigin(textIn(row, first.meterSource)),
              signal: "meter",
            });
          }
        }
      }
    });
    return tally.report("carelink", times.clock);
  },
};

/** Pumps say "ENTERED_IN_…" for a value that a person typed in. */
function meterOrigin(source: string): Origin {
  return /ENTERED|MANUAL/i.test(source) ? "typed in" : "meter";
}
