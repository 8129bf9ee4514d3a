// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Form,
  profileOf,
  questionOf,
  type Reading,
  valueOfCode,
} from "../src/index.ts";

/** A form's example as readings at its slots' beginnings. */
export function exampleReadings(form: Form, codes: readonly (readonly number[])[]): Reading[] {
  const profile = profileOf(form.profile);
  const start = 900 * form.offset + 1_000 * profile.epochSeconds;
  return codes.flatMap((epoch, e) =>
    Array.from({ length: profile.samples }, (_, i): Reading | undefined => {
      const sample = epoch.slice(i * profile.channels, (i + 1) * profile.channels);
      if (sample.includes(0)) return undefined;
      const values = sample.map((code) => valueOfCode(profile, code));
      return {
        time: start + (e * profile.samples + i) * profile.interval,
        value: profile.channels === 1 ? values[0]! : values,
        unit: profile.ucum,
      };
    }).filter((reading) => reading !== undefined),
  );
}

export const START = 1_699_920_000;

export const glucose = (values: readonly (number | string)[], step = 300): Reading[] =>
  values.map((value, i) => ({ time: START + i * step, value, unit: "mg/dL" }));

export const day = (value: (slot: number) => number | string): Reading[] =>
  glucose(Array.from({ length: 288 }, (_, i) => value(i)));

export const evaluated = (
  name: string,
  readings: Reading[],
  extra: Partial<EvaluateOptions> = {},
): Evaluation => evaluate(readings, { entry: questionOf(name), ...extra });

export const bound = (evaluation: Evaluation, name: string) =>
  evaluation.bounds.find((each) => each.bound === name)!;
