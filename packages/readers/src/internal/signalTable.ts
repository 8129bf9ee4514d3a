// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  FileInput,
  FileReport,
  FormatName,
  MeasuredReading,
  Metric,
  Origin,
  ReadOptions,
  TextFormat,
} from "../format.ts";
import { METRICS } from "../metrics.ts";
import { columnIndex, findHeader, headerOf, type Row, readRows, rowFilter } from "./csv.ts";
import { SKIPPED_BY_CLOCK } from "./localClock.ts";
import { Mixture } from "./mixture.ts";
import { Validity } from "./rowFacts.ts";
import { Tally } from "./tally.ts";
import { TimeColumn } from "./timeColumn.ts";
import { NO_ANSWER, ValueColumn } from "./valueColumn.ts";
import { isMissing, isZero } from "./values.ts";

/** A column of values, in a unit that the format fixes. */
export type Signal = {
  readonly index: number;
  readonly metric: Metric;
  readonly unit: string;
  readonly origin?: Origin;
};

/** What a format makes of a header. */
export type SignalColumns = {
  readonly titles: readonly string[];
  /** The column of times, or of dates next to one of the time of day. */
  readonly time: number;
  readonly signals: readonly Signal[];
  /** Columns that name the device or app, in this order. */
  readonly source?: readonly number[];
  /** What a row is counted as that holds no measurement, although it has a value. */
  readonly leftOut?: (row: Row) => string | undefined;
  /** Why a row is refused. */
  readonly refused?: (row: Row) => string | undefined;
  /** Texts of a value that mean that nothing was measured, in addition to those of every table. */
  readonly sentinels?: readonly string[];
};

/** A vendor's table with a row for each time and a column for each signal. */
export type SignalTable = {
  readonly name: FormatName;
  readonly title: string;
  /** What a file without its header is said to lack: 'header with "Time" and "Oxygen Level"'. */
  readonly wanted: string;
  readonly columnsOf: (titles: readonly string[]) => SignalColumns | undefined;
  /** The device or app, where every file of the format is of one. */
  readonly source?: string;
  /** The zone of times without one, where the vendor fixes it: Samsung writes UTC. */
  readonly zone?: string;
  /** Whether a file can hold several series, told apart by a column. */
  readonly mixed?: true;
};

/** The format of a vendor's table. */
export function signalTable(table: SignalTable): TextFormat {
  return {
    name: table.name,
    title: table.title,
    selects: "column",
    matches: (head) => findHeader(head, table.columnsOf) !== undefined,
    own(head) {
      const columns = findHeader(head, table.columnsOf)?.columns;
      return columns?.signals.map(({ index, metric, unit }) => ({
        titles: columns.titles,
        time: [columns.time],
        value: index,
        metric,
        unit,
      }));
    },
    read: (input, options, take) => readTable(table, input, options, take),
  };
}

async function readTable(
  table: SignalTable,
  input: FileInput,
  options: ReadOptions,
  take: (reading: MeasuredReading) => void,
): Promise<FileReport> {
  const header = await headerOf(input, table.columnsOf, table.wanted);
  const { titles, time: timeColumn, signals, source = [], sentinels = [] } = header.columns;
  const where = options.where ?? {};
  const kept = rowFilter(titles, where);
  const chosen = Object.keys(where).map((title) => columnIndex(titles, title));
  const validity = new Validity(titles, chosen);
  const leftOut = (row: Row): string | undefined =>
    kept(row) ? (validity.reasonOf(row) ?? header.columns.leftOut?.(row)) : "other rows";
  const textOf = (row: Row, index: number): string => (row.cells[index] ?? "").trim();
  const nothing = (text: string): boolean => isMissing(text) || sentinels.includes(text);
  const times = await TimeColumn.over(
    input,
    { ...header, titles, title: titles[timeColumn], daily: false },
    timeColumn,
    table.zone === undefined ? options : { ...options, zone: table.zone },
    (row) => leftOut(row) === undefined && signals.some(({ index }) => !nothing(textOf(row, index))),
  );
  const used = [...chosen, ...times.columns, ...signals.map(({ index }) => index), ...source];
  const mixture = new Mixture(
    table.mixed === true ? titles : [],
    used,
    signals.some(({ metric }) => metric === "doses") ? "medicines" : undefined,
  );
  const values = signals.map(({ index, metric, unit }) => new ValueColumn(index, metric, unit));
  const tally = new Tally();
  await readRows(input, header, (row) => {
    const reason = leftOut(row);
    if (reason !== undefined) {
      tally.entries += 1;
      tally.skip(reason);
      return;
    }
    const refused = header.columns.refused?.(row);
    let time: ReturnType<TimeColumn["read"]> | undefined;
    const name = sourceOf(source.map((index) => textOf(row, index))) || table.source;
    for (const [i, { index, metric, unit, origin }] of signals.entries()) {
      tally.entries += 1;
      const text = textOf(row, index).replace(/\s*(%|bpm)$/i, "");
      if (nothing(text)) {
        tally.skip("missing");
        continue;
      }
      mixture.see(row);
      const value = values[i]!.read(row, text);
      if (value === undefined) tally.skip(NO_ANSWER);
      else if (METRICS[metric].zeroIsMissing && isZero(value)) tally.skip("sentinel zero");
      else if (value.startsWith("-")) tally.refuse("impossible value");
      else if (refused !== undefined) tally.refuse(refused);
      else {
        time ??= times.read(row);
        if (time === SKIPPED_BY_CLOCK) {
          tally.refuse(SKIPPED_BY_CLOCK);
          continue;
        }
        const reading: MeasuredReading = {
          metric,
          time,
          value,
          unit,
          ...(name === undefined ? {} : { source: name }),
          ...(origin === undefined ? {} : { origin }),
        };
        tally.hand(reading, take, { clock: times.clock, signal: metric });
      }
    }
  });
  tally.notes.push(...new Set(values.flatMap(({ notes }) => notes)), ...times.notes);
  return tally.report(table.name, times.clock);
}

function sourceOf(names: readonly string[]): string {
  return names.filter((name) => name !== "").join(" ");
}
