// SPDX-License-Identifier: GPL-3.0-or-later
import { decimal, parseDecimal } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import type { Profile } from "../profiles/profile.ts";
import {
  type CommonRequest,
  type CountBounds,
  countsOf,
  coverageOf,
  headerOf,
  type RunLength,
  runOf,
} from "./request.ts";
import type { ImpactTerms } from "./terms.ts";
import { validateTerms } from "./validate.ts";

export type ImpactRequest = CommonRequest & {
  /** Least magnitude √(x² + y² + z²) of an impact sample, in the profile's unit. */
  magnitude: number | string;
  /** How long the magnitude must last to make an event; left out, single samples are counted. */
  minRun?: RunLength;
  /** Number of samples or events. Of events under worst-case semantics one side only. */
  count: CountBounds;
  /** In percent of the samples, two decimals at most. */
  coverage?: { atLeast?: number | string };
};

/**
 * Terms from what people write, for example at least one impact of 2.5 g:
 * `{ circuit: "fall-window", magnitude: "2.5", count: { atLeast: 1 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is no magnitude or length; what `validateTerms` throws
 */
export function impactTerms(request: ImpactRequest): ImpactTerms {
  const { profile, header } = headerOf(request, "impact");
  const [countMin, countMax] = countsOf("count", request.count);
  const terms: ImpactTerms = {
    ...header,
    threshold: squaredSteps(profile, request.magnitude),
    minRun: request.minRun === undefined ? 0 : runOf(profile, request.minRun),
    countMin,
    countMax,
    coverageMin: coverageOf(request.coverage),
  };
  validateTerms(terms);
  return terms;
}

/**
 * A magnitude in squared steps of a profile, rounded up: x² + y² + z² of readings is whole, so "at least 2.5 g" admits
 * exactly the samples whose magnitude is 2.5 g or more, and none below.
 */
export function squaredSteps(profile: Profile, magnitude: number | string): number {
  const parsed = parseDecimal(magnitude);
  if (parsed === undefined || parsed.digits <= 0n) {
    throw new VitalproofError("INVALID_ARGUMENT", `${magnitude} is no magnitude in ${profile.ucum}.`, {
      details: { magnitude },
      hint: 'Give a plain decimal above 0, such as "2.5".',
    });
  }
  // (digits / 10^scale) / (step / 10^stepScale), squared.
  const step = decimal(profile.resolution);
  const above = (parsed.digits * 10n ** BigInt(step.scale)) ** 2n;
  const below = (step.digits * 10n ** BigInt(parsed.scale)) ** 2n;
  return Number((above + below - 1n) / below);
}
