// SPDX-License-Identifier: GPL-3.0-or-later
//
// Terms of the templates episode, regularity and impact: some, any, and what they decide by definition.
import fc from "fast-check";
import {
  type EpisodeTerms,
  type ImpactTerms,
  type Mark,
  mostRuns,
  NO_BOUND,
  profileOf,
  type RegularityTerms,
  type Terms,
} from "../src/index.ts";

const small = profileOf("test-16");
export const axes = profileOf("test-3x5");
export const n = small.codes;
export const SLOTS = 32;
export const SAMPLES = 10;
export const ZERO = 7;

const header = { offset: 0, epoch: 0, epochs: 2, ofValid: false, coverageMin: 0 } as const;
export const episode: EpisodeTerms = {
  ...header,
  template: "episode",
  profile: "test-16",
  low: 4,
  high: 9,
  minRun: 3,
  runsMin: 1,
  runsMax: NO_BOUND,
};
export const regularity: RegularityTerms = {
  ...header,
  template: "regularity",
  profile: "test-16",
  sum: false,
  low: 4,
  high: 9,
  level: 5,
  epochsMin: 1,
  epochsMax: NO_BOUND,
  shareMin: 0,
  shareMax: 10_000,
};
export const impact: ImpactTerms = {
  ...header,
  template: "impact",
  profile: "test-3x5",
  threshold: 20,
  minRun: 0,
  countMin: 1,
  countMax: NO_BOUND,
};

const pairOf = (most: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);

/** Bounds as worst-case terms may have them: one side; of-valid ones may have both. */
const bounded = (ofValid: boolean, most: number): fc.Arbitrary<[number, number]> =>
  ofValid
    ? fc.oneof(
        pairOf(most),
        fc.nat(most).map((least): [number, number] => [least, NO_BOUND]),
      )
    : fc.oneof(
        fc.nat(most).map((upper): [number, number] => [0, upper]),
        fc.nat(most).map((least): [number, number] => [least, NO_BOUND]),
      );

const anyHeader = fc.record({
  offset: fc.nat(95),
  epoch: fc.nat(2 ** 32 - 1),
  ofValid: fc.boolean(),
  coverageMin: fc.integer({ min: 1, max: 10_000 }),
});
export const band = pairOf(n - 1).map(([low, high]) => ({ low: low + 1, high: high + 1 }));

export const anyEpisode: fc.Arbitrary<EpisodeTerms> = fc
  .tuple(anyHeader, band, fc.integer({ min: 1, max: SLOTS }))
  .chain(([top, levels, minRun]) =>
    bounded(top.ofValid, mostRuns(SLOTS, minRun)).map(([runsMin, runsMax]) => {
      return { ...episode, ...top, ...levels, minRun, runsMin, runsMax };
    }),
  );
export const anyRegularity: fc.Arbitrary<RegularityTerms> = fc
  .tuple(anyHeader, band, fc.boolean(), pairOf(10_000))
  .chain(([top, levels, sum, [shareMin, shareMax]]) =>
    fc
      .tuple(
        fc.integer({ min: 1, max: 16 * (sum ? n - 1 : 1) }),
        pairOf(2).chain(([least, most]) =>
          fc.boolean().map((open): [number, number] => [least, open ? NO_BOUND : most]),
        ),
      )
      .map(([level, [epochsMin, epochsMax]]) => {
        return { ...regularity, ...top, ...levels, sum, level, epochsMin, epochsMax, shareMin, shareMax };
      }),
  );
export const anyImpact: fc.Arbitrary<ImpactTerms> = fc
  .tuple(anyHeader, fc.integer({ min: 1, max: 25 }), fc.nat(SAMPLES))
  .chain(([top, threshold, minRun]) =>
    bounded(top.ofValid || minRun === 0, minRun === 0 ? SAMPLES : mostRuns(SAMPLES, minRun)).map(
      ([countMin, countMax]) => {
        return { ...impact, ...top, threshold, minRun, countMin, countMax };
      },
    ),
  );
export const anyTerms: fc.Arbitrary<Terms> = fc.oneof(anyEpisode, anyRegularity, anyImpact);

/** Windows of 2 × 16 codes with some slots missing: none, few enough to try all fillings, or any. */
export const fewMissing = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: n }), { minLength: SLOTS, maxLength: SLOTS }),
    fc.uniqueArray(fc.nat(SLOTS - 1), { maxLength: 7 }),
  )
  .map(([codes, missing]) => codes.map((code, slot) => (missing.includes(slot) ? 0 : code)));
export const split = (codes: readonly number[], parts = 2): number[][] =>
  Array.from({ length: parts }, (_, i) =>
    codes.slice((i * codes.length) / parts, ((i + 1) * codes.length) / parts),
  );

/** Runs of at least minRun ones: the blocks that a regular expression finds, each once. */
export const blocks = (text: string, minRun: number): number =>
  text.match(new RegExp(`1{${minRun},}`, "g"))?.length ?? 0;

/** "1" inside, "0" outside, "?" missing. */
export const textOf = (marks: readonly Mark[]): string =>
  marks.map((mark) => (mark === "inside" ? "1" : mark === "outside" ? "0" : "?")).join("");

/** The least and the most runs over every way to fill the missing slots. */
export function byTrying(text: string, minRun: number): { least: number; most: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  const visit = (rest: string): void => {
    if (!rest.includes("?")) {
      const runs = blocks(rest, minRun);
      least = Math.min(least, runs);
      most = Math.max(most, runs);
      return;
    }
    visit(rest.replace("?", "0"));
    visit(rest.replace("?", "1"));
  };
  visit(text);
  return { least, most };
}
