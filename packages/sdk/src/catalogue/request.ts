// SPDX-License-Identifier: GPL-3.0-or-later
import type { CircuitName } from "../circuits/circuit.ts";
import { type DistributionRequest, distributionTerms } from "../terms/build.ts";
import { type EpisodeRequest, episodeTerms } from "../terms/buildEpisode.ts";
import { type ImpactRequest, impactTerms } from "../terms/buildImpact.ts";
import { type RegularityRequest, regularityTerms } from "../terms/buildRegularity.ts";
import type { Terms } from "../terms/terms.ts";

type Asked<T, R> = { readonly template: T } & Omit<R, "circuit" | "offset">;

/**
 * What a question asks, in the unit of the readings and free of any circuit: the same request becomes terms where a
 * circuit's window fits and is decided in the clear for any stretch of readings.
 */
export type TermsRequest =
  | Asked<"distribution", DistributionRequest>
  | Asked<"episode", EpisodeRequest>
  | Asked<"regularity", RegularityRequest>
  | Asked<"impact", ImpactRequest>;

/** @throws what the builders of terms throw, for levels off the profile's scale and impossible bounds */
export function termsForRequest(circuit: CircuitName, asked: TermsRequest, offset: number): Terms {
  const { template, ...bounds } = asked;
  const request = { ...bounds, circuit, offset };
  switch (template) {
    case "distribution":
      return distributionTerms(request as DistributionRequest);
    case "episode":
      return episodeTerms(request as EpisodeRequest);
    case "regularity":
      return regularityTerms(request as RegularityRequest);
    case "impact":
      return impactTerms(request as ImpactRequest);
  }
}
