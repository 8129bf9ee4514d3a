// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { type Preview, previewSealing } from "../log/preview.ts";
import type { Reading } from "../log/reading.ts";
import { codeOfLowest, MISSING } from "../profiles/codes.ts";
import type { Profile, ProfileName } from "../profiles/profile.ts";
import { stepRounder } from "../profiles/rounding.ts";
import { type CheckResult, type Terms, type TermsRequest, templateOf } from "../templates/templates.ts";
import { asksFor } from "../terms/asks.ts";
import type { BoundResult } from "../terms/bounds.ts";
import { periodTerms } from "../terms/build.ts";
import { checkTerms } from "../terms/check.ts";
import type { Epochs, Extent } from "../terms/tally.ts";
import { assertOffset, epochAt, epochStart } from "../time/epochs.ts";
import { type Decidable, type Grid, type GridChoice, gridFor } from "./grid.ts";
import { type Overrides, withOverrides } from "./overrides.ts";

export type { Decidable } from "./grid.ts";

export type EvaluateOptions = Overrides &
  GridChoice & {
    entry: Decidable;
    /** Unix seconds, `[from, to)`: readings outside are left out. */
    from?: number;
    to?: number;
    /** Rounds values to the profile's step (`roundToSteps`). A log keeps only values on a step. */
    round?: boolean;
    /** Told what is being done, and how much of it is done, from 0 to 1. */
    onProgress?: (step: "slotting" | "deciding", share: number) => void;
  };

export type EvaluatedBound = BoundResult;

/** One stretch of the question's window. */
export type EvaluatedWindow = {
  readonly from: number;
  readonly to: number;
  readonly holds: boolean;
  readonly failing: readonly string[];
};

export type Evaluation = {
  /** Name of the question, or of the circuit whose bounds were given. */
  readonly name: string;
  readonly template: TermsRequest["template"];
  /** Whether it holds over the whole stretch and in at least one of `windows`. */
  readonly holds: boolean;
  /** Semantics under which `holds` and `bounds` are decided. */
  readonly semantics: "worst-case" | "of-valid";
  readonly profile: ProfileName;
  readonly unit: string;
  /** Unix seconds, `[from, to)`: whole epochs, at least as many as the question's window has. */
  readonly from: number;
  readonly to: number;
  /** Slots (samples, for three axes) in `[from, to)`. */
  readonly slots: number;
  readonly epochs: number;
  /** Epochs from the first to the last one with a reading; fewer than `epochs` where the window is longer. */
  readonly epochsRead: number;
  /** Slots with a reading. */
  readonly valid: number;
  /** Readings inside the band; for impacts samples that reach the magnitude. */
  readonly inBand: number;
  /** Slots without a reading. */
  readonly missing: number;
  /** The same from the first slot with a reading to the last one, both included. */
  readonly between: { readonly slots: number; readonly missing: number };
  /** inBand / valid; null without readings. */
  readonly share: number | null;
  /** Of the readings; null without readings or for samples of three axes. */
  readonly mean: number | null;
  /** valid / slots. */
  readonly coverage: number;
  /** Runs, epochs that reach the level, samples or events. */
  readonly runs?: Extent;
  readonly reached?: Extent;
  readonly counted?: Extent;
  readonly bounds: readonly EvaluatedBound[];
  readonly failing: readonly string[];
  /** Every stretch of the question's window, which is what a proof is about; one begins with each epoch. */
  readonly windows: readonly EvaluatedWindow[];
  /** Readings that `round` moved to the nearer step. */
  readonly rounded: number;
  /** What sealing would refuse, move or drop. */
  readonly sealing: Preview["report"];
  /** The same readings under the other semantics. */
  readonly underOther: {
    readonly semantics: "worst-case" | "of-valid";
    readonly holds: boolean;
    readonly bounds: readonly EvaluatedBound[];
  };
};

/**
 * Decides a question without a proof, over what sealing would keep of the readings: they are encoded and slotted as a
 * log does it, and `checkTerms` decides over the codes. So it never says yes where a proof over the same readings
 * would fail. With `round` that is so for a proof over the rounded readings.
 *
 * The stretch is made of whole epochs, and never shorter than the question's window: what the readings do not fill is
 * missing. Where it is longer, each window in it is decided too.
 *
 * @param readings walked several times; an array, or a collection that keeps millions in little memory
 * @throws INVALID_ARGUMENT for readings of a unit or kind that the question does not have, impossible bounds, no
 *         reading that sealing would keep, or more than ten million slots; what the builders of terms throw
 */
export function evaluate(readings: Iterable<Reading>, options: EvaluateOptions): Evaluation {
  const {
    entry,
    from,
    to,
    profile: wanted,
    offset: givenOffset,
    zone,
    window,
    round,
    onProgress,
    ...overrides
  } = options;
  const choice: GridChoice = {
    ...(wanted === undefined ? {} : { profile: wanted }),
    ...(givenOffset === undefined ? {} : { offset: givenOffset }),
    ...(zone === undefined ? {} : { zone }),
    ...(window === undefined ? {} : { window }),
  };
  const grid = gridFor(entry, readings, choice);
  const { profile, offset } = grid;
  assertOffset(profile, offset);
  const request = withOverrides(entry, grid.request, overrides);
  // Bounds that no program could hold are refused, whatever the stretch.
  const ofWindow = termsOf(grid, request, grid.epochs);
  const inside = within(readings, from, to);
  const given = round === true ? new Rounded(inside, stepRounder(profile)) : inside;
  const preview = previewSealing(profile, offset, given, (looked, of) =>
    onProgress?.("slotting", looked / of),
  );
  onProgress?.("deciding", 0);
  const { firstEpoch, epochs } = stretch(grid, preview, from, to);
  const terms = termsOf(grid, request, epochs.length);
  const check = checkTerms(terms, epochs);
  const other = check.ofValid ? "worst-case" : "of-valid";
  const otherwise = checkTerms(terms, epochs, { semantics: other });
  const windows = windowsOf(grid, ofWindow, firstEpoch, epochs, (share) => onProgress?.("deciding", share));
  const { template, holds: _, bounds: _bounds, failing: _failing, ofValid, ...counts } = check;
  const { valid, inBand, slots } = counts;
  return {
    ...counts,
    name: entry.name,
    template,
    holds: check.holds && windows.some(({ holds }) => holds),
    semantics: ofValid ? "of-valid" : "worst-case",
    profile: profile.name,
    unit: profile.ucum,
    from: epochStart(profile, offset, firstEpoch),
    to: epochStart(profile, offset, firstEpoch + epochs.length),
    epochs: epochs.length,
    epochsRead: preview.epochs.length,
    between: between(profile, preview.epochs, valid),
    share: valid === 0 ? null : inBand / valid,
    mean: meanOf(profile, epochs),
    coverage: valid / slots,
    ...asked(terms, check),
    windows,
    rounded: given instanceof Rounded ? given.count : 0,
    sealing: preview.report,
    underOther: {
      semantics: other,
      holds: otherwise.holds,
      bounds: asked(terms, otherwise).bounds,
    },
  };
}

function termsOf({ profile, offset }: Grid, request: TermsRequest, epochs: number): Terms {
  return periodTerms(templateOf(request.template), { profile, offset, epochs }, request) as Terms;
}

function within(readings: Iterable<Reading>, from = 0, to = Number.POSITIVE_INFINITY): Iterable<Reading> {
  if (from >= to) {
    throw new VitalproofError("INVALID_ARGUMENT", `The stretch from ${from} to ${to} is empty.`, {
      details: { from, to },
    });
  }
  const inside = {
    *[Symbol.iterator]() {
      for (const reading of readings) if (!(reading.time < from || reading.time >= to)) yield reading;
    },
  };
  for (const _ of inside) return inside;
  throw new VitalproofError("INVALID_ARGUMENT", "There is no reading between these times.", {
    details: { from, to },
  });
}

/** Readings on the profile's steps, and how many of them the last walk had to move there. */
class Rounded implements Iterable<Reading> {
  readonly #readings: Iterable<Reading>;
  readonly #round: (reading: Reading) => Reading;
  count = 0;

  constructor(readings: Iterable<Reading>, round: (reading: Reading) => Reading) {
    this.#readings = readings;
    this.#round = round;
  }

  *[Symbol.iterator](): Generator<Reading> {
    this.count = 0;
    for (const reading of this.#readings) {
      const rounded = this.#round(reading);
      if (rounded !== reading) this.count += 1;
      yield rounded;
    }
  }
}

/** The epochs of the readings, of `from` and `to`, and of the question's window, which begins with the first of them. */
function stretch(
  { profile, offset, epochs: least }: Grid,
  preview: Preview,
  from: number | undefined,
  to: number | undefined,
): { firstEpoch: number; epochs: Epochs } {
  const after = preview.firstEpoch + preview.epochs.length;
  const firstEpoch =
    from === undefined ? preview.firstEpoch : Math.min(preview.firstEpoch, epochAt(profile, offset, from));
  const end = Math.max(
    after,
    to === undefined ? 0 : epochAt(profile, offset, to - 1e-6) + 1,
    firstEpoch + least,
  );
  const gap = new Uint16Array(profile.slots).fill(MISSING);
  const epochs = Array.from(
    { length: end - firstEpoch },
    (_, i) => preview.epochs[firstEpoch + i - preview.firstEpoch] ?? gap,
  );
  return { firstEpoch, epochs };
}

/** @param valid slots with a reading, all of them in these epochs */
function between({ channels, samples }: Profile, epochs: Epochs, valid: number): Evaluation["between"] {
  const isFilled = (codes: Epochs[number], sample: number): boolean => codes[sample * channels] !== MISSING;
  let first = 0;
  while (!isFilled(epochs[0]!, first)) first += 1;
  let last = samples - 1;
  while (!isFilled(epochs.at(-1)!, last)) last -= 1;
  const slots = (epochs.length - 1) * samples + last - first + 1;
  return { slots, missing: slots - valid };
}

function windowsOf(
  { profile, offset }: Grid,
  terms: Terms,
  firstEpoch: number,
  epochs: Epochs,
  progress: (share: number) => void,
): EvaluatedWindow[] {
  const count = epochs.length - terms.epochs + 1;
  return Array.from({ length: count }, (_, i) => {
    progress(i / count);
    const check = checkTerms(terms, epochs.slice(i, i + terms.epochs));
    return {
      from: epochStart(profile, offset, firstEpoch + i),
      to: epochStart(profile, offset, firstEpoch + i + terms.epochs),
      holds: check.holds,
      failing: check.failing.map(({ bound }) => bound),
    };
  });
}

/** The bounds that the terms ask something by; the others hold of anything and are not spoken of. */
function asked(terms: Terms, { bounds }: CheckResult): Pick<Evaluation, "bounds" | "failing"> {
  const own = bounds.filter(({ bound }) => asksFor(terms, bound));
  return { bounds: own, failing: own.filter(({ holds }) => !holds).map(({ bound }) => bound) };
}

/** Of the readings, in the profile's unit. LOW and HIGH count one step beyond the scale. */
function meanOf(profile: Profile, epochs: Epochs): number | null {
  if (profile.channels > 1) return null;
  let steps = 0;
  let count = 0;
  for (const codes of epochs) {
    for (const code of codes) {
      if (code === MISSING) continue;
      steps += code - codeOfLowest(profile);
      count += 1;
    }
  }
  return count === 0 ? null : Number(profile.lowest) + (steps / count) * Number(profile.resolution);
}
