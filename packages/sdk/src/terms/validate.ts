// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { TERMS_HEADER } from "../generated/protocol.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { assertOffset } from "../time/epochs.ts";
import { type Terms, WHOLE } from "./terms.ts";

/**
 * The rules under which the contract accepts terms for a program.
 * @throws TERMS_INVALID for an impossible bound, TERMS_MET_BY_NOTHING when a period without any reading would meet
 *         the terms, INVALID_ARGUMENT for an offset or epoch out of range
 */
export function validateTerms(terms: Terms): void {
  const profile = profileOf(terms.profile);
  assertOffset(profile, terms.offset);
  headerRange("epoch", terms.epoch, 0);
  headerRange("epochs", terms.epochs, 1);

  ordered("band", "code", 1, ["low", terms.low], ["high", terms.high], profile.codes);
  ordered("share", "1/10000", 0, ["shareMin", terms.shareMin], ["shareMax", terms.shareMax], WHOLE);
  ordered("mean", "code", 0, ["meanMin", terms.meanMin], ["meanMax", terms.meanMax], profile.codes);
  ordered(
    "coverage",
    "1/10000",
    0,
    ["coverageMin", terms.coverageMin],
    ["coverageMax", terms.coverageMax],
    WHOLE,
  );

  if (terms.ofValid && terms.coverageMin < 1) {
    throw new VitalproofError("TERMS_INVALID", "Terms of valid readings need coverageMin of at least 1.", {
      details: { coverageMin: terms.coverageMin },
      hint: "Say what share of the slots must hold a reading; 7000 (70 %) is what clinics use for CGM.",
    });
  }
  if (!terms.ofValid && terms.coverageMax < WHOLE) {
    throw new VitalproofError(
      "TERMS_INVALID",
      `Under worst-case semantics coverageMax = ${terms.coverageMax} can never be met: a missing reading counts as one.`,
      {
        details: { coverageMax: terms.coverageMax },
        hint: "Leave coverage unbounded above, or use of-valid semantics and mind that leaving readings out helps to meet it.",
      },
    );
  }
  if (metByNothing(terms, profile)) {
    throw new VitalproofError(
      "TERMS_MET_BY_NOTHING",
      "A period without any reading would meet these terms.",
      {
        hint: "Set at least one of shareMin, shareMax, meanMin, meanMax or coverageMin to a bound that can fail.",
      },
    );
  }
}

/** Whether every bound holds when all slots are missing. */
function metByNothing(terms: Terms, profile: Profile): boolean {
  if (terms.coverageMin > 0) return false;
  return (
    terms.shareMin === 0 && terms.shareMax === WHOLE && terms.meanMin <= 1 && terms.meanMax === profile.codes
  );
}

function headerRange(name: "epoch" | "epochs", value: number, min: number): void {
  const bits = TERMS_HEADER.find((field) => field.name === name)!.bits;
  if (!Number.isSafeInteger(value) || value < min || value >= 2 ** bits) {
    throw new VitalproofError(
      "TERMS_INVALID",
      `${name} is ${value}; it must be an integer in [${min}, 2^${bits}).`,
      {
        details: { [name]: value },
      },
    );
  }
}

function ordered(
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
      hint: `Give integers (${unit}) with ${floor} ≤ ${lowerName} ≤ ${upperName} ≤ ${ceiling}.`,
    },
  );
}
