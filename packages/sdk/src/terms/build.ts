// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, decimal, parseDecimal, stepsFrom } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { codeOf } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type StatementName, statementOf } from "../statements/statement.ts";
import { type DistributionTerms, WHOLE } from "./terms.ts";
import { validateTerms } from "./validate.ts";

/** Two bounds, both included; what is left out is not bounded. */
export type Bounds = { atLeast?: number | string; atMost?: number | string };

export type DistributionRequest = {
  statement: StatementName;
  /** Quarter hours after 00:00 UTC at which the patient's day begins; 0 when left out. */
  offset?: number;
  /** "worst-case" when left out. */
  semantics?: "worst-case" | "of-valid";
  /** In the profile's unit. A side left out reaches to the end of the scale, LOW or HIGH included. */
  band?: Bounds;
  /** In percent of the slots (worst case) or of the valid readings, two decimals at most. */
  share?: Bounds;
  /** In the profile's unit. LOW and HIGH count as one step beyond the ends of the scale. */
  mean?: Bounds;
  /** In percent of the slots, two decimals at most. */
  coverage?: Bounds;
};

/**
 * Terms from what people write in an offer, for example time in range:
 * `{ statement: "glucose-day", band: { atLeast: 70, atMost: 180 }, share: { atLeast: 70 } }`.
 * @returns terms with first epoch 0, as a program holds them
 * @throws INVALID_ARGUMENT for what is no percentage or no level; what `validateTerms` throws
 */
export function distributionTerms(request: DistributionRequest): DistributionTerms {
  const statement = statementOf(request.statement);
  const profile = profileOf(statement.profile);
  const terms: DistributionTerms = {
    template: "distribution",
    profile: profile.name,
    offset: request.offset ?? 0,
    epoch: 0,
    epochs: statement.epochs,
    ofValid: request.semantics === "of-valid",
    low: level(profile, request.band?.atLeast) ?? 1,
    high: level(profile, request.band?.atMost) ?? profile.codes,
    shareMin: percent("share at least", request.share?.atLeast) ?? 0,
    shareMax: percent("share at most", request.share?.atMost) ?? WHOLE,
    meanMin: level(profile, request.mean?.atLeast) ?? 0,
    meanMax: level(profile, request.mean?.atMost) ?? profile.codes,
    coverageMin: percent("coverage at least", request.coverage?.atLeast) ?? 0,
    coverageMax: percent("coverage at most", request.coverage?.atMost) ?? WHOLE,
  };
  validateTerms(terms);
  return terms;
}

/** A level that a bound names must be on the scale: a threshold that saturates would mean something else. */
function level(profile: Profile, value: number | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = parseDecimal(value);
  const onScale =
    parsed !== undefined &&
    compareDecimals(parsed, decimal(profile.lowest)) >= 0 &&
    compareDecimals(parsed, decimal(profile.highest)) <= 0 &&
    stepsFrom(parsed, decimal(profile.lowest), decimal(profile.resolution)) !== undefined;
  if (!onScale) {
    throw new VitalproofError("INVALID_ARGUMENT", `${value} is no level of ${profile.name}.`, {
      details: { value },
      hint: `Levels run from ${profile.lowest} to ${profile.highest} ${profile.ucum} in steps of ${profile.resolution}; leave a bound out to reach to the end of the scale.`,
    });
  }
  return codeOf(profile, String(value));
}

function percent(name: string, value: number | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = parseDecimal(value);
  const steps = parsed === undefined ? undefined : stepsFrom(parsed, decimal("0"), decimal("0.01"));
  if (steps === undefined || steps < 0n || steps > BigInt(WHOLE)) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `${name} is ${value}; it must be a percentage from 0 to 100.`,
      {
        details: { [name]: value },
        hint: "Two decimals at most: 70, 62.5, 99.99.",
      },
    );
  }
  return Number(steps);
}
