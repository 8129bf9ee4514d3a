// SPDX-License-Identifier: GPL-3.0-or-later

const CLOCK = /^(\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,3})?)?$/;
const WORDS =
  // cspell:disable-next-line
  /^(?:(\d{1,3})\s*h(?:ours?|rs?|r)?)?\s*(?:(\d{1,4})\s*m(?:in(?:utes?|s)?)?)?\s*(?:(\d{1,2})\s*s(?:ec(?:onds?|s)?)?)?$/i;

/** Seconds of a duration as "03:20:00"; undefined for a text of another form. */
export function clockSeconds(text: string): number | undefined {
  const [, hours, minutes, seconds] = CLOCK.exec(text) ?? [];
  return seconds === undefined ? undefined : 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
}

/**
 * Whole minutes of a duration as "03:20:00", "7:32" (hours and minutes) or "7 h 32 min". Seconds that make no whole
 * minute are dropped, so that no use is counted that there was not.
 * @returns undefined for a text of another form
 */
export function wholeMinutes(text: string): string | undefined {
  const match = CLOCK.exec(text) ?? (/[hms]/i.test(text) && text.length < 40 ? WORDS.exec(text) : null);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [1, 2, 3].map((i) => Number(match[i] ?? 0));
  return String(60 * hours! + minutes! + Math.floor(seconds! / 60));
}
