// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Decidable,
  type Evaluation,
  evaluate,
  type ProfileName,
  profileOf,
  type Reading,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Command } from "commander";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { whole } from "../numbers.ts";
import { type ReadingOptions, readReadings, withReadingOptions } from "../readings.ts";
import { type QuestionOptions, requestFrom, withQuestionOptions } from "../terms.ts";
import { instantText, parseInstant } from "../time.ts";

type CheckOptions = ReadingOptions &
  Omit<QuestionOptions, "unit" | "window" | "profile" | "terms"> & {
    circuit: string;
    from?: number;
    to?: number;
    profile?: string;
    offset?: number;
  };

/** The readings' own unit and time decide here; and terms say nothing that the options do not. */
const OMITTED = ["unit", "window", "profile", "terms"] as const;

const HELP = `
Nothing is proven and nothing leaves this machine: the readings are compared as the decimals that they are, over the
whole file or from --from to --to. Exit code 0: the statement holds; 1: it does not.

Examples:
  vitalproof check clarity.csv --question time-in-range --zone Europe/Berlin
  vitalproof check clarity.csv --question time-below-range --zone +00:00 --semantics of-valid --coverage 70
  vitalproof check oxygen.csv --question desaturation --below 88 --longer-than 5m --zone +00:00
  vitalproof check oxygen.csv --circuit spo2-hour-episodes --below 88 --longer-than 5m --at-least 1 --zone +00:00
  vitalproof check nights.csv --time when --value minutes --unit min --question cpap-usage --days 25 --zone +00:00
`;

export function registerCheck(program: Command, io: Io): void {
  const command = program
    .command("check <file>")
    .description("Decide a question about a file without a proof, and say by how much each bound fails")
    .option("--from <time>", 'first instant, such as "2026-03-02T06:00Z"', parseTime)
    .option("--to <time>", "instant after the last", parseTime)
    .option("--profile <name>", "whose grid says what is missing; else the one nearest to the readings")
    .option("--offset <quarters>", "quarter hours after 00:00 UTC at which a day or night begins", whole)
    .addHelpText("after", HELP);
  withReadingOptions(withQuestionOptions(command, OMITTED)).action(
    async (file: string, options: CheckOptions) => {
      const { unit: _unit, profile: _grid, ...asked } = options;
      const { entry, overrides } = requestFrom(asked, options.offset);
      const { readings, format, report } = await io.during(`reading ${file}`, () =>
        readReadings(io, file, options),
      );
      const chosen = readingsFor(entry, readings, options);
      const { from, to, offset, profile } = options;
      const evaluation = evaluate(chosen, {
        entry,
        ...overrides,
        ...given({ from, to, offset }),
        ...(profile === undefined ? {} : { profile: profileOf(profile as ProfileName).name }),
      });
      if (!evaluation.holds) io.exitCode = EXIT.no;
      io.report(linesOf(entry, evaluation), { ...evaluation, format, report });
    },
  );
}

/** The readings of the question's metric; those of no known metric where there is none of it. */
function readingsFor(
  entry: Decidable,
  readings: readonly (Reading & { metric?: string })[],
  { metric }: ReadingOptions,
): Reading[] {
  if (entry.metric === "any" || metric !== undefined) return [...readings];
  const own = readings.filter((reading) => reading.metric === entry.metric);
  if (own.length > 0) return own;
  const unknown = readings.filter((reading) => reading.metric === undefined || reading.metric === "other");
  if (unknown.length > 0 || readings.length === 0) return unknown;
  const metrics = [...new Set(readings.map((reading) => reading.metric))].join(", ");
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `${entry.name} is about ${entry.metric}; the file holds ${metrics}.`,
    { details: { question: entry.name, metric: entry.metric }, hint: "Name another file or question." },
  );
}

function linesOf(entry: Decidable, evaluation: Evaluation): string[] {
  const { holds, from, to, valid, missing, slots, share, mean, inBand, coverage, epochs } = evaluation;
  const unit = evaluation.unit === "1" ? "" : ` ${evaluation.unit}`;
  const noun = evaluation.template === "impact" ? "samples" : "readings";
  const inside =
    evaluation.template === "impact"
      ? "at the magnitude"
      : entry.about === "mean"
        ? undefined
        : "in the band";
  const other = evaluation.underOther;
  return [
    `${entry.name}: ${holds ? "holds" : "does NOT hold"} (${evaluation.semantics}).`,
    `${instantText(from)} to ${instantText(to)}, ${epochs} ${epochs === 1 ? "epoch" : "epochs"} on the grid of ${evaluation.profile}.`,
    `${valid} ${noun}; ${missing} of ${slots} slots are missing, coverage ${percent(coverage)}.`,
    ...(inside === undefined || share === null ? [] : [`${inBand} ${noun} ${inside}: ${percent(share)}.`]),
    ...(mean === null ? [] : [`Mean ${Number(mean.toFixed(4))}${unit}.`]),
    ...evaluation.bounds.map(({ holds: met, text }) => `${met ? "  " : "! "}${text}`),
    `Under the other semantics (${other.semantics}) it ${other.holds ? "holds" : "does not hold"}.`,
    ...other.bounds.filter(({ holds: met }) => !met).map(({ text }) => `! ${text}`),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function parseTime(text: string): number {
  return /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : parseInstant(text);
}

function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
