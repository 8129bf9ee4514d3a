// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, decimal, formatSteps, parseDecimal, stepsFrom } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { assertInteger } from "../invalid.ts";
import type { Profile } from "./profile.ts";

/** Code of a slot without a reading. */
export const MISSING = 0;
/** Lowest code of a reading: "below the lowest" where the profile's ends are open, the lowest value where closed. */
export const LOW = 1;

/** Code of the profile's lowest value: 2 above LOW where the ends are open, 1 where nothing is beyond them. */
export function codeOfLowest(profile: Profile): number {
  return profile.ends === "open" ? LOW + 1 : LOW;
}

/**
 * Code of the value 0, from which magnitudes are counted.
 * @returns undefined where 0 is not a value of the profile
 */
export function codeOfZero(profile: Profile): number | undefined {
  const steps = stepsFrom(decimal("0"), decimal(profile.lowest), decimal(profile.resolution));
  if (steps === undefined || steps < 0n || compareDecimals(decimal("0"), decimal(profile.highest)) > 0)
    return undefined;
  return Number(steps) + codeOfLowest(profile);
}

/**
 * The code of one reading. Where the profile's ends are open, readings beyond them saturate to LOW (1) and HIGH (n),
 * never to missing. Where they are closed nothing can be beyond, and such a reading is refused. A reading between two
 * steps is refused, because rounding could carry it across a threshold. A negative reading of a scale that begins at 0
 * or above is refused however near to 0 it is: it was not measured.
 * @param value a decimal in the profile's unit, or what the sensor itself said: "LOW" or "HIGH" (open ends only)
 * @throws READING_NOT_REPRESENTABLE, READING_IMPOSSIBLE (not a number; negative where nothing is below zero; beyond
 *         closed ends).
 *         The errors do not contain the reading.
 */
export function codeOf(profile: Profile, value: number | string): number {
  const open = profile.ends === "open";
  if (open && typeof value === "string" && /^low$/i.test(value.trim())) return LOW;
  if (open && typeof value === "string" && /^high$/i.test(value.trim())) return profile.codes;
  const parsed = parseDecimal(value);
  const lowest = decimal(profile.lowest);
  if (parsed === undefined || (parsed.digits < 0n && lowest.digits >= 0n)) throw impossible(profile);
  const below = compareDecimals(parsed, lowest) < 0;
  const above = compareDecimals(parsed, decimal(profile.highest)) > 0;
  if ((below || above) && !open) throw impossible(profile);
  if (below) return LOW;
  if (above) return profile.codes;
  const steps = stepsFrom(parsed, lowest, decimal(profile.resolution));
  if (steps === undefined) {
    throw new VitalproofError(
      "READING_NOT_REPRESENTABLE",
      `A reading is between two steps of ${profile.resolution} ${profile.ucum} and is not rounded.`,
      {
        details: { profile: profile.name, resolution: profile.resolution, ucum: profile.ucum },
        hint: "Use the profile of the device's own resolution.",
      },
    );
  }
  return Number(steps) + codeOfLowest(profile);
}

function impossible(profile: Profile): VitalproofError {
  return new VitalproofError("READING_IMPOSSIBLE", `A reading is not a possible value in ${profile.ucum}.`, {
    details: { profile: profile.name },
    hint:
      profile.ends === "open"
        ? 'Pass a plain decimal number, "LOW" or "HIGH"; leave out what was not measured.'
        : `Pass a plain decimal number from ${profile.lowest} to ${profile.highest}; leave out what was not measured.`,
  });
}

/** A code in the profile's unit: "40", "missing"; where the ends are open "LOW (below 40)", "HIGH (above 400)". */
export function describeCode(profile: Profile, code: number): string {
  assertInteger("code", code, 0, profile.codes);
  if (code === MISSING) return "missing";
  if (code === LOW && profile.ends === "open") return `LOW (below ${profile.lowest})`;
  if (code === profile.codes && profile.ends === "open") return `HIGH (above ${profile.highest})`;
  return valueOfCode(profile, code);
}

/**
 * The number that a code counts as in a mean: LOW and HIGH of open ends count one step beyond them.
 * @param code in [1, n]
 * @returns a decimal in the profile's unit
 */
export function valueOfCode(profile: Profile, code: number): string {
  return formatSteps(
    decimal(profile.lowest),
    decimal(profile.resolution),
    BigInt(code - codeOfLowest(profile)),
  );
}
