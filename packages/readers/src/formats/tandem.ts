// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, ReadOptions, TextFormat } from "../format.ts";
import { headOf } from "../input.ts";
import { type Row, rowFilter } from "../internal/csv.ts";
import { GlucoseCells, textIn } from "../internal/glucoseCells.ts";
import { glucoseUnit } from "../internal/glucoseUnit.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { firstSection, readSections } from "../internal/sections.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";
import { titleUnit } from "../internal/titles.ts";

type Columns = {
  readonly titles: readonly string[];
  readonly device: number;
  readonly serial: number;
  readonly description: number;
  readonly time: number;
  readonly value: number;
  /** Undefined in the title "Readings (CGM / BGM)", which names no unit. */
  readonly unit: "mg/dL" | "mmol/L" | undefined;
  readonly meter: boolean;
};

/** "DeviceType" in exports of t:connect, "Device Type" in those of Tandem Source. */
function columnsOf(titles: readonly string[]): Columns | undefined {
  const names = titles.map((title) => title.replaceAll(" ", "").toLowerCase());
  const [device, serial, description, time] = [
    "devicetype",
    "serialnumber",
    "description",
    "eventdatetime",
  ].map((name) => names.indexOf(name)) as [number, number, number, number];
  if (device !== 0 || serial < 0 || description < 0 || time < 0) return undefined;
  const value = names.findIndex((name) => /^(readings|bg)\(/.test(name));
  if (value < 0) return undefined;
  const meter = names[value]!.startsWith("bg");
  return { titles, device, serial, description, time, value, unit: titleUnit(titles[value]!), meter };
}

/** Sections for insulin and boluses begin with these titles. */
const isOtherSection = (row: Row): boolean => /^(Device ?)?Type$/i.test(textIn(row, 0));

/**
 * The CSV exports of Tandem's t:connect (sections one below the other) and Tandem Source (a file for each). Rows "EGV" are
 * the sensor's, rows "BG" and the section of BG a meter's; other rows are counted.
 */
export const tandem: TextFormat = {
  name: "tandem",
  title: "Tandem t:connect or Tandem Source CSV export",
  selects: "column",
  matches: (head) => firstSection(head, columnsOf) !== undefined,
  own(head) {
    const columns = firstSection(head, columnsOf)?.columns;
    if (columns === undefined || columns.meter) return undefined;
    const { titles, time, value, unit } = columns;
    return { titles, time: [time], value, unit };
  },
  async read(input: FileInput, options: ReadOptions, take) {
    const found = firstSection(await headOf(input), columnsOf);
    if (found === undefined) {
      throw notUnderstood('it has no header with "DeviceType", "EventDateTime" and "Readings"');
    }
    const { header, columns: first } = found;
    const kept = rowFilter(first.titles, options.where ?? {});
    const isEvent = (row: Row): boolean => /^\d{1,4}[-/]\d{1,2}[-/]\d/.test(textIn(row, first.time));
    const unit =
      first.unit ??
      (await glucoseUnit(input, header, options, (row) => (isEvent(row) ? textIn(row, first.value) : "")));
    const times = await TimeColumn.over(
      input,
      { ...header, columns: first },
      first.time,
      options,
      (row) => isEvent(row) && kept(row),
    );
    const tally = new Tally();
    const glucose = new GlucoseCells({ times, tally, unit }, take);
    let begun = false;
    await readSections(input, header, columnsOf, isOtherSection, (row, columns, isData) => {
      tally.entries += 1;
      begun ||= columns !== undefined;
      if (columns !== undefined && (columns.time !== first.time || columns.value !== first.value)) {
        throw row.bad(0, "its section has its columns at other places than the first one");
      }
      if (columns?.unit !== undefined && columns.unit !== unit) {
        throw row.bad(columns.value, "its section is in another unit than the first one");
      }
      if (columns === undefined || !isData) {
        // Rows of insulin and boluses; above the first section there are titles.
        tally.skip(isData && begun ? "other" : "header");
        return;
      }
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      const kind = textIn(row, columns.description).toUpperCase();
      const meter = columns.meter || kind === "BG";
      if (!meter && kind !== "EGV") {
        tally.skip(textIn(row, columns.value) === "" ? "blank" : "other");
        return;
      }
      glucose.read(row, columns.value, {
        source: `${textIn(row, columns.device)} ${textIn(row, columns.serial)}`.trim(),
        origin: meter ? "meter" : undefined,
      });
    });
    return tally.report("tandem", times.clock);
  },
};
