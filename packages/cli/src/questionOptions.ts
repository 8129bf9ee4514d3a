// SPDX-License-Identifier: GPL-3.0-or-later
import { CIRCUITS, catalogue, circuitOf, templateOf } from "@vitalproof/sdk";
import type { Command } from "commander";

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

/** In the catalogue, `--at-least` and the like are about what the question is about. */
export const CIRCUITS_ONLY: readonly QuestionOption[] = [
  "meanAtLeast",
  "meanAtMost",
  "meanAbove",
  "meanBelow",
  "coverageAtMost",
  "sum",
  "daysAtMost",
];

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
export function boundsOf({ question, circuit }: Given): readonly QuestionOption[] {
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

export function flagOf(option: QuestionOption): string {
  return QUESTION_OPTIONS[option][0].split(" ")[0]!;
}
