// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, ReadOptions, TextFormat } from "../format.ts";
import { findHeader, headerOf, type Row, readRows, rowFilter } from "../internal/csv.ts";
import { GlucoseCells, textIn } from "../internal/glucoseCells.ts";
import { glucoseUnit } from "../internal/glucoseUnit.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";

const TITLES = ["DAY", "TIME", "UDT_CGMS"] as const;
/** What a row holds that has no glucose, by the title of its column. */
const OTHERS: readonly (readonly [title: string, kind: string])[] = [
  ["CH_GR", "meal"],
  ["BOLUS", "insulin"],
  ["REMARK", "note"],
];

type Columns = {
  readonly titles: readonly string[];
  readonly day: number;
  readonly time: number;
  readonly sensor: number;
  /** Column of meter values; -1 if the file has no such column. */
  readonly meter: number;
};

function columnsOf(titles: readonly string[]): Columns | undefined {
  const [day, time, sensor] = TITLES.map((title) => titles.indexOf(title)) as [number, number, number];
  if (day < 0 || time < 0 || sensor < 0) return undefined;
  return { titles, day, time, sensor, meter: titles.indexOf("BG_LEVEL") };
}

/**
 * The SiDiary export of xDrip+ and Spike: day and time in two columns, values of the sensor and of meters in two more. The
 * file does not say its unit. Both apps write mg/dL; where no value proves it, the caller says it.
 */
export const xdripSiDiary: TextFormat = {
  name: "xdrip-sidiary",
  title: "xDrip+ export for SiDiary (CSV)",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  own(head) {
    const columns = findHeader(head, columnsOf)?.columns;
    if (columns === undefined) return undefined;
    const { titles, day, time, sensor } = columns;
    return { titles, time: [day, time], value: sensor, unit: undefined };
  },
  async read(input: FileInput, options: ReadOptions, take) {
    const header = await headerOf(input, columnsOf, `header with ${TITLES.map((t) => `"${t}"`).join(", ")}`);
    const { titles, day, sensor, meter } = header.columns;
    const kept = rowFilter(titles, options.where ?? {});
    const concerns = (row: Row): boolean =>
      kept(row) && (textIn(row, sensor) !== "" || textIn(row, meter) !== "");
    const unit = await glucoseUnit(input, header, options, (row) => (kept(row) ? textIn(row, sensor) : ""));
    const times = await TimeColumn.over(input, { ...header, titles }, day, options, concerns);
    const tally = new Tally();
    const glucose = new GlucoseCells({ times, tally, unit }, take);
    await readRows(input, header, (row) => {
      const cells = [sensor, meter].filter((column) => textIn(row, column) !== "");
      tally.entries += Math.max(1, cells.length);
      if (!kept(row)) {
        for (let i = 0; i < Math.max(1, cells.length); i++) tally.skip("other rows");
        return;
      }
      if (cells.length === 0) {
        tally.skip(OTHERS.find(([title]) => textIn(row, titles.indexOf(title)) !== "")?.[1] ?? "blank");
        return;
      }
      for (const column of cells) {
        glucose.read(row, column, {
          origin: column === meter ? "meter" : undefined,
          signal: titles[column]!,
        });
      }
    });
    return tally.report("xdrip-sidiary", times.clock);
  },
};
