// SPDX-License-Identifier: GPL-3.0-or-later
import {
  checkTerms,
  type DistributionTerms,
  distributionTerms,
  type EpisodeTerms,
  episodeTerms,
  type ImpactTerms,
  impactTerms,
  packTerms,
  profileOf,
  type RegularityTerms,
  regularityTerms,
  type Terms,
  termsForPeriod,
} from "../../src/index.ts";
import type { SeededRandom } from "../../src/synthetic/random.ts";
import { slots } from "./random.ts";

export function terms(): object[] {
  const offers: Terms[] = [
    distributionTerms({
      circuit: "glucose-day",
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    }),
    distributionTerms({
      circuit: "glucose-day",
      offset: 92,
      mean: { atLeast: 80, atMost: 154 },
      share: { atMost: 95 },
    }),
    distributionTerms({
      circuit: "glucose-14d",
      semantics: "of-valid",
      band: { atMost: 180 },
      share: { atLeast: "62.5", atMost: "99.99" },
      coverage: { atLeast: 70, atMost: 99 },
    }),
    distributionTerms({
      circuit: "heart-rate-hour",
      offset: 3,
      band: { atMost: 120 },
      share: { atLeast: 100 },
    }),
    distributionTerms({ circuit: "heart-rate-hour", mean: { above: 100 } }),
    distributionTerms({ circuit: "heart-rate-day", mean: { above: 40, below: 100 } }),
    distributionTerms({
      circuit: "glucose-mmol-14d",
      semantics: "of-valid",
      band: { atLeast: "3.9", atMost: "10.0" },
      share: { atLeast: 70 },
      coverage: { atLeast: 70 },
    }),
    distributionTerms({ circuit: "af-hour", band: { atMost: 0 }, share: { atLeast: 100 } }),
    episodeTerms({
      circuit: "spo2-hour-episodes",
      band: { below: 90 },
      minRun: { longerThan: 300 },
      runs: { atLeast: 1 },
    }),
    episodeTerms({
      circuit: "spo2-hour-episodes",
      offset: 2,
      band: { below: 90 },
      minRun: { longerThan: 300 },
      runs: { atMost: 0 },
    }),
    episodeTerms({
      circuit: "glucose-day-episodes",
      semantics: "of-valid",
      band: { below: 54 },
      minRun: { seconds: 900 },
      runs: { atLeast: 1, atMost: 3 },
      coverage: { atLeast: "70.25" },
    }),
    regularityTerms({
      circuit: "device-usage-30d",
      offset: 48,
      level: { sum: 240 },
      epochs: { atLeast: 21 },
    }),
    regularityTerms({
      circuit: "doses-30d",
      band: { atLeast: 1 },
      level: { readings: 2 },
      epochs: { atLeast: 27, atMost: 30 },
      share: { atLeast: "95.5", atMost: "99.99" },
      coverage: { atLeast: 80 },
    }),
    impactTerms({ circuit: "fall-window", magnitude: "2.51", count: { atLeast: 1 } }),
    impactTerms({
      circuit: "fall-window",
      semantics: "of-valid",
      magnitude: "2.5",
      minRun: { seconds: 0.1 },
      count: { atLeast: 1, atMost: 4 },
      coverage: { atLeast: 90 },
    }),
  ];
  return offers.flatMap((offer) =>
    [0, 20_000, 2 ** 32 - 1].map((epoch) => {
      const moved = termsForPeriod(offer, epoch);
      return { terms: moved, packed: packTerms(moved) };
    }),
  );
}

/** Circuits decided without a proof, small enough to follow by hand. */
export function checks(random: SeededRandom): object[] {
  const base = distributionTerms({ circuit: "distribution-direct-test", coverage: { atLeast: 1 } });
  const distributions: Partial<DistributionTerms>[] = [
    { low: 4, high: 9, shareMin: 5_000 },
    { low: 4, high: 9, shareMin: 5_000, ofValid: true },
    { low: 4, high: 9, shareMax: 6_000 },
    { low: 4, high: 9, shareMax: 6_000, ofValid: true },
    { meanMin: 5, meanMax: 8 },
    { meanMin: 5, meanMax: 8, ofValid: true },
    { coverageMin: 8_000, coverageMax: 9_500, ofValid: true },
  ];
  const strict: Partial<DistributionTerms>[] = [
    { meanMin: 6, meanAbove: true },
    { meanMax: 7, meanBelow: true, ofValid: true },
  ];
  const run = episodeTerms({
    circuit: "episode-test",
    band: { atLeast: 3 },
    minRun: { slots: 3 },
    runs: { atLeast: 1 },
    coverage: { atLeast: 1 },
  });
  const episodes: Partial<EpisodeTerms>[] = [
    { runsMin: 3 },
    { runsMin: 0, runsMax: 3 },
    { runsMin: 2, runsMax: 4, ofValid: true },
    { minRun: 5, runsMin: 1, coverageMin: 9_000 },
  ];
  const day = regularityTerms({
    circuit: "regularity-test",
    band: { atLeast: 3 },
    level: { readings: 11 },
    epochs: { atLeast: 1 },
    coverage: { atLeast: 1 },
  });
  const days: Partial<RegularityTerms>[] = [
    { epochsMin: 2 },
    { epochsMin: 0, epochsMax: 1 },
    { sum: true, level: 85 },
    { sum: true, level: 85, epochsMin: 1, epochsMax: 1, ofValid: true },
    { shareMin: 6_500, shareMax: 7_500 },
  ];
  const fall = impactTerms({
    circuit: "impact-test",
    magnitude: 5,
    count: { atLeast: 5 },
    coverage: { atLeast: 1 },
  });
  const falls: Partial<ImpactTerms>[] = [
    {},
    { countMax: 8 },
    { minRun: 2, countMin: 2 },
    { minRun: 2, countMin: 0, countMax: 2 },
    { minRun: 2, countMin: 1, countMax: 2, ofValid: true },
  ];
  const spread = <T extends Terms>(offer: T, variants: readonly Partial<T>[]): Terms[] =>
    variants.map((variant) => ({ ...offer, ...variant }));
  const offers = [
    ...spread(base, [...distributions, ...strict]),
    ...spread(run, episodes),
    ...spread(day, days),
    ...spread(fall, falls),
  ];
  return offers.flatMap((offer) =>
    Array.from({ length: 6 }, () => {
      const profile = profileOf(offer.profile);
      const epochs = [0, 1].map(() => slots(random, profile.slots, profile.codes));
      const check = checkTerms(offer, epochs);
      const { holds, valid, inBand, failing } = check;
      return {
        terms: offer,
        epochs,
        holds,
        valid,
        inBand,
        ...(check.template === "episode" ? { runs: check.runs } : {}),
        ...(check.template === "regularity" ? { reached: check.reached } : {}),
        ...(check.template === "impact" ? { counted: check.counted } : {}),
        failing: failing.map(({ bound, by }) => ({ bound, by })),
      };
    }),
  );
}
