// SPDX-License-Identifier: GPL-3.0-or-later
import { columnIndex, type Row } from "./csv.ts";
import { isoTime, orderedTime } from "./dateTime.ts";
import { isClock, wordedTime } from "./wordedTime.ts";

/**
 * Titles of columns with a time of day and with a date, by language. They count only where the cells are such, so that
 * a column "Time" of whole times is left out.
 */
// cspell:disable
const CLOCK_TITLES =
  /^(time|clock|time ?of ?day|local ?time|hour|uhrzeit|zeit|heure|hora|ora|orario|tijd|tijdstip|klokslag)( ?[([].*)?$/i;
const DATE_TITLES =
  /^(date|day|calendar ?date|local ?date|night|datum|tag|jour|fecha|d[ií]a|data|giorno|dag)( ?[([].*)?$/i;
// cspell:enable

/** The last second of a day: a value of a whole day is known at its end, and its night has begun. */
const END_OF_DAY = "23:59:59";

/** Where a row has its time: in one cell, in one for the date and one for the time of day, or a date alone. */
export type TimeCells = {
  /** Places of the columns. */
  readonly columns: readonly number[];
  /** Whether the dates are alone and mean whole days. */
  readonly days: boolean;
  textOf(row: Row): string;
};

export const DAYS_NOTE =
  "Dates without a time of day are read as the end of their day (23:59:59 on the file's clock).";

/** Whether a text is a date without a time of day. */
export function isDate(text: string): boolean {
  if (text === "" || text.includes(":")) return false;
  const time = `${text} 00:00`;
  return (isoTime(time) ?? orderedTime(time) ?? wordedTime(time)) !== undefined;
}

/**
 * Finds where the times are, by the first row that has one. A column of dates alone is joined with the one column that is
 * named like a time of day and holds one, and the other way round.
 * @param clock the column of the time of day, where the caller names it
 * @param daily whether a metric has one value a day, so that a date alone is enough
 * @throws FILE_NOT_UNDERSTOOD where the named column holds half a time and nothing says where the other half is
 */
export function timeCells(
  row: Row,
  index: number,
  titles: readonly string[],
  { clock, daily }: { readonly clock?: string | undefined; readonly daily: boolean },
): TimeCells {
  const cell = (at: number): string => (row.cells[at] ?? "").trim();
  if (clock !== undefined) return joined(index, columnIndex(titles, clock));
  const text = cell(index);
  const date = isDate(text);
  if (!date && !isClock(text)) return alone(index);
  const others = titles.flatMap((title, at) =>
    at !== index &&
    (date ? CLOCK_TITLES : DATE_TITLES).test(title) &&
    (date ? isClock(cell(at)) : isDate(cell(at)))
      ? [at]
      : [],
  );
  const [other] = others;
  if (others.length === 1) return date ? joined(index, other!) : joined(other!, index);
  if (date && others.length === 0 && daily) return wholeDays(index);
  throw row.bad(
    index,
    date ? "its time is a date without a time of day" : "its time is a time of day without a date",
    date
      ? "Name the column of the time of day with --time-of-day."
      : "Name the column of dates with --time, and this one with --time-of-day.",
  );
}

export function alone(index: number): TimeCells {
  return { columns: [index], days: false, textOf: (row) => row.cell(index) };
}

function joined(date: number, clock: number): TimeCells {
  return {
    columns: [date, clock],
    days: false,
    textOf: (row) => `${row.cell(date)} ${row.cell(clock)}`,
  };
}

function wholeDays(index: number): TimeCells {
  return {
    columns: [index],
    days: true,
    textOf(row) {
      const text = row.cell(index);
      return isDate(text) ? `${text} ${END_OF_DAY}` : text;
    },
  };
}
