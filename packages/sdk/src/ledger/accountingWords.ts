// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the exports of an accounting share: who is meant, what is left out, and words for people.
import { Temporal } from "@js-temporal/polyfill";
import { assertInteger } from "../invalid.ts";
import { zoneRules } from "../time/zone.ts";
import type { Accounting, Disclosure, LedgerClass, LedgerPurpose, LedgerRole } from "./accounting.ts";
import { minutesOf } from "./gaps.ts";
import type { PageAddress } from "./page.ts";

/** Who keeps a page, and how they number their staff. The texts may hold anything: exports escape them. */
export type Custodian = {
  readonly name: string;
  /** As FHIR's Identifier: `system` is an absolute URI. */
  readonly identifier: { readonly system: string; readonly value: string };
  readonly actors: {
    /** Absolute URI of the custodian's numbers for its staff. */
    readonly system: string;
    /** Names of staff by their numbers, where they are known. */
    readonly names?: ReadonlyMap<number, string> | undefined;
  };
};

export type AccountingReport = {
  readonly accounting: Accounting;
  /** When it was made: Unix seconds. */
  readonly made: number;
  /** Who kept a page at a time, Unix seconds: a page can change hands, and actors are numbered by each custodian. */
  readonly custodianOf: (address: PageAddress, at: number) => Custodian;
};

export const ROLE_WORDS: Readonly<Record<LedgerRole, string>> = {
  physician: "Physician",
  nurse: "Nurse",
  pharmacist: "Pharmacist",
  therapist: "Therapist",
  laboratory: "Laboratory staff",
  administration: "Administration",
  researcher: "Researcher",
  insurer: "Insurer",
};

export const PURPOSE_WORDS: Readonly<Record<LedgerPurpose, string>> = {
  treatment: "To treat the patient",
  payment: "To bill or pay for care",
  operations: "To run or check its own services",
  research: "For research",
  "public-health": "For public health",
  "patient-request": "At the patient's request",
  "family-request": "At the family's request",
  legal: "For a legal matter",
};

export const CLASS_WORDS: Readonly<Record<LedgerClass, string>> = {
  "vital-signs": "Vital signs",
  laboratory: "Laboratory results",
  medication: "Medication",
  clinical: "Clinical notes and diagnoses",
  imaging: "Images and scans",
  demographics: "Name, address and personal details",
  "mental-health": "Mental health",
  genetics: "Genetics",
};

/** "2026-07-01T09:30:00Z" @param time Unix seconds @throws INVALID_ARGUMENT */
export function utcText(time: number): string {
  assertInteger("time", time, 0, 253_402_300_799);
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}

/**
 * A reader of clocks in a zone: "2026-07-01 11:30 +02:00".
 * @param zone IANA name or fixed offset @throws ZONE_REQUIRED, ZONE_UNKNOWN
 */
export function clockOf(zone: string): (time: number) => string {
  zoneRules(zone);
  return (time) => {
    const zoned = Temporal.Instant.fromEpochMilliseconds(time * 1000).toZonedDateTimeISO(zone);
    return `${zoned.toPlainDateTime().toString({ smallestUnit: "minute" }).replace("T", " ")} ${zoned.offset}`;
  };
}

export function actorName({ actors }: Custodian, { actor }: Disclosure): string | undefined {
  const name = actors.names?.get(actor)?.trim();
  return name === "" ? undefined : name;
}

/** What the accounting does not show, in sentences. The first three are true of every accounting. */
export function limitsOf({ gaps, counts, tried, hidden }: Accounting): string[] {
  const limits = [
    "An access that the custodian did not log is not shown. Nothing in the log can show it.",
    "Who a staff number is, which role they had and why they looked is what the custodian says.",
    "Times are exact to the minute. What was read is shown as a class of data, not item by item.",
  ];
  if (gaps.length > 0) {
    const minutes = minutesOf(gaps);
    limits.push(
      `The log has ${many(gaps.length, "gap")} of ${many(minutes, "minute")} in all. For these times the custodian has said nothing, not even that there was no access.`,
    );
  }
  if (hidden.records > 0)
    limits.push(
      `${many(hidden.records, "record")} of ${tried.records} could not be opened with the keys that were used. They belong to other consents, or were written with other keys.`,
    );
  if (hidden.emergencies > 0)
    limits.push(
      `${many(hidden.emergencies, "access", "accesses")} in an emergency could not be opened with the keys that were used.`,
    );
  if (counts.doubtful > 0)
    limits.push(
      `${many(counts.doubtful, "row")} can be wrong: two keys open the same record, and one of the two does so by chance.`,
    );
  limits.push(
    `A record of someone else passes for one of these by chance once in 16,777,216 tries. This list took ${many(tried.tries, "try", "tries")}. ${many(hidden.impossible, "such record")} ${hidden.impossible === 1 ? "was" : "were"} recognised and left out.`,
  );
  return limits;
}

function many(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}
