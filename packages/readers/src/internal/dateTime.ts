// SPDX-License-Identifier: GPL-3.0-or-later
import type { LocalTime } from "@vitalproof/sdk";
import type { DateOrder } from "../format.ts";

/** A time as it is written: a local time, the fraction of its second, and the offset from UTC where it says one. */
export type WrittenTime = {
  readonly local: LocalTime;
  readonly fraction: number;
  /** Seconds east of UTC; undefined where the time has no zone. */
  readonly offset: number | undefined;
};

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/i;
const YEAR_FIRST = /^(\d{4})([/.])(\d{1,2})\2(\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const YEAR_LAST =
  /^(\d{1,2})([/.-])(\d{1,2})\2(\d{2}|\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s?([AP])\.?\s?M\.?)?(?:\s?(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?))?$/i;

/**
 * A time of ISO 8601, with or without zone, to the minute or finer; also with slashes or points, year first.
 * @returns undefined for another form, "impossible" for a date or time that does not exist
 */
export function isoTime(text: string): WrittenTime | "impossible" | undefined {
  const match = ISO.exec(text);
  if (match === null) {
    const slashed = YEAR_FIRST.exec(text);
    if (slashed === null) return undefined;
    const [, year, , month, day, hour, minute, second = "0"] = slashed;
    return writtenTime([year!, month!, day!, hour!, minute!, second], 0, undefined);
  }
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone] = match;
  return writtenTime(
    [year!, month!, day!, hour!, minute!, second],
    fraction === "" ? 0 : Number(`0.${fraction}`),
    zone === undefined ? undefined : offsetOf(zone),
  );
}

/** The same with the clock first, as some oximeters write it: 23:00:16 13/06/2026. */
const CLOCK_FIRST =
  /^(\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]\.?\s?M\.?)?),?\s+(\d{1,2}([/.-])\d{1,2}\3(?:\d{2}|\d{4}))$/i;

/** Three numbers whose order is still open, and a time of day. */
export type OrderedTime = {
  readonly first: number;
  readonly second: number;
  /** The third number; of two digits it is in this century, or it is the day and the first one the year. */
  readonly year: number;
  readonly short: boolean;
  readonly hour: number;
  readonly minute: number;
  readonly seconds: number;
  readonly fraction: number;
  /** Whether AM or PM follows it. */
  readonly twelveHours: boolean;
  /** Seconds east of UTC; undefined where the time has no zone. */
  readonly offset: number | undefined;
};

/**
 * A time such as 8/1/18 16:15 or 01-08-2018 4:15 PM, whose day and month can be in either order.
 * @returns undefined for another form, "impossible" for a time of day that does not exist
 */
export function orderedTime(text: string): OrderedTime | "impossible" | undefined {
  const match = YEAR_LAST.exec(text) ?? YEAR_LAST.exec(text.replace(CLOCK_FIRST, "$2 $1"));
  if (match === null) return undefined;
  const [, first, , second, year, hour, minute, seconds = "0", fraction, half, zone] = match;
  const hours = hoursOf(Number(hour), half);
  if (hours === undefined || hours > 23 || Number(minute) > 59 || Number(seconds) > 59) return "impossible";
  const offset = zone === undefined ? undefined : offsetOf(zone);
  if (offset === "impossible") return offset;
  return {
    first: Number(first),
    second: Number(second),
    year: year!.length === 2 ? 2000 + Number(year) : Number(year),
    short: year!.length === 2,
    hour: hours,
    minute: Number(minute),
    seconds: Number(seconds),
    fraction: fraction === undefined ? 0 : Number(`0.${fraction}`),
    twelveHours: half !== undefined,
    offset,
  };
}

/** What one date says about the order of day and month: nothing where both can be either. */
export function orderSaid({ first, second }: OrderedTime): DateOrder | undefined {
  if (first > 12 && second <= 12) return "DMY";
  if (second > 12 && first <= 12) return "MDY";
  return undefined;
}

/** @returns "impossible" for a date that does not exist in this order */
export function inOrder(time: OrderedTime, order: DateOrder): WrittenTime | "impossible" {
  if (order === "YMD") {
    const { first, second, year, hour, minute, seconds, fraction, offset } = time;
    if (!time.short) return "impossible";
    return writtenTime([2000 + first, second, year - 2000, hour, minute, seconds], fraction, offset);
  }
  const [month, day] = order === "MDY" ? [time.first, time.second] : [time.second, time.first];
  return writtenTime(
    [time.year, month, day, time.hour, time.minute, time.seconds],
    time.fraction,
    time.offset,
  );
}

/** The hour of a clock of 24 hours; undefined where the shown hour does not exist. */
export function hoursOf(shown: number, half: string | undefined): number | undefined {
  if (half === undefined) return shown;
  if (shown < 1 || shown > 12) return undefined;
  return (shown % 12) + (half.toUpperCase() === "P" ? 12 : 0);
}

/** @returns "impossible" for a date or time that does not exist */
export function writtenTime(
  parts: readonly [
    year: string | number,
    month: string | number,
    day: string | number,
    hour: string | number,
    minute: string | number,
    second: string | number,
  ],
  fraction: number,
  offset: number | undefined | "impossible",
): WrittenTime | "impossible" {
  const [year, month, day] = [Number(parts[0]), Number(parts[1]), Number(parts[2])];
  const [hour, minute, second] = [Number(parts[3]), Number(parts[4]), Number(parts[5])];
  // Of the first hundred years JavaScript makes those of the twentieth century.
  const real =
    year >= 100 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!real || offset === "impossible") return "impossible";
  return { local: { year, month, day, hour, minute, second }, fraction, offset };
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : DAYS[month - 1]!;
}

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i;

/** Seconds east of UTC: "Z", "+0100", "-05:30", "UTC+0100", "GMT-5"; "impossible" for what no zone has. */
export function offsetOf(zone: string): number | "impossible" {
  if (/^(Z|UTC|GMT)$/i.test(zone)) return 0;
  const match = OFFSET.exec(zone);
  if (match === null) return "impossible";
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? "0")];
  if (hours > 18 || minutes > 59) return "impossible";
  return (match[1] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** Unix seconds of a time that says its offset. */
export function unixSeconds({ local, fraction, offset }: WrittenTime & { readonly offset: number }): number {
  const { year, month, day, hour, minute, second } = local;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - offset + fraction;
}
