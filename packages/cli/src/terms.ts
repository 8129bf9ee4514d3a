// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CIRCUITS,
  type CircuitName,
  catalogue,
  catalogueEntry,
  circuitOf,
  type Decidable,
  formOf,
  type NamedBound,
  type NamedBounds,
  type Overrides,
  type ProfileName,
  profileOf,
  type Question,
  questionOf,
  type RunLength,
  type Statement,
  type TemplateName,
  type TermsChoice,
  type TermsRequest,
  templateOf,
  termsForRequest,
  termsOf,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Command } from "commander";
import { inOptions } from "./inOptions.ts";
import { metricOf } from "./readings.ts";
import { parseDuration } from "./time.ts";

/** What `termsFrom` reads: a question or a circuit with its bounds, the same for every command that takes one. */
export const QUESTION_OPTIONS = {
  question: ["--question <name>", "a question of the catalogue (`vitalproof questions` lists them)"],
  circuit: ["--circuit <name>", "instead of a question: a circuit, with bounds of your own"],
  unit: ["--unit <ucum>", "of the catalogue's forms, the one in this unit"],
  window: ["--window <window>", 'the one over this time, such as "1 hour"'],
  profile: ["--profile <name>", "the one for readings of this profile, where unit and window leave several"],
  low: ["--low <level>", "lower end of the band, included, in the profile's unit"],
  high: ["--high <level>", "upper end of the band, included"],
  above: [
    "--above <level>",
    "lower end of the band, excluded; of the mean where the question is about a mean",
  ],
  below: ["--below <level>", "upper end, excluded"],
  atLeast: ["--at-least <n>", "percent, mean, runs, days or impacts: what the question is about, at least"],
  atMost: ["--at-most <n>", "the same, at most"],
  minRun: ["--min-run <time>", 'length of a run, at least: "15m", "300s"'],
  longerThan: ["--longer-than <time>", "length of a run, the time itself excluded"],
  level: ["--level <n>", "what a day or night must reach; magnitude of an impact"],
  days: ["--days <n>", "days or nights that reach it, at least"],
  coverage: ["--coverage <percent>", "slots with a reading, at least"],
  coverageAtLeast: ["--coverage-at-least <percent>", "the same as --coverage"],
  semantics: [
    "--semantics <semantics>",
    "how missing readings count: worst-case or of-valid (default: the catalogue's, else worst-case)",
  ],
  ofValid: ["--of-valid", "the same as --semantics of-valid"],
  meanAtLeast: ["--mean-at-least <level>", "circuits of distributions: mean, at least"],
  meanAtMost: ["--mean-at-most <level>", "mean, at most"],
  meanAbove: ["--mean-above <level>", "mean, excluded"],
  meanBelow: ["--mean-below <level>", "mean, excluded"],
  coverageAtMost: [
    "--coverage-at-most <percent>",
    "circuits of distributions: slots with a reading, at most",
  ],
  sum: ["--sum <n>", "circuits of regularity: instead of --level, what the readings of an epoch add up to"],
  daysAtMost: ["--days-at-most <n>", "circuits of regularity: epochs that reach it, at most"],
  terms: ["--terms <word>", "with a circuit, instead of bounds: packed terms, as a program holds them"],
} as const;

export type QuestionOption = keyof typeof QUESTION_OPTIONS;
/** As typed; a flag without a value is "true". */
export type Given = Partial<Record<QuestionOption, string>>;
/** As commander hands it over. */
export type QuestionOptions = { [K in Exclude<QuestionOption, "ofValid">]?: string } & {
  ofValid?: boolean;
};

/** What the place where terms are made says about them. */
export type Place = {
  /** Quarter hours after 00:00 UTC; the catalogue's own, else 0, when left out. */
  offset?: number;
  /** Whose form of a question is meant. */
  profile?: ProfileName;
};

/** In the catalogue, `--at-least` and the like are about what the question is about. */
const CIRCUITS_ONLY: readonly QuestionOption[] = [
  "meanAtLeast",
  "meanAtMost",
  "meanAbove",
  "meanBelow",
  "coverageAtMost",
  "sum",
  "daysAtMost",
];
/** Options under which a bound is given, where they are not called as the bound. */
const SPELT: Partial<Record<NamedBound, readonly QuestionOption[]>> = {
  minRun: ["minRun", "longerThan"],
  coverage: ["coverage", "coverageAtLeast"],
};

function optionsOf(bound: NamedBound): readonly QuestionOption[] {
  return SPELT[bound] ?? [bound as QuestionOption];
}

/** Options of bounds that readings can miss. */
const CAN_FAIL: readonly QuestionOption[] = [
  "atLeast",
  "atMost",
  "meanAtLeast",
  "meanAtMost",
  "meanAbove",
  "meanBelow",
  "days",
  "daysAtMost",
  "coverage",
];

/** Those of them that a question's or circuit's template takes. */
function boundsOf({ question, circuit }: Given): readonly QuestionOption[] {
  const name = question ?? circuit;
  const known = catalogue().find((entry) => entry.name === question);
  const template =
    known?.kind === "question"
      ? known.template
      : name !== undefined && Object.hasOwn(CIRCUITS, name)
        ? circuitOf(name).template
        : undefined;
  if (template === undefined) return CAN_FAIL;
  const takes = Object.keys(templateOf(template).takes);
  return CAN_FAIL.filter(
    (option) =>
      takes.includes(option) &&
      !(question !== undefined && (CIRCUITS_ONLY as readonly string[]).includes(option)),
  );
}

/** Adds the options of a question, without those in `omit`. */
export function withQuestionOptions(command: Command, omit: readonly QuestionOption[] = []): Command {
  for (const [name, [flags, description]] of Object.entries(QUESTION_OPTIONS)) {
    if (!(omit as readonly string[]).includes(name)) command.option(flags, description);
  }
  return command;
}

/** The question's options among those of a command. */
export function givenOf(options: QuestionOptions): Given {
  const names = Object.keys(QUESTION_OPTIONS) as QuestionOption[];
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, String(options[name])]),
  );
}

/**
 * The terms of exactly one statement, with first epoch 0.
 * @throws USAGE for none and for a set; what `allTermsFrom` throws
 */
export function termsFrom(options: QuestionOptions, place: Place): Statement {
  const given = givenOf(options);
  assertOneOf(given);
  if (given.question !== undefined) {
    const entry = catalogueEntry(given.question);
    if (entry.kind === "set") {
      throw usage(
        `${given.question} is a set of questions.`,
        `Take them one by one: ${entry.members.map(({ name }) => name).join(", ")}.`,
      );
    }
  }
  return allTermsFrom(given, place)[0]!;
}

/**
 * What the options of one statement say; a set of the catalogue whose members must all hold is several.
 * @throws USAGE, UNKNOWN_CIRCUIT, INVALID_ARGUMENT, TERMS_INVALID, TERMS_MET_BY_NOTHING, TERMS_NOT_UNDERSTOOD
 */
export function allTermsFrom(given: Given, place: Place): Statement[] {
  assertOneOf(given);
  return saidInOptions(given, () => allTerms(given, place));
}

/** Runs what makes terms of these options. What it refuses is said in the options' names. */
export function saidInOptions<T>(given: Given, act: () => T): T {
  return inOptions(given, boundsOf(given).map(flagOf), act);
}

function allTerms(given: Given, place: Place): Statement[] {
  const { question: name, circuit } = given;
  if (name === undefined) return [ofCircuit(circuitOf(circuit!).name, given, place.offset ?? 0)];
  if (given.terms !== undefined) {
    throw usage("--terms needs --circuit.", "Packed terms already hold what a question would choose.");
  }
  const entry = catalogueEntry(name);
  if (entry.kind === "question") return [ofCatalogue(entry, choiceOf(given, place))];
  const others = Object.keys(given).filter((option) => option !== "question");
  if (entry.relation === "any" || others.length > 0) {
    throw usage(
      `${name} is a set of questions.`,
      `Name them one by one: ${entry.members.map((member) => member.name).join(", ")}.`,
    );
  }
  return entry.members.map(({ name: member, window }) =>
    ofCatalogue(questionOf(member), { window, ...choiceOf({ question: member }, place) }),
  );
}

/**
 * The same for `evaluate`, which needs no circuit: an entry of the catalogue and what replaces its numbers, or the
 * request that the bounds of a circuit ask.
 * @throws USAGE, UNKNOWN_CIRCUIT; INVALID_ARGUMENT for a set; what the builders of terms throw
 */
export function requestFrom(
  options: QuestionOptions,
  offset: number | undefined,
): { entry: Decidable; overrides: Overrides } {
  const given = givenOf(options);
  assertOneOf(given);
  if (given.question !== undefined) {
    return { entry: questionOf(given.question), overrides: overridesOf(given) };
  }
  return saidInOptions(given, () => ofBounds(given, offset));
}

function ofBounds(given: Given, offset: number | undefined): { entry: Decidable; overrides: Overrides } {
  const circuit = circuitOf(given.circuit!);
  const { name } = circuit;
  const request = requestOf(circuit.name, given);
  // What no program could hold cannot be a request here either.
  termsForRequest(circuit.name, request, offset ?? 0);
  const metric = metricOf(profileOf(circuit.profile)) ?? "other";
  const forms = [{ profile: circuit.profile, circuit: circuit.name, request, offset: offset ?? 0 }];
  return { entry: { name, metric, template: circuit.template, about: "share", forms }, overrides: {} };
}

/**
 * The profiles that a question or a circuit is about.
 * @throws USAGE, UNKNOWN_QUESTION, UNKNOWN_CIRCUIT; INVALID_ARGUMENT for a set
 */
export function profilesOf(given: Pick<Given, "question" | "circuit">): readonly ProfileName[] {
  assertOneOf(given);
  if (given.question === undefined) return [circuitOf(given.circuit!).profile];
  return questionOf(given.question).forms.map(({ profile }) => profile);
}

/** Exactly one of the two. A circuit's name after --question, and the reverse, is told apart. @throws USAGE */
function assertOneOf({ question, circuit }: Given): void {
  if (question !== undefined && circuit !== undefined) {
    throw usage(
      "--question and --circuit exclude each other.",
      "A question chooses its circuit. Leave one of them out.",
    );
  }
  if (question !== undefined && Object.hasOwn(CIRCUITS, question)) {
    throw usage(
      `${question} is a circuit, not a question.`,
      `Write --circuit ${question}, with bounds of your own.`,
    );
  }
  if (circuit !== undefined && catalogue().some(({ name }) => name === circuit)) {
    throw usage(`${circuit} is a question, not a circuit.`, `Write --question ${circuit}.`);
  }
  if (question === undefined && circuit === undefined) {
    throw usage(
      "--question or --circuit is needed.",
      "`vitalproof questions` lists the questions. A circuit takes bounds of your own.",
    );
  }
}

function ofCatalogue(entry: Question, choice: TermsChoice): Statement {
  const { unit, window, profile } = choice;
  const terms = termsOf(entry.name, choice);
  return { circuit: formOf(entry, defined({ unit, window, profile })).circuit!, terms };
}

function choiceOf(given: Given, { offset, profile: own }: Place): TermsChoice {
  const { unit, window } = given;
  const profile = given.profile === undefined ? own : profileOf(given.profile as ProfileName).name;
  return { ...overridesOf(given), ...defined({ unit, window, profile, offset }) };
}

function overridesOf(given: Given): Overrides {
  const found = CIRCUITS_ONLY.find((name) => given[name] !== undefined);
  if (found !== undefined) {
    throw usage(
      `${QUESTION_OPTIONS[found][0]} goes with --circuit; ${given.question} is a question.`,
      "Its --at-least, --at-most, --above and --below are about what the question is about.",
    );
  }
  const { low, high, above, below, atLeast, atMost, level } = given;
  return defined({
    low,
    high,
    above,
    below,
    atLeast,
    atMost,
    level,
    days: wholeOf(given, "days"),
    coverage: coverageOf(given),
    semantics: semanticsOf(given),
    minRun: runOf(given),
  });
}

function ofCircuit(circuit: CircuitName, given: Given, offset: number): Statement {
  if (given.terms === undefined) {
    return { circuit, terms: termsForRequest(circuit, requestOf(circuit, given), offset) };
  }
  const other = (Object.keys(given) as QuestionOption[]).find(
    (name) => name !== "circuit" && name !== "terms",
  );
  if (other !== undefined) {
    throw usage("--terms holds all bounds already.", `Leave ${QUESTION_OPTIONS[other][0]} out.`);
  }
  if (!/^(\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(given.terms)) {
    throw usage("--terms is not a valid packed word.", "It is a whole number, decimal or hex after 0x.");
  }
  return { circuit, terms: unpackTerms(BigInt(given.terms)) };
}

/** What the bounds of a circuit ask, in the unit of the readings. */
function requestOf(circuit: CircuitName, given: Given): TermsRequest {
  const { template: name } = circuitOf(circuit);
  const template = templateOf(name);
  const takes = Object.entries(template.takes) as [NamedBound, "decimal" | "count" | "length"][];
  refuseOthers(
    given,
    name,
    takes.flatMap(([bound]) => optionsOf(bound)),
  );
  const bounds = defined({
    ...Object.fromEntries(
      takes.map(([bound, kind]) => [
        bound,
        kind === "count" ? wholeOf(given, bound as QuestionOption) : given[bound as QuestionOption],
      ]),
    ),
    coverage: coverageOf(given),
    minRun: runOf(given),
  });
  for (const group of template.needs) requireOne(circuit, group, bounds);
  const request = {
    ...template.request(bounds),
    template: name,
    semantics: semanticsOf(given) ?? "worst-case",
  };
  return request as TermsRequest;
}

function refuseOthers(given: Given, template: TemplateName, taken: readonly QuestionOption[]): void {
  const all: readonly QuestionOption[] = ["circuit", "semantics", "ofValid", ...taken];
  const found = (Object.keys(given) as QuestionOption[]).find((name) => !all.includes(name));
  if (found === undefined) return;
  throw usage(
    `${flagOf(found)} does not apply to ${given.circuit} (${template}).`,
    `It takes ${all.slice(1).map(flagOf).join(", ")}.`,
  );
}

/** Exactly one bound of a group. @throws USAGE */
function requireOne(circuit: CircuitName, group: readonly NamedBound[], bounds: NamedBounds): void {
  const there = group.filter((bound) => bounds[bound] !== undefined);
  if (there.length === 1) return;
  const flags = group.flatMap(optionsOf).map(flagOf);
  if (there.length > 1) throw usage(`${flags.join(" and ")} exclude each other.`, "Give one of them.");
  throw usage(
    `${circuit} needs ${flags.join(" or ")}.`,
    "Give it, or use --question with a name from the catalogue.",
  );
}

function flagOf(option: QuestionOption): string {
  return QUESTION_OPTIONS[option][0].split(" ")[0]!;
}

function wholeOf(given: Given, name: QuestionOption): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usage(
    `${QUESTION_OPTIONS[name][0]} of ${given.question ?? given.circuit} must be a whole number.`,
    "It is a count here.",
  );
}

function coverageOf({ coverage, coverageAtLeast }: Given): string | undefined {
  if (coverage !== undefined && coverageAtLeast !== undefined) {
    throw usage("--coverage and --coverage-at-least are the same option.", "Give one of them.");
  }
  return coverage ?? coverageAtLeast;
}

function semanticsOf({ semantics, ofValid }: Given): "worst-case" | "of-valid" | undefined {
  if (semantics === "worst-case" && ofValid === undefined) return semantics;
  if (semantics === "of-valid" || (semantics === undefined && ofValid !== undefined)) return "of-valid";
  if (semantics === undefined) return undefined;
  throw usage(
    `--semantics ${semantics} is not known.`,
    "Use worst-case or of-valid. --of-valid is short for --semantics of-valid.",
  );
}

function runOf({ minRun, longerThan }: Given): RunLength | undefined {
  if (minRun !== undefined && longerThan !== undefined) {
    throw usage("--min-run and --longer-than exclude each other.", "Give one of them.");
  }
  if (minRun !== undefined) return { seconds: parseDuration(minRun) };
  return longerThan === undefined ? undefined : { longerThan: parseDuration(longerThan) };
}

function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function usage(message: string, hint: string): VitalproofError {
  return new VitalproofError("USAGE", message, { hint });
}
