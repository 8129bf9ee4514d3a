// SPDX-License-Identifier: GPL-3.0-or-later
//
// Consents and pages in words for people.
import {
  CLASS_WORDS,
  LEDGER_CLASSES,
  LEDGER_PURPOSES,
  LEDGER_ROLES,
  minutesOf,
  PURPOSE_WORDS,
  type Rights,
  ROLE_WORDS,
  type Stretch,
} from "@vitalproof/sdk/ledger";
import { counted } from "../counted.ts";
import { durationText, instantText } from "../time.ts";

const MINUTE = 60;

/** What a consent allows, by the ledger's names. */
export type NamedRights = {
  readonly purposes: readonly string[];
  readonly roles: readonly string[];
  readonly classes: readonly string[];
  /** Unix seconds. The minute itself is out. */
  readonly until: number;
};

export function namedRights({ purposes, roles, classes, until }: Rights): NamedRights {
  return {
    purposes: chosen(LEDGER_PURPOSES, purposes).map(({ name }) => name),
    roles: chosen(LEDGER_ROLES, roles),
    classes: chosen(LEDGER_CLASSES, classes),
    until: until * MINUTE,
  };
}

/** A line for purposes, roles, classes and end. */
export function rightsLines({ purposes, roles, classes, until }: Rights): string[] {
  const allowed = chosen(LEDGER_PURPOSES, purposes).map(
    ({ name }) => `${name} (${lower(PURPOSE_WORDS[name])})`,
  );
  return [
    `  purposes: ${listed(allowed)}`,
    `  roles:    ${listed(chosen(LEDGER_ROLES, roles).map((name) => lower(ROLE_WORDS[name])))}`,
    `  data:     ${listed(chosen(LEDGER_CLASSES, classes).map((name) => lower(CLASS_WORDS[name])))}`,
    `  until:    ${minuteText(until)}`,
  ];
}

/** "treatment, payment; physician, nurse; laboratory" */
export function rightsText(rights: Rights): string {
  const { purposes, roles, classes } = namedRights(rights);
  return [purposes, roles, classes].map(listed).join("; ");
}

/** Whether the consent is for payment, so that contracts can rely on it. */
export function isForPayment({ purposes }: Rights): boolean {
  return chosen(LEDGER_PURPOSES, purposes).some(({ name }) => name === "payment");
}

/** @param minute since 1970-01-01 UTC */
export function minuteText(minute: number): string {
  return instantText(minute * MINUTE);
}

/** Where there are no gaps. @param batches that were logged */
export function noGapsText(batches: number): string {
  return batches === 0 ? "Nothing has been logged yet." : "No gaps: every minute is covered by a batch.";
}

/** A line for each gap. */
export function gapLines(gaps: readonly Stretch[], most = Number.POSITIVE_INFINITY): string[] {
  const lines = gaps
    .slice(0, most)
    .map(
      ({ from, until }) =>
        `  ${minuteText(from)} to ${minuteText(until)}, ${durationText((until - from) * MINUTE)}`,
    );
  const left = gaps.slice(most);
  if (left.length === 0) return lines;
  return [
    ...lines,
    `  and ${counted(left.length, "more", "more")} of ${counted(minutesOf(left), "minute")} in all`,
  ];
}

function chosen<T>(all: readonly T[], mask: number): T[] {
  return all.filter((_, bit) => ((mask >> bit) & 1) === 1);
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.join(", ");
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
