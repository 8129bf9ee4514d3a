// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, decimal, formatSteps, parseDecimal, stepsFrom } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { assertInteger } from "../invalid.ts";
import type { Profile } from "./profile.ts";

/** Code of a slot without a reading. */
export const MISSING = 0;
/** Code of "below the lowest reading". */
export const LOW = 1;

/**
 * The code of one reading. Readings beyond the profile's ends saturate to LOW (1) and HIGH (n), never to
 * missing; a reading between two steps is refused, because rounding could carry it across a threshold.
 * @param value a decimal in the profile's unit, or what the sensor itself said: "LOW" or "HIGH"
 * @throws READING_NOT_REPRESENTABLE, READING_IMPOSSIBLE (not a number; negative where nothing is below zero).
 *         The errors do not contain the reading.
 */
export function codeOf(profile: Profile, value: number | string): number {
  if (typeof value === "string" && /^low$/i.test(value.trim())) return LOW;
  if (typeof value === "string" && /^high$/i.test(value.trim())) return profile.codes;
  const parsed = parseDecimal(value);
  const lowest = decimal(profile.lowest);
  if (parsed === undefined || (parsed.digits < 0n && lowest.digits >= 0n)) {
    throw new VitalproofError("READING_IMPOSSIBLE", `A reading is no possible value in ${profile.ucum}.`, {
      details: { profile: profile.name },
      hint: 'Give a plain decimal number, "LOW" or "HIGH"; leave out what was not measured.',
    });
  }
  if (compareDecimals(parsed, lowest) < 0) return LOW;
  if (compareDecimals(parsed, decimal(profile.highest)) > 0) return profile.codes;
  const steps = stepsFrom(parsed, lowest, decimal(profile.resolution));
  if (steps === undefined) {
    throw new VitalproofError(
      "READING_NOT_REPRESENTABLE",
      `A reading lies between two steps of ${profile.resolution} ${profile.ucum} and is not rounded.`,
      {
        details: { profile: profile.name, resolution: profile.resolution, ucum: profile.ucum },
        hint: "Use the profile of the device's own resolution.",
      },
    );
  }
  return Number(steps) + 2;
}

/** A code in the profile's unit: "40", "LOW (below 40)", "HIGH (above 400)", "missing". */
export function describeCode(profile: Profile, code: number): string {
  assertInteger("code", code, 0, profile.codes);
  if (code === MISSING) return "missing";
  if (code === LOW) return `LOW (below ${profile.lowest})`;
  if (code === profile.codes) return `HIGH (above ${profile.highest})`;
  return valueOfCode(profile, code);
}

/**
 * The number that a code counts as in a mean: LOW and HIGH count one step beyond the ends.
 * @param code in [1, n]
 * @returns a decimal in the profile's unit
 */
export function valueOfCode(profile: Profile, code: number): string {
  return formatSteps(decimal(profile.lowest), decimal(profile.resolution), BigInt(code - 2));
}
