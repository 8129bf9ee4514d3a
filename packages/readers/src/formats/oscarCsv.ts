// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { findHeader, headerOf, type Row, readRows, rowFilter } from "../internal/csv.ts";
import { clockSeconds } from "../internal/durations.ts";
import { SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";

type Columns =
  | { readonly kind: "events" }
  | {
      readonly kind: "nights";
      readonly titles: readonly string[];
      readonly night: number;
      readonly start: number;
      readonly total: number;
      /** Whether a row is a whole night (Summary), not a session of one. */
      readonly whole: boolean;
    };

type Session = { readonly time: number; readonly seconds: number };

/** The rows of one night, each once, and what they say. */
type Night = { readonly rows: Set<string>; readonly sessions: Session[]; refused?: string };

function columnsOf(titles: readonly string[]): Columns | undefined {
  if (titles.join().startsWith("DateTime,Session,Event,Data/Duration")) return { kind: "events" };
  const at = (title: string): number => titles.indexOf(title);
  const [night, start, total] = [at("Date"), at("Start"), at("Total Time")];
  if (night < 0 || start < 0 || total < 0 || at("AHI") < 0) return undefined;
  const whole = at("Session Count") >= 0;
  return whole || at("Session") >= 0 ? { kind: "nights", titles, night, start, total, whole } : undefined;
}

/**
 * The Summary and Sessions exports of OSCAR: one reading a night, in whole minutes of use, at the start of its first
 * session. A night is OSCAR's own ("Date", from noon to noon); sessions of one night are added up, if they do not overlap.
 * Times are local.
 */
export const oscarCsv: TextFormat = {
  name: "oscar",
  title: "OSCAR summary CSV",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input, options, take) {
    const header = await headerOf(input, columnsOf, 'header with "Date", "Start", "Total Time" and "AHI"');
    const { columns } = header;
    if (columns.kind === "events") {
      throw notUnderstood("it is OSCAR's Details export, which holds events and no hours of use", {
        hint: "Pass the Summary or the Sessions export of the same days: Data, Export CSV in OSCAR.",
      });
    }
    const kept = rowFilter(columns.titles, options.where ?? {});
    const times = await TimeColumn.over(input, header, columns.start, options, kept);
    const tally = new Tally();
    const nights = new Map<string, Night>();
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      const night = nights.get(row.cell(columns.night)) ?? { rows: new Set(), sessions: [] };
      nights.set(row.cell(columns.night), night);
      const text = row.cells.join("\n");
      if (night.rows.has(text)) {
        tally.skip("row that repeats another");
        return;
      }
      night.rows.add(text);
      const seconds = secondsOf(row, columns.total);
      const time = times.read(row);
      if (time === SKIPPED_BY_CLOCK) night.refused = SKIPPED_BY_CLOCK;
      else night.sessions.push({ time, seconds });
    });
    for (const night of nights.values()) {
      const refused = night.refused ?? refusalOf(night.sessions, columns.whole);
      if (refused !== undefined) {
        for (const _ of night.rows) tally.refuse(refused);
        continue;
      }
      for (let i = 1; i < night.sessions.length; i++) tally.skip("further session of a night, added to it");
      const time = Math.min(...night.sessions.map((session) => session.time));
      const value = String(Math.floor(night.sessions.reduce((sum, { seconds }) => sum + seconds, 0) / 60));
      tally.take(time, value);
      take({ metric: "device-usage", time, value, unit: "min" });
    }
    tally.notes.push("Minutes of use a night, at its start; seconds beyond a whole minute do not count.");
    return tally.report("oscar", times.clock);
  },
};

function secondsOf(row: Row, index: number): number {
  const seconds = clockSeconds(row.cell(index));
  if (seconds === undefined) throw row.bad(index, "its total time is not of the form HH:MM:SS");
  return seconds;
}

/** Why the rows of a night cannot all be true. */
function refusalOf(sessions: readonly Session[], whole: boolean): string | undefined {
  if (whole) return sessions.length > 1 ? "two rows for one night" : undefined;
  const sorted = sessions.toSorted((a, b) => a.time - b.time);
  const overlap = sorted.some(({ time }, i) => {
    const before = sorted[i - 1];
    return before !== undefined && time < before.time + before.seconds;
  });
  return overlap ? "sessions of one night that overlap" : undefined;
}
