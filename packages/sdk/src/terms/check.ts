// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { codeOfZero, MISSING } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type BoundResult, boundResult, ceilingResult, countUnit, meanUnit, shareUnit } from "./bounds.ts";
import { countRuns, type Mark } from "./runs.ts";
import {
  type DistributionTerms,
  type EpisodeTerms,
  type ImpactTerms,
  type RegularityTerms,
  type Terms,
  WHOLE,
} from "./terms.ts";
import { validateTerms } from "./validate.ts";

/** A count that missing slots leave open: the least and the most it can be; the same under of-valid semantics. */
export type Extent = { readonly least: number; readonly most: number };

type CommonCheck = {
  readonly holds: boolean;
  /** Which semantics were applied; the terms' own unless the caller asked for the other. */
  readonly ofValid: boolean;
  /** Slots of the period; for impacts its samples, of which each takes three slots. */
  readonly slots: number;
  /** Slots with a reading. */
  readonly valid: number;
  readonly missing: number;
  /** Readings inside the band; for impacts the samples that reach the threshold. */
  readonly inBand: number;
  readonly bounds: readonly BoundResult[];
  readonly failing: readonly BoundResult[];
};

export type CheckResult = CommonCheck &
  (
    | {
        readonly template: "distribution";
        /** Of the codes of all readings. */
        readonly sum: number;
      }
    | { readonly template: "episode"; readonly runs: Extent }
    | {
        readonly template: "regularity";
        /** Epochs that reach the level. */
        readonly reached: Extent;
        /** What each epoch has of the level without its missing slots. */
        readonly levels: readonly number[];
      }
    | {
        readonly template: "impact";
        /** Samples, or events where the terms have a `minRun`. */
        readonly counted: Extent;
      }
  );

/**
 * Decides a circuit in the clear, with the integer arithmetic of the circuit, before anybody spends time on a proof.
 * Under worst-case semantics each bound is held against its own worst filling of the missing slots.
 * The result holds counts of a person's readings: it is for that person.
 *
 * @param epochs the codes of the period's epochs, in order, one per slot
 * @param options `semantics` decides under the other semantics than the terms name, to show the difference
 * @throws INVALID_ARGUMENT for another number of epochs or slots or a code outside the profile
 */
export function checkTerms(
  terms: Terms,
  epochs: readonly (readonly number[])[],
  options: { semantics?: "worst-case" | "of-valid" } = {},
): CheckResult {
  validateTerms(terms);
  const profile = profileOf(terms.profile);
  assertCodes(terms, profile, epochs);
  const ofValid = options.semantics === undefined ? terms.ofValid : options.semantics === "of-valid";
  switch (terms.template) {
    case "distribution":
      return checkDistribution(terms, profile, epochs, ofValid);
    case "episode":
      return checkEpisode(terms, epochs, ofValid);
    case "regularity":
      return checkRegularity(terms, profile, epochs, ofValid);
    case "impact":
      return checkImpact(terms, profile, epochs, ofValid);
  }
}

type Epochs = readonly (readonly number[])[];

function checkDistribution(
  terms: DistributionTerms,
  profile: Profile,
  epochs: Epochs,
  ofValid: boolean,
): CheckResult {
  const marks = epochs.flatMap((codes) => codes.map((code) => markOf(terms, code)));
  const tally = tallyOf(marks);
  const { slots, valid, missing } = tally;
  const sum = epochs.reduce((total, codes) => codes.reduce((inner, code) => inner + code, total), 0);
  const base = ofValid ? valid : slots;
  const whose = ofValid ? "the valid readings" : "all slots";
  const taken = (as: string): string => (ofValid ? "" : `, missing counted as ${as}`);
  const levels = meanUnit(profile, base);
  // Sums are whole: above a bound is at least one more.
  const above = Number(terms.meanAbove);
  const below = Number(terms.meanBelow);
  const bounds = [
    validBound(tally),
    ...shareBounds(terms, tally, ofValid),
    boundResult(levels, {
      bound: "meanMin",
      needed: terms.meanMin * base + above,
      got: ofValid ? sum : sum + missing,
      what: `Mean of ${whose}${taken(profile.ends === "open" ? "LOW" : "the lowest value")}`,
    }),
    boundResult(levels, {
      bound: "meanMax",
      needed: terms.meanMax * base - below,
      got: ofValid ? sum : sum + missing * profile.codes,
      what: `Mean of ${whose}${taken(profile.ends === "open" ? "HIGH" : "the highest value")}`,
    }),
    coverageBound(terms, tally),
    boundResult(shareUnit(slots), {
      bound: "coverageMax",
      needed: Math.floor((terms.coverageMax * slots) / WHOLE),
      got: base,
      what: `Slots with a reading${taken("one")}`,
    }),
  ];
  return { template: "distribution", ...verdict(bounds), ofValid, ...tally, sum };
}

function checkEpisode(terms: EpisodeTerms, epochs: Epochs, ofValid: boolean): CheckResult {
  const marks = epochs.flatMap((codes) => codes.map((code) => markOf(terms, code)));
  const tally = tallyOf(marks);
  const runs = runExtent(marks, terms.minRun, ofValid);
  const what = `Runs of at least ${terms.minRun} readings inside the band`;
  const bounds = [
    validBound(tally),
    ...extentBounds("run", runs, {
      least: ["runsMin", terms.runsMin],
      most: ["runsMax", terms.runsMax],
      what: [what, what],
      ofValid,
    }),
    coverageBound(terms, tally),
  ];
  return { template: "episode", ...verdict(bounds), ofValid, ...tally, runs };
}

function checkRegularity(
  terms: RegularityTerms,
  profile: Profile,
  epochs: Epochs,
  ofValid: boolean,
): CheckResult {
  const tally = tallyOf(epochs.flatMap((codes) => codes.map((code) => markOf(terms, code))));
  // What a missing slot may have added to its epoch's level.
  const greatest = ofValid ? 0 : terms.sum ? Math.max(profile.codes - 1, 1) : 1;
  const levels: number[] = [];
  let least = 0;
  let most = 0;
  for (const codes of epochs) {
    let level = 0;
    let missing = 0;
    for (const code of codes) {
      if (code === MISSING) missing += 1;
      else if (terms.sum) level += code - 1;
      else if (terms.low <= code && code <= terms.high) level += 1;
    }
    levels.push(level);
    if (level >= terms.level) least += 1;
    if (level + greatest * missing >= terms.level) most += 1;
  }
  const reached = { least, most };
  const what = `Epochs that reach a ${terms.sum ? "sum" : "count"} of ${terms.level}`;
  const bounds = [
    validBound(tally),
    ...extentBounds("epoch", reached, {
      least: ["epochsMin", terms.epochsMin],
      most: ["epochsMax", terms.epochsMax],
      what: [what, what],
      ofValid,
    }),
    ...shareBounds(terms, tally, ofValid),
    coverageBound(terms, tally),
  ];
  return { template: "regularity", ...verdict(bounds), ofValid, ...tally, reached, levels };
}

function checkImpact(terms: ImpactTerms, profile: Profile, epochs: Epochs, ofValid: boolean): CheckResult {
  const marks = epochs.flatMap((codes) => impactMarks(profile, terms.threshold, codes));
  const tally = tallyOf(marks);
  const single = terms.minRun === 0;
  const counted = single
    ? { least: tally.inBand, most: tally.inBand + (ofValid ? 0 : tally.missing) }
    : runExtent(marks, terms.minRun, ofValid);
  const what = single
    ? "Samples that reach the threshold"
    : `Events of at least ${terms.minRun} samples that reach the threshold`;
  const bounds = [
    validBound(tally, "sample"),
    ...extentBounds(single ? "sample" : "event", counted, {
      least: ["countMin", terms.countMin],
      most: ["countMax", terms.countMax],
      what: [what, what],
      ofValid,
    }),
    coverageBound(terms, tally, "sample"),
  ];
  return { template: "impact", ...verdict(bounds), ofValid, ...tally, counted };
}

/**
 * Samples of three channels, x first, as marks: inside where x² + y² + z² reaches the threshold. A sample is missing
 * if one of its channels is.
 * @param threshold squared steps of the profile
 */
export function impactMarks(profile: Profile, threshold: number, codes: readonly number[]): Mark[] {
  const zero = codeOfZero(profile)!;
  return Array.from({ length: codes.length / 3 }, (_, sample) => {
    const axes = codes.slice(3 * sample, 3 * sample + 3);
    if (axes.includes(MISSING)) return "missing";
    const magnitude = axes.reduce((total, code) => total + (code - zero) ** 2, 0);
    return magnitude >= threshold ? "inside" : "outside";
  });
}

export type Tally = { slots: number; valid: number; missing: number; inBand: number };

export function tallyOf(marks: readonly Mark[]): Tally {
  const missing = marks.filter((mark) => mark === "missing").length;
  const inBand = marks.filter((mark) => mark === "inside").length;
  return { slots: marks.length, valid: marks.length - missing, missing, inBand };
}

export function runExtent(marks: readonly Mark[], minRun: number, ofValid: boolean): Extent {
  return {
    least: countRuns(marks, minRun, ofValid ? "of-valid" : "fewest"),
    most: countRuns(marks, minRun, ofValid ? "of-valid" : "most"),
  };
}

function markOf({ low, high }: { low: number; high: number }, code: number): Mark {
  if (code === MISSING) return "missing";
  return low <= code && code <= high ? "inside" : "outside";
}

// The circuit compares count × 10000 with share × slots. The needed counts below are those comparisons solved for the
// count, rounded towards what still holds. The bounds are the same for readings that fill no circuit's window.

export function validBound(tally: Tally, noun = "reading"): BoundResult {
  const what = `Valid ${noun}s`;
  return boundResult(shareUnit(tally.slots, noun), { bound: "valid", needed: 1, got: tally.valid, what });
}

export function coverageBound(
  { coverageMin }: { coverageMin: number },
  tally: Tally,
  noun = "reading",
): BoundResult {
  return boundResult(shareUnit(tally.slots, noun), {
    bound: "coverageMin",
    needed: Math.ceil((coverageMin * tally.slots) / WHOLE),
    got: tally.valid,
    what:
      noun === "reading"
        ? "Slots with a reading"
        : `${noun[0]!.toUpperCase()}${noun.slice(1)}s that are there`,
  });
}

export function shareBounds(
  { shareMin, shareMax }: { shareMin: number; shareMax: number },
  { slots, valid, missing, inBand }: Tally,
  ofValid: boolean,
): BoundResult[] {
  const base = ofValid ? valid : slots;
  const whose = ofValid ? "the valid readings" : "all slots";
  const taken = (as: string): string => (ofValid ? "" : `, missing counted as ${as}`);
  return [
    boundResult(shareUnit(base), {
      bound: "shareMin",
      needed: Math.ceil((shareMin * base) / WHOLE),
      got: inBand,
      what: `Share of ${whose} inside the band${taken("outside")}`,
    }),
    boundResult(shareUnit(base), {
      bound: "shareMax",
      needed: Math.floor((shareMax * base) / WHOLE),
      got: ofValid ? inBand : inBand + missing,
      what: `Share of ${whose} inside the band${taken("inside")}`,
    }),
  ];
}

/** The bounds of a count that missing slots leave open. */
export function extentBounds(
  noun: string,
  { least, most }: Extent,
  of: {
    least: [BoundResult["bound"], number];
    most: [BoundResult["bound"], number];
    /** What is counted, for the lower and for the upper bound. */
    what: [string, string];
    ofValid: boolean;
  },
): BoundResult[] {
  const taken = (as: string): string =>
    of.ofValid ? ", missing passed over" : `, missing taken so that the ${as} are counted`;
  const unit = countUnit(noun);
  return [
    boundResult(unit, {
      bound: of.least[0],
      needed: of.least[1],
      got: least,
      what: `${of.what[0]}${taken("fewest")}`,
    }),
    ceilingResult(unit, {
      bound: of.most[0],
      needed: of.most[1],
      got: most,
      what: `${of.what[1]}${taken("most")}`,
    }),
  ];
}

export function verdict(bounds: readonly BoundResult[]): Pick<CheckResult, "holds" | "bounds" | "failing"> {
  const failing = bounds.filter((bound) => !bound.holds);
  return { holds: failing.length === 0, bounds, failing };
}

function assertCodes(terms: Terms, profile: Profile, epochs: Epochs): void {
  if (epochs.length !== terms.epochs) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `The terms cover ${terms.epochs} epochs, given are ${epochs.length}.`,
      { details: { wanted: terms.epochs, given: epochs.length } },
    );
  }
  for (const codes of epochs) {
    if (codes.length !== profile.slots) {
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `An epoch of ${profile.name} has ${profile.slots} slots, given are ${codes.length}.`,
        { details: { wanted: profile.slots, given: codes.length } },
      );
    }
    codes.forEach((code, slot) => {
      if (Number.isInteger(code) && code >= 0 && code <= profile.codes) return;
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `The code in slot ${slot} is outside [0, ${profile.codes}].`,
        { details: { slot } },
      );
    });
  }
}
