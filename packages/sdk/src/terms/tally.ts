// SPDX-License-Identifier: GPL-3.0-or-later
import { MISSING } from "../profiles/codes.ts";
import {
  type BoundName,
  type BoundResult,
  boundResult,
  ceilingResult,
  countUnit,
  shareUnit,
} from "./bounds.ts";
import { WHOLE } from "./header.ts";
import { countRuns, type Mark } from "./runs.ts";

/** The codes of one epoch, one per slot. Many epochs fit in memory as typed arrays only. */
export type EpochCodes = ArrayLike<number> & Iterable<number>;

/** The codes of a period's epochs, in order. */
export type Epochs = readonly EpochCodes[];

/** A count that missing slots leave open: the least and the most it can be; the same under of-valid semantics. */
export type Extent = { readonly least: number; readonly most: number };

export type CommonCheck = {
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

export type Tally = { slots: number; valid: number; missing: number; inBand: number };

export function tallyOf(marks: Iterable<Mark>): Tally {
  let slots = 0;
  let missing = 0;
  let inBand = 0;
  for (const mark of marks) {
    slots += 1;
    if (mark === "missing") missing += 1;
    if (mark === "inside") inBand += 1;
  }
  return { slots, valid: slots - missing, missing, inBand };
}

/** The marks of all epochs, one after the other, made anew for each walk: a year of them would not fit. */
export function marksOf<C>(epochs: readonly C[], marks: (codes: C) => Iterable<Mark>): Iterable<Mark> {
  return {
    *[Symbol.iterator]() {
      for (const codes of epochs) yield* marks(codes);
    },
  };
}

export function runExtent(marks: Iterable<Mark>, minRun: number, ofValid: boolean): Extent {
  return {
    least: countRuns(marks, minRun, ofValid ? "of-valid" : "fewest"),
    most: countRuns(marks, minRun, ofValid ? "of-valid" : "most"),
  };
}

/** The slots of one epoch as marks: inside the band, outside it, or missing. */
export function bandMarks({ low, high }: { low: number; high: number }, codes: EpochCodes): Mark[] {
  return Array.from(codes, (code) => {
    if (code === MISSING) return "missing";
    return low <= code && code <= high ? "inside" : "outside";
  });
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
    least: [BoundName, number];
    most: [BoundName, number];
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

export function verdict(bounds: readonly BoundResult[]): Pick<CommonCheck, "holds" | "bounds" | "failing"> {
  const failing = bounds.filter((bound) => !bound.holds);
  return { holds: failing.length === 0, bounds, failing };
}
