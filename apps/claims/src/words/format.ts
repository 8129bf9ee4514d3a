// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";

/** The reader's own time zone, an IANA name, as the browser says. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Milliseconds that no calendar reaches, as seconds. */
const NEVER = 8e12;

/** Making a format is slow, using one is not. */
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([zone, options]);
  const found = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  formats.set(key, found);
  return found;
}

const DATE = { day: "numeric", month: "short", year: "numeric" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;

/** Unix seconds in the reader's zone, with its short name: "21 Nov 2026, 17:43 CET"; what no calendar reaches is "never". */
export function dateTime(seconds: number, zone = HERE): string {
  if (Math.abs(seconds) > NEVER) return "never";
  return formatOf(zone, { ...DATE, ...CLOCK, timeZoneName: "short" }).format(seconds * 1000);
}

/** The date in UTC, for days that are counted in UTC: "21 Nov 2026". Say next to it that it is UTC. */
export function utcDate(seconds: number): string {
  return Math.abs(seconds) > NEVER ? "never" : formatOf("UTC", DATE).format(seconds * 1000);
}

/** A period of a policy. Its days are those of a fixed offset, which the terms name, and not of the reader's zone. */
export type Span = {
  /** Unix seconds, `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** Quarter hours after 00:00 UTC at which its days begin, 0 to 95. */
  readonly offset: number;
};

/** "1 Mar 2026", "1 Mar 2026 to 7 Mar 2026"; for less than a day with the times. */
export function spanName(span: Span, reader = HERE): string {
  if (!isDays(span)) return spanTimes(span, reader);
  const east = eastOf(span, reader);
  const [first, last] = [utcDate(span.start + east), utcDate(span.end - DAY + east)];
  return first === last ? first : `${first} to ${last}`;
}

/** "1 Mar 2026, 00:00 to 24:00, UTC+01:00". */
export function spanTimes(span: Span, reader = HERE): string {
  const east = eastOf(span, reader);
  const clock = (time: number): string => formatOf("UTC", CLOCK).format((time + east) * 1000);
  const midnight = (span.end + east) % DAY === 0;
  const [first, last] = [utcDate(span.start + east), utcDate(span.end + east - (midnight ? DAY : 0))];
  const until = midnight ? "24:00" : clock(span.end);
  return `${first}, ${clock(span.start)} to ${first === last ? "" : `${last}, `}${until}, ${zoneText(east)}`;
}

/** The zone of a period's days: "UTC", "UTC+01:00". */
export function spanZone(span: Span, reader = HERE): string {
  return zoneText(eastOf(span, reader));
}

/** A time of day in a period's zone: "17:43". */
export function spanClock(span: Span, seconds: number, reader = HERE): string {
  return formatOf("UTC", CLOCK).format((seconds + eastOf(span, reader)) * 1000);
}

function isDays({ start, end }: Span): boolean {
  return (end - start) % DAY === 0;
}

function zoneText(east: number): string {
  if (east === 0) return "UTC";
  const minutes = Math.abs(east) / 60;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `UTC${east < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * Seconds east of Greenwich of a period's days. Around the date line a day's beginning fits two zones (13 hours east,
 * 11 hours west): the one nearer to the reader's is meant. What is shorter than a day is told in UTC.
 */
function eastOf(span: Span, reader: string): number {
  if (!isDays(span)) return 0;
  const west = -900 * span.offset;
  const fits = [west, west + DAY].filter((east) => -12 * 3600 <= east && east <= 14 * 3600);
  if (fits.length < 2) return fits[0] ?? 0;
  const own = offsetOf(reader, span.start);
  return fits.reduce((a, b) => (Math.abs(b - own) < Math.abs(a - own) ? b : a));
}

/** Seconds east of Greenwich of a zone at a time. */
function offsetOf(zone: string, seconds: number): number {
  const parts = formatOf(zone, { timeZoneName: "longOffset" }).formatToParts(seconds * 1000);
  const text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
}

/** "0x1234…cdef". */
export function short(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex;
}

/** Seconds as days, hours or minutes, whichever goes without a rest. */
export function duration(seconds: number): string {
  for (const [size, name] of [
    [DAY, "day"],
    [3600, "hour"],
    [60, "minute"],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return counted(seconds / size, name);
  }
  return counted(seconds, "second");
}

/** "1 policy", "3 policies". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}
