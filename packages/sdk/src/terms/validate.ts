// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { FLAGS, NO_BOUND, TERMS_HEADER, TERMS_TEMPLATES } from "../generated/protocol.ts";
import { codeOfZero } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { assertOffset } from "../time/epochs.ts";
import { mostRuns } from "./runs.ts";
import {
  type DistributionTerms,
  type EpisodeTerms,
  type ImpactTerms,
  type RegularityTerms,
  type Terms,
  WHOLE,
} from "./terms.ts";

/**
 * The rules under which the contract accepts terms for a program.
 * @throws TERMS_INVALID for an impossible bound, TERMS_MET_BY_NOTHING when a period without any reading would meet
 *         the terms, INVALID_ARGUMENT for an offset or epoch out of range
 */
export function validateTerms(terms: Terms): void {
  if (!Object.hasOwn(TERMS_TEMPLATES, terms.template)) {
    throw new VitalproofError("TERMS_NOT_UNDERSTOOD", `There is no template ${String(terms.template)}.`, {
      hint: `Use one of ${Object.keys(TERMS_TEMPLATES).join(", ")}.`,
    });
  }
  const profile = profileOf(terms.profile);
  assertOffset(profile, terms.offset);
  headerRange("epoch", terms.epoch, 0);
  headerRange("epochs", terms.epochs, 1);
  for (const flag of [...Object.keys(FLAGS), ...Object.keys(TERMS_TEMPLATES[terms.template].flags)]) {
    const value: unknown = (terms as Readonly<Record<string, unknown>>)[flag];
    if (typeof value !== "boolean") throw wrong(flag, String(value), "true or false");
  }

  within("coverageMin", terms.coverageMin, 0, WHOLE, "1/10000");
  if (terms.ofValid && terms.coverageMin < 1) {
    throw new VitalproofError("TERMS_INVALID", "Terms of valid readings need coverageMin of at least 1.", {
      details: { coverageMin: terms.coverageMin },
      hint: "Say what share of the slots must hold a reading; 7000 (70 %) is what clinics use for CGM.",
    });
  }

  if (terms.template === "distribution") validateDistribution(terms, profile);
  else if (terms.template === "episode") validateEpisode(terms, profile);
  else if (terms.template === "regularity") validateRegularity(terms, profile);
  else validateImpact(terms, profile);
}

function validateDistribution(terms: DistributionTerms, profile: Profile): void {
  const { ofValid, shareMin, shareMax, meanMin, meanMax, coverageMin, coverageMax } = terms;
  band(terms, profile);
  ordered("share", "1/10000", 0, ["shareMin", shareMin], ["shareMax", shareMax], WHOLE);
  ordered("mean", "code", 0, ["meanMin", meanMin], ["meanMax", meanMax], profile.codes);
  // Means are fractions: between two different codes there is one even if both ends are excluded.
  if (meanMin === meanMax && (terms.meanAbove || terms.meanBelow)) {
    throw new VitalproofError(
      "TERMS_INVALID",
      `No mean is between meanMin = ${meanMin} and meanMax = ${meanMax} when an end is excluded.`,
      {
        details: { meanMin, meanMax, meanAbove: terms.meanAbove, meanBelow: terms.meanBelow },
        hint: "Leave at least a step between the bounds, or include both ends.",
      },
    );
  }
  ordered("coverage", "1/10000", 0, ["coverageMin", coverageMin], ["coverageMax", coverageMax], WHOLE);
  if (!ofValid && coverageMax < WHOLE) {
    throw new VitalproofError(
      "TERMS_INVALID",
      `Under worst-case semantics coverageMax = ${coverageMax} can never be met: a missing reading counts as one.`,
      {
        details: { coverageMax },
        hint: "Leave coverage unbounded above, or use of-valid semantics and mind that leaving readings out helps to meet it.",
      },
    );
  }
  // All missing counts as a share of 0 and of 1, and as a mean of the lowest and of the highest code.
  const shareMet = shareMin === 0 && shareMax === WHOLE;
  const meanMet =
    meanMin + Number(terms.meanAbove) <= 1 && meanMax - Number(terms.meanBelow) >= profile.codes;
  refuseMetByNothing(terms, shareMet && meanMet, "shareMin, shareMax, meanMin, meanMax");
}

function validateEpisode(terms: EpisodeTerms, profile: Profile): void {
  const { minRun, runsMin, runsMax } = terms;
  const slots = terms.epochs * profile.slots;
  band(terms, profile);
  within("minRun", minRun, 1, slots, "slots");
  const most = mostRuns(slots, minRun);
  counts("runs", "runsMin", runsMin, "runsMax", runsMax, most);
  oneSided(terms.ofValid, "runsMin", runsMin, "runsMax", runsMax);
  refuseMetByNothing(terms, runsMin === 0 && boundsNothing(runsMax, most), "runsMin, runsMax");
}

function validateRegularity(terms: RegularityTerms, profile: Profile): void {
  const { level, epochs, epochsMin, epochsMax, shareMin, shareMax } = terms;
  band(terms, profile);
  within("level", level, 1, greatestLevel(profile, terms.sum), terms.sum ? "steps" : "readings");
  counts("epochs", "epochsMin", epochsMin, "epochsMax", epochsMax, epochs);
  ordered("share", "1/10000", 0, ["shareMin", shareMin], ["shareMax", shareMax], WHOLE);
  // All missing counts as no epoch that reaches the level and as all of them.
  const epochsMet = epochsMin === 0 && boundsNothing(epochsMax, epochs);
  const shareMet = shareMin === 0 && shareMax === WHOLE;
  refuseMetByNothing(terms, epochsMet && shareMet, "epochsMin, epochsMax, shareMin, shareMax");
}

function validateImpact(terms: ImpactTerms, profile: Profile): void {
  const { threshold, minRun, countMin, countMax } = terms;
  const zero = codeOfZero(profile);
  if (profile.channels !== 3 || zero === undefined) {
    throw new VitalproofError("TERMS_INVALID", `${profile.name} does not measure three axes around 0.`, {
      details: { profile: profile.name, channels: profile.channels },
      hint: "Impacts are counted in samples of three axes, such as acceleration-20hz.",
    });
  }
  const samples = terms.epochs * profile.samples;
  within("threshold", threshold, 1, 3 * Math.max(zero, profile.codes - zero) ** 2, "squared steps");
  within("minRun", minRun, 0, samples, "samples");
  const most = minRun === 0 ? samples : mostRuns(samples, minRun);
  counts(minRun === 0 ? "samples" : "events", "countMin", countMin, "countMax", countMax, most);
  // Single samples are counted at both worsts at once, so both their bounds may be given.
  if (minRun > 0) oneSided(terms.ofValid, "countMin", countMin, "countMax", countMax);
  refuseMetByNothing(terms, countMin === 0 && boundsNothing(countMax, most), "countMin, countMax");
}

/** The greatest level that an epoch can reach: readings, or with `sum` steps above code 1. */
export function greatestLevel(profile: Profile, sum: boolean): number {
  return profile.slots * (sum ? Math.max(profile.codes - 1, 1) : 1);
}

function boundsNothing(bound: number, most: number): boolean {
  return bound === NO_BOUND || bound >= most;
}

/** @param met whether the template's own bounds hold when all slots are missing, under worst-case semantics */
function refuseMetByNothing(terms: Terms, met: boolean, bounds: string): void {
  if (!met || terms.ofValid || terms.coverageMin > 0) return;
  throw new VitalproofError("TERMS_MET_BY_NOTHING", "A period without any reading would meet these terms.", {
    hint: `Set at least one of ${bounds} or coverageMin to a bound that can fail.`,
  });
}

/** Runs have one worst case at a time: what is least says nothing about what is most. */
function oneSided(ofValid: boolean, leastName: string, least: number, mostName: string, most: number): void {
  if (ofValid || least === 0 || most === NO_BOUND) return;
  throw new VitalproofError(
    "TERMS_INVALID",
    `Under worst-case semantics ${leastName} = ${least} and ${mostName} = ${most} cannot stand together.`,
    {
      details: { [leastName]: least, [mostName]: most },
      hint: `Make two circuits of it, or leave one side open: ${leastName} = 0, or ${mostName} = ${NO_BOUND}.`,
    },
  );
}

function counts(
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

function band({ low, high }: { low: number; high: number }, profile: Profile): void {
  ordered("band", "code", 1, ["low", low], ["high", high], profile.codes);
}

function headerRange(name: "epoch" | "epochs", value: number, min: number): void {
  const bits = TERMS_HEADER.find((field) => field.name === name)!.bits;
  if (!Number.isSafeInteger(value) || value < min || value >= 2 ** bits)
    throw wrong(name, value, `an integer in [${min}, 2^${bits})`);
}

function within(name: string, value: number, least: number, most: number, unit: string): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw wrong(name, value, `an integer in [${least}, ${most}] (${unit})`);
}

function wrong(name: string, value: number | string, wanted: string): VitalproofError {
  return new VitalproofError("TERMS_INVALID", `${name} is ${value}; it must be ${wanted}.`, {
    details: { [name]: value, wanted },
  });
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
