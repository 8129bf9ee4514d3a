// SPDX-License-Identifier: GPL-3.0-or-later
import { Temporal } from "@js-temporal/polyfill";
import { VitalproofError } from "../errors.ts";
import { OFFSET_STEP } from "./epochs.ts";
import { zoneRules } from "./zone.ts";

/**
 * The epoch offset under which "a day" is the day of a zone, by its clock at a given time. An offset has no
 * daylight saving: after the clock changes, days begin an hour off until the log is succeeded by one with another
 * offset.
 *
 * @param zone IANA name or fixed offset
 * @param time Unix seconds
 * @returns quarter hours after 00:00 UTC, 0 to 95
 * @throws ZONE_REQUIRED, ZONE_UNKNOWN; INVALID_ARGUMENT for a zone whose midnight is not on a quarter of an hour
 */
export function dayOffsetOf(zone: string, time: number): number {
  zoneRules(zone);
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(time) * 1000);
  const east = instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1e9;
  const steps = (((-east % 86_400) + 86_400) % 86_400) / OFFSET_STEP;
  if (!Number.isInteger(steps)) {
    throw new VitalproofError("INVALID_ARGUMENT", `Midnight in ${zone} is not on a quarter of an hour.`, {
      details: { zone },
      hint: "Use the offset of a neighbouring zone.",
    });
  }
  return steps;
}

/**
 * The date on a zone's calendar, such as "2026-05-20".
 * @param zone IANA name or fixed offset
 * @param time Unix seconds
 * @throws ZONE_REQUIRED, ZONE_UNKNOWN
 */
export function dateIn(zone: string, time: number): string {
  zoneRules(zone);
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(time) * 1000);
  return instant.toZonedDateTimeISO(zone).toPlainDate().toString();
}
