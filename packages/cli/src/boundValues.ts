// SPDX-License-Identifier: GPL-3.0-or-later
import type { RunLength } from "@vitalproof/sdk";
import { type Given, QUESTION_OPTIONS, type QuestionOption } from "./questionOptions.ts";
import { parseDuration } from "./time.ts";
import { usage } from "./usage.ts";

/** A count. @throws USAGE */
export function wholeOf(given: Given, name: QuestionOption): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usage(
    `${QUESTION_OPTIONS[name][0]} of ${given.question ?? given.circuit} must be a whole number.`,
    "It is a count here.",
  );
}

export function coverageOf({ coverage, coverageAtLeast }: Given): string | undefined {
  if (coverage !== undefined && coverageAtLeast !== undefined) {
    throw usage("--coverage and --coverage-at-least are the same option.", "Pass only one of them.");
  }
  return coverage ?? coverageAtLeast;
}

export function semanticsOf({ semantics, ofValid }: Given): "worst-case" | "of-valid" | undefined {
  if (semantics === "worst-case" && ofValid === undefined) return semantics;
  if (semantics === "of-valid" || (semantics === undefined && ofValid !== undefined)) return "of-valid";
  if (semantics === undefined) return undefined;
  throw usage(
    `--semantics ${semantics} is not known.`,
    "Use worst-case or of-valid. --of-valid is short for --semantics of-valid.",
  );
}

export function runOf({ minRun, longerThan }: Given): RunLength | undefined {
  if (minRun !== undefined && longerThan !== undefined) {
    throw usage("--min-run and --longer-than exclude each other.", "Pass only one of them.");
  }
  if (minRun !== undefined) return { seconds: parseDuration(minRun) };
  return longerThan === undefined ? undefined : { longerThan: parseDuration(longerThan) };
}

/** Without members that are undefined. */
export function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
