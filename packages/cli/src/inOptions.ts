// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** As typed, by the options' names. */
type Given = Readonly<Partial<Record<string, string>>>;

type Said = { message: string; hint: string };

/**
 * Says what is wrong with terms in the words of the command line. The SDK speaks of the members of packed terms.
 * @param bounds the options that can fail, for terms that ask nothing
 * @throws what `act` throws, with the same code and details
 */
export function inOptions<T>(given: Given, bounds: readonly string[], act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    const { code, details } = error;
    const said =
      code === "TERMS_MET_BY_NOTHING"
        ? nothingAsked(bounds)
        : code === "TERMS_INVALID"
          ? wrongTerms(given, details)
          : undefined;
    if (said === undefined) throw error;
    throw new VitalproofError(code, said.message, { details, hint: said.hint, cause: error });
  }
}

function nothingAsked(bounds: readonly string[]): Said {
  return {
    message: "A period without any reading would meet these terms.",
    hint: `Set at least one of these to a value that readings can miss: ${bounds.join(", ")}.`,
  };
}

function wrongTerms(given: Given, details: VitalproofError["details"]): Said | undefined {
  const options = optionsOf(given);
  const named = Object.entries(details).flatMap(([name, value]) => {
    const option = options[name];
    return option === undefined || typeof value !== "number" ? [] : [{ name, option, value }];
  });
  const [first, second] = named;
  const { floor, ceiling } = details;
  if (first === undefined) return undefined;
  if (second === undefined) {
    if (first.name === "coverageMin" && first.value === 0) {
      return {
        message:
          "--semantics of-valid needs --coverage: missing readings do not count, so the terms must limit how many there are.",
        hint: "Write --coverage 70 for readings in at least 70 percent of the slots, as is common for CGM.",
      };
    }
    if (first.name === "minRun") {
      return {
        message: `${first.option} ${given.minRun ?? given.longerThan} is longer than the whole window.`,
        hint: "Specify a shorter time, or choose a circuit or question over a longer window.",
      };
    }
    if (first.name === "threshold") {
      return {
        message: `${first.option} ${given.level} is beyond what one axis of the sensor can show.`,
        hint: "Specify a lower magnitude.",
      };
    }
    if (typeof floor !== "number" || typeof ceiling !== "number") return undefined;
    return {
      message: `${first.option} ${written(first.name, first.value)} is out of range.`,
      hint: `Here it is from ${written(first.name, floor)} to ${written(first.name, ceiling)}.`,
    };
  }
  const pair = [first, second].map(({ name, option, value }) =>
    CODES.includes(name) ? option : `${option} ${written(name, value)}`,
  );
  if (floor === undefined) {
    return {
      message: `Under worst-case semantics ${pair.join(" and ")} cannot be combined.`,
      hint: "Ask two questions, or leave one of the two out.",
    };
  }
  return {
    message: `${pair.join(" and ")} exclude each other.`,
    hint: "The lower one must not be above the upper one.",
  };
}

/** Members that hold codes: nobody typed their numbers. */
const CODES: readonly string[] = ["low", "high", "meanMin", "meanMax"];

function written(name: string, value: number): string {
  return /^(share|coverage)/.test(name) ? `${value / 100} %` : String(value);
}

function optionsOf(given: Given): Readonly<Record<string, string>> {
  const mean = given.circuit === undefined ? "--" : "--mean-";
  return {
    shareMin: "--at-least",
    shareMax: "--at-most",
    runsMin: "--at-least",
    runsMax: "--at-most",
    countMin: "--at-least",
    countMax: "--at-most",
    epochsMin: "--days",
    epochsMax: "--days-at-most",
    coverageMin: "--coverage",
    coverageMax: "--coverage-at-most",
    meanMin: given.meanAbove === undefined ? `${mean}at-least` : "--mean-above",
    meanMax: given.meanBelow === undefined ? `${mean}at-most` : "--mean-below",
    low: given.above === undefined ? "--low" : "--above",
    high: given.below === undefined ? "--high" : "--below",
    minRun: given.minRun === undefined ? "--longer-than" : "--min-run",
    threshold: "--level",
    level: given.sum === undefined ? "--level" : "--sum",
  };
}
