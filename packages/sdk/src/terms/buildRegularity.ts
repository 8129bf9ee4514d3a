// SPDX-License-Identifier: GPL-3.0-or-later
import { decimal, parseDecimal, stepsFrom } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import type { Profile } from "../profiles/profile.ts";
import {
  type Bounds,
  bandOf,
  type CommonRequest,
  type CountBounds,
  countsOf,
  coverageOf,
  headerOf,
  type LevelBounds,
  sharesOf,
} from "./request.ts";
import type { RegularityTerms } from "./terms.ts";
import { validateTerms } from "./validate.ts";

export type RegularityRequest = CommonRequest & {
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band?: LevelBounds;
  /**
   * What an epoch must reach: a number of readings inside the band, or the sum of all its readings in the profile's
   * unit, where the profile counts from 0 and nothing lies beyond its ends.
   */
  level: { readings: number } | { sum: number | string };
  /** Number of epochs that reach the level. */
  epochs: CountBounds;
  /** Readings inside the band over the whole period, in percent of the slots or of the valid readings. */
  share?: Bounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: { atLeast?: number | string };
};

/**
 * Terms from what people write, for example a device used four hours on 21 of 30 nights:
 * `{ circuit: "device-usage-30d", level: { sum: 240 }, epochs: { atLeast: 21 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is no percentage, level or sum; what `validateTerms` throws
 */
export function regularityTerms(request: RegularityRequest): RegularityTerms {
  const { profile, header } = headerOf(request, "regularity");
  const [epochsMin, epochsMax] = countsOf("epochs", request.epochs);
  const terms: RegularityTerms = {
    ...header,
    sum: "sum" in request.level,
    ...bandOf(profile, request.band),
    level: "sum" in request.level ? sumOf(profile, request.level.sum) : request.level.readings,
    epochsMin,
    epochsMax,
    ...sharesOf(request.share),
    coverageMin: coverageOf(request.coverage),
  };
  validateTerms(terms);
  return terms;
}

/** The circuit adds steps above code 1. Only where that code is the value 0 is this the sum of what was measured. */
function sumOf(profile: Profile, value: number | string): number {
  if (profile.ends !== "closed" || profile.lowest !== "0") {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `Readings of ${profile.name} cannot be summed: its scale does not begin at 0, or readings may lie beyond it.`,
      { details: { profile: profile.name }, hint: "Count readings inside a band instead." },
    );
  }
  const parsed = parseDecimal(value);
  const steps =
    parsed === undefined ? undefined : stepsFrom(parsed, decimal("0"), decimal(profile.resolution));
  if (steps === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `${value} is no sum of readings of ${profile.name}.`, {
      details: { value },
      hint: `Sums are multiples of ${profile.resolution} ${profile.ucum}.`,
    });
  }
  return Number(steps);
}
