// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `npm run demo -- --circuit NAME` tells: an offer, a person and some
// periods for every circuit that has a verifier.
import {
  type CircuitName,
  circuitOf,
  DAY,
  dayOffsetOf,
  epochAt,
  epochStart,
  type ProfileName,
  profileOf,
  type Reading,
  type Terms,
  type TermsChoice,
  termsOf,
  VitalproofError,
} from "@vitalproof/sdk";
import {
  Calendar,
  daysHeart,
  doses,
  every,
  fall,
  glucoseOf,
  type Kind,
  lows,
  oxygen,
  type Person,
  readingsOf,
  restingHeart,
  rhythm,
  sleepDevice,
  sleepNights,
} from "../../simulation/index.ts";

/** What a story needs to know. */
export interface Scenario {
  readonly circuit: CircuitName;
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
  /** Name in the SDK's catalogue, and what the offer asks for in place of its defaults. */
  readonly offer: readonly [name: string, choice?: TermsChoice];
  readonly kinds: readonly Kind[];
  /** Where the readings come from: a person, or the SDK's simulated glucose sensor. */
  readonly from: Person | "glucose";
  /** Quarter hours between the zone's midnight and the beginning of an epoch; for epochs of a day. */
  readonly begins?: number;
}

const FIRST_DAY = "2026-03-02";
const ZONE = "Europe/Berlin";
/** Seconds from noon to ten minutes before midnight. */
const LATE = 42_600;
const FOUR: readonly Kind[] = ["good", "bad", "gaps", "good"];
const FIVE: readonly Kind[] = ["good", "bad", "good", "gaps", "good"];

const PLANS: Readonly<Partial<Record<CircuitName, Plan>>> = {
  "glucose-day": {
    title: "A synthetic week of glucose readings (Dexcom Clarity format, generated)",
    noun: "day",
    offer: ["time-in-range", { window: "1 day" }],
    kinds: ["good", "good", "bad", "good", "gaps", "good", "bad"],
    from: "glucose",
  },
  "glucose-14d": {
    title: "Eight synthetic weeks of glucose readings, judged by the fortnight",
    noun: "fortnight",
    offer: ["time-in-range", { window: "14 days" }],
    kinds: FOUR,
    from: "glucose",
  },
  "glucose-mmol-day": {
    title: "Five synthetic days of glucose readings in mmol/L",
    noun: "day",
    offer: ["time-in-range", { window: "1 day" }],
    kinds: FIVE,
    from: "glucose",
  },
  "glucose-mmol-14d": {
    title: "Eight synthetic weeks of glucose readings in mmol/L, judged by the fortnight",
    noun: "fortnight",
    offer: ["time-in-range", { window: "14 days" }],
    kinds: FOUR,
    from: "glucose",
  },
  "glucose-15min-day": {
    title: "Five synthetic days of glucose readings every 15 minutes",
    noun: "day",
    offer: ["time-in-range", { window: "1 day" }],
    kinds: FIVE,
    from: "glucose",
  },
  "heart-rate-hour": {
    title: "Synthetic hours of rest with a chest strap, a reading every second",
    noun: "hour",
    offer: ["heart-rate-below", { window: "1 hour" }],
    kinds: FOUR,
    from: restingHeart,
  },
  "heart-rate-day": {
    title: "Synthetic days with a watch that notes the heart rate every minute",
    noun: "day",
    offer: ["average-below", { window: "1 day", below: 75 }],
    kinds: FIVE,
    from: daysHeart,
  },
  "af-hour": {
    title: "Synthetic hours with an ECG patch that looks for atrial fibrillation every minute",
    noun: "hour",
    offer: ["no-atrial-fibrillation"],
    kinds: FIVE,
    from: rhythm,
  },
  "spo2-hour-episodes": {
    title: "Synthetic hours with a pulse oximeter, a reading every second",
    noun: "hour",
    offer: ["stable-oxygen"],
    kinds: FOUR,
    from: oxygen,
  },
  "glucose-day-episodes": {
    title: "Five synthetic days of glucose readings, searched for serious lows",
    noun: "day",
    offer: ["hypoglycaemia-events"],
    kinds: FIVE,
    from: lows,
  },
  "device-usage-30d": {
    title: "Four synthetic months of nights with a sleep apnoea device",
    noun: "month",
    offer: ["cpap-usage"],
    kinds: FOUR,
    from: sleepDevice,
    // A night is one epoch: from noon to noon.
    begins: 48,
  },
  "doses-30d": {
    title: "Four synthetic months of two doses a day",
    noun: "month",
    offer: ["adherence"],
    kinds: FOUR,
    from: doses,
  },
  "fall-window": {
    title: "Synthetic half minutes with an accelerometer at the belt",
    noun: "half minute",
    offer: ["falls"],
    kinds: FOUR,
    from: fall,
  },
  "glucose-mmol-15min-day": {
    title: "Five synthetic days of glucose readings in mmol/L every 15 minutes",
    noun: "day",
    offer: ["time-in-range", { window: "1 day" }],
    kinds: FIVE,
    from: "glucose",
  },
  "glucose-1min-day": {
    title: "Five synthetic days of glucose readings every minute",
    noun: "day",
    offer: ["time-in-range", { window: "1 day" }],
    kinds: FIVE,
    from: "glucose",
  },
  "glucose-mmol-1min-day": {
    title: "Five synthetic days of glucose readings in mmol/L every minute",
    noun: "day",
    offer: ["time-in-range", { window: "1 day" }],
    kinds: FIVE,
    from: "glucose",
  },
  "spo2-2s-hour-episodes": {
    title: "Synthetic hours with a pulse oximeter, a reading every 2 seconds",
    noun: "hour",
    offer: ["stable-oxygen"],
    kinds: FOUR,
    from: every(2, oxygen),
  },
  "spo2-4s-hour-episodes": {
    title: "Synthetic hours with a ring that measures oxygen every 4 seconds",
    noun: "hour",
    offer: ["stable-oxygen"],
    kinds: FOUR,
    from: every(4, oxygen),
  },
  "spo2-1min-hour-episodes": {
    title: "Synthetic hours with a tracker that notes the oxygen every minute",
    noun: "hour",
    offer: ["stable-oxygen"],
    kinds: FOUR,
    from: every(60, oxygen),
  },
  "heart-rate-5s-hour": {
    title: "Synthetic hours of rest with a watch, a reading every 5 seconds",
    noun: "hour",
    offer: ["heart-rate-below", { window: "1 hour" }],
    kinds: FOUR,
    from: every(5, restingHeart),
  },
  "device-usage-nights-30d": {
    title: "Four synthetic months with a sleep apnoea device that keeps one total a night",
    noun: "month",
    offer: ["cpap-usage"],
    kinds: FOUR,
    from: sleepNights,
    begins: 48,
  },
};

/** Names of the circuits that there is a story for. */
export function toldCircuits(): readonly CircuitName[] {
  return Object.keys(PLANS) as CircuitName[];
}

/** @throws UNKNOWN_CIRCUIT, listing the circuits that there is a story for */
export async function scenarioOf(
  name: string,
): Promise<Scenario & { readonly title: string; readonly kinds: readonly Kind[] }> {
  const plan = Object.hasOwn(PLANS, name) ? PLANS[name as CircuitName] : undefined;
  if (plan === undefined) {
    throw new VitalproofError("UNKNOWN_CIRCUIT", `There is no story about ${JSON.stringify(name)}.`, {
      details: { name },
      hint: `Use one of ${toldCircuits().join(", ")}.`,
    });
  }
  const { title, noun, kinds, from } = plan;
  const circuit = circuitOf(name);
  const profile = profileOf(circuit.profile);
  const noon = Date.parse(`${FIRST_DAY}T12:00:00Z`) / 1000;
  // Epochs of a day begin with the zone's; shorter ones anywhere.
  const daily = profile.epochSeconds === DAY;
  const offset = daily ? (dayOffsetOf(ZONE, noon) + (plan.begins ?? 0)) % 96 : 0;
  // A day's anchor closes over all of its epochs, so half minutes begin shortly before its end.
  const firstEpoch = epochAt(profile, offset, profile.epochSeconds < 60 ? noon + LATE : noon);
  const calendar = new Calendar({
    profile,
    offset,
    firstEpoch,
    epochsPerPeriod: circuit.epochs,
    periods: kinds.length,
    zone: ZONE,
  });
  const start = epochStart(profile, offset, firstEpoch);
  const readings =
    from === "glucose"
      ? await glucoseOf(
          profile,
          kinds.flatMap((kind) => new Array<Kind>(circuit.epochs).fill(kind)),
          FIRST_DAY,
          ZONE,
        )
      : readingsOf(from, profile, kinds, circuit.epochs, start);
  return {
    circuit: circuit.name,
    terms: termsFor(plan, profile.name, offset),
    calendar,
    readings,
    noun,
    title,
    kinds,
  };
}

/** The story of a person's own file of glucose readings: every day a period of `glucose-day`. */
export function ownFile(readings: readonly Reading[], zone: string): Scenario {
  const circuit = "glucose-day";
  const plan = PLANS[circuit]!;
  const calendar = Calendar.ofDays(profileOf(circuitOf(circuit).profile), zone, readings);
  const terms = termsFor(plan, calendar.profile.name, calendar.offset);
  return { circuit, terms, calendar, readings, noun: plan.noun };
}

function termsFor({ offer: [name, choice] }: Plan, profile: ProfileName, offset: number): Terms {
  return termsOf(name, { ...choice, profile, offset });
}
