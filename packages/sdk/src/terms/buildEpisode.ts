// SPDX-License-Identifier: GPL-3.0-or-later
import {
  bandOf,
  type CommonRequest,
  type CountBounds,
  countsOf,
  coverageOf,
  headerOf,
  type LevelBounds,
  type RunLength,
  runOf,
} from "./request.ts";
import type { EpisodeTerms } from "./terms.ts";
import { validateTerms } from "./validate.ts";

export type EpisodeRequest = CommonRequest & {
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band: LevelBounds;
  /** How long the readings must stay inside the band to make a run. */
  minRun: RunLength;
  /** Number of runs. Under worst-case semantics one side only. */
  runs: CountBounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: { atLeast?: number | string };
};

/**
 * Terms from what people write, for example oxygen below 90 % for more than five minutes, at least once:
 * `{ circuit: "spo2-hour-episodes", band: { below: 90 }, minRun: { longerThan: 300 }, runs: { atLeast: 1 } }`.
 * At 1 Hz more than five minutes are 301 readings in a row.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is no level or length; what `validateTerms` throws
 */
export function episodeTerms(request: EpisodeRequest): EpisodeTerms {
  const { profile, header } = headerOf(request, "episode");
  const [runsMin, runsMax] = countsOf("runs", request.runs);
  const terms: EpisodeTerms = {
    ...header,
    ...bandOf(profile, request.band),
    minRun: runOf(profile, request.minRun),
    runsMin,
    runsMax,
    coverageMin: coverageOf(request.coverage),
  };
  validateTerms(terms);
  return terms;
}
