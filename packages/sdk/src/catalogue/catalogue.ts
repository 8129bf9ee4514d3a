// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { type ProfileName, profileOf } from "../profiles/profile.ts";
import type { Terms } from "../templates/templates.ts";
import type { CatalogueEntry, Form, Question } from "./entry.ts";
import { GLUCOSE } from "./glucose.ts";
import { HEART } from "./heart.ts";
import { MOTION } from "./motion.ts";
import { type Overrides, withOverrides } from "./overrides.ts";
import { OXYGEN } from "./oxygen.ts";
import { termsForRequest } from "./request.ts";
import { SETS } from "./sets.ts";
import { THERAPY } from "./therapy.ts";

/** Every named question, by metric, and the sets of them. */
export function catalogue(): readonly CatalogueEntry[] {
  return [...GLUCOSE, ...HEART, ...OXYGEN, ...THERAPY, ...MOTION, ...SETS];
}

/** @throws UNKNOWN_QUESTION, naming those that are spelt alike */
export function catalogueEntry(name: string): CatalogueEntry {
  const all = catalogue();
  const entry = all.find((each) => each.name === name);
  if (entry !== undefined) return entry;
  const near = all.map((each) => each.name).filter((each) => isNear(name, each));
  throw new VitalproofError("UNKNOWN_QUESTION", `The catalogue has no question ${JSON.stringify(name)}.`, {
    details: { name, near },
    hint:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : `It has ${all.map((each) => each.name).join(", ")}.`,
  });
}

/** @throws UNKNOWN_QUESTION; INVALID_ARGUMENT for the name of a set */
export function questionOf(name: string): Question {
  const entry = catalogueEntry(name);
  if (entry.kind === "question") return entry;
  throw new VitalproofError("INVALID_ARGUMENT", `${name} is a set of questions, not one.`, {
    details: { name },
    hint: `Take them one by one: ${entry.members.map((member) => member.name).join(", ")}.`,
  });
}

/** Which of a question's forms is meant; what is left out takes the first that fits. */
export type FormChoice = {
  /** UCUM unit of the readings: "mg/dL", "mmol/L", … */
  unit?: string;
  /** "1 day", "14 days", "1 hour", … */
  window?: string;
  profile?: ProfileName;
};

/** @throws INVALID_ARGUMENT when no form fits, listing those there are */
export function formOf(entry: Question, choice: FormChoice = {}): Form {
  const form = entry.forms.find(
    (each) =>
      (choice.unit === undefined || profileOf(each.profile).ucum === choice.unit) &&
      (choice.window === undefined || each.window === choice.window) &&
      (choice.profile === undefined || each.profile === choice.profile),
  );
  if (form !== undefined) return form;
  const forms = entry.forms.map(
    ({ window, profile }) => `${window} in ${profileOf(profile).ucum} (${profile})`,
  );
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `${entry.name} has no form for ${Object.values(choice)
      .filter((value) => value !== undefined)
      .join(", ")}.`,
    { details: { ...choice }, hint: `It has ${forms.join("; ")}.` },
  );
}

export type TermsChoice = FormChoice &
  Overrides & {
    /** Quarter hours after 00:00 UTC at which the patient's epochs begin. */
    offset?: number;
  };

/**
 * The terms of a named question, as a program holds them.
 * @throws UNKNOWN_QUESTION; INVALID_ARGUMENT when no circuit fits or for a set; what the builders of terms throw
 */
export function termsOf(name: string, choice: TermsChoice = {}): Terms {
  const entry = questionOf(name);
  const { unit, window, profile, offset, ...overrides } = choice;
  const form = formOf(entry, defined({ unit, window, profile }));
  if (form.circuit === undefined) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `No circuit proves ${name} over ${form.window} in ${profileOf(form.profile).ucum} yet.`,
      { details: { name, profile: form.profile }, hint: "`evaluate` can decide it without a proof." },
    );
  }
  const request = withOverrides(entry, form.request, overrides);
  return termsForRequest(form.circuit, request, offset ?? form.offset);
}

/**
 * The terms of every question of a set, in order, for one window and offset; of a single question its own.
 * @throws what `termsOf` throws
 */
export function termsOfAll(name: string, choice: { offset?: number } = {}): Terms[] {
  const entry = catalogueEntry(name);
  if (entry.kind === "question") return [termsOf(name, choice)];
  return entry.members.map((member) => termsOf(member.name, { window: member.window, ...choice }));
}

function defined<T extends object>(choice: T): Partial<T> {
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Shares a word, contains the other, or is at most a third of its letters away. */
function isNear(given: string, name: string): boolean {
  const text = given.toLowerCase();
  const words = (of: string): string[] => of.split(/[^a-z0-9]+/).filter((word) => word.length > 3);
  return (
    (text.length > 2 && (name.includes(text) || text.includes(name))) ||
    words(text).some((word) => words(name).includes(word)) ||
    distance(text, name) * 3 <= name.length
  );
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
