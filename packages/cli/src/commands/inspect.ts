// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import { FORMATS, fileInput, type Inspection, inspectFile, type SeriesInspection } from "@vitalproof/readers";
import { PROFILES, type ProfileName, VitalproofError } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { counted } from "../counted.ts";
import { eachLabel, ofLabel, refusalJson, refusalText, throwCommon } from "../eachLabel.ts";
import { answerable } from "../inspection/answers.ts";
import { checkCommand } from "../inspection/checkCommand.ts";
import { countsOf, seriesLines } from "../inspection/seriesLines.ts";
import type { Io, Json } from "../io.ts";
import { nothingTaken } from "../nothingTaken.ts";
import { type ReadingOptions, readOptionsOf, withReadingOptions } from "../readings.ts";
import { sourceLines } from "../sources.ts";

export function registerInspect(program: Command, io: Io): void {
  withReadingOptions(program.command("inspect <file>"))
    .description(
      "Say in numbers what a file holds, and what sealing it would keep. It shows no reading except the lowest and the highest.",
    )
    .addOption(
      new Option("--profile <profile>", "slot under this profile (else the one that fits)").choices(
        Object.keys(PROFILES),
      ),
    )
    .addOption(
      new Option(
        "--round <how>",
        "how to round values between two steps, as `log add` does: nearest, half up",
      ).choices(["nearest"]),
    )
    .option("--each <column>", "look at each value of this column separately, and list the values")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  vitalproof inspect clarity.csv --zone America/New_York\n" +
        "  vitalproof inspect table.csv --time when --value glucose --unit mg/dL --zone UTC\n" +
        "  vitalproof inspect trials.csv --each trial\n" +
        "  vitalproof inspect cgm.csv --time t --value mgdl --unit mg/dL --profile glucose-mg-dl-5min --round nearest\n" +
        "  vitalproof inspect monitor.csv --metric spo2 --json\n",
    )
    .action(async (file: string, options: Options) => {
      if (options.each !== undefined) return inspectEach(io, file, options, options.each);
      const inspection = await look(io, file, options);
      io.report(linesOf(inspection, file, options), jsonOf(inspection));
      const nothing = await nothingTaken(io, file, options, inspection.report, true);
      if (nothing !== undefined) throw nothing;
    });
}

type Options = ReadingOptions & { profile?: ProfileName; round?: "nearest"; each?: string };

function look(io: Io, file: string, options: Options): Promise<Inspection> {
  return io.during(`reading ${file}`, (say) =>
    inspectFile(fileInput(resolve(io.cwd, file)), {
      ...readOptionsOf(io, options),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      round: options.round === "nearest",
      onProgress: (share) => say(share < 1 ? `${Math.round(100 * share)} %` : "counting"),
      onSlotting: (share) => say(`placing readings in slots, ${Math.round(100 * share)} %`),
    }),
  );
}

async function inspectEach(io: Io, file: string, options: Options, column: string): Promise<void> {
  const found: { label: string; where: string[]; inspection: Inspection | VitalproofError }[] = [];
  for (const { label, where } of await eachLabel(io, file, column, options.where, options.entry)) {
    found.push({ label, where, inspection: await ofLabel(look(io, file, { ...options, where })) });
  }
  throwCommon(found.map(({ inspection }) => inspection));
  const refused = found.filter(({ inspection }) => inspection instanceof VitalproofError).length;
  io.report(
    [
      ...found.flatMap(({ label, where, inspection }) => [
        `--where "${column}=${label}"`,
        ...(inspection instanceof VitalproofError
          ? [`Not read: ${refusalText(inspection)}`]
          : linesOf(inspection, file, { ...options, where })),
        "",
      ]),
      ...(refused === 0
        ? []
        : [`${refused} of ${counted(found.length, "value")} of "${column}" could not be read.`]),
    ],
    {
      column,
      each: found.map(({ label, inspection }) =>
        inspection instanceof VitalproofError
          ? { label, error: refusalJson(inspection) }
          : { label, inspection: jsonOf(inspection) },
      ),
    },
  );
  const taken = ({ inspection }: (typeof found)[number]): number =>
    inspection instanceof VitalproofError ? 0 : inspection.report.taken;
  if (found.every((one) => taken(one) === 0)) {
    throw new VitalproofError(
      "NOTHING_TAKEN",
      `No value of "${column}" in ${file} has a reading that counts.`,
      {
        details: { file, column },
        hint: "The counts above say why each was left out.",
      },
    );
  }
}

/** Most files have one series. It is at the top level, so that `.readings` needs no path. `series` has all of them. */
function jsonOf(inspection: Inspection): Json {
  const all = inspection.series.map((one) => ({ ...one, questions: answerable(one) }));
  const [only, ...others] = all;
  const json = { ...inspection, series: all };
  if (only === undefined || others.length > 0) return json;
  const { slotting, ...series } = only;
  return {
    ...json,
    ...series,
    ...slotting,
    refused: { ...inspection.report.refused, ...slotting?.refused },
  };
}

function linesOf({ format, clock, report, series }: Inspection, file: string, options: Options): string[] {
  const commandFor = (one: SeriesInspection) => (question: string) =>
    checkCommand(file, question, {
      ...options,
      ...(series.length > 1 ? { metric: one.metric } : {}),
      // What the command would ask for, or refuse.
      ...(clock === "file" && options.start === undefined ? { start: "0" } : {}),
      ...((one.slotting?.refused["not-representable"] ?? 0) > 0 ? { round: "nearest" as const } : {}),
    });
  const title = FORMATS.find(({ name }) => name === format)?.title ?? format;
  return [
    `${title} (${format}): ${counted(report.entries, "entry", "entries")}, ${counted(report.taken, "reading")}`,
    ...countsOf("left aside", report.skipped),
    ...countsOf("refused", report.refused),
    ...(report.duplicates > 0 ? [`duplicates: ${report.duplicates}`] : []),
    ...(report.outOfOrder > 0 ? [`out of order: ${report.outOfOrder}`] : []),
    ...report.notes,
    ...sourceLines(report, options.source),
    ...(clock === "file"
      ? ["Times count from the file's own start, which it does not say: --start for anything but looking."]
      : []),
    ...series.flatMap((one) => ["", ...seriesLines(one, clock, commandFor(one), options.zone)]),
  ];
}
