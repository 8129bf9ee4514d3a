// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Bounds,
  bandOf,
  type CommonRequest,
  coverageOf,
  headerOf,
  type LevelBounds,
  levelOf,
  onePerSide,
  shareOf,
  sharesOf,
} from "./request.ts";
import { type DistributionTerms, WHOLE } from "./terms.ts";
import { validateTerms } from "./validate.ts";

export type DistributionRequest = CommonRequest & {
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band?: LevelBounds;
  /** In percent of the slots (worst case) or of the valid readings, two decimals at most. */
  share?: Bounds;
  /** In the profile's unit. LOW and HIGH count as one step beyond the ends of the scale. */
  mean?: LevelBounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: Bounds;
};

/**
 * Terms from what people write in an offer, for example time in range:
 * `{ circuit: "glucose-day", band: { atLeast: 70, atMost: 180 }, share: { atLeast: 70 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is no percentage or no level; what `validateTerms` throws
 */
export function distributionTerms(request: DistributionRequest): DistributionTerms {
  const { profile, header } = headerOf(request, "distribution");
  const mean = request.mean ?? {};
  onePerSide("mean", mean);
  const terms: DistributionTerms = {
    ...header,
    meanAbove: mean.above !== undefined,
    meanBelow: mean.below !== undefined,
    ...bandOf(profile, request.band),
    ...sharesOf(request.share),
    meanMin: levelOf(profile, mean.atLeast ?? mean.above) ?? 0,
    meanMax: levelOf(profile, mean.atMost ?? mean.below) ?? profile.codes,
    coverageMin: coverageOf(request.coverage),
    coverageMax: shareOf("coverage at most", request.coverage?.atMost) ?? WHOLE,
  };
  validateTerms(terms);
  return terms;
}
