// SPDX-License-Identifier: GPL-3.0-or-later
import {
  asksFor,
  type BoundResult,
  type CheckResult,
  checkTerms,
  describeCode,
  type EpochRecord,
  type EpochStatus,
  epochEnd,
  epochStart,
  explainTerms,
  type Log,
  MISSING,
  type Profile,
  profileOf,
  type Terms,
  termsForPeriod,
  VitalproofError,
  valueOfCode,
} from "@vitalproof/sdk";
import type { Span } from "../words/format.ts";

/** One sample's place in a period. */
export type Slot = {
  /** Unix second at which it begins. */
  readonly time: number;
  /** In the profile's unit, one per channel; null where it is missing. LOW and HIGH are one step beyond the scale. */
  readonly values: readonly (number | null)[];
  /** The same in words: "104", "LOW (below 40)", "missing". */
  readonly text: string;
};

/** The result of a period under one semantics. */
export type Verdict = {
  readonly holds: boolean;
  /** One sentence, with its numbers, per bound by which the terms ask anything. */
  readonly lines: readonly string[];
  readonly failing: readonly string[];
  readonly bounds: readonly BoundResult[];
};

/** What is known of a period without its readings being complete. */
type PeriodFrame = {
  /** Number in the policy, from 0. */
  readonly period: number;
  readonly firstEpoch: number;
  readonly epochs: number;
} & Span;

export type PeriodDay = PeriodFrame &
  (
    | {
        /** Some epoch is not sealed yet; `sealed` of them are. */
        readonly state: "open";
        readonly sealed: number;
      }
    | {
        /** It began before this vault's log, which was continued after a loss: its readings are not here. */
        readonly state: "lost";
      }
    | {
        readonly state: "sealed";
        /** Of the period's epochs, the least far one: accepted and gap are in intake. */
        readonly status: EpochStatus;
        readonly slots: readonly Slot[];
        /** Slots with a reading, and all of them (samples, for three axes). */
        readonly valid: number;
        readonly of: number;
        /** What the terms themselves ask for. */
        readonly decided: "worst-case" | "of-valid";
        readonly holds: boolean;
        readonly worstCase: Verdict;
        readonly ofValid: Verdict;
      }
  );

/** What to draw: the ends of the scale, and of the band of the terms where they have one. */
export type Scale = {
  readonly unit: string;
  readonly metric: string;
  /** In the unit, one step beyond the profile's ends where these are open. */
  readonly from: number;
  readonly to: number;
  readonly band: { readonly low: number; readonly high: number; readonly text: string } | undefined;
};

export type Days = {
  readonly profile: Profile;
  readonly scale: Scale;
  /** The terms in words, by the SDK. */
  readonly words: readonly string[];
  readonly periods: readonly PeriodDay[];
};

/**
 * What a person sees of their periods: readings by slot, and whether each period holds, decided by the SDK.
 * It holds readings: it is for this page only.
 *
 * @param terms of the program; their first epoch is not looked at
 * @param cover first epoch of period 0 and number of periods, 1 to 10,000
 * @throws INVALID_ARGUMENT for terms of another profile or offset than the log's, and for an invalid cover
 */
export function daysOf(
  log: Pick<Log, "opening" | "epochs">,
  terms: Terms,
  cover: { firstEpoch: number; periods: number },
): Days {
  const { opening } = log;
  if (opening.profile !== terms.profile || opening.offset !== terms.offset) {
    throw new VitalproofError("INVALID_ARGUMENT", "The offer is about other readings than this log's.", {
      details: { log: opening.profile, terms: terms.profile, offset: opening.offset, wanted: terms.offset },
      hint: "Choose an offer for the log's measurement and the time at which its days begin.",
    });
  }
  if (!Number.isInteger(cover.periods) || cover.periods < 1 || cover.periods > 10_000) {
    throw new VitalproofError("INVALID_ARGUMENT", "The number of periods is not between 1 and 10,000.");
  }
  const profile = profileOf(terms.profile);
  const periods = Array.from({ length: cover.periods }, (_, period) => {
    const firstEpoch = cover.firstEpoch + period * terms.epochs;
    return periodOf(log, profile, termsForPeriod(terms, firstEpoch), period);
  });
  return { profile, scale: scaleOf(profile, terms), words: explainTerms(terms), periods };
}

function periodOf(
  log: Pick<Log, "opening" | "epochs">,
  profile: Profile,
  terms: Terms,
  period: number,
): PeriodDay {
  const { epoch: firstEpoch, epochs, offset } = terms;
  const frame = {
    period,
    firstEpoch,
    epochs,
    offset,
    start: epochStart(profile, offset, firstEpoch),
    end: epochEnd(profile, offset, firstEpoch + epochs - 1),
  };
  const from = firstEpoch - log.opening.firstEpoch;
  if (from < 0) return { ...frame, state: "lost" };
  const records = log.epochs.slice(from, from + epochs);
  if (records.length < epochs) return { ...frame, state: "open", sealed: records.length };
  const codes = records.map((record) => record.codes);
  const own = checkTerms(terms, codes);
  return {
    ...frame,
    state: "sealed",
    status: leastOf(records),
    slots: records.flatMap((record) => slotsOf(profile, offset, record)),
    valid: own.valid,
    of: own.slots,
    decided: terms.ofValid ? "of-valid" : "worst-case",
    holds: own.holds,
    worstCase: verdictOf(terms, checkTerms(terms, codes, { semantics: "worst-case" })),
    ofValid: verdictOf(terms, checkTerms(terms, codes, { semantics: "of-valid" })),
  };
}

function verdictOf(terms: Terms, { holds, bounds, failing }: CheckResult): Verdict {
  const asked = bounds.filter(({ bound }) => asksFor(terms, bound));
  return { holds, bounds, lines: asked.map(({ text }) => text), failing: failing.map(({ text }) => text) };
}

function leastOf(records: readonly EpochRecord[]): EpochStatus {
  const statuses = records.map(({ status }) => status);
  if (statuses.includes("sealed")) return "sealed";
  return statuses.includes("gap") ? "gap" : "accepted";
}

function slotsOf(profile: Profile, offset: number, { epoch, codes }: EpochRecord): Slot[] {
  const { channels, samples, interval } = profile;
  const start = epochStart(profile, offset, epoch);
  return Array.from({ length: samples }, (_, sample) => {
    const own = codes.slice(sample * channels, (sample + 1) * channels);
    return {
      time: start + sample * interval,
      values: own.map((code) => (code === MISSING ? null : Number(valueOfCode(profile, code)))),
      text: own.map((code) => describeCode(profile, code)).join(", "),
    };
  });
}

function scaleOf(profile: Profile, terms: Terms): Scale {
  const value = (code: number): number => Number(valueOfCode(profile, code));
  const band =
    "low" in terms
      ? {
          low: value(terms.low),
          high: value(terms.high),
          text: `${describeCode(profile, terms.low)} to ${describeCode(profile, terms.high)}`,
        }
      : undefined;
  return { unit: profile.ucum, metric: profile.metric, from: value(1), to: value(profile.codes), band };
}
