// SPDX-License-Identifier: GPL-3.0-or-later
import { type Decimal, decimal, formatSteps, parseDecimal } from "../decimal.ts";
import type { Reading } from "../log/reading.ts";
import type { Profile } from "./profile.ts";

/**
 * Readings at the profile's resolution: a value between two steps goes to the nearer one, the middle to the upper one
 * (half up), computed on the decimals. The device has measured more finely than the profile says. Rounding may carry a
 * value across a threshold, so it is done only on request. Anything but a plain number in the profile's unit stays as it
 * is, and so does a negative number where the scale has none. They are refused later, for what they are.
 *
 * @returns the readings, and how many of them were changed
 */
export function roundToSteps<R extends Reading>(
  profile: Profile,
  readings: readonly R[],
): { readings: R[]; rounded: number } {
  const round = stepRounder(profile);
  let rounded = 0;
  const result = readings.map((reading) => {
    const changed = round(reading);
    if (changed !== reading) rounded += 1;
    return changed;
  });
  return { readings: result, rounded };
}

/** `roundToSteps` for readings one by one: gives back the same object where nothing had to be rounded. */
export function stepRounder(profile: Profile): <R extends Reading>(reading: R) => R {
  const lowest = decimal(profile.lowest);
  const step = decimal(profile.resolution);
  const one = (value: number | string): number | string => {
    const parsed = parseDecimal(value);
    if (parsed === undefined || (parsed.digits < 0n && lowest.digits >= 0n)) return value;
    const steps = nearestStep(parsed, lowest, step);
    return steps.exact ? value : formatSteps(lowest, step, steps.count);
  };
  return (reading) => {
    if (reading.unit !== profile.ucum) return reading;
    const { value } = reading;
    const changed = typeof value === "object" ? value.map(one) : one(value);
    return String(changed) === String(value) ? reading : { ...reading, value: changed };
  };
}

/** `floor((value - origin) / step + 1/2)`, and whether nothing had to be rounded. */
function nearestStep(value: Decimal, origin: Decimal, step: Decimal): { count: bigint; exact: boolean } {
  const scale = Math.max(value.scale, origin.scale, step.scale);
  const at = ({ digits, scale: own }: Decimal): bigint => digits * 10n ** BigInt(scale - own);
  const distance = at(value) - at(origin);
  const size = at(step);
  return { count: floorDivide(2n * distance + size, 2n * size), exact: distance % size === 0n };
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
