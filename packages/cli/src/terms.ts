// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Bounds,
  distributionTerms,
  statementOf,
  type Terms,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Command } from "commander";
import { big } from "./numbers.ts";

/** A statement and its bounds, as they stand on the command line. */
export type TermsOptions = {
  statement?: string;
  terms?: bigint;
  low?: string;
  high?: string;
  atLeast?: string;
  atMost?: string;
  meanAtLeast?: string;
  meanAtMost?: string;
  coverageAtLeast?: string;
  coverageAtMost?: string;
  ofValid?: boolean;
};

const BOUNDS = [
  "low",
  "high",
  "atLeast",
  "atMost",
  "meanAtLeast",
  "meanAtMost",
  "coverageAtLeast",
  "coverageAtMost",
  "ofValid",
] as const;

/** Adds the options that `termsFrom` reads. */
export function withTermsOptions(command: Command): Command {
  return command
    .option("--statement <name>", "the statement")
    .option("--low <level>", "lower end of the band, included, in the profile's unit")
    .option("--high <level>", "upper end of the band, included")
    .option("--at-least <percent>", "share inside the band, at least")
    .option("--at-most <percent>", "share inside the band, at most")
    .option("--mean-at-least <level>", "mean, at least")
    .option("--mean-at-most <level>", "mean, at most")
    .option("--coverage-at-least <percent>", "slots with a reading, at least")
    .option("--coverage-at-most <percent>", "slots with a reading, at most")
    .option("--of-valid", "shares and means of the valid readings, instead of the worst case over all slots")
    .option("--terms <word>", "instead of all these: packed terms, as a program holds them", big);
}

/**
 * Terms with first epoch 0.
 * @param offset of the log, in quarter hours
 * @throws USAGE, UNKNOWN_STATEMENT, INVALID_ARGUMENT, TERMS_INVALID, TERMS_MET_BY_NOTHING, TERMS_NOT_UNDERSTOOD
 */
export function termsFrom(options: TermsOptions, offset: number): { statement: string; terms: Terms } {
  if (options.statement === undefined) {
    throw new VitalproofError("USAGE", "--statement is needed.", { hint: "Name the statement to prove." });
  }
  const { name, template } = statementOf(options.statement);
  if (options.terms !== undefined) {
    const given = BOUNDS.find((bound) => options[bound] !== undefined);
    if (given !== undefined) {
      throw new VitalproofError("USAGE", "--terms holds all bounds already.", {
        hint: "Leave the other bounds out.",
      });
    }
    return { statement: name, terms: unpackTerms(options.terms) };
  }
  if (template !== "distribution") {
    throw new VitalproofError(
      "USAGE",
      `The bounds of ${name} (${template}) cannot be given one by one here.`,
      {
        details: { statement: name, template },
        hint: "Give packed terms with --terms, or prove for a program with --program or --policy.",
      },
    );
  }
  const terms = distributionTerms({
    statement: name,
    offset,
    semantics: options.ofValid === true ? "of-valid" : "worst-case",
    band: bounds(options.low, options.high),
    share: bounds(options.atLeast, options.atMost),
    mean: bounds(options.meanAtLeast, options.meanAtMost),
    coverage: bounds(options.coverageAtLeast, options.coverageAtMost),
  });
  return { statement: name, terms };
}

function bounds(atLeast: string | undefined, atMost: string | undefined): Bounds {
  return {
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(atMost === undefined ? {} : { atMost }),
  };
}
