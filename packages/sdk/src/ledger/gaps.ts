// SPDX-License-Identifier: GPL-3.0-or-later
import { invalid } from "../invalid.ts";
import type { LoggedBatch } from "./history.ts";

/** Minutes since 1970-01-01 UTC, the last one excluded. */
export type Stretch = { readonly from: number; readonly until: number };

/**
 * Stretches of time that no window covers. The last minute of a window counts as covered when the next window begins with it:
 * the batch may have been sent inside that minute.
 *
 * @param batches of one page, in any order; late ones fill what their versions left open
 * @param within where to look, such as from the minute of the grant until now; from the first window to the last when left out
 * @throws INVALID_ARGUMENT
 */
export function gapsOf(batches: readonly LoggedBatch[], within: Partial<Stretch> = {}): Stretch[] {
  const windows = batches
    .map(({ header: { base, span } }) => ({ from: base, until: base + span }))
    .sort((a, b) => a.from - b.from);
  const from = within.from ?? windows[0]?.from;
  const until = within.until ?? windows.reduce((last, each) => Math.max(last, each.until), 0);
  if (from === undefined) return [];
  if (within.from !== undefined && within.until !== undefined && within.until < within.from)
    throw invalid("end of the time", within.until, `at or after its begin, ${within.from}`);
  const gaps: Stretch[] = [];
  let covered = from;
  for (const window of windows) {
    const end = Math.min(window.from, until);
    if (end > covered) gaps.push({ from: covered, until: end });
    covered = Math.max(covered, window.until);
  }
  if (until > covered) gaps.push({ from: covered, until });
  return gaps;
}

/** Minutes of stretches that do not overlap. */
export function minutesOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, until }) => sum + until - from, 0);
}
