// SPDX-License-Identifier: GPL-3.0-or-later
import { decimal, parseDecimal } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { NO_BOUND } from "../generated/protocol.ts";
import { codeOfLowest, codeOfZero, MISSING } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { counted } from "../terms/bounds.ts";
import { type CircuitChoice, circuitTerms } from "../terms/build.ts";
import type { TermsHeader } from "../terms/header.ts";
import { boundsNothing, counts, oneSided, refuseMetByNothing, within } from "../terms/limits.ts";
import {
  type CountBounds,
  countsOf,
  coverageOf,
  headerOf,
  type RunLength,
  runOf,
  type Semantics,
} from "../terms/request.ts";
import { type Mark, mostRuns } from "../terms/runs.ts";
import {
  type CommonCheck,
  coverageBound,
  type EpochCodes,
  type Epochs,
  type Extent,
  extentBounds,
  marksOf,
  runExtent,
  tallyOf,
  validBound,
  verdict,
} from "../terms/tally.ts";
import { countLines, type Floor, floorLines, missingInRuns, runFloor, type Said } from "../terms/words.ts";
import { given, namedCounts, placesOf, type Template } from "./template.ts";

/**
 * For profiles of three channels: the number of samples with x² + y² + z² at least `threshold`, or of events, which are
 * runs of at least `minRun` such samples. Worst-case terms bound events on one side only. Of samples both sides may be
 * bounded.
 */
export type ImpactTerms = TermsHeader & {
  readonly template: "impact";
  /** In squared steps of the profile. */
  readonly threshold: number;
  /** 0 counts samples instead of events. */
  readonly minRun: number;
  readonly countMin: number;
  /** NO_BOUND (65535) bounds nothing. */
  readonly countMax: number;
};

export type ImpactBounds = Semantics & {
  /** Least magnitude √(x² + y² + z²) of an impact sample, in the profile's unit. */
  magnitude: number | string;
  /** How long the magnitude must last to make an event. Left out, single samples are counted. */
  minRun?: RunLength;
  /** Number of samples or events. Of events under worst-case semantics one side only. */
  count: CountBounds;
  /** In percent of the samples, two decimals at most. */
  coverage?: { atLeast?: number | string };
};

export type ImpactCheck = CommonCheck & {
  readonly template: "impact";
  /** Samples, or events where the terms have a `minRun`. */
  readonly counted: Extent;
};

export type ImpactRequest = CircuitChoice & ImpactBounds;

/**
 * Terms from what people write, for example at least one impact of 2.5 g:
 * `{ circuit: "fall-window", magnitude: "2.5", count: { atLeast: 1 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is not a magnitude or length; what `validateTerms` throws
 */
export function impactTerms(request: ImpactRequest): ImpactTerms {
  return circuitTerms(impact, request);
}

export const impact = {
  name: "impact",
  place: "sample",

  terms(period, request): ImpactTerms {
    const { profile } = period;
    const [countMin, countMax] = countsOf("count", request.count);
    return {
      template: "impact",
      ...headerOf(period, request),
      threshold: squaredSteps(profile, request.magnitude),
      minRun: request.minRun === undefined ? 0 : runOf(profile, request.minRun),
      countMin,
      countMax,
      coverageMin: coverageOf(request.coverage),
    };
  },

  validate(terms, profile) {
    const { threshold, minRun, countMin, countMax } = terms;
    const zero = codeOfZero(profile);
    if (profile.channels !== 3 || zero === undefined) {
      throw new VitalproofError("TERMS_INVALID", `${profile.name} does not measure three axes around 0.`, {
        details: { profile: profile.name, channels: profile.channels },
        hint: "Impacts are counted in samples of three axes, such as acceleration-20hz.",
      });
    }
    const samples = terms.epochs * profile.samples;
    // What one axis shows without saturating. A saturated axis then reaches every threshold with its true value too.
    const reach = Math.min(
      zero - codeOfLowest(profile),
      profile.codes - (profile.ends === "open" ? 1 : 0) - zero,
    );
    within("threshold", threshold, 1, reach ** 2, "squared steps");
    within("minRun", minRun, 0, samples, "samples");
    const most = minRun === 0 ? samples : mostRuns(samples, minRun);
    counts(minRun === 0 ? "samples" : "events", "countMin", countMin, "countMax", countMax, most);
    // Single samples are counted at both worsts at once, so both their bounds may be given.
    if (minRun > 0) oneSided(terms.ofValid, "countMin", countMin, "countMax", countMax);
    refuseMetByNothing(terms, countMin === 0 && boundsNothing(countMax, most), "countMin, countMax");
  },

  asks: ({ countMin, countMax }) => ({ countMin: countMin > 0, countMax: countMax !== NO_BOUND }),

  check(terms, profile, epochs: Epochs, ofValid): ImpactCheck {
    const marks = marksOf(epochs, (codes) => impactMarks(profile, terms.threshold, codes));
    const tally = tallyOf(marks);
    const single = terms.minRun === 0;
    const found = single
      ? { least: tally.inBand, most: tally.inBand + (ofValid ? 0 : tally.missing) }
      : runExtent(marks, terms.minRun, ofValid);
    const what = single
      ? "Samples that reach the threshold"
      : `Events of at least ${terms.minRun} samples that reach the threshold`;
    const bounds = [
      validBound(tally, "sample"),
      ...extentBounds(single ? "sample" : "event", found, {
        least: ["countMin", terms.countMin],
        most: ["countMax", terms.countMax],
        what: [what, what],
        ofValid,
      }),
      coverageBound(terms, tally, "sample"),
    ];
    return { template: "impact", ...verdict(bounds), ofValid, ...tally, counted: found };
  },

  explain(terms, profile): Said {
    const { minRun, countMin, countMax } = terms;
    const magnitude = Math.sqrt(terms.threshold) * Number(profile.resolution);
    const reaching = `with x² + y² + z² of at least ${terms.threshold} squared steps of ${profile.resolution} ${profile.ucum} (a magnitude of ${magnitude.toFixed(2)} ${profile.ucum})`;
    const [one, many] =
      minRun === 0
        ? [`sample ${reaching}`, `samples ${reaching}`]
        : [
            `event of at least ${counted(minRun, "sample")} ${reaching}`,
            `events of at least ${counted(minRun, "sample")} in a row ${reaching}`,
          ];
    const lines = countLines(countMin, countMax, one, many);
    lines.push("A sample of which an axis is missing is missing.");
    if (minRun > 0) {
      lines.push(...missingInRuns(terms.ofValid, countMin, countMax, "sample", "as an impact", "as none"));
    } else if (!terms.ofValid) {
      if (countMin > 0) lines.push("Under the lower bound a missing sample is not an impact.");
      if (countMax !== NO_BOUND) lines.push("Under the upper bound a missing sample is an impact.");
    }
    return {
      lines,
      floor: (floor) => {
        const bounds: [number, number] = [countMin, countMax];
        const over = minRun > 0 ? runFloor(floor, minRun, bounds, "event") : sampleFloor(floor, bounds);
        return floorLines(floor, "samples", over);
      },
    };
  },

  about: { count: { kind: "count", label: "Impacts", most: 60 } },
  changes: { minRun: (minRun) => ({ minRun }), level: (magnitude) => ({ magnitude }) },
  takes: { atLeast: "count", atMost: "count", minRun: "length", level: "decimal", coverage: "decimal" },
  needs: [["level"]],
  request: (named) => ({
    magnitude: named.level!,
    ...(named.minRun === undefined ? {} : { minRun: named.minRun }),
    count: namedCounts(named.atLeast, named.atMost),
    coverage: given({ atLeast: named.coverage }),
  }),
  fields: ({ magnitude }, { profile }) => [
    {
      key: "level",
      label: "Magnitude at least",
      unit: profile.ucum === "1" ? "" : profile.ucum,
      min: Number(profile.resolution),
      max: Number(profile.highest),
      step: Number(profile.resolution),
      value: Number(magnitude),
      places: placesOf(profile.resolution),
    },
  ],
} satisfies Template<ImpactTerms, ImpactBounds, ImpactCheck>;

/**
 * A magnitude in squared steps of a profile, rounded up: x² + y² + z² of readings is whole, so "at least 2.5 g" admits
 * exactly the samples whose magnitude is 2.5 g or more, and none below.
 */
export function squaredSteps(profile: Profile, magnitude: number | string): number {
  const parsed = parseDecimal(magnitude);
  if (parsed === undefined || parsed.digits <= 0n) {
    throw new VitalproofError("INVALID_ARGUMENT", `${magnitude} is not a magnitude in ${profile.ucum}.`, {
      details: { magnitude },
      hint: 'Use a plain decimal above 0, such as "2.5".',
    });
  }
  // (digits / 10^scale) / (step / 10^stepScale), squared.
  const step = decimal(profile.resolution);
  const above = (parsed.digits * 10n ** BigInt(step.scale)) ** 2n;
  const below = (step.digits * 10n ** BigInt(parsed.scale)) ** 2n;
  return Number((above + below - 1n) / below);
}

/**
 * Samples of three channels, x first, as marks: inside where x² + y² + z² reaches the threshold. A sample is missing
 * if one of its channels is.
 * @param threshold squared steps of the profile
 */
export function impactMarks(profile: Profile, threshold: number, codes: EpochCodes): Mark[] {
  const zero = codeOfZero(profile)!;
  return Array.from({ length: codes.length / 3 }, (_, sample) => {
    const axes = [codes[3 * sample]!, codes[3 * sample + 1]!, codes[3 * sample + 2]!];
    if (axes.includes(MISSING)) return "missing";
    const magnitude = axes.reduce((total, code) => total + (code - zero) ** 2, 0);
    return magnitude >= threshold ? "inside" : "outside";
  });
}

function sampleFloor({ slots, hidden }: Floor, [least, most]: [number, number]): string[] {
  const over: string[] = [];
  if (least > 0) over.push(`at least ${counted(least, "sample")} reach the threshold all the same`);
  if (most !== NO_BOUND) {
    const high = Math.min(slots, most + hidden);
    over.push(`as many as ${counted(high, "sample")} may reach the threshold, not ${most}`);
  }
  return over;
}
