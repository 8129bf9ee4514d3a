// SPDX-License-Identifier: GPL-3.0-or-later
import { assertInteger } from "../invalid.ts";
import type { Profile } from "../profiles/profile.ts";

/** Seconds per step of an epoch offset. */
export const OFFSET_STEP = 900;
export const DAY = 86_400;
const MAX_EPOCH = 2 ** 32 - 1;

/**
 * @param offset in quarter hours after 00:00 UTC, `0 ≤ 900 × offset < epochSeconds`, at most 255; no daylight saving
 * @throws INVALID_ARGUMENT
 */
export function assertOffset(profile: Profile, offset: number): void {
  assertInteger("offset", offset, 0, Math.min(255, Math.ceil(profile.epochSeconds / OFFSET_STEP) - 1));
}

/** First Unix second of an epoch; the epoch is `[start, start + epochSeconds)`. */
export function epochStart(profile: Profile, offset: number, epoch: number): number {
  assertOffset(profile, offset);
  assertInteger("epoch", epoch, 0, MAX_EPOCH);
  return OFFSET_STEP * offset + epoch * profile.epochSeconds;
}

/** The Unix second after an epoch's last one. */
export function epochEnd(profile: Profile, offset: number, epoch: number): number {
  return epochStart(profile, offset, epoch) + profile.epochSeconds;
}

/** The epoch that contains a Unix second. */
export function epochAt(profile: Profile, offset: number, time: number): number {
  assertOffset(profile, offset);
  const epoch = Math.floor((time - OFFSET_STEP * offset) / profile.epochSeconds);
  assertInteger("epoch", epoch, 0, MAX_EPOCH);
  return epoch;
}

/** The day, counted from 1970-01-01 UTC, in whose anchor an epoch's head is: `floor((end - 1) / 86400)`. */
export function anchorDayOf(profile: Profile, offset: number, epoch: number): number {
  return Math.floor((epochEnd(profile, offset, epoch) - 1) / DAY);
}

/** First Unix second after an anchor day. */
export function dayEnd(day: number): number {
  return (day + 1) * DAY;
}
