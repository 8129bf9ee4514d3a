// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, TextFormat } from "../format.ts";
import { findHeader, headerOf, type Row, readRows } from "../internal/csv.ts";
import { isoTime } from "../internal/dateTime.ts";
import { clockSeconds } from "../internal/durations.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Tally } from "../internal/tally.ts";
import { isMissing, isZero, plainDecimal } from "../internal/values.ts";

type Session = { readonly date: number; readonly start: number };
type Samples = { readonly time: number; readonly rate: number };

function sessionOf(titles: readonly string[]): Session | undefined {
  const [date, start] = [titles.indexOf("Date"), titles.indexOf("Start time")];
  return date < 0 || start < 0 || !titles.includes("Sport") ? undefined : { date, start };
}

function samplesOf(titles: readonly string[]): Samples | undefined {
  const [time, rate] = [titles.indexOf("Time"), titles.indexOf("HR (bpm)")];
  return time < 0 || rate < 0 || titles[0] !== "Sample rate" ? undefined : { time, rate };
}

/**
 * A training session of Polar Flow: two rows about the session (its date with the day first, and its start on the local
 * clock), then a row a second with the time since the start.
 */
export const polarCsv: TextFormat = {
  name: "polar-flow",
  title: "Polar Flow session CSV",
  matches: (head) => findHeader(head, sessionOf) !== undefined && findHeader(head, samplesOf) !== undefined,
  async read(input, options, take) {
    const clock = new LocalClock(options.zone);
    const start = await startOf(input, clock);
    const header = await headerOf(input, samplesOf, 'header with "Sample rate", "Time" and "HR (bpm)"');
    const { time: timeColumn, rate } = header.columns;
    const tally = new Tally();
    await readRows(input, header, (row) => {
      tally.entries += 1;
      const text = row.cell(rate);
      const value = plainDecimal(text);
      if (isMissing(text)) tally.skip("missing");
      else if (value === undefined || value.startsWith("-"))
        throw row.bad(rate, "its heart rate is not a number");
      else if (isZero(value)) tally.skip("sentinel zero");
      else if (start === undefined) tally.refuse(SKIPPED_BY_CLOCK);
      else {
        const time = start + elapsed(row, timeColumn);
        tally.take(time, value);
        take({ metric: "heart-rate", time, value, unit: "/min", source: "Polar" });
      }
    });
    return tally.report("polar-flow", clock);
  },
};

/** Unix seconds of the session's start; undefined for a time that the clock change in spring skips. */
async function startOf(input: FileInput, clock: LocalClock): Promise<number | undefined> {
  const header = await headerOf(input, sessionOf, 'header with "Sport", "Date" and "Start time"');
  const { date, start } = header.columns;
  let found: number | undefined;
  await readRows(input, header, (row) => {
    const [, day, month, year] = /^(\d{1,2})[-./](\d{1,2})[-./](\d{4})$/.exec(row.cell(date)) ?? [];
    if (year === undefined) throw row.bad(date, "its date is not of the form DD-MM-YYYY");
    const written = isoTime(`${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")} ${row.cell(start)}`);
    if (written === undefined || written === "impossible") throw row.bad(start, "its start does not exist");
    found = clock.instantOf(written.local, written.fraction);
    return false;
  });
  return found;
}

function elapsed(row: Row, index: number): number {
  const seconds = clockSeconds(row.cell(index));
  if (seconds === undefined) throw row.bad(index, "its time since the start is not of the form HH:MM:SS");
  return seconds;
}
