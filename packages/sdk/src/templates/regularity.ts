// SPDX-License-Identifier: GPL-3.0-or-later
import { decimal, parseDecimal, stepsFrom } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { MISSING } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { counted } from "../terms/bounds.ts";
import { type CircuitChoice, circuitTerms } from "../terms/build.ts";
import { type BandOfCodes, type TermsHeader, WHOLE } from "../terms/header.ts";
import { band, boundsNothing, counts, ordered, refuseMetByNothing, within } from "../terms/limits.ts";
import {
  type Bounds,
  bandOf,
  type CountBounds,
  countsOf,
  coverageOf,
  headerOf,
  type LevelBounds,
  type Semantics,
  sharesOf,
} from "../terms/request.ts";
import {
  bandMarks,
  type CommonCheck,
  coverageBound,
  type EpochCodes,
  type Epochs,
  type Extent,
  extentBounds,
  marksOf,
  shareBounds,
  tallyOf,
  validBound,
  verdict,
} from "../terms/tally.ts";
import { describeBand, floorLines, type Said, shareFloor, shareLines, sumLevel } from "../terms/words.ts";
import {
  BAND_NAMES,
  given,
  type NumberField,
  namedBand,
  namedCounts,
  placesOf,
  type Template,
} from "./template.ts";

/**
 * The number of epochs that reach a level, and the share of all slots inside a band. An epoch's level is the number of
 * its readings in the band. With `sum` it is the sum of all its readings in steps above code 1.
 */
export type RegularityTerms = TermsHeader &
  BandOfCodes & {
    readonly template: "regularity";
    readonly sum: boolean;
    readonly level: number;
    readonly epochsMin: number;
    /** NO_BOUND (65535) bounds nothing. */
    readonly epochsMax: number;
    readonly shareMin: number;
    readonly shareMax: number;
  };

export type RegularityBounds = Semantics & {
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band?: LevelBounds;
  /**
   * What an epoch must reach: a number of readings inside the band, or the sum of all its readings in the profile's
   * unit, where the profile counts from 0 and has closed ends.
   */
  level: { readings: number } | { sum: number | string };
  /** Number of epochs that reach the level. */
  epochs: CountBounds;
  /** Readings inside the band over the whole period, in percent of the slots or of the valid readings. */
  share?: Bounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: { atLeast?: number | string };
};

export type RegularityCheck = CommonCheck & {
  readonly template: "regularity";
  /** Epochs that reach the level. */
  readonly reached: Extent;
  /** What each epoch has of the level without its missing slots. */
  readonly levels: readonly number[];
};

export type RegularityRequest = CircuitChoice & RegularityBounds;

/**
 * Terms from what people write, for example a device used four hours on 21 of 30 nights:
 * `{ circuit: "device-usage-30d", level: { sum: 240 }, epochs: { atLeast: 21 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is not a percentage, level or sum; what `validateTerms` throws
 */
export function regularityTerms(request: RegularityRequest): RegularityTerms {
  return circuitTerms(regularity, request);
}

export const regularity = {
  name: "regularity",
  place: "slot",

  terms(period, request): RegularityTerms {
    const { profile } = period;
    const [epochsMin, epochsMax] = countsOf("epochs", request.epochs);
    return {
      template: "regularity",
      ...headerOf(period, request),
      sum: "sum" in request.level,
      ...bandOf(profile, request.band),
      level: "sum" in request.level ? sumOf(profile, request.level.sum) : request.level.readings,
      epochsMin,
      epochsMax,
      ...sharesOf(request.share),
      coverageMin: coverageOf(request.coverage),
    };
  },

  validate(terms, profile) {
    const { level, epochs, epochsMin, epochsMax, shareMin, shareMax } = terms;
    band(terms, profile);
    within(
      "level",
      level,
      1,
      profile.slots * greatestStep(profile, terms.sum),
      terms.sum ? "steps" : "readings",
    );
    counts("epochs", "epochsMin", epochsMin, "epochsMax", epochsMax, epochs);
    ordered("share", "1/10000", 0, ["shareMin", shareMin], ["shareMax", shareMax], WHOLE);
    // All missing counts as no epoch that reaches the level and as all of them.
    const epochsMet = epochsMin === 0 && boundsNothing(epochsMax, epochs);
    const shareMet = shareMin === 0 && shareMax === WHOLE;
    refuseMetByNothing(terms, epochsMet && shareMet, "epochsMin, epochsMax, shareMin, shareMax");
  },

  asks: ({ shareMin, shareMax, epochs, epochsMin, epochsMax }) => ({
    shareMin: shareMin > 0,
    shareMax: shareMax < WHOLE,
    epochsMin: epochsMin > 0,
    epochsMax: epochsMax < epochs,
  }),

  check(terms, profile, epochs: Epochs, ofValid): RegularityCheck {
    const tally = tallyOf(marksOf(epochs, (codes) => bandMarks(terms, codes)));
    // What a missing slot may have added to its epoch's level.
    const greatest = ofValid ? 0 : greatestStep(profile, terms.sum);
    const missing = (codes: EpochCodes): number =>
      Array.from(codes).filter((code) => code === MISSING).length;
    const levels = epochs.map((codes) => levelOfEpoch(terms, codes));
    const reached = {
      least: levels.filter((level) => level >= terms.level).length,
      most: epochs.filter((codes, i) => levels[i]! + greatest * missing(codes) >= terms.level).length,
    };
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
  },

  explain(terms, profile): Said {
    const { epochs, epochsMin, epochsMax } = terms;
    const what = terms.sum
      ? `the readings add up to at least ${sumLevel(profile, terms.level)}`
      : `at least ${counted(terms.level, "reading")} ${terms.level === 1 ? "is" : "are"} ${describeBand(terms, profile)}`;
    const lines: string[] = [];
    const missing = (adds: string): string => (terms.ofValid ? "" : `; a missing reading adds ${adds}`);
    const most = terms.sum ? sumLevel(profile, greatestStep(profile, true)) : "one";
    if (epochsMin > 0)
      lines.push(`In at least ${epochsMin} of the ${epochs} epochs ${what}${missing("nothing")}.`);
    if (epochsMax < epochs)
      lines.push(`In at most ${epochsMax} of the ${epochs} epochs ${what}${missing(most)}.`);
    if (terms.ofValid && (epochsMin > 0 || epochsMax < epochs))
      lines.push("A missing reading adds nothing to its epoch.");
    lines.push(...shareLines(terms, profile));
    return {
      lines,
      floor: (floor) => {
        const over: string[] = [];
        if (epochsMin > 0) over.push(`at least ${epochsMin} epochs reach the level all the same`);
        if (epochsMax < epochs) {
          // Each hidden reading may have lifted one more epoch to the level.
          const high = Math.min(epochs, epochsMax + floor.hidden);
          over.push(`as many as ${high} epochs may reach the level, not ${epochsMax}`);
        }
        return floorLines(floor, "readings", [...over, ...shareFloor(terms, floor)]);
      },
    };
  },

  about: { epochs: { kind: "count" }, share: { kind: "percent", label: "Share of the readings" } },
  changes: {
    band: (changed) => ({ band: changed }),
    days: (days) => ({ epochs: { atLeast: days } }),
    level: (level, before) => ({
      level: "sum" in before.level ? { sum: level } : { readings: Number(level) },
    }),
  },
  takes: {
    ...BAND_NAMES,
    atLeast: "decimal",
    atMost: "decimal",
    level: "count",
    sum: "decimal",
    days: "count",
    daysAtMost: "count",
    coverage: "decimal",
  },
  needs: [["level", "sum"]],
  request: (named) => ({
    band: namedBand(named),
    level: named.sum === undefined ? { readings: Number(named.level) } : { sum: named.sum },
    epochs: namedCounts(named.days, named.daysAtMost),
    share: given({ atLeast: named.atLeast, atMost: named.atMost }),
    coverage: given({ atLeast: named.coverage }),
  }),
  fields({ level, epochs: { atLeast } }, { profile, epochs }) {
    const fields: NumberField[] = [];
    if ("sum" in level) {
      fields.push({
        key: "level",
        label: "Each day or night adds up to at least",
        unit: profile.ucum === "1" ? "" : profile.ucum,
        min: 1,
        max: Number(profile.highest) * profile.slots,
        step: Number(profile.resolution),
        value: Number(level.sum),
        places: placesOf(profile.resolution),
      });
    } else if (profile.slots > 1) {
      const whole = { min: 1, max: profile.slots, step: 1, places: 0 };
      fields.push({
        key: "level",
        label: "Each day or night has at least",
        unit: "readings",
        value: level.readings,
        ...whole,
      });
    }
    if (atLeast !== undefined) {
      const whole = { min: 1, max: epochs, step: 1, places: 0 };
      fields.push({
        key: "days",
        label: "Days or nights that reach it, at least",
        unit: `of ${epochs}`,
        value: atLeast,
        ...whole,
      });
    }
    return fields;
  },
} satisfies Template<RegularityTerms, RegularityBounds, RegularityCheck>;

/** The circuit adds steps above code 1. Only where that code is the value 0 is this the sum of what was measured. */
function sumOf(profile: Profile, value: number | string): number {
  if (profile.ends !== "closed" || profile.lowest !== "0") {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `Readings of ${profile.name} cannot be summed: its scale does not begin at 0, or readings may be beyond it.`,
      { details: { profile: profile.name }, hint: "Count readings inside a band instead." },
    );
  }
  const parsed = parseDecimal(value);
  const steps =
    parsed === undefined ? undefined : stepsFrom(parsed, decimal("0"), decimal(profile.resolution));
  if (steps === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `${value} is not a sum of readings of ${profile.name}.`, {
      details: { value },
      hint: `Sums are multiples of ${profile.resolution} ${profile.ucum}.`,
    });
  }
  return Number(steps);
}

/** The most that one reading can add to its epoch's level: itself, or with `sum` its steps above code 1. */
function greatestStep(profile: Profile, sum: boolean): number {
  return sum ? Math.max(profile.codes - 1, 1) : 1;
}

function levelOfEpoch(terms: RegularityTerms, codes: EpochCodes): number {
  const there = Array.from(codes).filter((code) => code !== MISSING);
  if (terms.sum) return there.reduce((sum, code) => sum + code - 1, 0);
  return there.filter((code) => terms.low <= code && code <= terms.high).length;
}
