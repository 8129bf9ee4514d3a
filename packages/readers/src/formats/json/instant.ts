// SPDX-License-Identifier: GPL-3.0-or-later
import { isoTime, unixSeconds } from "../../internal/dateTime.ts";

const PARTIAL = /^\d{4}(-\d{2}(-\d{2})?)?$/;

/** Reasons for which a time is refused. */
export const NO_TIME = "no time";
export const DATE_ONLY = "date without a time";
export const NO_ZONE = "time without a zone";

/** Why an entry is skipped whose value stands for more than one moment. */
export const TOO_LONG = "stands for more than 5 minutes";

/**
 * Longest time in seconds that one reading may stand for: that of the slowest metric read here, glucose every 5
 * minutes. A value over a longer time is a statistic, whatever it says of itself.
 */
export const LONGEST = 300;

/**
 * A date and time with its offset from UTC.
 * @returns Unix seconds, or the reason why it is not an instant
 */
export function instantOf(text: string | undefined): number | string {
  const written = text === undefined ? undefined : isoTime(text);
  if (written === undefined) return text !== undefined && PARTIAL.test(text) ? DATE_ONLY : NO_TIME;
  if (written === "impossible") return NO_TIME;
  const { offset } = written;
  return offset === undefined ? NO_ZONE : unixSeconds({ ...written, offset });
}

/** Unix seconds from a count of nanoseconds, cut to milliseconds, since a double holds no more of them exactly. */
export function secondsFromNanos(nanos: string): number | undefined {
  return /^\d{1,19}$/.test(nanos) ? Number(BigInt(nanos) / 1_000_000n) / 1000 : undefined;
}
