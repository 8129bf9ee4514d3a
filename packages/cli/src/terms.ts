// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CIRCUITS,
  catalogue,
  catalogueEntry,
  circuitOf,
  type Decidable,
  formOf,
  type Overrides,
  type ProfileName,
  profileOf,
  type Question,
  questionOf,
  type Statement,
  type TermsChoice,
  termsForRequest,
  termsOf,
} from "@vitalproof/sdk";
import { coverageOf, defined, runOf, semanticsOf, wholeOf } from "./boundValues.ts";
import { ofCircuit, requestOf } from "./circuitTerms.ts";
import { inOptions } from "./inOptions.ts";
import {
  boundsOf,
  CIRCUITS_ONLY,
  flagOf,
  type Given,
  givenOf,
  QUESTION_OPTIONS,
  type QuestionOptions,
} from "./questionOptions.ts";
import { metricOf } from "./readings.ts";
import { usage } from "./usage.ts";

/** What the place where terms are made says about them. */
export type Place = {
  /** Quarter hours after 00:00 UTC; the catalogue's own, else 0, when left out. */
  offset?: number;
  /** Whose form of a question is meant. */
  profile?: ProfileName;
};

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
