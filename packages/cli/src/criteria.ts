// SPDX-License-Identifier: GPL-3.0-or-later
import {
  circuitOf,
  packTerms,
  type Statement,
  type Terms,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import { wrong } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { readText } from "./files.ts";
import type { Io } from "./io.ts";
import { type Given, QUESTION_OPTIONS, type QuestionOption } from "./questionOptions.ts";
import { usage } from "./usage.ts";

/**
 * Adds the options of statements, of which there may be several: `--question` or `--circuit` opens one, and what follows
 * belongs to it, up to the next one.
 * @returns the statements of the command line, once it has been parsed
 */
export function withCriteriaOptions(command: Command): () => readonly Given[] {
  const groups: Given[] = [];
  const options = Object.entries(QUESTION_OPTIONS) as [QuestionOption, readonly [string, string]][];
  for (const [name, [flags, description]] of options) {
    const opens = name === "question" || name === "circuit";
    const several = opens ? "; may be given several times, each with its bounds after it" : "";
    command.option(flags, description + several);
    command.on(`option:${flags.split(" ")[0]!.slice(2)}`, (value: string | null | undefined) => {
      if (opens) groups.push({});
      const group = groups.at(-1);
      if (group === undefined)
        throw usage(
          `${flags} comes before --question.`,
          "Name a question or circuit first, then its bounds.",
        );
      if (group[name] !== undefined)
        throw usage(`${flags} is given twice for one statement.`, "Pass it once.");
      group[name] = value ?? "true";
    });
  }
  return () => groups;
}

/**
 * Criteria from a file: a list of `{"circuit": name, "terms": {…}}`, terms as the SDK has them or packed.
 * @throws FILE_UNREADABLE, DOCUMENT_INVALID, UNKNOWN_CIRCUIT, TERMS_INVALID, TERMS_MET_BY_NOTHING
 */
export async function criteriaFile(io: Io, file: string): Promise<Statement[]> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readText(io, file));
  } catch (error) {
    if (error instanceof VitalproofError) throw error;
    throw wrong(file, "JSON");
  }
  if (!Array.isArray(raw)) throw wrong(file, 'a list of {"circuit": …, "terms": …}');
  return raw.map((item: unknown, i) => {
    const at = `${file}[${i}]`;
    const { circuit, terms } = (item ?? {}) as { circuit?: unknown; terms?: unknown };
    if (typeof circuit !== "string") throw wrong(`${at}.circuit`, "a circuit's name");
    const { name } = circuitOf(circuit);
    if (typeof terms === "string" && /^\d{1,77}$/.test(terms)) {
      return { circuit: name, terms: unpackTerms(BigInt(terms)) };
    }
    if (typeof terms !== "object" || terms === null) throw wrong(`${at}.terms`, "terms");
    return { circuit: name, terms: rawTerms(terms, `${at}.terms`) };
  });
}

/** Packing checks each member's range. A member too many may be a misspelt bound. */
function rawTerms(given: object, at: string): Terms {
  const terms = unpackTerms(packTerms({ epoch: 0, ...given } as Terms));
  const stray = Object.keys(given).find((name) => !Object.hasOwn(terms, name));
  if (stray !== undefined) throw wrong(`${at}.${stray}`, "a member of these terms");
  return terms;
}
