// SPDX-License-Identifier: GPL-3.0-or-later
import type { ReadingOptions } from "../readings.ts";

/** The command line that asks a question about the readings that these options read. */
export function checkCommand(
  file: string,
  question: string,
  options: ReadingOptions & { profile?: string; round?: string },
): string {
  const { zone, format, metric, dateOrder, start, interval, timeUnit, timeForm, time, value, unit } = options;
  const { where = [], source, timeOfDay, entry, profile, round } = options;
  const flags: readonly (readonly [string, string | undefined])[] = [
    ["zone", zone],
    ["format", format],
    ["metric", metric],
    ["date-order", dateOrder],
    ["start", start],
    ["interval", interval],
    ["time-unit", timeUnit],
    ["time-form", timeForm],
    ["entry", entry],
    ["time", time],
    ["time-of-day", timeOfDay],
    ["value", value],
    ["unit", unit],
    ["source", source],
    ...where.map((condition) => ["where", condition] as const),
    ["profile", profile],
    ["round", round],
  ];
  const said = flags.flatMap(([name, text]) => (text === undefined ? [] : [`--${name}`, quoted(text)]));
  return ["vitalproof check", quoted(file), "--question", question, ...said].join(" ");
}

/** For a shell, where it needs quotes. */
function quoted(text: string): string {
  return /^[\w./:+-]+$/.test(text) ? text : `"${text.replaceAll(/(["$`\\])/g, "\\$1")}"`;
}
