// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `npm run demo -- --statement NAME` tells: an offer, a person and some
// periods for every statement that has a verifier.
import {
  dayOffsetOf,
  distributionTerms,
  episodeTerms,
  epochAt,
  epochStart,
  impactTerms,
  profileOf,
  type Reading,
  regularityTerms,
  type StatementName,
  statementOf,
  type Terms,
  VitalproofError,
} from "@vitalproof/sdk";
import { Calendar } from "./calendar.ts";
import {
  daysHeart,
  doses,
  fall,
  glucoseOf,
  type Kind,
  oxygen,
  type Person,
  readingsOf,
  restingHeart,
  rhythm,
  sleepDevice,
} from "./readings.ts";

/** What a story needs to know. */
export interface Scenario {
  readonly statement: StatementName;
  readonly terms: Terms;
  readonly calendar: Calendar;
  readonly readings: readonly Reading[];
  /** What a period is called: "day". */
  readonly noun: string;
}

interface Plan {
  /** One sentence: who, and what was measured. */
  readonly title: string;
  readonly noun: string;
  readonly terms: (offset: number) => Terms;
  readonly kinds: readonly Kind[];
  /** Where the readings come from: a person, or the SDK's simulated glucose sensor. */
  readonly from: Person | "glucose";
  /** Quarter hours between the zone's midnight and the beginning of an epoch; for epochs of a day. */
  readonly begins?: number;
}

const FIRST_DAY = "2026-03-02";
const ZONE = "Europe/Berlin";
const TWO_WEEKS: readonly Kind[] = ["good", "bad", "gaps", "good"];
const WEEK: readonly Kind[] = ["good", "bad", "good", "gaps", "good"];
const timeInRange = { band: { atLeast: 70, atMost: 180 }, share: { atLeast: 70 } };
const timeInRangeMmol = { band: { atLeast: "3.9", atMost: "10.0" }, share: { atLeast: 70 } };
/** What clinics ask of two weeks of readings before they judge by them. */
const enough = { semantics: "of-valid", coverage: { atLeast: 70 } } as const;

const PLANS: Readonly<Partial<Record<StatementName, Plan>>> = {
  "glucose-day": {
    title: "A made-up week of glucose readings (Dexcom Clarity format, generated)",
    noun: "day",
    kinds: ["good", "good", "bad", "good", "gaps", "good", "bad"],
    from: "glucose",
    terms: (offset) => distributionTerms({ statement: "glucose-day", offset, ...timeInRange }),
  },
  "glucose-14d": {
    title: "Eight made-up weeks of glucose readings, judged by the fortnight",
    noun: "fortnight",
    kinds: TWO_WEEKS,
    from: "glucose",
    terms: (offset) => distributionTerms({ statement: "glucose-14d", offset, ...timeInRange, ...enough }),
  },
  "glucose-mmol-day": {
    title: "Five made-up days of glucose readings in mmol/L",
    noun: "day",
    kinds: WEEK,
    from: "glucose",
    terms: (offset) => distributionTerms({ statement: "glucose-mmol-day", offset, ...timeInRangeMmol }),
  },
  "glucose-mmol-14d": {
    title: "Eight made-up weeks of glucose readings in mmol/L, judged by the fortnight",
    noun: "fortnight",
    kinds: TWO_WEEKS,
    from: "glucose",
    terms: (offset) =>
      distributionTerms({ statement: "glucose-mmol-14d", offset, ...timeInRangeMmol, ...enough }),
  },
  "glucose-15min-day": {
    title: "Five made-up days of glucose readings every 15 minutes",
    noun: "day",
    kinds: WEEK,
    from: "glucose",
    terms: (offset) => distributionTerms({ statement: "glucose-15min-day", offset, ...timeInRange }),
  },
  "heart-rate-hour": {
    title: "Made-up hours of rest with a chest strap, a reading every second",
    noun: "hour",
    kinds: ["good", "bad", "gaps", "good"],
    from: restingHeart,
    terms: (offset) =>
      distributionTerms({
        statement: "heart-rate-hour",
        offset,
        band: { below: 120 },
        share: { atLeast: 95 },
      }),
  },
  "heart-rate-day": {
    title: "Made-up days with a watch that notes the heart rate every minute",
    noun: "day",
    kinds: WEEK,
    from: daysHeart,
    terms: (offset) => distributionTerms({ statement: "heart-rate-day", offset, mean: { below: 75 } }),
  },
  "af-hour": {
    title: "Made-up hours with an ECG patch that looks for atrial fibrillation every minute",
    noun: "hour",
    kinds: WEEK,
    from: rhythm,
    terms: (offset) =>
      distributionTerms({ statement: "af-hour", offset, band: { atLeast: 1 }, share: { atMost: 5 } }),
  },
  "spo2-hour-episodes": {
    title: "Made-up hours with a pulse oximeter, a reading every second",
    noun: "hour",
    kinds: ["good", "bad", "gaps", "good"],
    from: oxygen,
    terms: (offset) =>
      episodeTerms({
        statement: "spo2-hour-episodes",
        offset,
        band: { below: 90 },
        minRun: { longerThan: 300 },
        runs: { atMost: 0 },
      }),
  },
  "glucose-day-episodes": {
    title: "Five made-up days of glucose readings, searched for long highs",
    noun: "day",
    kinds: WEEK,
    from: "glucose",
    terms: (offset) =>
      episodeTerms({
        statement: "glucose-day-episodes",
        offset,
        band: { above: 180 },
        minRun: { seconds: 7200 },
        runs: { atMost: 0 },
      }),
  },
  "device-usage-30d": {
    title: "Four made-up months of nights with a sleep apnoea device",
    noun: "month",
    kinds: ["good", "bad", "gaps", "good"],
    from: sleepDevice,
    // A night is one epoch: from noon to noon.
    begins: 48,
    terms: (offset) =>
      regularityTerms({
        statement: "device-usage-30d",
        offset,
        level: { sum: 240 },
        epochs: { atLeast: 21 },
      }),
  },
  "doses-30d": {
    title: "Four made-up months of two doses a day",
    noun: "month",
    kinds: ["good", "bad", "gaps", "good"],
    from: doses,
    terms: (offset) =>
      regularityTerms({
        statement: "doses-30d",
        offset,
        band: { atLeast: 1 },
        level: { readings: 2 },
        epochs: { atLeast: 27 },
      }),
  },
  "fall-window": {
    title: "Made-up half minutes with an accelerometer at the belt",
    noun: "half minute",
    kinds: ["good", "bad", "gaps", "good"],
    from: fall,
    terms: (offset) => impactTerms({ statement: "fall-window", offset, magnitude: 3, count: { atLeast: 1 } }),
  },
};

/** Names of the statements that there is a story for. */
export function toldStatements(): readonly StatementName[] {
  return Object.keys(PLANS) as StatementName[];
}

/** @throws UNKNOWN_STATEMENT, listing the statements that there is a story for */
export function scenarioOf(
  name: string,
): Scenario & { readonly title: string; readonly kinds: readonly Kind[] } {
  const plan = Object.hasOwn(PLANS, name) ? PLANS[name as StatementName] : undefined;
  if (plan === undefined) {
    throw new VitalproofError("UNKNOWN_STATEMENT", `There is no story about ${JSON.stringify(name)}.`, {
      details: { name },
      hint: `Use one of ${toldStatements().join(", ")}.`,
    });
  }
  const { title, noun, kinds, from } = plan;
  const statement = statementOf(name);
  const profile = profileOf(statement.profile);
  const noon = Date.parse(`${FIRST_DAY}T12:00:00Z`) / 1000;
  // Epochs of a day begin with the zone's; shorter ones anywhere.
  const daily = profile.epochSeconds === 86_400;
  const offset = daily ? (dayOffsetOf(ZONE, noon) + (plan.begins ?? 0)) % 96 : 0;
  const firstEpoch = epochAt(profile, offset, noon);
  const calendar = new Calendar({
    profile,
    offset,
    firstEpoch,
    epochsPerPeriod: statement.epochs,
    periods: kinds.length,
    zone: ZONE,
  });
  const start = epochStart(profile, offset, firstEpoch);
  const readings =
    from === "glucose"
      ? glucoseOf(
          profile,
          kinds.flatMap((kind) => new Array<Kind>(statement.epochs).fill(kind)),
          FIRST_DAY,
          ZONE,
        )
      : readingsOf(from, profile, kinds, statement.epochs, start);
  return { statement: statement.name, terms: plan.terms(offset), calendar, readings, noun, title, kinds };
}

/** The story of a person's own file of glucose readings: every day a period of `glucose-day`. */
export function ownFile(readings: readonly Reading[], zone: string): Scenario {
  const { statement, terms, noun } = { statement: "glucose-day" as const, ...PLANS["glucose-day"]! };
  const calendar = Calendar.ofDays(profileOf(statementOf(statement).profile), zone, readings);
  return { statement, terms: terms(calendar.offset), calendar, readings, noun };
}
