// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, decimal, parseDecimal, stepsFrom } from "../decimal.ts";
import { VitalproofError } from "../errors.ts";
import { NO_BOUND } from "../generated/protocol.ts";
import { codeOf } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import { type TermsHeader, WHOLE } from "./header.ts";

/** Two bounds, both included; what is left out is not bounded. */
export type Bounds = { atLeast?: number | string; atMost?: number | string };

/** Bounds of which each is included (`atLeast`, `atMost`) or excluded (`above`, `below`); one per side at most. */
export type LevelBounds = Bounds & { above?: number | string; below?: number | string };

/** Bounds of a count: whole numbers, included. */
export type CountBounds = { atLeast?: number; atMost?: number };

/** A stretch of time or a number of readings, at least. `longerThan` excludes the stretch itself. */
export type RunLength = { seconds: number } | { longerThan: number } | { slots: number };

/** What requests of every template have. */
export type Semantics = {
  /** How missing readings count; "worst-case" when left out. */
  semantics?: "worst-case" | "of-valid";
};

/** The header of terms for a period, with first epoch 0. */
export function headerOf(
  { profile, epochs, offset }: { profile: Profile; epochs: number; offset: number },
  { semantics }: Semantics,
): Pick<TermsHeader, "profile" | "offset" | "epoch" | "epochs" | "ofValid"> {
  return { profile: profile.name, offset, epoch: 0, epochs, ofValid: semantics === "of-valid" };
}

/** A band in the profile's unit as codes; a side left out reaches to the end of the scale, LOW or HIGH included. */
export function bandOf(profile: Profile, bounds: LevelBounds = {}): { low: number; high: number } {
  onePerSide("band", bounds);
  const above = levelOf(profile, bounds.above);
  const below = levelOf(profile, bounds.below);
  return {
    low: levelOf(profile, bounds.atLeast) ?? (above === undefined ? 1 : above + 1),
    // Readings are on the profile's steps, so below a level is at most one step under it.
    high: levelOf(profile, bounds.atMost) ?? (below === undefined ? profile.codes : below - 1),
  };
}

/** A level that a bound names must be on the scale: a threshold that saturates would mean something else. */
export function levelOf(profile: Profile, value: number | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = parseDecimal(value);
  const onScale =
    parsed !== undefined &&
    compareDecimals(parsed, decimal(profile.lowest)) >= 0 &&
    compareDecimals(parsed, decimal(profile.highest)) <= 0 &&
    stepsFrom(parsed, decimal(profile.lowest), decimal(profile.resolution)) !== undefined;
  if (!onScale) {
    throw new VitalproofError("INVALID_ARGUMENT", `${value} is not a level of ${profile.name}.`, {
      details: { value },
      hint: `Levels run from ${profile.lowest} to ${profile.highest} ${profile.ucum} in steps of ${profile.resolution}; leave a bound out to reach to the end of the scale.`,
    });
  }
  return codeOf(profile, String(value));
}

/** A percentage of at most two decimals, in ten-thousandths. */
export function shareOf(name: string, value: number | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = parseDecimal(value);
  const steps = parsed === undefined ? undefined : stepsFrom(parsed, decimal("0"), decimal("0.01"));
  if (steps === undefined || steps < 0n || steps > BigInt(WHOLE)) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `${name} is ${value}; it must be a percentage from 0 to 100.`,
      { details: { [name]: value }, hint: "Two decimals at most: 70, 62.5, 99.99." },
    );
  }
  return Number(steps);
}

export function sharesOf(bounds: Bounds = {}): { shareMin: number; shareMax: number } {
  return {
    shareMin: shareOf("share at least", bounds.atLeast) ?? 0,
    shareMax: shareOf("share at most", bounds.atMost) ?? WHOLE,
  };
}

export function coverageOf(bounds: { atLeast?: number | string } = {}): number {
  return shareOf("coverage at least", bounds.atLeast) ?? 0;
}

export function countsOf(name: string, bounds: CountBounds): [least: number, most: number] {
  for (const [side, value] of Object.entries(bounds)) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0 && value < NO_BOUND)) continue;
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `${name} ${side} is ${String(value)}; it must be a whole number below ${NO_BOUND}.`,
      { details: { [name]: String(value) } },
    );
  }
  return [bounds.atLeast ?? 0, bounds.atMost ?? NO_BOUND];
}

/**
 * How many readings in a row make a run of a length. A reading stands for its whole interval, so five minutes at 1 Hz
 * are 300 readings and "longer than five minutes" are 301; of a glucose reading every five minutes, 15 minutes are 3.
 * A length between two multiples of the interval takes the higher one.
 */
export function runOf(profile: Profile, length: RunLength): number {
  if ("slots" in length) return length.slots;
  const given = "seconds" in length ? length.seconds : length.longerThan;
  if (!Number.isFinite(given) || given < 0) {
    throw new VitalproofError("INVALID_ARGUMENT", `A run of ${given} s is not a length of time.`, {
      details: { seconds: given },
    });
  }
  // Intervals are whole milliseconds.
  const milliseconds = Math.round(given * 1000);
  const interval = Math.round(profile.interval * 1000);
  return "seconds" in length
    ? Math.max(1, Math.ceil(milliseconds / interval))
    : Math.floor(milliseconds / interval) + 1;
}

export function onePerSide(name: string, bounds: LevelBounds): void {
  const lower = bounds.atLeast !== undefined && bounds.above !== undefined;
  const upper = bounds.atMost !== undefined && bounds.below !== undefined;
  if (!lower && !upper) return;
  throw new VitalproofError("INVALID_ARGUMENT", `The ${name} has two bounds on one side.`, {
    hint: `Specify either ${lower ? "atLeast or above" : "atMost or below"}.`,
  });
}
