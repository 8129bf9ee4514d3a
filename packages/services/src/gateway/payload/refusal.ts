// SPDX-License-Identifier: GPL-3.0-or-later

import { CONTRADICTING, IN_FUTURE, OUT_OF_RANGE, TOO_EARLY } from "@vitalproof/readers";
import { DATE_ONLY, NEGATIVE, NO_NUMBER, NO_TIME, NO_ZONE, WRONG_UNIT } from "@vitalproof/readers/rules";
import { VitalproofError } from "@vitalproof/sdk";

/** Why a message, or something in it, is not a reading. The words are stable. */
export const REFUSAL_REASONS = [
  // of the whole message
  "no-rule",
  "too-large",
  "not-utf8",
  "not-json",
  "too-deep",
  "too-many-values",
  "not-understood",
  "several-people",
  "no-device",
  "several-devices",
  "several-sources",
  // of one reading
  "no-value",
  "several-values",
  "not-a-number",
  "below-zero",
  "no-unit",
  "wrong-unit",
  "implausible",
  "out-of-range",
  "no-time",
  "time-not-understood",
  "date-only",
  "time-without-zone",
  "time-skipped",
  "time-repeated",
  "too-early",
  "in-future",
  "contradicting",
  // a fault of ours
  "failed",
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type PayloadRefusal = {
  readonly reason: RefusalReason;
  /** Where: a JSON path such as `$.samples[3].v`, or `line 2, column 7`. Names of members, never values. */
  readonly place: string;
  /** How many of this reason there are, where the place is that of all of them. */
  readonly count: number;
  /** More words for people, where a reader has them. */
  readonly detail?: string;
};

/** What ends the reading of a message, or of one value. */
export class Refused extends Error {
  readonly refusal: PayloadRefusal;

  constructor(reason: RefusalReason, place: string, detail?: string) {
    super(reason);
    this.refusal = { reason, place, count: 1, ...(detail === undefined ? {} : { detail }) };
  }
}

/** The readers' sentences. */
const SENTENCES: Readonly<Record<string, RefusalReason>> = {
  [NO_NUMBER]: "not-a-number",
  [NEGATIVE]: "below-zero",
  [WRONG_UNIT]: "wrong-unit",
  "unit does not fit the LOINC code": "wrong-unit",
  "unit without UCUM code": "no-unit",
  [NO_TIME]: "time-not-understood",
  [DATE_ONLY]: "date-only",
  [NO_ZONE]: "time-without-zone",
  [OUT_OF_RANGE]: "out-of-range",
  [TOO_EARLY]: "too-early",
  [IN_FUTURE]: "in-future",
  [CONTRADICTING]: "contradicting",
};

/** The stable word for a sentence of the readers. */
export function reasonOf(sentence: string): RefusalReason {
  return SENTENCES[sentence] ?? "not-understood";
}

/** What a reader's error, or a fault, means for a message. Texts of faults can have content in them, and are left out. */
export function refusalOf(error: unknown): PayloadRefusal {
  if (error instanceof Refused) return error.refusal;
  if (!(error instanceof VitalproofError)) return { reason: "failed", place: "$", count: 1 };
  const { path, line, column, reason } = error.details;
  const place =
    typeof path === "string"
      ? path
      : line === undefined
        ? "$"
        : `line ${String(line)}, column ${String(column)}`;
  const word: RefusalReason =
    error.code === "SELECTION_REQUIRED"
      ? "several-people"
      : error.code === "VALUES_IMPLAUSIBLE"
        ? "implausible"
        : typeof reason === "string"
          ? reasonOf(reason)
          : "not-understood";
  return { reason: word, place, count: 1, ...(typeof reason === "string" ? { detail: reason } : {}) };
}
