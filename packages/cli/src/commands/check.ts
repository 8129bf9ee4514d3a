// SPDX-License-Identifier: GPL-3.0-or-later
import { METRICS, type Metric, type ReadingSeries } from "@vitalproof/readers";
import {
  type Decidable,
  type Evaluation,
  evaluate,
  type ProfileName,
  profileOf,
  VitalproofError,
} from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { counted } from "../counted.ts";
import { eachLabel, ofLabel, refusalJson, refusalText, throwCommon } from "../eachLabel.ts";
import { EXIT } from "../exit.ts";
import type { Io, Json } from "../io.ts";
import { whole } from "../numbers.ts";
import { givenOf, type QuestionOptions, withQuestionOptions } from "../questionOptions.ts";
import { type ReadingOptions, readingsOf, readReadings, withReadingOptions } from "../readings.ts";
import { sourceLines } from "../sources.ts";
import { requestFrom, saidInOptions } from "../terms.ts";
import { instantText, parseInstant } from "../time.ts";

type CheckOptions = ReadingOptions &
  Omit<QuestionOptions, "unit" | "profile" | "terms"> & {
    circuit: string;
    from?: number;
    to?: number;
    profile?: string;
    offset?: number;
    round?: "nearest";
    each?: string;
  };

/** The readings' own unit decides here; and terms say nothing that the options do not. */
const OMITTED = ["unit", "profile", "terms"] as const;

const HELP = `
Nothing is proven and nothing leaves this machine. The readings are encoded and slotted as a log would keep them, so the
answer is that of a proof over them. The stretch is made of whole days (or hours), and is at least as long as the
question's window: what the file does not fill is missing. In a longer file each window is decided too.
Days begin at midnight in the zone of --zone, by its clock at the first reading, and at 00:00 UTC without --zone; those of
questions about nights begin at noon. --offset
says where a log's days begin if that is elsewhere: 92 is 23:00 UTC, midnight in Berlin in winter.
Exit code 0: it holds over the whole stretch and in at least one window; 1: it does not. With --each, 0 means that it holds
for every value, and each value that could not be decided is named with its reason.

Examples:
  vitalproof check clarity.csv --question time-in-range --zone Europe/Berlin
  vitalproof check clarity.csv --question time-below-range --zone +00:00 --semantics of-valid --coverage 70
  vitalproof check clarity.csv --question time-in-range --window "14 days" --zone +00:00
  vitalproof check oxygen.csv --question desaturation --below 88 --longer-than 5m --zone +00:00
  vitalproof check oxygen.csv --circuit spo2-hour-episodes --below 88 --longer-than 5m --at-least 1 --zone +00:00
  vitalproof check trials.csv --each trial --question time-in-range --zone UTC
  vitalproof check nights.csv --time when --value minutes --unit min --question cpap-usage --days 25 --zone +00:00
`;

export function registerCheck(program: Command, io: Io): void {
  const command = program
    .command("check <file>")
    .description("Decide a question about a file without a proof, and say by how much each bound fails.")
    .option("--from <time>", 'first instant, such as "2026-03-02T06:00Z"', parseTime)
    .option("--to <time>", "instant after the last", parseTime)
    .option("--profile <name>", "the profile whose slots count (default: the one nearest to the readings)")
    .option(
      "--offset <quarters>",
      "quarter hours after 00:00 UTC at which a day begins, if not as --zone says",
      whole,
    )
    .addOption(
      new Option(
        "--round <how>",
        "how to round values between two steps, as `log add` does: nearest, half up",
      ).choices(["nearest"]),
    )
    .option("--each <column>", "decide about each value of this column separately, and list the values")
    .addHelpText("after", HELP);
  withReadingOptions(withQuestionOptions(command, OMITTED)).action(
    async (file: string, options: CheckOptions) => {
      if (options.each !== undefined) return checkEach(io, file, options, options.each);
      const { lines, json, holds } = await decide(io, file, options);
      if (!holds) io.exitCode = EXIT.no;
      io.report(lines, json);
    },
  );
}

type Decided = { holds: boolean; lines: string[]; json: Json };

async function decide(io: Io, file: string, options: CheckOptions): Promise<Decided> {
  const { unit: _unit, profile: _grid, window, ...asked } = options;
  const { entry, overrides } = requestFrom(asked, options.offset);
  // The caller's columns hold what the question is about, unless they say otherwise.
  const named = options.value !== undefined && options.metric === undefined && entry.metric !== "any";
  const { series, report } = await readReadings(
    io,
    file,
    named ? { ...options, metric: entry.metric as Metric } : options,
  );
  const chosen = seriesFor(entry, series, options);
  const { from, to, offset, profile, round, zone } = options;
  const evaluation = await io.during(`deciding ${entry.name}`, async (say) =>
    saidInOptions(givenOf(asked), () =>
      evaluate(readingsOf(chosen, say), {
        entry,
        ...overrides,
        ...given({ from, to, offset, zone, window }),
        round: round === "nearest",
        ...(profile === undefined ? {} : { profile: profileOf(profile as ProfileName).name }),
        onProgress: (step, share) => say(`${step}, ${Math.round(100 * share)} %`),
      }),
    ),
  );
  return {
    holds: evaluation.holds,
    lines: [
      ...linesOf(entry, evaluation),
      ...sourceLines(report, options.source, chosen[0]?.metric),
      ...report.notes,
    ],
    json: { ...evaluation, format: report.format, report },
  };
}

async function checkEach(io: Io, file: string, options: CheckOptions, column: string): Promise<void> {
  const found: { label: string; decided: Decided | VitalproofError }[] = [];
  for (const { label, where } of await eachLabel(io, file, column, options.where, options.entry)) {
    found.push({ label, decided: await ofLabel(decide(io, file, { ...options, where })) });
  }
  throwCommon(found.map(({ decided }) => decided));
  const held = found.filter(({ decided }) => !(decided instanceof VitalproofError) && decided.holds);
  if (held.length < found.length) io.exitCode = EXIT.no;
  io.report(
    [
      ...found.flatMap(({ label, decided }) => [
        `--where "${column}=${label}"`,
        ...(decided instanceof VitalproofError ? [`Not decided: ${refusalText(decided)}`] : decided.lines),
        "",
      ]),
      `It holds for ${held.length} of ${counted(found.length, "value")} of "${column}".`,
    ],
    {
      column,
      holds: held.length === found.length,
      each: found.map(({ label, decided }) =>
        decided instanceof VitalproofError
          ? { label, error: refusalJson(decided) }
          : { label, evaluation: decided.json },
      ),
    },
  );
}

/** The series of the question's metric; those of no known metric where there is none of it. */
function seriesFor(
  entry: Decidable,
  series: readonly ReadingSeries[],
  { metric }: ReadingOptions,
): readonly ReadingSeries[] {
  if (entry.metric === "any" || metric !== undefined) return ofOneUnit(series);
  const own = series.filter((one) => one.metric === entry.metric);
  if (own.length > 0) return ofOneUnit(own);
  const unknown = series.filter((one) => one.metric === "other");
  if (unknown.length > 0) return ofOneUnit(unknown);
  const metrics = [...new Set(series.map((one) => one.metric))].join(", ");
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `${entry.name} is about ${entry.metric}; the file holds ${metrics}.`,
    { details: { question: entry.name, metric: entry.metric }, hint: "Name another file or question." },
  );
}

/** @throws INVALID_ARGUMENT naming the option that chooses */
function ofOneUnit(series: readonly ReadingSeries[]): readonly ReadingSeries[] {
  const units = [...new Set(series.map(({ unit }) => unit))];
  const [metric, ...others] = new Set(series.map((one) => one.metric));
  if (units.length < 2 || others.length > 0 || metric === undefined) return series;
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `The readings of ${METRICS[metric].title} have several units: ${units.join(", ")}.`,
    {
      details: { metric, units: units.join(", ") },
      hint: `Choose one: ${units.map((unit) => `--unit ${unit}`).join(" or ")}. Values are never converted.`,
    },
  );
}

function linesOf(entry: Decidable, evaluation: Evaluation): string[] {
  const { holds, from, to, valid, missing, slots, share, mean, inBand, coverage, epochs } = evaluation;
  const unit = evaluation.unit === "1" ? "" : ` ${evaluation.unit}`;
  const noun = evaluation.template === "impact" ? "sample" : "reading";
  const inside =
    evaluation.template === "impact"
      ? "at the magnitude"
      : entry.about === "mean"
        ? undefined
        : "in the band";
  const other = evaluation.underOther;
  return [
    `${entry.name}: ${holds ? "holds" : "does NOT hold"} (${evaluation.semantics}).`,
    `${instantText(from)} to ${instantText(to)}, ${counted(epochs, "epoch")} on the grid of ${evaluation.profile}.`,
    ...shortLines(evaluation),
    `${counted(valid, noun)}; ${missing} of ${counted(slots, "slot")} ${missing === 1 ? "is" : "are"} missing, coverage ${percent(coverage)}.`,
    ...sealingLines(evaluation),
    ...(inside === undefined || share === null
      ? []
      : [`${counted(inBand, noun)} ${inside}: ${percent(share)}.`]),
    ...(mean === null ? [] : [`Mean ${Number(mean.toFixed(4))}${unit}.`]),
    ...evaluation.bounds.map(({ holds: met, text }) => `${met ? "  " : "! "}${text}`),
    ...windowLines(evaluation),
    `Under the other semantics (${other.semantics}) it ${other.holds ? "holds" : "does not hold"}.`,
    ...other.bounds.filter(({ holds: met }) => !met).map(({ text }) => `! ${text}`),
  ];
}

/** Said where the readings do not fill the question's window. */
function shortLines({ epochs, epochsRead, slots, between }: Evaluation): string[] {
  const short =
    epochsRead < epochs
      ? [`The readings cover ${epochsRead} of ${counted(epochs, "epoch")}. The rest counts as missing.`]
      : [];
  if (between.slots === slots) return short;
  const { missing } = between;
  return [
    ...short,
    `From the first to the last reading ${missing} of ${counted(between.slots, "slot")} ${missing === 1 ? "is" : "are"} missing.`,
  ];
}

/** What a log would not keep as it was given. */
function sealingLines({ sealing, rounded }: Evaluation): string[] {
  const { given: all, refused, duplicates, moved, dropped } = sealing;
  const counts = [
    ...Object.entries(refused).map(([reason, n]) => `${n} refused (${reason})`),
    ...(duplicates > 0 ? [`${duplicates} given twice`] : []),
    ...(moved > 0 ? [`${moved} moved to the next slot`] : []),
    ...(dropped > 0 ? [`${dropped} dropped because their slot was taken`] : []),
  ];
  return [
    ...(counts.length === 0 ? [] : [`Of ${counted(all, "reading")}: ${counts.join(", ")}.`]),
    ...((refused["not-representable"] ?? 0) > 0
      ? [
          "Values between two steps of the profile are refused. --round nearest, here and in `log add`, rounds them.",
        ]
      : []),
    ...(rounded > 0
      ? [
          `${counted(rounded, "reading")} rounded to the profile's step. The answer holds for a log that was given them with --round nearest.`,
        ]
      : []),
  ];
}

/** Which windows hold, where there are several: a proof is about one of them. */
function windowLines({ windows }: Evaluation): string[] {
  if (windows.length < 2) return [];
  const held = windows.filter(({ holds }) => holds);
  const first = held.slice(0, 10).map(({ from }) => instantText(from));
  const more = held.length > first.length ? `, and ${held.length - first.length} more` : "";
  return [
    `A proof is about one window. It holds in ${held.length} of ${windows.length}${held.length === 0 ? "" : `, beginning ${first.join(", ")}${more}`}.`,
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
