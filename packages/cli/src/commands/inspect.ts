// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import {
  FORMATS,
  fileInput,
  type Inspection,
  inspectFile,
  METRICS,
  type Metric,
  profilesFor,
  type SeriesInspection,
} from "@vitalproof/readers";
import { epochStart, PROFILES, type ProfileName, profileOf, VitalproofError } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { counted, countedReason } from "../counted.ts";
import { eachLabel, ofLabel, refusalJson, refusalText, throwCommon } from "../eachLabel.ts";
import type { Io, Json } from "../io.ts";
import { nothingTaken, type ReadingOptions, readOptionsOf, withReadingOptions } from "../readings.ts";
import { sourceLines } from "../sources.ts";
import { instantText } from "../time.ts";

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
      io.report(linesOf(inspection, options.source), jsonOf(inspection));
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
  const found: { label: string; inspection: Inspection | VitalproofError }[] = [];
  for (const { label, where } of await eachLabel(io, file, column, options.where)) {
    found.push({ label, inspection: await ofLabel(look(io, file, { ...options, where })) });
  }
  throwCommon(found.map(({ inspection }) => inspection));
  const refused = found.filter(({ inspection }) => inspection instanceof VitalproofError).length;
  io.report(
    [
      ...found.flatMap(({ label, inspection }) => [
        `--where "${column}=${label}"`,
        ...(inspection instanceof VitalproofError
          ? [`Not read: ${refusalText(inspection)}`]
          : linesOf(inspection, options.source)),
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
  const [only, ...others] = inspection.series;
  if (only === undefined || others.length > 0) return { ...inspection };
  const { slotting, ...series } = only;
  return {
    ...inspection,
    ...series,
    ...slotting,
    refused: { ...inspection.report.refused, ...slotting?.refused },
  };
}

function linesOf({ format, clock, report, series }: Inspection, source: string | undefined): string[] {
  const title = FORMATS.find(({ name }) => name === format)?.title ?? format;
  return [
    `${title} (${format}): ${counted(report.entries, "entry", "entries")}, ${counted(report.taken, "reading")}`,
    ...countsOf("left aside", report.skipped),
    ...countsOf("refused", report.refused),
    ...(report.duplicates > 0 ? [`duplicates: ${report.duplicates}`] : []),
    ...(report.outOfOrder > 0 ? [`out of order: ${report.outOfOrder}`] : []),
    ...report.notes,
    ...sourceLines(report, source),
    ...(clock === "file"
      ? ["Times count from the file's own start, which it does not say: --start for anything but looking."]
      : []),
    ...series.flatMap((one) => ["", ...seriesLines(one, clock)]),
  ];
}

function seriesLines(series: SeriesInspection, clock: Inspection["clock"]): string[] {
  const { metric, unit, readings, low, high, first, last, interval, measure, min, max, mean, slotting } =
    series;
  const at = (time: number): string => (clock === "file" ? `second ${time}` : instantText(Math.floor(time)));
  const lines = [
    `${METRICS[metric].title} (${metric}), ${unit}: ${counted(readings, "reading")}`,
    ...(low + high > 0 ? [`  beyond the scale: ${low} LOW, ${high} HIGH`] : []),
    `  from ${at(first)} to ${at(last)}${interval === null ? "" : `, mostly ${interval} s apart`}`,
    ...(mean === null
      ? []
      : [`  ${measure === "length" ? "length: " : ""}mean ${mean}, min ${min}, max ${max} ${unit}`]),
  ];
  if (slotting === null) return [...lines, ...noProfileLines(series)];
  const { profile, offset, kept, moved, dropped, refused, rounded, slots, coverage, epochs, epochCoverage } =
    slotting;
  const begins = instantText(epochStart(profileOf(profile), offset, 0)).slice(11, 16);
  return [
    ...lines,
    `  under ${profile}, epochs from ${begins} UTC: ${kept} kept (${moved} of them in the next slot), ${dropped} dropped`,
    ...(rounded > 0 ? [`  ${rounded} rounded to the profile's step`] : []),
    ...countsOf("  refused", refused),
    ...((refused["not-representable"] ?? 0) > 0
      ? [
          "  Values between two steps of the profile are refused. --round nearest, here and in `log add`, rounds them.",
        ]
      : []),
    `  ${counted(slots, "slot")}, coverage ${percent(coverage)}; ${counted(epochs, "epoch")}, coverage ${percent(epochCoverage)}`,
    ...sparseLines(series, profile),
  ];
}

/** Readings that come less often than the profile's slots leave most of them missing: no statement counts those as met. */
function sparseLines({ interval, profiles }: SeriesInspection, profile: ProfileName): string[] {
  const slot = profileOf(profile).interval;
  if (interval === null || interval < 2 * slot) return [];
  const better = profiles.filter((one) => one.interval > slot && one.interval <= 1.25 * interval);
  return [
    `  Readings are ${interval} s apart and slots ${slot} s: at most ${percent(slot / interval)} of the slots can be filled. The others count as missing.`,
    better.length > 0
      ? `  --profile ${better.at(-1)!.name} has slots of ${better.at(-1)!.interval} s.`
      : "  No profile has longer slots for these readings. If the device measures more often, export every reading; else statements that need coverage cannot hold.",
  ];
}

/** Why no profile was chosen, and which can be. */
function noProfileLines({ profiles, interval, unit }: SeriesInspection): string[] {
  if (profiles.length === 0) return otherMetricLines(unit);
  const names = profiles.map(({ name, interval: seconds }) => `${name} (${seconds} s)`).join(", ");
  return [
    interval === null
      ? "  One time alone does not say which profile fits."
      : "  No profile keeps every reading: they come more often than its slots.",
    `  --profile names one, and says what it keeps: ${names}.`,
  ];
}

/** What to name where the readings' metric has no profile: another one may have some for the unit. */
function otherMetricLines(unit: string): string[] {
  const beats = /^(ms|msec)$/.test(unit);
  const found = (Object.keys(METRICS) as Metric[]).flatMap((metric) => {
    const fitting =
      beats && metric === "heart-rate" ? profilesFor(metric, "/min") : profilesFor(metric, unit);
    return fitting.length === 0 ? [] : [`--metric ${metric} (${fitting.map(({ name }) => name).join(", ")})`];
  });
  const first = "  No profile is for this metric and unit: nothing would be sealed.";
  if (found.length === 0) {
    const units = new Set(Object.keys(PROFILES).map((name) => profileOf(name as ProfileName).ucum));
    return [first, `  Profiles are for values in ${[...units].sort().join(", ")}.`];
  }
  return [
    first,
    beats
      ? `  If these are intervals between heart beats, pass ${found.join(", ")}: heart rates are computed from them.`
      : `  If the values are of another metric, name it: ${found.join(", ")}.`,
  ];
}

function countsOf(title: string, counts: Readonly<Record<string, number>>): string[] {
  const found = Object.entries(counts).map(([kind, count]) => countedReason(count, kind));
  return found.length === 0 ? [] : [`${title}: ${found.join(", ")}`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
