// SPDX-License-Identifier: GPL-3.0-or-later

import { codeOf, MISSING } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type Example, type Form, formEpochs, type Sample } from "./entry.ts";

/** The same value throughout. */
export function steady(words: string, value: Sample): Example {
  return { words, sample: () => value };
}

/** `value` in the first `share` of the window (0 to 1, rounded down to whole samples), then `rest`. */
export function partly(words: string, share: number, value: Sample, rest: Sample): Example {
  return { words, sample: (at, of) => (at < Math.floor(share * of) ? value : rest) };
}

/** `value`, but `dip` for `length` samples from the one numbered `from` on. */
export function dipping(words: string, value: Sample, from: number, length: number, dip: Sample): Example {
  return { words, sample: (at) => (from <= at && at < from + length ? dip : value) };
}

/** Epochs of `per` samples: the first `epochs` of them as `value` says by the sample in the epoch, the others `rest`. */
export function inEpochs(
  words: string,
  per: number,
  epochs: number,
  value: (inEpoch: number) => Sample,
  rest: Sample,
): Example {
  return { words, sample: (at) => (at < per * epochs ? value(at % per) : rest) };
}

/** An example as the codes of a form's epochs, for `checkTerms`. */
export function exampleCodes(form: Form, example: Example): number[][] {
  const profile = profileOf(form.profile);
  const epochs = formEpochs(form);
  const samples = epochs * profile.samples;
  return Array.from({ length: epochs }, (_, epoch) =>
    Array.from({ length: profile.samples }, (_, at) =>
      codesOf(profile, example.sample(epoch * profile.samples + at, samples)),
    ).flat(),
  );
}

function codesOf(profile: Profile, sample: Sample): number[] {
  if (sample === undefined) return new Array<number>(profile.channels).fill(MISSING);
  const values = typeof sample === "object" ? sample : [sample];
  return values.map((value) => codeOf(profile, value));
}
