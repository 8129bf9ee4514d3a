// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CLASS_WORDS,
  type Disclosure,
  LEDGER_CLASSES,
  LEDGER_PURPOSES,
  LEDGER_ROLES,
  PURPOSE_WORDS,
  type Rights,
  ROLE_WORDS,
} from "@vitalproof/sdk/ledger";
import { dateTime } from "../../words/format.ts";
import type { ConsentView } from "./view.ts";

/** What a consent allows, in the words of the records. */
export type RightsInWords = {
  readonly who: readonly string[];
  readonly why: readonly string[];
  readonly what: readonly string[];
  readonly until: string;
};

export function rightsInWords({ purposes, roles, classes, until }: Rights): RightsInWords {
  const chosen = (mask: number, words: readonly string[]) => words.filter((_, bit) => (mask >> bit) & 1);
  return {
    who: chosen(
      roles,
      LEDGER_ROLES.map((role) => ROLE_WORDS[role]),
    ),
    why: chosen(
      purposes,
      LEDGER_PURPOSES.map(({ name }) => PURPOSE_WORDS[name]),
    ),
    what: chosen(
      classes,
      LEDGER_CLASSES.map((name) => CLASS_WORDS[name]),
    ),
    until: dateTime(until * 60),
  };
}

/** Who, why and what of an access. */
export function accessInWords({ role, actor, purpose, class: kind }: Disclosure) {
  return {
    who: `${ROLE_WORDS[role]}, staff number ${actor}`,
    why: PURPOSE_WORDS[purpose],
    what: CLASS_WORDS[kind],
  };
}

/** A consent's state: a word, what it means, and whether it is good, waiting or wrong. */
export function standingInWords({ standing, signed }: ConsentView): {
  word: string;
  says: string;
  kind: "given" | "waiting" | "ended" | "wrong";
} {
  switch (standing.name) {
    case "signed":
      return {
        word: "Signed, not given yet",
        says: "The hospital has not entered it. Give the hospital your answer file, if you have not.",
        kind: "waiting",
      };
    case "other":
      return {
        word: "Not given",
        says: "The hospital entered something else than what you signed. Do not rely on it, and ask the hospital.",
        kind: "wrong",
      };
    case "unreadable":
      return {
        word: "Not known",
        says: `The records could not be read or do not fit together: ${standing.error.shortMessage}`,
        kind: "wrong",
      };
    case "given":
      return {
        word: signed.askedAt === undefined ? "Given" : "Given, you asked to end it",
        says:
          signed.askedAt === undefined
            ? `Given since ${dateTime(standing.since)}. This page checked that it is exactly what you signed.`
            : `You asked the hospital on ${dateTime(signed.askedAt)}. It holds until the hospital has entered that.`,
        kind: signed.askedAt === undefined ? "given" : "waiting",
      };
    case "expired":
      return { word: "Ended", says: "Its time is over.", kind: "ended" };
    case "revoked":
      return {
        word: "Revoked",
        says: `Revoked on ${dateTime(standing.at)}${standing.forced ? ", by you alone" : ", with your request"}. Nobody may look under it any more, except in an emergency.`,
        kind: "ended",
      };
  }
}
