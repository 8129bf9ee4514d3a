// SPDX-License-Identifier: GPL-3.0-or-later
import type { DayInspection } from "@vitalproof/readers";
import { dateIn } from "@vitalproof/sdk";

/** Eight heights for the share of a day's slots that is filled, and a sign for none. */
const HEIGHTS = "▁▂▃▄▅▆▇█";
const NONE = "·";
/** Days on a line: four weeks, so that a weekday has its column. */
const ON_A_LINE = 28;
/** Longer files show their last days: they are the ones that a claim is about. */
const MOST_LINES = 6;

/** Days begin at midnight or at noon, by the zone's clock at the first reading, which may have been set since. */
const SIX_HOURS = 21_600;

/** Coverage day by day, as a small plot. */
export function dayLines(days: readonly DayInspection[], zone = "UTC"): string[] {
  if (days.length < 2) return [];
  const lines: string[] = [];
  for (let at = 0; at < days.length; at += ON_A_LINE) {
    const line = days.slice(at, at + ON_A_LINE);
    lines.push(`    ${dateIn(zone, line[0]!.from + SIX_HOURS)} ${line.map(signOf).join("")}`);
  }
  const left = Math.max(0, lines.length - MOST_LINES);
  return [
    `  ${days.length} days, a sign each: ${HEIGHTS.at(-1)} is full, ${HEIGHTS[0]} nearly empty, ${NONE} has no reading`,
    ...(left === 0 ? [] : [`    ${left * ON_A_LINE} earlier days are not shown; --json has them`]),
    ...lines.slice(left),
  ];
}

function signOf({ kept, slots }: DayInspection): string {
  if (kept === 0) return NONE;
  return HEIGHTS[Math.min(HEIGHTS.length - 1, Math.floor((HEIGHTS.length * kept) / slots))]!;
}
