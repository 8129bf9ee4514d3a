// SPDX-License-Identifier: GPL-3.0-or-later
import { hoursOf, offsetOf, type WrittenTime, writtenTime } from "./dateTime.ts";
import { isWeekday, monthOf } from "./monthNames.ts";

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s?([AP])\.?\s?M\.?)?`;
const ZONE = String.raw`(?:\s?(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?))?`;
const DATE = String.raw`([\p{L}\d][\p{L}\d .,/-]*?)`;
const DATE_FIRST = new RegExp(`^${DATE},?(?:\\s+at)?\\s+${CLOCK}${ZONE}$`, "iu");
const CLOCK_FIRST = new RegExp(`^${CLOCK}${ZONE},?\\s+${DATE}$`, "iu");
const CLOCK_ALONE = new RegExp(`^${CLOCK}${ZONE}$`, "iu");

const DAY_FIRST = /^(\d{1,2})(?:st|nd|rd|th|\.)?[ /-]*(\p{L}+)\.?,?[ /-]*(\d{4}|\d{2})$/iu;
const MONTH_FIRST = /^(\p{L}+)\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4})$/iu;
const YEAR_FIRST = /^(\d{4})[ ./-](\d{1,2}|\p{L}+\.?)[ ./-](\d{1,2})$/iu;

/** No time is longer, and longer texts would take long to compare. */
const LONGEST = 64;

/** A time, and whether AM or PM follows its clock. */
export type WordedTime = WrittenTime & { readonly twelveHours: boolean };

/**
 * A time whose month is a name, or whose date begins with the year and whose clock may have 12 hours, with or without an
 * offset: "23:00:00 May 20 2026", "20-May-2026 11:00 PM", "2024-09-21 7:00:00 am +1000". Day and month are never open.
 * @returns undefined for another form, "impossible" for a date or time that does not exist
 */
export function wordedTime(text: string): WordedTime | "impossible" | undefined {
  if (text.length > LONGEST) return undefined;
  const clockFirst = CLOCK_FIRST.exec(text);
  const found = clockFirst ?? DATE_FIRST.exec(text);
  if (found === null) return undefined;
  const parts = found.slice(1);
  const [date, clock] =
    clockFirst === null ? [parts[0]!, parts.slice(1)] : [parts.at(-1)!, parts.slice(0, -1)];
  const days = dateParts(date);
  if (days === undefined) return undefined;
  const [hour, minute, second = "0", fraction, half, zone] = clock;
  const hours = hoursOf(Number(hour), half);
  if (hours === undefined) return "impossible";
  const time = writtenTime(
    [...days, hours, minute!, second],
    fraction === undefined ? 0 : Number(`0.${fraction}`),
    zone === undefined ? undefined : offsetOf(zone),
  );
  return time === "impossible" ? time : { ...time, twelveHours: half !== undefined };
}

/** Whether a text is a time of day and no date. */
export function isClock(text: string): boolean {
  return text.length <= LONGEST && CLOCK_ALONE.test(text);
}

/** A date with a word before it. */
const WITH_WORD = /^(\p{L}+)\.?,?\s+(.*)$/u;

function dateParts(written: string): [year: number, month: number, day: number] | undefined {
  const word = WITH_WORD.exec(written);
  // Another word than a weekday may be a zone's name, and then the time is another one.
  const date = word !== null && isWeekday(word[1]!) ? word[2]! : written;
  const yearFirst = YEAR_FIRST.exec(date);
  const dayFirst = yearFirst === null ? DAY_FIRST.exec(date) : null;
  const monthFirst = yearFirst === null && dayFirst === null ? MONTH_FIRST.exec(date) : null;
  const [year, month, day] =
    yearFirst !== null
      ? yearFirst.slice(1)
      : dayFirst !== null
        ? [dayFirst[3], dayFirst[2], dayFirst[1]]
        : [monthFirst?.[3], monthFirst?.[1], monthFirst?.[2]];
  if (year === undefined) return undefined;
  const number = /^\d/.test(month!) ? Number(month) : monthOf(month!);
  if (number === undefined) return undefined;
  return [year.length === 2 ? 2000 + Number(year) : Number(year), number, Number(day)];
}
