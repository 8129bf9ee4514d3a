// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { NO_BOUND } from "../generated/protocol.ts";
import type { Profile } from "../profiles/profile.ts";
import type { TermsHeader } from "./header.ts";

export function boundsNothing(bound: number, most: number): boolean {
  return bound === NO_BOUND || bound >= most;
}

/** @param met whether the template's own bounds hold when all slots are missing, under worst-case semantics */
export function refuseMetByNothing(terms: TermsHeader, met: boolean, bounds: string): void {
  if (!met || terms.ofValid || terms.coverageMin > 0) return;
  throw new VitalproofError("TERMS_MET_BY_NOTHING", "A period without any reading would meet these terms.", {
    hint: `Set at least one of ${bounds} or coverageMin to a bound that can fail.`,
  });
}

/** Runs have one worst case at a time: what is least says nothing about what is most. */
export function oneSided(
  ofValid: boolean,
  leastName: string,
  least: number,
  mostName: string,
  most: number,
): void {
  if (ofValid || least === 0 || most === NO_BOUND) return;
  throw new VitalproofError(
    "TERMS_INVALID",
    `Under worst-case semantics ${leastName} = ${least} and ${mostName} = ${most} cannot be combined.`,
    {
      details: { [leastName]: least, [mostName]: most },
      hint: `Make two circuits of it, or leave one side open: ${leastName} = 0, or ${mostName} = ${NO_BOUND}.`,
    },
  );
}

export function counts(
  what: string,
  leastName: string,
  least: number,
  mostName: string,
  most: number,
  ceiling: number,
): void {
  const highest = most === NO_BOUND ? NO_BOUND : ceiling;
  ordered(what, "count", 0, [leastName, least], [mostName, most], highest);
  within(leastName, least, 0, ceiling, what);
}

export function band({ low, high }: { low: number; high: number }, profile: Profile): void {
  ordered("band", "code", 1, ["low", low], ["high", high], profile.codes);
}

export function within(name: string, value: number, least: number, most: number, unit: string): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw wrong(name, value, `an integer in [${least}, ${most}] (${unit})`, {
      floor: least,
      ceiling: most,
      unit,
    });
}

/** @param more for the details */
export function wrong(
  name: string,
  value: number | string,
  wanted: string,
  more: Record<string, number | string> = {},
): VitalproofError {
  return new VitalproofError("TERMS_INVALID", `${name} is ${value}; it must be ${wanted}.`, {
    details: { [name]: value, wanted, ...more },
  });
}

export function ordered(
  what: string,
  unit: string,
  floor: number,
  [lowerName, lower]: [string, number],
  [upperName, upper]: [string, number],
  ceiling: number,
): void {
  const whole = Number.isSafeInteger(lower) && Number.isSafeInteger(upper);
  if (whole && floor <= lower && lower <= upper && upper <= ceiling) return;
  throw new VitalproofError(
    "TERMS_INVALID",
    `The ${what} bounds ${lowerName} = ${lower}, ${upperName} = ${upper} are impossible.`,
    {
      details: { [lowerName]: lower, [upperName]: upper, floor, ceiling, unit },
      hint: `Use integers (${unit}) with ${floor} ≤ ${lowerName} ≤ ${upperName} ≤ ${ceiling}.`,
    },
  );
}
