// SPDX-License-Identifier: GPL-3.0-or-later
import type { Profile } from "../profiles/profile.ts";
import { dayOffsetOf } from "../time/dayOffset.ts";
import { OFFSET_STEP } from "../time/epochs.ts";
import { catalogue } from "./catalogue.ts";

/**
 * Where epochs begin for somebody in a zone: at midnight there, and where the catalogue's questions count from noon to noon
 * (nights), at noon.
 * @param zone whose clock at `time` counts; UTC without it
 * @param time Unix seconds
 * @returns quarter hours after 00:00 UTC
 * @throws ZONE_REQUIRED, ZONE_UNKNOWN; INVALID_ARGUMENT for a zone whose midnight is not on a quarter of an hour
 */
export function epochOffsetOf(profile: Profile, zone: string | undefined, time: number): number {
  const questions = catalogue().filter((entry) => entry.kind === "question");
  const form = questions.flatMap(({ forms }) => forms).find((one) => one.profile === profile.name);
  return offsetIn(profile, form?.offset ?? 0, zone, time);
}

/** @param own the question's own offset: quarter hours after midnight, which may not fit another grid's shorter epochs */
export function offsetIn(profile: Profile, own: number, zone: string | undefined, time: number): number {
  const fits = own * OFFSET_STEP < profile.epochSeconds;
  const midnight = zone === undefined ? 0 : dayOffsetOf(zone, time);
  return (midnight + (fits ? own : 0)) % Math.ceil(profile.epochSeconds / OFFSET_STEP);
}
