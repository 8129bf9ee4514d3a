// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, epochAt, epochStart, type Profile, VitalproofError } from "@vitalproof/sdk";
import { counted } from "./counted.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** A time with its zone ("2026-03-02T06:00Z", "2026-03-02T06:00+01:00") as Unix seconds. @throws USAGE */
export function parseInstant(text: string): number {
  const milliseconds = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return milliseconds / 1000;
  throw usage(text, "a time with a zone", 'Write it like "2026-03-02T06:00Z" or "2026-03-02T06:00+01:00".');
}

/** A date as the day since 1970-01-01; digits are taken as such a number. @throws USAGE */
export function parseDay(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const match = DATE.exec(text);
  const milliseconds = match === null ? Number.NaN : Date.parse(`${text}T00:00:00Z`);
  if (!Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text)) {
    return milliseconds / 1000 / DAY;
  }
  throw usage(text, "a date", 'Write it like "2026-03-02".');
}

/** A stretch of time in seconds: "90s", "15m", "6h", "2d", or seconds alone. @throws USAGE */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text);
  if (match === null) throw usage(text, "a stretch of time", 'Write it like "90s", "15m", "6h" or "2d".');
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: DAY }[match[2] as "" | "s" | "m" | "h" | "d"];
  return Number(match[1]) * unit;
}

const UNITS = [
  [DAY, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** "14 days", "1 day 12 hours", "90 seconds" as "1 minute 30 seconds". */
export function durationText(seconds: number): string {
  let left = seconds;
  const parts = UNITS.flatMap(([length, name]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? [] : [counted(count, name)];
  });
  return parts.length === 0 ? counted(0, "second") : parts.join(" ");
}

/**
 * An epoch as people name it: its number; a time inside it; or for epochs of a day, the date that most of it falls on.
 * @throws USAGE
 */
export function parseEpoch(profile: Profile, offset: number, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  if (!DATE.test(text)) return epochAt(profile, offset, parseInstant(text));
  if (profile.epochSeconds !== DAY) {
    throw usage(
      text,
      `an epoch of ${profile.name}`,
      "Its epochs are not days: name a time inside the epoch.",
    );
  }
  const day = parseDay(text);
  return offset > 48 ? day - 1 : day;
}

/** What `parseEpoch` would take: the date for epochs of a day, else the time at which the epoch begins. */
export function nameOfEpoch(profile: Profile, offset: number, epoch: number): string {
  const start = epochStart(profile, offset, epoch);
  if (profile.epochSeconds !== DAY) return instantText(start);
  // East of Greenwich a local day begins on the date before in UTC.
  return dayText(Math.floor((start + (offset > 48 ? DAY / 2 : 0)) / DAY));
}

/** "2026-03-02T06:00:00Z" */
export function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000", "");
}

/** "2026-03-02" */
export function dayText(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}

function usage(text: string, wanted: string, hint: string): VitalproofError {
  return new VitalproofError("USAGE", `"${text}" is not ${wanted}.`, { details: { text }, hint });
}
