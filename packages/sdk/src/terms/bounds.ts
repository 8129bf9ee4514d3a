// SPDX-License-Identifier: GPL-3.0-or-later
import { NO_BOUND, type TERMS_TEMPLATES } from "../generated/protocol.ts";
import { codeOfLowest } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";

type FieldName = (typeof TERMS_TEMPLATES)[keyof typeof TERMS_TEMPLATES]["fields"][number]["name"];

/** At least one valid reading, and every bound that the terms of circuits/protocol.json have. */
export type BoundName = "valid" | Extract<FieldName, `${string}Min` | `${string}Max`>;

/**
 * Whether one bound holds. Counts are readings, runs, epochs, samples or events; under a mean bound they are sums of
 * codes.
 */
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

/** How a count is written: as it is, as a share or level, and as a distance between two. */
export type Unit = {
  count: (n: number) => string;
  as: (n: number) => string;
  distance: (n: number) => string;
};

/** Counts of `noun` out of `of`, with their share in percent. */
export function shareUnit(of: number, noun = "reading"): Unit {
  const percent = (n: number): string => (of === 0 ? "0.00" : ((n * 100) / of).toFixed(2));
  return {
    count: (n) => counted(n, noun),
    as: (n) => `${percent(n)} %`,
    distance: (n) => `${percent(n)} percentage points`,
  };
}

/** Plain counts: "2 runs". */
export function countUnit(noun: string): Unit {
  const count = (n: number): string => counted(n, noun);
  return { count, as: count, distance: count };
}

/** Counts are sums of codes. */
export function meanUnit(profile: Profile, of: number): Unit {
  const steps = (n: number): number => (of === 0 ? 0 : (n / of) * Number(profile.resolution));
  const origin = Number(profile.lowest) - codeOfLowest(profile) * Number(profile.resolution);
  return {
    count: (n) => `a sum of codes of ${n}`,
    as: (n) => `${(steps(n) + origin).toFixed(2)} ${profile.ucum}`,
    distance: (n) => `${steps(n).toFixed(2)} ${profile.ucum}`,
  };
}

/** Compares one count with one bound and says so. */
export function boundResult(
  unit: Unit,
  of: { bound: BoundName; needed: number; got: number; what: string; unbounded?: boolean },
): BoundResult {
  const atMost = of.bound.endsWith("Max");
  const by = Math.max(0, atMost ? of.got - of.needed : of.needed - of.got);
  const both = (n: number): string =>
    unit.count(n) === unit.as(n) ? unit.count(n) : `${unit.count(n)} (${unit.as(n)})`;
  const missedBy =
    unit.count(by) === unit.distance(by) ? unit.count(by) : `${unit.count(by)} (${unit.distance(by)})`;
  const needs = of.unbounded ? "not bounded" : `needs at ${atMost ? "most" : "least"} ${both(of.needed)}`;
  const verdict = by === 0 ? "holds" : `${missedBy} too ${atMost ? "many" : "few"}`;
  return {
    bound: of.bound,
    holds: by === 0,
    needed: of.needed,
    got: of.got,
    by,
    neededAs: of.unbounded ? "not bounded" : unit.as(of.needed),
    gotAs: unit.as(of.got),
    byAs: unit.distance(by),
    text: `${of.what}: ${needs}, has ${both(of.got)}: ${verdict}.`,
  };
}

/** An upper bound of a count, which may be none. */
export function ceilingResult(
  unit: Unit,
  of: { bound: BoundName; needed: number; got: number; what: string },
): BoundResult {
  const unbounded = of.needed === NO_BOUND;
  // Counts in circuits stay below NO_BOUND; those of longer stretches without a circuit need not.
  return boundResult(unit, unbounded ? { ...of, needed: Math.max(of.needed, of.got), unbounded } : of);
}

export function counted(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}
