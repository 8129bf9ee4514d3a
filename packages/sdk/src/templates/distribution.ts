// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { LOW } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { boundResult, meanUnit, shareUnit } from "../terms/bounds.ts";
import { type CircuitChoice, circuitTerms } from "../terms/build.ts";
import { type BandOfCodes, type TermsHeader, WHOLE } from "../terms/header.ts";
import { band, ordered, refuseMetByNothing } from "../terms/limits.ts";
import {
  type Bounds,
  bandOf,
  coverageOf,
  headerOf,
  type LevelBounds,
  levelOf,
  onePerSide,
  type Semantics,
  shareOf,
  sharesOf,
} from "../terms/request.ts";
import {
  bandMarks,
  type CommonCheck,
  coverageBound,
  type Epochs,
  marksOf,
  shareBounds,
  tallyOf,
  validBound,
  verdict,
} from "../terms/tally.ts";
import { ends, floorLines, level, mean, percent, type Said, shareFloor, shareLines } from "../terms/words.ts";
import { BAND_NAMES, given, namedBand, type Template } from "./template.ts";

/**
 * The share of slots inside a band, the mean and the coverage, each between two bounds. Bounds are included, but for
 * the mean's where `meanAbove` or `meanBelow` excludes them. A bound that is not needed has its widest value.
 *
 * Levels are codes of the profile (1 = lowest … n = highest), shares ten-thousandths.
 */
export type DistributionTerms = TermsHeader &
  BandOfCodes & {
    readonly template: "distribution";
    /** The mean must be above `meanMin`, not only at it. */
    readonly meanAbove: boolean;
    /** The mean must be below `meanMax`. */
    readonly meanBelow: boolean;
    readonly shareMin: number;
    readonly shareMax: number;
    readonly meanMin: number;
    readonly meanMax: number;
    readonly coverageMax: number;
  };

export type DistributionBounds = Semantics & {
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band?: LevelBounds;
  /** In percent of the slots (worst case) or of the valid readings, two decimals at most. */
  share?: Bounds;
  /** In the profile's unit. LOW and HIGH count as one step beyond the ends of the scale. */
  mean?: LevelBounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: Bounds;
};

export type DistributionCheck = CommonCheck & {
  readonly template: "distribution";
  /** Of the codes of all readings. */
  readonly sum: number;
};

export type DistributionRequest = CircuitChoice & DistributionBounds;

/**
 * Terms from what people write in an offer, for example time in range:
 * `{ circuit: "glucose-day", band: { atLeast: 70, atMost: 180 }, share: { atLeast: 70 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is not a percentage or level; what `validateTerms` throws
 */
export function distributionTerms(request: DistributionRequest): DistributionTerms {
  return circuitTerms(distribution, request);
}

export const distribution = {
  name: "distribution",
  place: "slot",

  terms(period, request): DistributionTerms {
    const { profile } = period;
    const wanted = request.mean ?? {};
    onePerSide("mean", wanted);
    return {
      template: "distribution",
      ...headerOf(period, request),
      meanAbove: wanted.above !== undefined,
      meanBelow: wanted.below !== undefined,
      ...bandOf(profile, request.band),
      ...sharesOf(request.share),
      meanMin: levelOf(profile, wanted.atLeast ?? wanted.above) ?? 0,
      meanMax: levelOf(profile, wanted.atMost ?? wanted.below) ?? profile.codes,
      coverageMin: coverageOf(request.coverage),
      coverageMax: shareOf("coverage at most", request.coverage?.atMost) ?? WHOLE,
    };
  },

  validate(terms, profile) {
    const { ofValid, shareMin, shareMax, meanMin, meanMax, meanAbove, meanBelow } = terms;
    const { coverageMin, coverageMax } = terms;
    band(terms, profile);
    ordered("share", "1/10000", 0, ["shareMin", shareMin], ["shareMax", shareMax], WHOLE);
    ordered("mean", "code", 0, ["meanMin", meanMin], ["meanMax", meanMax], profile.codes);
    // Means are fractions: between two different codes there is one even if both ends are excluded.
    if (meanMin === meanMax && (meanAbove || meanBelow)) {
      throw new VitalproofError(
        "TERMS_INVALID",
        `No mean is between meanMin = ${meanMin} and meanMax = ${meanMax} when an end is excluded.`,
        {
          details: { meanMin, meanMax, meanAbove, meanBelow },
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
          hint: "Leave coverage unbounded above, or use of-valid semantics. Note that leaving readings out then helps to meet it.",
        },
      );
    }
    // All missing counts as a share of 0 and of 1, and as a mean of the lowest and of the highest code.
    const shareMet = shareMin === 0 && shareMax === WHOLE;
    const meanMet = meanMin + Number(meanAbove) <= 1 && meanMax - Number(meanBelow) >= profile.codes;
    refuseMetByNothing(terms, shareMet && meanMet, "shareMin, shareMax, meanMin, meanMax");
  },

  asks: (terms, profile) => ({
    shareMin: terms.shareMin > 0,
    shareMax: terms.shareMax < WHOLE,
    meanMin: boundedBelow(terms),
    meanMax: boundedAbove(terms, profile),
    coverageMax: terms.coverageMax < WHOLE,
  }),

  check(terms, profile, epochs: Epochs, ofValid): DistributionCheck {
    const tally = tallyOf(marksOf(epochs, (codes) => bandMarks(terms, codes)));
    const { slots, valid, missing } = tally;
    let sum = 0;
    for (const codes of epochs) for (const code of codes) sum += code;
    const base = ofValid ? valid : slots;
    const whose = ofValid ? "the valid readings" : "all slots";
    const taken = (as: string): string => (ofValid ? "" : `, missing counted as ${as}`);
    const [lowest, highest] = endsOf(profile);
    const levels = meanUnit(profile, base);
    // Sums are whole: above a bound is at least one more.
    const bounds = [
      validBound(tally),
      ...shareBounds(terms, tally, ofValid),
      boundResult(levels, {
        bound: "meanMin",
        needed: terms.meanMin * base + Number(terms.meanAbove),
        got: ofValid ? sum : sum + missing,
        what: `Mean of ${whose}${taken(lowest)}`,
      }),
      boundResult(levels, {
        bound: "meanMax",
        needed: terms.meanMax * base - Number(terms.meanBelow),
        got: ofValid ? sum : sum + missing * profile.codes,
        what: `Mean of ${whose}${taken(highest)}`,
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
  },

  explain(terms, profile): Said {
    const whose = terms.ofValid ? "valid readings" : "slots";
    const { meanMin, meanMax } = terms;
    const [lowest, highest] = endsOf(profile);
    const [below, above] = [boundedBelow(terms), boundedAbove(terms, profile)];
    const lines = shareLines(terms, profile);
    const say = (says: string, code: number, missing: string): void => {
      lines.push(`The mean of the ${whose} is ${says} ${level(profile, code)}${ends(terms, missing)}.`);
    };
    if (below) say(terms.meanAbove ? "above" : "at least", meanMin, lowest);
    if (above) say(terms.meanBelow ? "below" : "at most", meanMax, highest);
    if ((below || above) && profile.ends === "open") {
      lines.push(
        `In a mean, LOW counts as ${level(profile, LOW)} and HIGH as ${level(profile, profile.codes)}, one step beyond the scale.`,
      );
    }
    const coverage =
      terms.coverageMax < WHOLE
        ? [
            `At most ${percent(terms.coverageMax)} of the slots hold a reading. Beware: leaving readings out helps to meet this bound.`,
          ]
        : [];
    return {
      lines,
      coverage,
      floor: (floor) => {
        const { slots, fewest, hidden } = floor;
        const over = shareFloor(terms, floor);
        if (below) {
          const sum = meanMin * fewest + Number(terms.meanAbove) + hidden;
          over.push(`the mean may be as low as ${mean(profile, sum, slots)}`);
        }
        if (above) {
          const sum = meanMax * fewest - Number(terms.meanBelow) + hidden * profile.codes;
          over.push(`the mean may be as high as ${mean(profile, sum, slots)}`);
        }
        return floorLines(floor, "readings", over);
      },
    };
  },

  about: {
    share: { kind: "percent", label: "Share of the readings" },
    mean: { kind: "level", label: "Average" },
  },
  changes: { band: (changed) => ({ band: changed }) },
  takes: {
    ...BAND_NAMES,
    atLeast: "decimal",
    atMost: "decimal",
    meanAtLeast: "decimal",
    meanAtMost: "decimal",
    meanAbove: "decimal",
    meanBelow: "decimal",
    coverage: "decimal",
    coverageAtMost: "decimal",
  },
  needs: [],
  request: (named) => ({
    band: namedBand(named),
    share: given({ atLeast: named.atLeast, atMost: named.atMost }),
    mean: given({
      atLeast: named.meanAtLeast,
      atMost: named.meanAtMost,
      above: named.meanAbove,
      below: named.meanBelow,
    }),
    coverage: given({ atLeast: named.coverage, atMost: named.coverageAtMost }),
  }),
  fields: () => [],
} satisfies Template<DistributionTerms, DistributionBounds, DistributionCheck>;

function boundedBelow({ meanMin, meanAbove }: DistributionTerms): boolean {
  return meanMin > 0 || meanAbove;
}

function boundedAbove({ meanMax, meanBelow }: DistributionTerms, profile: Profile): boolean {
  return meanMax < profile.codes || meanBelow;
}

/** What a missing reading counts as in a mean: at its lowest and at its highest. */
function endsOf(profile: Profile): [lowest: string, highest: string] {
  return profile.ends === "open" ? ["LOW", "HIGH"] : ["the lowest value", "the highest value"];
}
