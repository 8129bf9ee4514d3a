// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, Metric, ReadOptions, TextFormat } from "../format.ts";
import {
  columnIndex,
  type Header,
  headerOf,
  looksLikeTable,
  type Row,
  readRows,
  rowFilter,
} from "../internal/csv.ts";
import { isoTime, orderedTime } from "../internal/dateTime.ts";
import { doseOf } from "../internal/doseWords.ts";
import { SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Mixture } from "../internal/mixture.ts";
import { UnitColumn, Validity, ZoneColumn } from "../internal/rowFacts.ts";
import { Shifts } from "../internal/shift.ts";
import { Sources } from "../internal/sources.ts";
import { Tally } from "../internal/tally.ts";
import { startOf, TimeColumn } from "../internal/timeColumn.ts";
import { NO_ANSWER, ValueColumn } from "../internal/valueColumn.ts";
import { beyondScale, isMissing, isZero, localDecimal, plainDecimal } from "../internal/values.ts";
import { wordedTime } from "../internal/wordedTime.ts";
import { METRICS, metricOfUnit, ucumOf } from "../metrics.ts";

type Columns = {
  titles: readonly string[];
  time: number | undefined;
  value: number;
  kept: (row: Row) => boolean;
  /** Columns by which the caller chooses rows. */
  chosen: readonly number[];
};

/** Metrics with one value a day or more, of which a date alone is time enough. */
const DAILY: readonly Metric[] = ["device-usage", "doses"];

/** A table, or one column of numbers. What begins like JSON or XML is neither, whatever commas are in it. */
function matches(head: string): boolean {
  if (/^\s*[[{<]/.test(head)) return false;
  const lines = head.split(/\r\n|\n|\r/, 3).filter((line) => line.trim() !== "");
  const numbers = lines.length > 1 && lines.slice(1).every((line) => plainDecimal(line.trim()) !== undefined);
  return numbers || looksLikeTable(head);
}

/**
 * Any table with a column of values: the caller says which columns and which unit. Times are all that `TimeColumn` reads;
 * without a time column the rows are evenly spaced. Values keep their decimals; a zero of a metric that has none means
 * missing. A row's own columns count where there are some: its unit must be the one named, and a row that says it is not
 * valid is left out.
 */
export const genericCsv: TextFormat = {
  name: "generic-csv",
  title: "CSV with columns that you name",
  selects: "column",
  matches,
  async read(input: FileInput, options: ReadOptions, take) {
    const { columns } = options;
    if (columns === undefined) {
      throw new VitalproofError(
        "SELECTION_REQUIRED",
        "The file is a table of no known form, and no columns were named.",
        { hint: "Name the columns of times and values, and the UCUM unit: --time, --value, --unit." },
      );
    }
    const header = await headerFor(input, options);
    const { metric, unit, note } = metricFor(options);
    const beats = isIntervals(options);
    const { titles, kept, chosen, time: timeColumn, value: valueColumn } = header.columns;
    const validity = new Validity(titles, chosen);
    const isReading = (row: Row): boolean =>
      kept(row) && !isMissing((row.cells[valueColumn] ?? "").trim()) && validity.reasonOf(row) === undefined;
    const times =
      timeColumn === undefined
        ? undefined
        : await TimeColumn.over(
            input,
            { ...header, titles, title: titles[timeColumn], daily: DAILY.includes(metric) },
            timeColumn,
            options,
            isReading,
          );
    const used = [...chosen, valueColumn, ...(times?.columns ?? [])];
    const mixture = new Mixture(titles, used, metric === "doses" ? "medicines" : undefined);
    const sources = new Sources(titles, used);
    const values = new ValueColumn(valueColumn, metric, unit, titles[valueColumn]);
    const units = new UnitColumn(
      { titles, value: valueColumn, chosen },
      { metric, unit: values.unit },
      header.delimiter,
    );
    const zones = new ZoneColumn(titles, chosen);
    const shifts = new Shifts(titles, header.delimiter, valueColumn, unit);
    const start = times === undefined ? startOf(options) : 0;
    const interval = options.interval ?? 1;
    if (!(interval > 0 && Number.isFinite(interval))) {
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `interval is ${interval}; it must be seconds, more than 0.`,
        {
          details: { name: "interval", value: interval },
        },
      );
    }
    const tally = new Tally();
    if (note !== undefined) tally.notes.push(note);
    let place = 0;
    let elapsed = 0;
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      let evenTime = start + place * interval;
      place += 1;
      const text = row.cell(valueColumn);
      if (isMissing(text)) {
        if (beats && times === undefined) {
          throw row.bad(
            valueColumn,
            "an interval between beats is missing, so that the times after it are unknown",
          );
        }
        tally.skip("missing");
        return;
      }
      const uncounted = validity.reasonOf(row);
      if (uncounted !== undefined) {
        tally.skip(uncounted);
        return;
      }
      mixture.see(row);
      units.see(row);
      shifts.see(row);
      const written = values.read(row, text);
      if (written === undefined) {
        tally.skip(NO_ANSWER);
        return;
      }
      const value = beats ? rateOf(written) : written;
      if (beats) {
        elapsed += Number(written) / 1000;
        evenTime = start + elapsed;
      }
      const time = times === undefined ? evenTime : times.read(row);
      zones.see(row, times?.clock);
      if (METRICS[metric].zeroIsMissing && isZero(value)) tally.skip("sentinel zero");
      else if (METRICS[metric].zeroIsMissing && value.startsWith("-")) tally.refuse("impossible value");
      else if (time === SKIPPED_BY_CLOCK) tally.refuse(SKIPPED_BY_CLOCK);
      else {
        // Times that follow from the rows' places cannot overlap.
        if (times !== undefined) sources.see(row, time, value);
        tally.hand({ metric, time, value, unit: values.unit }, take, { clock: times?.clock });
      }
    });
    shifts.check();
    units.check();
    sources.check();
    tally.notes.push(...values.notes, ...(times?.notes ?? []));
    return tally.report("generic-csv", times?.clock);
  },
};

/** The header that has the columns asked for. With numbers alone, a first row of values is not a header. */
async function headerFor(input: FileInput, options: ReadOptions): Promise<Header<Columns>> {
  const { time, clock, value, where: inner } = options.columns!;
  const where = { ...inner, ...options.where };
  if (time === undefined && options.interval === undefined && !isIntervals(options)) {
    throw new VitalproofError(
      "SELECTION_REQUIRED",
      "No column of times was named, and no interval between rows either.",
      {
        hint: "Name the column of times (--time), or pass the seconds from one row to the next (--interval).",
      },
    );
  }
  const names = [time, clock, value, ...Object.keys(where)].filter((name) => name !== undefined);
  const numbered = names.every((name) => /^#[1-9]\d{0,3}$/.test(name));
  const columnsOf = (titles: readonly string[]): Columns => ({
    titles,
    time: time === undefined ? undefined : columnIndex(titles, time),
    value: columnIndex(titles, value),
    kept: rowFilter(titles, where),
    chosen: Object.keys(where).map((name) => columnIndex(titles, name)),
  });
  // Looked for without throwing first, since a title may be found under one delimiter and not under another.
  const least = Math.max(...names.map((name) => (name.startsWith("#") ? Number(name.slice(1)) : 1)));
  const header = await headerOf(
    input,
    (titles) => {
      // Numbers alone say nothing about the delimiter. A cell that contains another delimiter is not one cell.
      if (titles.length < least || (numbered && titles.some((title) => /[;\t]/.test(title))))
        return undefined;
      const missing = names.some((name) => !name.startsWith("#") && !titles.includes(name.trim()));
      return missing ? undefined : columnsOf(titles);
    },
    `row with the column${names.length > 1 ? "s" : ""} ${names.map((name) => `"${name}"`).join(", ")}`,
  );
  const { titles, time: timeColumn, value: valueColumn } = header.columns;
  const isValue = (text: string): boolean =>
    (localDecimal(text) ?? beyondScale(text) ?? doseOf(text)) !== undefined;
  const isData =
    numbered && (isValue(titles[valueColumn]!) || (timeColumn !== undefined && isTime(titles[timeColumn]!)));
  return isData ? { ...header, titleRows: header.titleRows - 1 } : header;
}

function isTime(text: string): boolean {
  return (isoTime(text) ?? orderedTime(text) ?? plainDecimal(text) ?? wordedTime(text)) !== undefined;
}

/** Beats a minute, from the milliseconds between two beats. Anything else stays as it is and is refused. */
function rateOf(interval: string): string {
  const rate = 60_000 / Number(interval);
  return Number.isFinite(rate) && rate > 0 ? rate.toFixed(RATE_PLACES) : interval;
}

const RATE_PLACES = 4;

/** Whether the values are intervals between heart beats, from which heart rates are computed. */
function isIntervals({ metric, columns }: ReadOptions): boolean {
  return metric === "heart-rate" && /^(ms|msec|milliseconds?)$/i.test(columns!.unit.trim());
}

function metricFor(options: ReadOptions): { metric: Metric; unit: string; note: string | undefined } {
  const given = options.columns!.unit;
  if (isIntervals(options)) {
    const note = `Heart rates are computed from intervals between beats: 60,000 ms by each, to ${RATE_PLACES} places.`;
    return { metric: "heart-rate", unit: "/min", note };
  }
  // Fractions of 1, which `ValueColumn` reads as per cent.
  if (options.metric === "spo2" && given.trim() === "1")
    return { metric: "spo2", unit: "1", note: undefined };
  const metric = options.metric ?? metricOfUnit(given) ?? "other";
  const unit = ucumOf(metric, given);
  if (unit === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `${METRICS[metric].title} is not measured in "${given}".`, {
      details: { name: "unit", value: given, metric },
      hint: `Units of it, in UCUM: ${METRICS[metric].ucum.join(", ")}.`,
    });
  }
  const note =
    options.metric === undefined && metric !== "other"
      ? `Taken as ${METRICS[metric].title}, since its unit is ${unit}.`
      : undefined;
  return { metric, unit, note };
}
