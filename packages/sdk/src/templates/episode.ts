// SPDX-License-Identifier: GPL-3.0-or-later
import { NO_BOUND } from "../generated/protocol.ts";
import { counted } from "../terms/bounds.ts";
import { type CircuitChoice, circuitTerms } from "../terms/build.ts";
import type { BandOfCodes, TermsHeader } from "../terms/header.ts";
import { band, boundsNothing, counts, oneSided, refuseMetByNothing, within } from "../terms/limits.ts";
import {
  bandOf,
  type CountBounds,
  countsOf,
  coverageOf,
  headerOf,
  type LevelBounds,
  type RunLength,
  runOf,
  type Semantics,
} from "../terms/request.ts";
import { mostRuns } from "../terms/runs.ts";
import {
  bandMarks,
  type CommonCheck,
  coverageBound,
  type Epochs,
  type Extent,
  extentBounds,
  marksOf,
  runExtent,
  tallyOf,
  validBound,
  verdict,
} from "../terms/tally.ts";
import {
  countLines,
  describeBand,
  duration,
  floorLines,
  missingInRuns,
  runFloor,
  type Said,
} from "../terms/words.ts";
import { BAND_NAMES, given, namedBand, namedCounts, type Template } from "./template.ts";

/**
 * The number of runs of at least `minRun` consecutive readings inside a band. Under worst-case semantics terms have one
 * bound: a lower one (`runsMax` = NO_BOUND) or an upper one (`runsMin` = 0).
 */
export type EpisodeTerms = TermsHeader &
  BandOfCodes & {
    readonly template: "episode";
    /** Readings in a row that make a run, at least 1. */
    readonly minRun: number;
    readonly runsMin: number;
    /** NO_BOUND (65535) bounds nothing. */
    readonly runsMax: number;
  };

export type EpisodeBounds = Semantics & {
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band: LevelBounds;
  /** How long the readings must stay inside the band to make a run. */
  minRun: RunLength;
  /** Number of runs. Under worst-case semantics one side only. */
  runs: CountBounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: { atLeast?: number | string };
};

export type EpisodeCheck = CommonCheck & { readonly template: "episode"; readonly runs: Extent };

export type EpisodeRequest = CircuitChoice & EpisodeBounds;

/**
 * Terms from what people write, for example oxygen below 90 % for more than five minutes, at least once:
 * `{ circuit: "spo2-hour-episodes", band: { below: 90 }, minRun: { longerThan: 300 }, runs: { atLeast: 1 } }`.
 * At 1 Hz more than five minutes are 301 readings in a row.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is not a level or length; what `validateTerms` throws
 */
export function episodeTerms(request: EpisodeRequest): EpisodeTerms {
  return circuitTerms(episode, request);
}

export const episode = {
  name: "episode",
  place: "slot",

  terms(period, request): EpisodeTerms {
    const { profile } = period;
    const [runsMin, runsMax] = countsOf("runs", request.runs);
    return {
      template: "episode",
      ...headerOf(period, request),
      ...bandOf(profile, request.band),
      minRun: runOf(profile, request.minRun),
      runsMin,
      runsMax,
      coverageMin: coverageOf(request.coverage),
    };
  },

  validate(terms, profile) {
    const { minRun, runsMin, runsMax } = terms;
    const slots = terms.epochs * profile.slots;
    band(terms, profile);
    within("minRun", minRun, 1, slots, "slots");
    const most = mostRuns(slots, minRun);
    counts("runs", "runsMin", runsMin, "runsMax", runsMax, most);
    oneSided(terms.ofValid, "runsMin", runsMin, "runsMax", runsMax);
    refuseMetByNothing(terms, runsMin === 0 && boundsNothing(runsMax, most), "runsMin, runsMax");
  },

  asks: ({ runsMin, runsMax }) => ({ runsMin: runsMin > 0, runsMax: runsMax !== NO_BOUND }),

  check(terms, _profile, epochs: Epochs, ofValid): EpisodeCheck {
    const marks = marksOf(epochs, (codes) => bandMarks(terms, codes));
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
  },

  explain(terms, profile): Said {
    const { minRun, runsMin, runsMax } = terms;
    const length = duration(minRun * profile.interval);
    const run = `run of at least ${counted(minRun, "reading")} (${length}) ${describeBand(terms, profile)}`;
    const runs = run.replace("run", "runs");
    const lines = [
      ...countLines(runsMin, runsMax, run, runs),
      ...missingInRuns(terms.ofValid, runsMin, runsMax, "reading", "inside the band", "outside"),
    ];
    return {
      lines,
      floor: (floor) => floorLines(floor, "readings", runFloor(floor, minRun, [runsMin, runsMax], "run")),
    };
  },

  about: { runs: { kind: "count", label: "Episodes", most: 24 } },
  changes: { band: (changed) => ({ band: changed }), minRun: (minRun) => ({ minRun }) },
  takes: {
    ...BAND_NAMES,
    atLeast: "count",
    atMost: "count",
    minRun: "length",
    coverage: "decimal",
  },
  needs: [["minRun"]],
  request: (named) => ({
    band: namedBand(named),
    minRun: named.minRun!,
    runs: namedCounts(named.atLeast, named.atMost),
    coverage: given({ atLeast: named.coverage }),
  }),
  fields({ minRun }, { profile }) {
    if (!("seconds" in minRun)) return [];
    return [
      {
        key: "minRun",
        label: "For at least",
        unit: "seconds",
        min: profile.interval,
        max: Math.min(profile.epochSeconds, 7200),
        step: profile.interval,
        value: minRun.seconds,
        places: 0,
      },
    ];
  },
} satisfies Template<EpisodeTerms, EpisodeBounds, EpisodeCheck>;
