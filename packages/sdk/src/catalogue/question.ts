// SPDX-License-Identifier: GPL-3.0-or-later
import type { StatementName } from "../statements/statement.ts";
import { type DistributionRequest, distributionTerms } from "../terms/build.ts";
import { type EpisodeRequest, episodeTerms } from "../terms/buildEpisode.ts";
import { type ImpactRequest, impactTerms } from "../terms/buildImpact.ts";
import { type RegularityRequest, regularityTerms } from "../terms/buildRegularity.ts";
import type { Terms } from "../terms/terms.ts";

type Asked<T, R> = { readonly template: T } & Omit<R, "statement" | "offset">;

/**
 * What a statement asks, in the unit of the readings and free of any circuit: the same question becomes terms where a
 * circuit's window fits and is decided in the clear for any stretch of readings.
 */
export type Question =
  | Asked<"distribution", DistributionRequest>
  | Asked<"episode", EpisodeRequest>
  | Asked<"regularity", RegularityRequest>
  | Asked<"impact", ImpactRequest>;

/** @throws what the builders of terms throw, for levels off the profile's scale and impossible bounds */
export function termsForQuestion(statement: StatementName, question: Question, offset: number): Terms {
  const { template, ...asked } = question;
  const request = { ...asked, statement, offset };
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
