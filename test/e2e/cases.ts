// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every instance with terms, a period that meets them exactly, and one that is
// short of them by the least there is.
import {
  type CircuitName,
  distributionTerms,
  episodeTerms,
  impactTerms,
  regularityTerms,
  type Terms,
} from "@vitalproof/sdk";

/** What one sample shows; undefined is missing. */
export type Value = number | string | readonly string[] | undefined;
/** By the sample's place in the whole period. */
export type Values = (sample: number) => Value;

export interface Case {
  readonly circuit: CircuitName;
  readonly terms: Terms;
  readonly firstEpoch: number;
  /** What the limit is. */
  readonly limit: string;
  readonly exact: Values;
  readonly short: Values;
}

const DAY_EPOCH = 20_500;
const HOUR_EPOCH = 492_000;
/** Shortly before the end of a day, whose anchor closes over all of its 2,880 half minutes. */
const WINDOW_EPOCH = 59_042_870;

/** Every tenth of 4,032 slots missing; of the others 70 % in band and not one less. */
const VALID_14D = Array.from({ length: 4032 }, (_, slot) => slot).filter((slot) => slot % 10 !== 9);
const NEEDED_14D = Math.ceil(VALID_14D.length * 0.7);
const RANK_14D = new Map(VALID_14D.map((slot, i) => [slot, i]));
const fortnight =
  (needed: number): Values =>
  (slot) =>
    slot % 10 === 9 ? undefined : RANK_14D.get(slot)! < needed ? 130 : 260;

/** Use of a device for 240 minutes on the first nights, for 239 on the others; a day begins at noon. */
const nights =
  (enough: number): Values =>
  (sample) => {
    const [night, part] = [Math.floor(sample / 8), sample % 8];
    if (part === 3) return night < enough ? 60 : 59;
    return part === 4 ? 180 : 0;
  };

/** Of samples on three axes these have a magnitude of exactly 3 g, each in another direction; the others 2.98 g. */
const impacts =
  (...at: readonly number[]): Values =>
  (sample) => {
    const place = at.indexOf(sample);
    const size = place === -1 ? "2.98" : "3.00";
    return ["0.00", "0.00", "0.00"].with(Math.max(0, place) % 3, place === 1 ? `-${size}` : size);
  };

/** The instances that have a verifier on chain. */
export const cases: readonly Case[] = [
  {
    circuit: "glucose-day",
    terms: distributionTerms({
      circuit: "glucose-day",
      offset: 20,
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "202 of 288 in band",
    exact: (slot) => (slot < 202 ? 180 : 181),
    short: (slot) => (slot < 201 ? 180 : 181),
  },
  {
    circuit: "glucose-14d",
    terms: distributionTerms({
      circuit: "glucose-14d",
      offset: 20,
      semantics: "of-valid",
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
      coverage: { atLeast: 70 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "70 % of the valid readings",
    exact: fortnight(NEEDED_14D),
    short: fortnight(NEEDED_14D - 1),
  },
  {
    // Below 120 for the whole hour: all 3,600 slots filled, none above.
    circuit: "heart-rate-hour",
    terms: distributionTerms({
      circuit: "heart-rate-hour",
      offset: 2,
      band: { atMost: 119 },
      share: { atLeast: 100 },
    }),
    firstEpoch: HOUR_EPOCH,
    limit: "no second at 120",
    exact: (slot) => 60 + (slot % 60),
    short: (slot) => (slot === 1234 ? 120 : 60 + (slot % 60)),
  },
  {
    circuit: "glucose-mmol-day",
    terms: distributionTerms({
      circuit: "glucose-mmol-day",
      offset: 92,
      mean: { above: "5.0", below: "10.0" },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "a mean of 10.0 but for one reading",
    exact: (slot) => (slot === 100 ? "9.9" : "10.0"),
    short: () => "10.0",
  },
  {
    // In the worst case missing is outside, so the others need not be there at all.
    circuit: "glucose-mmol-14d",
    terms: distributionTerms({
      circuit: "glucose-mmol-14d",
      band: { atLeast: "3.9", atMost: "10.0" },
      share: { atLeast: 70 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "2,823 of 4,032 in band",
    exact: (slot) => (slot < 2823 ? "3.9" : slot % 2 === 0 ? "10.1" : undefined),
    short: (slot) => (slot < 2822 ? "3.9" : slot % 2 === 0 ? "10.1" : undefined),
  },
  {
    circuit: "glucose-15min-day",
    terms: distributionTerms({ circuit: "glucose-15min-day", offset: 4, coverage: { atLeast: 70 } }),
    firstEpoch: DAY_EPOCH,
    limit: "68 of 96 readings",
    exact: (slot) => (slot >= 28 ? 55 : undefined),
    short: (slot) => (slot > 28 ? 55 : undefined),
  },
  {
    circuit: "heart-rate-day",
    terms: distributionTerms({ circuit: "heart-rate-day", mean: { below: 75 } }),
    firstEpoch: DAY_EPOCH,
    limit: "a mean of 75 but for one reading",
    exact: (slot) => (slot === 700 ? 64 : slot % 2 === 0 ? 65 : 85),
    short: (slot) => (slot % 2 === 0 ? 65 : 85),
  },
  {
    // A missing minute may have been one with atrial fibrillation.
    circuit: "af-hour",
    terms: distributionTerms({
      circuit: "af-hour",
      offset: 3,
      band: { atLeast: 1 },
      share: { atMost: 5 },
    }),
    firstEpoch: HOUR_EPOCH,
    limit: "three minutes seen or missing",
    exact: (slot) => (slot === 30 ? undefined : slot === 5 || slot === 59 ? 1 : 0),
    short: (slot) => (slot === 30 || slot === 31 ? undefined : slot === 5 || slot === 59 ? 1 : 0),
  },
  {
    // Longer than five minutes below 90: 301 seconds in a row. The hole makes two runs of 300.
    circuit: "spo2-hour-episodes",
    terms: episodeTerms({
      circuit: "spo2-hour-episodes",
      offset: 1,
      band: { below: 90 },
      minRun: { longerThan: 300 },
      runs: { atLeast: 1 },
    }),
    firstEpoch: HOUR_EPOCH,
    limit: "301 seconds in a row",
    exact: (slot) => (slot >= 3299 ? 89 : slot % 300 === 0 ? undefined : 90),
    short: (slot) => (slot === 1300 ? undefined : slot >= 1000 && slot <= 1600 ? 89 : 95),
  },
  {
    // At most one run above 180 for half an hour, six readings: a missing one may have made a second.
    circuit: "glucose-day-episodes",
    terms: episodeTerms({
      circuit: "glucose-day-episodes",
      offset: 92,
      band: { above: 180 },
      minRun: { seconds: 1800 },
      runs: { atMost: 1 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "a second run of five readings",
    exact: (slot) => (slot < 20 || (slot >= 200 && slot < 205) ? 181 : slot === 210 ? undefined : 180),
    short: (slot) => (slot < 20 || (slot >= 200 && slot < 205) ? 181 : slot === 205 ? undefined : 180),
  },
  {
    circuit: "device-usage-30d",
    terms: regularityTerms({
      circuit: "device-usage-30d",
      offset: 44,
      level: { sum: 240 },
      epochs: { atLeast: 21 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "240 minutes on 21 nights, 239 on nine",
    exact: nights(21),
    short: nights(20),
  },
  {
    circuit: "doses-30d",
    terms: regularityTerms({
      circuit: "doses-30d",
      offset: 92,
      band: { atLeast: 1 },
      level: { readings: 2 },
      epochs: { atLeast: 27 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "both doses on 27 days",
    // One dose not taken, one not recorded, one day with neither.
    exact: (dose) => (dose === 9 ? 0 : dose === 20 ? undefined : dose === 40 || dose === 41 ? 0 : 1),
    short: (dose) => (dose === 9 || dose === 59 ? 0 : dose === 20 ? undefined : dose === 40 ? 0 : 1),
  },
  {
    circuit: "fall-window",
    terms: impactTerms({ circuit: "fall-window", magnitude: 3, count: { atLeast: 3, atMost: 3 } }),
    firstEpoch: WINDOW_EPOCH,
    limit: "three samples of exactly 3 g",
    exact: impacts(0, 300, 599),
    short: impacts(0, 300),
  },
  {
    circuit: "glucose-mmol-15min-day",
    terms: distributionTerms({
      circuit: "glucose-mmol-15min-day",
      offset: 4,
      band: { atLeast: "3.9", atMost: "10.0" },
      share: { atLeast: 70 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "68 of 96 in band",
    exact: (slot) => (slot < 68 ? "10.0" : "10.1"),
    short: (slot) => (slot < 67 ? "10.0" : "10.1"),
  },
  {
    circuit: "glucose-1min-day",
    terms: distributionTerms({
      circuit: "glucose-1min-day",
      offset: 92,
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "1,008 of 1,440 in band",
    exact: (slot) => (slot < 1_008 ? 180 : 181),
    short: (slot) => (slot < 1_007 ? 180 : 181),
  },
  {
    circuit: "glucose-mmol-1min-day",
    terms: distributionTerms({ circuit: "glucose-mmol-1min-day", mean: { below: "10.0" } }),
    firstEpoch: DAY_EPOCH,
    limit: "a mean of 10.0 but for one reading",
    exact: (slot) => (slot === 100 ? "9.9" : "10.0"),
    short: () => "10.0",
  },
  ...(
    [
      ["spo2-2s-hour-episodes", 1_800, 2],
      ["spo2-4s-hour-episodes", 900, 4],
      ["spo2-1min-hour-episodes", 60, 60],
    ] as const
  ).map(([circuit, slots, interval]): Case => {
    // The first run that is longer than 300 seconds, at the end of the hour.
    const longer = 300 / interval + 1;
    return {
      circuit,
      terms: episodeTerms({
        circuit,
        offset: 1,
        band: { below: 90 },
        minRun: { longerThan: 300 },
        runs: { atLeast: 1 },
      }),
      firstEpoch: HOUR_EPOCH,
      limit: `${longer} readings in a row`,
      exact: (slot) => (slot >= slots - longer ? 89 : 95),
      short: (slot) => (slot > slots - longer ? 89 : 95),
    };
  }),
  {
    circuit: "heart-rate-5s-hour",
    terms: distributionTerms({
      circuit: "heart-rate-5s-hour",
      offset: 2,
      band: { atMost: 119 },
      share: { atLeast: 100 },
    }),
    firstEpoch: HOUR_EPOCH,
    limit: "no reading at 120",
    exact: (slot) => 60 + (slot % 60),
    short: (slot) => (slot === 123 ? 120 : 60 + (slot % 60)),
  },
  {
    circuit: "device-usage-nights-30d",
    terms: regularityTerms({
      circuit: "device-usage-nights-30d",
      offset: 44,
      level: { sum: 240 },
      epochs: { atLeast: 21 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "240 minutes on 21 nights, 239 on nine",
    exact: (night) => (night < 21 ? 240 : 239),
    short: (night) => (night < 20 ? 240 : 239),
  },
];

/** Small instances without a verifier on chain, so that every template is proven in every run of the tests. */
export const smallCases: readonly Case[] = [
  {
    // Two runs of three readings at 8 or more; the first lies on both sides of midnight.
    circuit: "episode-test",
    terms: episodeTerms({
      circuit: "episode-test",
      offset: 7,
      band: { atLeast: 8 },
      minRun: { slots: 3 },
      runs: { atLeast: 2 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "two runs of three, one across midnight",
    exact: (slot) => ([14, 15, 16, 20, 21, 22].includes(slot) ? 8 : slot === 30 ? undefined : 7),
    short: (slot) => ([14, 15, 16, 20, 22, 23].includes(slot) ? 8 : slot === 21 ? undefined : 7),
  },
  {
    // None, in the worst case: two readings and a missing one beside them may have been a run.
    circuit: "episode-direct-test",
    terms: episodeTerms({
      circuit: "episode-direct-test",
      band: { atMost: 2 },
      minRun: { slots: 3 },
      runs: { atMost: 0 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "two low readings and no third",
    exact: (slot) => (slot === 10 || slot === 11 ? 2 : slot === 13 ? undefined : 3),
    short: (slot) => (slot === 10 || slot === 11 ? 2 : slot === 12 ? undefined : 3),
  },
  {
    circuit: "regularity-test",
    terms: regularityTerms({
      circuit: "regularity-test",
      offset: 3,
      band: { atLeast: 4, atMost: 6 },
      level: { readings: 10 },
      epochs: { atLeast: 2 },
      share: { atMost: 70 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "ten readings on both days",
    exact: (slot) => (slot % 16 < 10 ? 4 + (slot % 3) : slot === 15 ? undefined : 7),
    short: (slot) => (slot % 16 < 10 && slot !== 17 ? 4 + (slot % 3) : 7),
  },
  {
    // Two events of two samples at 3² + 4² = 25; the second lies on both sides of midnight.
    circuit: "impact-test",
    terms: impactTerms({
      circuit: "impact-test",
      offset: 1,
      magnitude: 5,
      minRun: { slots: 2 },
      count: { atLeast: 2 },
    }),
    firstEpoch: DAY_EPOCH,
    limit: "two events of two samples, one across midnight",
    exact: (sample) =>
      [1, 2, 4, 5].includes(sample) ? ["3", "-4", "0"] : sample === 9 ? undefined : ["4", "2", "-2"],
    short: (sample) => ([1, 2, 4, 6].includes(sample) ? ["3", "-4", "0"] : ["4", "2", "-2"]),
  },
];
