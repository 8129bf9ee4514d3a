import type { Facts } from "./circuits.ts";
import { flagsOf } from "./terms.ts";
import { DAY } from "./values.ts";

export const NO_BOUND = 65535n;
export const HOUR = 3600n;

export type Values = Record<string, bigint>;
/** What it is, the values that differ from the template's own, the contract's error and its arguments. */
export type Impossible = [string, Values, string, unknown[]?];
export type Possible = [string, Values];

export interface Template {
  readonly template: "episode" | "regularity" | "impact";
  readonly circuit: Facts;
  readonly terms: Values;
  readonly impossible: readonly Impossible[];
  readonly possible: readonly Possible[];
}

export const header = { offset: 0n, epoch: 0n, flags: 0n };
export const ofValid = flagsOf("episode", "ofValid");

/** Runs of 5 minutes at 88 % or less in an hour at 1 Hz: at most 3601 / 301 = 11. */
export const episode: Template = {
  template: "episode",
  circuit: { template: 2n, profile: 3n, epochs: 1n, epochSeconds: HOUR, codes: 100n, samples: 3600n },
  terms: {
    ...header,
    template: 2n,
    profile: 3n,
    epochs: 1n,
    low: 1n,
    high: 88n,
    minRun: 300n,
    runsMin: 1n,
    runsMax: NO_BOUND,
    coverageMin: 0n,
  },
  impossible: [
    ["an unknown flag", { flags: 2n }, "UnknownFlags", [2n]],
    ["code 0 in the band", { low: 0n }, "OutOfRange", ["low", 0n, 1n, 88n]],
    ["an empty band", { low: 89n }, "OutOfRange", ["low", 89n, 1n, 88n]],
    ["a band beyond the scale", { high: 101n }, "OutOfRange", ["high", 101n, 1n, 100n]],
    ["runs of nothing", { minRun: 0n }, "OutOfRange", ["minRun", 0n, 1n, 3600n]],
    ["a run longer than the period", { minRun: 3601n }, "OutOfRange", ["minRun", 3601n, 1n, 3600n]],
    ["more runs than fit", { runsMin: 12n }, "OutOfRange", ["runsMin", 12n, 0n, 11n]],
    [
      "an upper bound above what fits that is not NO_BOUND",
      { runsMin: 0n, runsMax: 12n, coverageMin: 1n },
      "OutOfRange",
      ["runsMax", 12n, 0n, 11n],
    ],
    [
      "an upper bound just below NO_BOUND",
      { runsMin: 0n, runsMax: NO_BOUND - 1n, coverageMin: 1n },
      "OutOfRange",
      ["runsMax", NO_BOUND - 1n, 0n, 11n],
    ],
    [
      "bounds that cross",
      { flags: ofValid, coverageMin: 1n, runsMin: 3n, runsMax: 2n },
      "OutOfRange",
      ["runsMin", 3n, 0n, 2n],
    ],
    [
      "two worst cases at once",
      { runsMin: 1n, runsMax: 11n },
      "OutOfRange",
      ["runsMax", 11n, NO_BOUND, NO_BOUND],
    ],
    ["more coverage than all", { coverageMin: 10001n }, "OutOfRange", ["coverageMin", 10001n, 0n, 10000n]],
    ["of-valid without coverage", { flags: ofValid }, "OutOfRange", ["coverageMin", 0n, 1n, 10000n]],
    ["nothing asked for", { runsMin: 0n }, "MetByMissingReadings"],
    ["at most all that fit", { runsMin: 0n, runsMax: 11n }, "MetByMissingReadings"],
    [
      "more one-sample runs than fit",
      { minRun: 1n, runsMin: 1801n },
      "OutOfRange",
      ["runsMin", 1801n, 0n, 1800n],
    ],
  ],
  possible: [
    ["a band of one code at each end", { low: 100n, high: 100n }],
    ["runs of one sample, as many as fit", { minRun: 1n, runsMin: 1800n }],
    ["a run as long as the period", { minRun: 3600n }],
    ["as many runs as fit", { runsMin: 11n }],
    ["one run less than fits, at most", { runsMin: 0n, runsMax: 10n }],
    ["none at all", { runsMin: 0n, runsMax: 0n }],
    ["nothing but coverage", { runsMin: 0n, coverageMin: 1n }],
    ["nothing but coverage, and at most all that fit", { runsMin: 0n, runsMax: 11n, coverageMin: 1n }],
    ["full coverage", { coverageMin: 10000n }],
    ["both bounds of the valid ones", { flags: ofValid, runsMin: 1n, runsMax: 1n, coverageMin: 1n }],
    ["all that fit of the valid ones", { flags: ofValid, runsMin: 0n, runsMax: 11n, coverageMin: 1n }],
  ],
};

/** 4 hours of use on 21 of 30 nights, from 8 numbers of minutes per night. */
export const regularity: Template = {
  template: "regularity",
  circuit: { template: 3n, profile: 7n, epochs: 30n, epochSeconds: DAY, codes: 181n, samples: 8n },
  terms: {
    ...header,
    template: 3n,
    profile: 7n,
    epochs: 30n,
    flags: flagsOf("regularity", "sum"),
    low: 1n,
    high: 181n,
    level: 240n,
    epochsMin: 21n,
    epochsMax: NO_BOUND,
    shareMin: 0n,
    shareMax: 10000n,
    coverageMin: 0n,
  },
  impossible: [
    ["an unknown flag", { flags: 4n }, "UnknownFlags", [4n]],
    ["code 0 in the band", { low: 0n }, "OutOfRange", ["low", 0n, 1n, 181n]],
    ["an empty band", { low: 5n, high: 4n }, "OutOfRange", ["low", 5n, 1n, 4n]],
    ["a band beyond the scale", { high: 182n }, "OutOfRange", ["high", 182n, 1n, 181n]],
    ["no level", { level: 0n }, "OutOfRange", ["level", 0n, 1n, 1440n]],
    ["a sum that no day has", { level: 1441n }, "OutOfRange", ["level", 1441n, 1n, 1440n]],
    ["more readings than a day has", { flags: 0n, level: 9n }, "OutOfRange", ["level", 9n, 1n, 8n]],
    ["more epochs than there are", { epochsMin: 31n }, "OutOfRange", ["epochsMin", 31n, 0n, 30n]],
    ["at most more epochs than there are", { epochsMax: 31n }, "OutOfRange", ["epochsMax", 31n, 21n, 30n]],
    [
      "an upper bound just below NO_BOUND",
      { epochsMax: NO_BOUND - 1n },
      "OutOfRange",
      ["epochsMax", NO_BOUND - 1n, 21n, 30n],
    ],
    ["bounds that cross", { epochsMax: 20n }, "OutOfRange", ["epochsMin", 21n, 0n, 20n]],
    ["shares that cross", { shareMin: 5001n, shareMax: 5000n }, "OutOfRange", ["shareMin", 5001n, 0n, 5000n]],
    ["more than all", { shareMax: 10001n }, "OutOfRange", ["shareMax", 10001n, 0n, 10000n]],
    ["more coverage than all", { coverageMin: 10001n }, "OutOfRange", ["coverageMin", 10001n, 0n, 10000n]],
    [
      "of-valid without coverage",
      { flags: ofValid, level: 8n },
      "OutOfRange",
      ["coverageMin", 0n, 1n, 10000n],
    ],
    ["nothing asked for", { epochsMin: 0n }, "MetByMissingReadings"],
    ["at most all epochs", { epochsMin: 0n, epochsMax: 30n }, "MetByMissingReadings"],
  ],
  possible: [
    ["the greatest sum of a day", { level: 1440n }],
    ["the least", { level: 1n }],
    ["as many readings as a day has", { flags: 0n, level: 8n }],
    ["all epochs, exactly", { epochsMin: 30n, epochsMax: 30n }],
    ["both bounds in the worst case", { epochsMin: 21n, epochsMax: 25n }],
    ["only an upper bound", { epochsMin: 0n, epochsMax: 29n }],
    ["no epoch at all", { epochsMin: 0n, epochsMax: 0n }],
    ["only a share", { epochsMin: 0n, shareMin: 1n }],
    ["only a share at most", { epochsMin: 0n, shareMax: 9999n }],
    ["exactly one share", { shareMin: 10000n }],
    ["only coverage", { epochsMin: 0n, coverageMin: 1n }],
    ["of-valid with coverage", { flags: ofValid, level: 8n, epochsMin: 0n, coverageMin: 1n }],
    ["a band of one code at each end", { low: 181n, high: 181n }],
  ],
};

/** An impact of 3 g and more within 30 s at 20 Hz, in steps of 0.02 g around code 402: 150² squared steps. */
export const impact: Template = {
  template: "impact",
  circuit: { template: 4n, profile: 9n, epochs: 1n, epochSeconds: 30n, codes: 803n, samples: 600n },
  terms: {
    ...header,
    template: 4n,
    profile: 9n,
    epochs: 1n,
    threshold: 22500n,
    minRun: 0n,
    countMin: 1n,
    countMax: NO_BOUND,
    coverageMin: 0n,
  },
  impossible: [
    ["an unknown flag", { flags: 2n }, "UnknownFlags", [2n]],
    ["no threshold", { threshold: 0n }, "OutOfRange", ["threshold", 0n, 1n, 400n ** 2n]],
    [
      "a threshold that one axis reaches only when it saturates",
      { threshold: 400n ** 2n + 1n },
      "OutOfRange",
      ["threshold", 400n ** 2n + 1n, 1n, 400n ** 2n],
    ],
    ["an event longer than the period", { minRun: 601n }, "OutOfRange", ["minRun", 601n, 0n, 600n]],
    ["more samples than there are", { countMin: 601n }, "OutOfRange", ["countMin", 601n, 0n, 600n]],
    ["at most more samples than there are", { countMax: 601n }, "OutOfRange", ["countMax", 601n, 1n, 600n]],
    ["bounds that cross", { countMin: 2n, countMax: 1n }, "OutOfRange", ["countMin", 2n, 0n, 1n]],
    ["more events than fit", { minRun: 2n, countMin: 201n }, "OutOfRange", ["countMin", 201n, 0n, 200n]],
    [
      "at most more events than fit",
      { minRun: 2n, countMin: 0n, countMax: 201n },
      "OutOfRange",
      ["countMax", 201n, 0n, 200n],
    ],
    [
      "events with two worst cases at once",
      { minRun: 2n, countMax: 5n },
      "OutOfRange",
      ["countMax", 5n, NO_BOUND, NO_BOUND],
    ],
    ["more coverage than all", { coverageMin: 10001n }, "OutOfRange", ["coverageMin", 10001n, 0n, 10000n]],
    ["of-valid without coverage", { flags: ofValid }, "OutOfRange", ["coverageMin", 0n, 1n, 10000n]],
    ["nothing asked for", { countMin: 0n }, "MetByMissingReadings"],
    ["at most all samples", { countMin: 0n, countMax: 600n }, "MetByMissingReadings"],
    ["no events asked for", { minRun: 2n, countMin: 0n }, "MetByMissingReadings"],
    ["at most all events that fit", { minRun: 2n, countMin: 0n, countMax: 200n }, "MetByMissingReadings"],
  ],
  possible: [
    ["the greatest threshold", { threshold: 400n ** 2n }],
    ["the least threshold", { threshold: 1n }],
    ["all samples", { countMin: 600n, countMax: 600n }],
    ["both bounds of samples in the worst case", { countMin: 1n, countMax: 5n }],
    ["at most one sample less than all", { countMin: 0n, countMax: 599n }],
    ["as many events as fit", { minRun: 2n, countMin: 200n }],
    ["an event as long as the period", { minRun: 600n }],
    ["one event less than fits, at most", { minRun: 2n, countMin: 0n, countMax: 199n }],
    [
      "both bounds of events of the valid ones",
      { flags: ofValid, minRun: 2n, countMax: 5n, coverageMin: 1n },
    ],
    ["only coverage", { countMin: 0n, coverageMin: 1n }],
    ["only coverage, in events", { minRun: 2n, countMin: 0n, countMax: 200n, coverageMin: 10000n }],
  ],
};

export const templates = [episode, regularity, impact];
