// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { MISSING } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type Terms, WHOLE } from "./terms.ts";
import { validateTerms } from "./validate.ts";

export type BoundName =
  | "valid"
  | "shareMin"
  | "shareMax"
  | "meanMin"
  | "meanMax"
  | "coverageMin"
  | "coverageMax";

/** How one bound stands. Counts are readings, except under a mean bound, where they are sums of codes. */
export type BoundResult = {
  readonly bound: BoundName;
  readonly holds: boolean;
  /** The least (for "at least") or the most (for "at most") that would meet the bound, in whole counts. */
  readonly needed: number;
  readonly got: number;
  /** By how much the bound fails, as a positive count; 0 when it holds. */
  readonly by: number;
  /** The same three in the unit of the terms: percent, or the profile's unit for means; rounded to two decimals. */
  readonly neededAs: string;
  readonly gotAs: string;
  readonly byAs: string;
  /** One sentence, for people. */
  readonly text: string;
};

export type CheckResult = {
  readonly holds: boolean;
  /** Which semantics were applied; the terms' own unless the caller asked for the other. */
  readonly ofValid: boolean;
  readonly slots: number;
  readonly valid: number;
  readonly missing: number;
  readonly inBand: number;
  readonly bounds: readonly BoundResult[];
  readonly failing: readonly BoundResult[];
};

/**
 * Decides a statement in the clear, with the integer arithmetic of the circuit, before anybody spends time on a proof.
 * The result holds counts of a person's readings: it is for that person.
 *
 * @param epochs the codes of the period's epochs, in order
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
  const ofValid = options.semantics === undefined ? terms.ofValid : options.semantics === "of-valid";
  const { slots, valid, inBand, sum } = count(terms, profile, epochs);
  const missing = slots - valid;

  // The circuit compares count × 10000 with share × slots. The needed counts below are those comparisons solved for
  // the count, rounded towards what still holds.
  const base = ofValid ? valid : slots;
  const whose = ofValid ? "the valid readings" : "all slots";
  const counted = (as: string): string => (ofValid ? "" : `, missing counted as ${as}`);
  const ofBase = readingsUnit(base);
  const ofSlots = readingsUnit(slots);
  const levels = meanUnit(profile, base);

  const bounds: BoundResult[] = [
    result(ofSlots, { bound: "valid", needed: 1, got: valid, what: "Valid readings" }),
    result(ofBase, {
      bound: "shareMin",
      needed: Math.ceil((terms.shareMin * base) / WHOLE),
      got: inBand,
      what: `Share of ${whose} inside the band${counted("outside")}`,
    }),
    result(ofBase, {
      bound: "shareMax",
      needed: Math.floor((terms.shareMax * base) / WHOLE),
      got: ofValid ? inBand : inBand + missing,
      what: `Share of ${whose} inside the band${counted("inside")}`,
    }),
    result(levels, {
      bound: "meanMin",
      needed: terms.meanMin * base,
      got: ofValid ? sum : sum + missing,
      what: `Mean of ${whose}${counted("LOW")}`,
    }),
    result(levels, {
      bound: "meanMax",
      needed: terms.meanMax * base,
      got: ofValid ? sum : sum + missing * profile.codes,
      what: `Mean of ${whose}${counted("HIGH")}`,
    }),
    result(ofSlots, {
      bound: "coverageMin",
      needed: Math.ceil((terms.coverageMin * slots) / WHOLE),
      got: valid,
      what: "Slots with a reading",
    }),
    result(ofSlots, {
      bound: "coverageMax",
      needed: Math.floor((terms.coverageMax * slots) / WHOLE),
      got: base,
      what: `Slots with a reading${ofValid ? "" : ", missing counted as one"}`,
    }),
  ];
  const failing = bounds.filter((result) => !result.holds);
  return { holds: failing.length === 0, ofValid, slots, valid, missing, inBand, bounds, failing };
}

function count(
  terms: Terms,
  profile: Profile,
  epochs: readonly (readonly number[])[],
): { slots: number; valid: number; inBand: number; sum: number } {
  if (epochs.length !== terms.epochs) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `The terms cover ${terms.epochs} epochs, given are ${epochs.length}.`,
      {
        details: { wanted: terms.epochs, given: epochs.length },
      },
    );
  }
  let valid = 0;
  let inBand = 0;
  let sum = 0;
  for (const codes of epochs) {
    if (codes.length !== profile.slots) {
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `An epoch of ${profile.name} has ${profile.slots} slots, given are ${codes.length}.`,
        { details: { wanted: profile.slots, given: codes.length } },
      );
    }
    codes.forEach((code, slot) => {
      if (!Number.isInteger(code) || code < 0 || code > profile.codes) {
        throw new VitalproofError(
          "INVALID_ARGUMENT",
          `The code in slot ${slot} is outside [0, ${profile.codes}].`,
          {
            details: { slot },
          },
        );
      }
      if (code === MISSING) return;
      valid += 1;
      sum += code;
      if (terms.low <= code && code <= terms.high) inBand += 1;
    });
  }
  return { slots: terms.epochs * profile.slots, valid, inBand, sum };
}

/** How a count is written: as it is, as a share or level, and as a distance between two. */
type Unit = { count: (n: number) => string; as: (n: number) => string; distance: (n: number) => string };

function readingsUnit(of: number): Unit {
  const percent = (n: number): string => (of === 0 ? "0.00" : ((n * 100) / of).toFixed(2));
  return {
    count: (n) => `${n} ${n === 1 ? "reading" : "readings"}`,
    as: (n) => `${percent(n)} %`,
    distance: (n) => `${percent(n)} percentage points`,
  };
}

/** Counts are sums of codes; code 2 is the profile's lowest value. */
function meanUnit(profile: Profile, of: number): Unit {
  const steps = (n: number): number => (of === 0 ? 0 : (n / of) * Number(profile.resolution));
  return {
    count: (n) => `a sum of codes of ${n}`,
    as: (n) =>
      `${(steps(n) - 2 * Number(profile.resolution) + Number(profile.lowest)).toFixed(2)} ${profile.ucum}`,
    distance: (n) => `${steps(n).toFixed(2)} ${profile.ucum}`,
  };
}

function result(
  unit: Unit,
  of: { bound: BoundName; needed: number; got: number; what: string },
): BoundResult {
  const atMost = of.bound.endsWith("Max");
  const by = Math.max(0, atMost ? of.got - of.needed : of.needed - of.got);
  const needs = `needs at ${atMost ? "most" : "least"} ${unit.count(of.needed)} (${unit.as(of.needed)})`;
  const has = `has ${unit.count(of.got)} (${unit.as(of.got)})`;
  const verdict =
    by === 0 ? "holds" : `${unit.count(by)} (${unit.distance(by)}) too ${atMost ? "many" : "few"}`;
  return {
    bound: of.bound,
    holds: by === 0,
    needed: of.needed,
    got: of.got,
    by,
    neededAs: unit.as(of.needed),
    gotAs: unit.as(of.got),
    byAs: unit.distance(by),
    text: `${of.what}: ${needs}, ${has}: ${verdict}.`,
  };
}
