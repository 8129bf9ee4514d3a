// SPDX-License-Identifier: GPL-3.0-or-later
import {
  catalogueEntry,
  type EpisodeRequest,
  episodeTerms,
  formOf,
  type PresentationRequest,
  packTerms,
  STATEMENTS,
  type StatementEntry,
  type StatementName,
  statementOf,
  type Terms,
  type TermsChoice,
  termsOf,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Command } from "commander";
import { wrong } from "./fields.ts";
import { readText } from "./files.ts";
import type { Io } from "./io.ts";
import { big, whole } from "./numbers.ts";
import { type TermsOptions, termsFrom } from "./terms.ts";
import { parseDuration } from "./time.ts";

export type Criterion = PresentationRequest["statements"][number];

/** `--statement` opens a criterion; what follows belongs to it, up to the next one. */
const OPTIONS = {
  statement: [
    "--statement <name>",
    "a statement: of the catalogue, or a circuit; its bounds follow it, and may be given several times",
  ],
  unit: ["--unit <ucum>", "of the catalogue's forms, the one in this unit"],
  window: ["--window <window>", 'the one over this time, such as "1 hour"'],
  low: ["--low <level>", "lower end of the band, included, in the profile's unit"],
  high: ["--high <level>", "upper end of the band, included"],
  above: [
    "--above <level>",
    "lower end of the band, excluded; of the mean where the statement is about a mean",
  ],
  below: ["--below <level>", "upper end, excluded"],
  atLeast: ["--at-least <n>", "what the statement is about, at least: percent, level or number"],
  atMost: ["--at-most <n>", "the same, at most"],
  meanAtLeast: ["--mean-at-least <level>", "mean, at least (circuits of distributions)"],
  meanAtMost: ["--mean-at-most <level>", "mean, at most"],
  minRun: ["--min-run <time>", 'length of a run, at least: "5m"'],
  longerThan: ["--longer-than <time>", "length of a run, the time itself excluded"],
  level: ["--level <n>", "what a day or night must reach; magnitude of an impact"],
  days: ["--days <n>", "days or nights that reach it, at least"],
  coverageAtLeast: ["--coverage-at-least <percent>", "slots with a reading, at least"],
  coverageAtMost: ["--coverage-at-most <percent>", "slots with a reading, at most"],
  ofValid: ["--of-valid", "of the valid readings, instead of the worst case over all slots"],
  coverage: ["--coverage <percent>", "the same as --coverage-at-least, as `check` has it"],
  semantics: [
    "--semantics <semantics>",
    "worst-case or of-valid (default: the catalogue's, else worst-case)",
  ],
  terms: ["--terms <word>", "instead of bounds: packed terms, as a program holds them"],
} as const;

type Name = keyof typeof OPTIONS;
/** As typed; a flag without a value is "true". */
type Given = Partial<Record<Name, string>>;

/**
 * Adds the options of criteria.
 * @returns the criteria of the command line, once it has been parsed
 */
export function withCriteriaOptions(command: Command): () => readonly Given[] {
  const groups: Given[] = [];
  for (const [name, [flags, description]] of Object.entries(OPTIONS) as [Name, readonly [string, string]][]) {
    command.option(flags, description);
    command.on(`option:${flags.split(" ")[0]!.slice(2)}`, (value: string | null | undefined) => {
      if (name === "statement") groups.push({});
      const group = groups.at(-1);
      if (group === undefined)
        throw usage(`${flags} stands before --statement.`, "A statement comes first, its bounds after it.");
      if (group[name] !== undefined)
        throw usage(`${flags} is given twice for one statement.`, "Give it once.");
      group[name] = value ?? "true";
    });
  }
  return () => groups;
}

/**
 * What one criterion of the command line asks for; a set of the catalogue whose members must all hold is several.
 * @param offset in quarter hours; the statement's own when left out
 * @throws USAGE, UNKNOWN_STATEMENT, INVALID_ARGUMENT, TERMS_INVALID, TERMS_MET_BY_NOTHING, TERMS_NOT_UNDERSTOOD
 */
export function criteriaFrom(given: Given, offset: number | undefined): Criterion[] {
  const name = given.statement!;
  if (Object.hasOwn(STATEMENTS, name)) return [ofCircuit(statementOf(name).name, given, offset ?? 0)];
  if (given.terms !== undefined) {
    throw usage("--terms needs the name of a circuit.", "Packed terms say nothing about the catalogue.");
  }
  const entry = catalogueEntry(name);
  if (entry.kind === "statement") return [ofCatalogue(entry, choiceOf(given, offset))];
  const others = Object.keys(given).filter((option) => option !== "statement");
  if (entry.relation === "any" || others.length > 0) {
    throw usage(
      `${name} is a set of statements.`,
      `Name them one by one: ${entry.members.map((member) => member.name).join(", ")}.`,
    );
  }
  return entry.members.map((member) => {
    const found = catalogueEntry(member.name);
    if (found.kind !== "statement")
      throw usage(`${member.name} is a set inside a set.`, "Name its statements.");
    return ofCatalogue(found, { window: member.window, ...(offset === undefined ? {} : { offset }) });
  });
}

/**
 * Criteria from a file: a list of `{"statement": circuit, "terms": {…}}`, terms as the SDK has them or packed.
 * @throws FILE_UNREADABLE, DOCUMENT_INVALID, UNKNOWN_STATEMENT, TERMS_INVALID, TERMS_MET_BY_NOTHING
 */
export async function criteriaFile(io: Io, file: string): Promise<Criterion[]> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readText(io, file));
  } catch (error) {
    if (error instanceof VitalproofError) throw error;
    throw wrong(file, "JSON");
  }
  if (!Array.isArray(raw)) throw wrong(file, 'a list of {"statement": …, "terms": …}');
  return raw.map((item: unknown, i) => {
    const at = `${file}[${i}]`;
    const { statement, terms } = (item ?? {}) as { statement?: unknown; terms?: unknown };
    if (typeof statement !== "string") throw wrong(`${at}.statement`, "a statement's name");
    const { name } = statementOf(statement);
    if (typeof terms === "string" && /^\d{1,77}$/.test(terms)) {
      return { statement: name, terms: unpackTerms(BigInt(terms)) };
    }
    if (typeof terms !== "object" || terms === null) throw wrong(`${at}.terms`, "terms");
    return { statement: name, terms: rawTerms(terms, `${at}.terms`) };
  });
}

/** Every member is held against its range by packing; one too many may be a bound that somebody misspelt. */
function rawTerms(given: object, at: string): Terms {
  const terms = unpackTerms(packTerms({ epoch: 0, ...given } as Terms));
  const stray = Object.keys(given).find((name) => !Object.hasOwn(terms, name));
  if (stray !== undefined) throw wrong(`${at}.${stray}`, "a member of these terms");
  return terms;
}

function ofCatalogue(entry: StatementEntry, choice: TermsChoice): Criterion {
  const { unit, window, profile } = choice;
  const form = formOf(entry, {
    ...(unit === undefined ? {} : { unit }),
    ...(window === undefined ? {} : { window }),
    ...(profile === undefined ? {} : { profile }),
  });
  const terms = termsOf(entry.name, choice);
  return { statement: form.statement!, terms };
}

function choiceOf(given: Given, offset: number | undefined): TermsChoice {
  for (const name of ["meanAtLeast", "meanAtMost", "coverageAtMost"] as const) {
    if (given[name] !== undefined) {
      throw usage(
        `${OPTIONS[name][0]} is for circuits; ${given.statement} is of the catalogue.`,
        "Its --at-least, --at-most, --above and --below are about what the statement is about.",
      );
    }
  }
  const run = runOption(given);
  const { unit, window, low, high, above, below, atLeast, atMost, level, days } = given;
  const all = {
    unit,
    window,
    low,
    high,
    above,
    below,
    atLeast,
    atMost,
    level,
    days: days === undefined ? undefined : whole(days),
    coverage: coverageOf(given),
    semantics: semanticsOf(given),
    minRun: run,
    offset,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as TermsChoice;
}

function ofCircuit(statement: StatementName, given: Given, offset: number): Criterion {
  if (given.terms !== undefined) {
    refuseOptions(
      given,
      (Object.keys(OPTIONS) as Name[]).filter((name) => name !== "statement" && name !== "terms"),
    );
    return { statement, terms: unpackTerms(big(given.terms)) };
  }
  switch (statementOf(statement).template) {
    case "distribution": {
      refuseOptions(given, ["above", "below", "minRun", "longerThan", "level", "days", "unit", "window"]);
      const { terms: _terms, ofValid: _ofValid, coverageAtLeast: _coverage, ...others } = given;
      const coverage = coverageOf(given);
      const options: TermsOptions = {
        ...others,
        ...(coverage === undefined ? {} : { coverageAtLeast: coverage }),
        ...(semanticsOf(given) === "of-valid" ? { ofValid: true } : {}),
      };
      return { statement, terms: termsFrom(options, offset).terms };
    }
    case "episode":
      refuseOptions(given, [
        "meanAtLeast",
        "meanAtMost",
        "coverageAtMost",
        "level",
        "days",
        "unit",
        "window",
      ]);
      return { statement, terms: episodeTerms(episodeOf(statement, given, offset)) };
    default:
      throw usage(
        `${statement} takes no bounds here.`,
        "Name a statement of the catalogue, or give --terms or --criteria.",
      );
  }
}

function episodeOf(statement: StatementName, given: Given, offset: number): EpisodeRequest {
  const run = runOption(given);
  if (run === undefined) throw usage(`${statement} needs a run.`, "Give --min-run or --longer-than.");
  const { low, high, above, below, atLeast, atMost } = given;
  return {
    statement,
    offset,
    semantics: semanticsOf(given) ?? "worst-case",
    band: present({ atLeast: low, atMost: high, above, below }),
    minRun: run,
    runs: {
      ...(atLeast === undefined ? {} : { atLeast: whole(atLeast) }),
      ...(atMost === undefined ? {} : { atMost: whole(atMost) }),
    },
    coverage: present({ atLeast: coverageOf(given) }),
  };
}

function coverageOf({ coverage, coverageAtLeast }: Given): string | undefined {
  if (coverage !== undefined && coverageAtLeast !== undefined) {
    throw usage("--coverage and --coverage-at-least say the same thing.", "Give one of them.");
  }
  return coverage ?? coverageAtLeast;
}

function semanticsOf({ semantics, ofValid }: Given): "worst-case" | "of-valid" | undefined {
  if (semantics === "worst-case" && ofValid === undefined) return semantics;
  if (semantics === "of-valid" || (semantics === undefined && ofValid !== undefined)) return "of-valid";
  if (semantics === undefined) return undefined;
  throw usage(
    `--semantics ${semantics} cannot be.`,
    "It is worst-case or of-valid, and --of-valid says the latter.",
  );
}

function runOption({ minRun, longerThan }: Given): { seconds: number } | { longerThan: number } | undefined {
  if (minRun !== undefined && longerThan !== undefined) {
    throw usage("--min-run and --longer-than say the same thing.", "Give one of them.");
  }
  if (minRun !== undefined) return { seconds: parseDuration(minRun) };
  return longerThan === undefined ? undefined : { longerThan: parseDuration(longerThan) };
}

function refuseOptions(given: Given, names: readonly Name[]): void {
  const found = names.find((name) => given[name] !== undefined);
  if (found === undefined) return;
  throw usage(
    `${OPTIONS[found][0]} is nothing that ${given.statement} has.`,
    "Leave it out, or name a statement of the catalogue.",
  );
}

function present<T extends Record<string, string | undefined>>(bounds: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

function usage(message: string, hint: string): VitalproofError {
  return new VitalproofError("USAGE", message, { hint });
}
