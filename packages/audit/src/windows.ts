// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";

/** Seconds for which a window stays open after a stop that touched it. */
export const RESUME_TIME = 3 * DAY;

/**
 * First second after a window, as contracts/libraries/Windows.sol finds it: the nominal close, or RESUME_TIME after the
 * last stop that began before the close, until nothing moves.
 * @param lastStopBefore latest end among the stops that began before a time; 0 without any
 */
export function closeOf(nominalClose: number, lastStopBefore: (before: number) => number): number {
  let closes = nominalClose;
  for (;;) {
    const end = lastStopBefore(closes);
    if (end === 0 || end + RESUME_TIME <= closes) return closes;
    closes = end + RESUME_TIME;
  }
}
