// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import {
  CONTRADICTING,
  type CollectedReadings,
  collectReadings,
  type DateOrder,
  type FileReport,
  FORMATS,
  type FormatName,
  fileInput,
  IN_FUTURE,
  labelsOf,
  METRICS,
  type MeasuredReading,
  type Metric,
  profilesFor,
  type ReadingSeries,
  type ReadOptions,
  type TimeUnit,
  TOO_EARLY,
} from "@vitalproof/readers";
import { type Profile, VitalproofError } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { counted, countedReason } from "./counted.ts";
import type { Io } from "./io.ts";

/** What a user says about a file of readings, as text. */
export type ReadingOptions = {
  zone?: string;
  format?: FormatName;
  metric?: Metric;
  dateOrder?: DateOrder;
  start?: string;
  interval?: string;
  timeUnit?: TimeUnit;
  timeForm?: string;
  time?: string;
  clock?: string;
  value?: string;
  unit?: string;
  where?: string[];
  source?: string;
  entry?: string;
};

/** Options of every command that reads a file of readings. */
export function withReadingOptions(command: Command): Command {
  return command
    .option(
      "--zone <zone>",
      'zone of the clock that wrote the file, such as "Europe/Berlin" or "+02:00"; never guessed',
    )
    .addOption(
      new Option("--format <format>", "the file's format, where its content must not decide").choices(
        FORMATS.map(({ name }) => name),
      ),
    )
    .addOption(new Option("--metric <metric>", "readings of this metric only").choices(Object.keys(METRICS)))
    .addOption(
      new Option(
        "--date-order <order>",
        "order of month and day in dates such as 8/1/18, where no row decides",
      ).choices(["MDY", "DMY"]),
    )
    .option("--start <seconds>", "Unix seconds of second 0, for files that count from their own start")
    .option("--time <column>", "CSV of any form: the column of times, by its title or as #1")
    .option(
      "--clock <column>",
      "the column of the time of day, where --time names one of dates alone; found without it where it is called Time and the like",
    )
    .addOption(
      new Option(
        "--time-unit <unit>",
        "unit of times that count from the file's own start, where their title does not say it",
      ).choices(["ms", "s", "min", "h"]),
    )
    .option(
      "--time-form <form>",
      "how times are written, such as YYYY:MM:DD:HH:mm, where no known form fits; spreadsheet for days such as 45000.5",
    )
    .option("--value <column>", "CSV of any form: the column of values")
    .option(
      "--unit <unit>",
      "readings in this unit only; with --value: the values' UCUM unit (ms with --metric heart-rate: times between beats)",
    )
    .option("--entry <name>", "zip archives: the entry to read, by its name in the archive")
    .option("--source <name>", "readings of this device or app, by its name in the file; * for those of all")
    .option("--interval <seconds>", "CSV without a column of times: seconds from row to row")
    .option(
      "--where <column=value>",
      "keep the rows of a table with this value, or all with *; in FHIR a subject; may be given several times",
      (text: string, before: string[] = []) => [...before, text],
    );
}

/** The command line that asks a question about the readings that these options read. */
export function checkCommand(
  file: string,
  question: string,
  options: ReadingOptions & { profile?: string; round?: string },
): string {
  const { zone, format, metric, dateOrder, start, interval, timeUnit, timeForm, time, value, unit } = options;
  const { where = [], source, profile, round } = options;
  const flags: readonly (readonly [string, string | undefined])[] = [
    ["zone", zone],
    ["format", format],
    ["metric", metric],
    ["date-order", dateOrder],
    ["start", start],
    ["interval", interval],
    ["time-unit", timeUnit],
    ["time-form", timeForm],
    ["time", time],
    ["value", value],
    ["unit", unit],
    ["source", source],
    ...where.map((condition) => ["where", condition] as const),
    ["profile", profile],
    ["round", round],
  ];
  const said = flags.flatMap(([name, text]) => (text === undefined ? [] : [`--${name}`, quoted(text)]));
  return ["vitalproof check", quoted(file), "--question", question, ...said].join(" ");
}

/** For a shell, where it needs quotes. */
function quoted(text: string): string {
  return /^[\w./:+-]+$/.test(text) ? text : `"${text.replaceAll(/(["$`\\])/g, "\\$1")}"`;
}

/**
 * What the readers are told.
 * @throws USAGE
 */
export function readOptionsOf(io: Io, options: ReadingOptions): ReadOptions {
  const { zone, format, metric, dateOrder, timeUnit, timeForm, time, value, unit, where = [] } = options;
  const { source, clock, entry } = options;
  const given = Object.entries({ zone, format, metric, dateOrder, timeUnit, timeForm, source, entry }).filter(
    ([, text]) => text !== undefined,
  );
  if (
    (value !== undefined && unit === undefined) ||
    (value === undefined && time !== undefined) ||
    (time === undefined && clock !== undefined)
  ) {
    throw new VitalproofError(
      "USAGE",
      "A table of any form takes --value and --unit, --time where it has times, and --clock with --time.",
      {
        hint: "Name them as the file's header does: --time when --value glucose --unit mg/dL.",
      },
    );
  }
  return {
    ...(Object.fromEntries(given) as Pick<
      ReadOptions,
      "zone" | "format" | "metric" | "dateOrder" | "timeUnit" | "timeForm" | "source" | "entry"
    >),
    ...numberOf("start", options.start),
    ...numberOf("interval", options.interval),
    ...(where.length === 0 ? {} : { where: Object.fromEntries(where.map(condition)) }),
    ...(value === undefined && unit !== undefined ? { unit } : {}),
    ...(value === undefined || unit === undefined
      ? {}
      : {
          columns: {
            value,
            unit,
            ...(time === undefined ? {} : { time }),
            ...(clock === undefined ? {} : { clock }),
          },
        }),
    now: io.now(),
    signal: io.signal,
  };
}

function numberOf<N extends "start" | "interval">(name: N, text: string | undefined): { [K in N]?: number } {
  if (text === undefined) return {};
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(text)) {
    throw new VitalproofError("USAGE", `"${text}" is not a number of seconds.`, {
      details: { name, text },
      hint: `Write it like --${name} 1767225600.`,
    });
  }
  return { [name]: Number(text) } as { [K in N]?: number };
}

function condition(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new VitalproofError("USAGE", `"${text}" is not a condition.`, {
    details: { text },
    hint: "Write it like --where trial=S01_1.",
  });
}

/**
 * Reads a file of readings.
 * @param profile keeps readings of its metric alone, unless the options name one: another in the same unit (a breathing
 *        rate next to a heart rate) must not be taken for it
 * @throws USAGE, FILE_UNREADABLE, FILE_NOT_UNDERSTOOD, NOTHING_TAKEN, and a code for what the file does not
 *         say (ZONE_REQUIRED, …)
 */
export async function readReadings(
  io: Io,
  file: string,
  options: ReadingOptions,
  profile?: Profile,
): Promise<CollectedReadings> {
  const metric = options.metric ?? (profile === undefined ? undefined : metricOf(profile));
  const found = await io.during(`reading ${file}`, (say) =>
    collectReadings(fileInput(resolve(io.cwd, file)), {
      ...readOptionsOf(io, options),
      ...(metric === undefined ? {} : { metric }),
      onProgress: (share) => say(`${Math.round(100 * share)} %`),
    }),
  );
  const nothing = await nothingTaken(io, file, options, found.report);
  if (nothing !== undefined) throw nothing;
  return found;
}

/**
 * The readings of several series, one series after the other. It can be walked again.
 * @param say told how far a walk is
 */
export function readingsOf(
  series: readonly ReadingSeries[],
  say: (step: string) => void = () => {},
): Iterable<MeasuredReading> {
  const all = series.reduce((sum, { count }) => sum + count, 0);
  return {
    *[Symbol.iterator]() {
      let walked = 0;
      for (const one of series) {
        for (const reading of one) {
          walked += 1;
          if (walked % 65_536 === 0) say(`${walked} of ${all} readings`);
          yield reading;
        }
      }
    },
  };
}

/** What entries are counted as that `--where` leaves out. */
const CHOSEN_AWAY = ["other rows", "other subject", "other user_id", "other deviceId"];
/** So many values of a column are named where none is the one that `--where` asks for. */
const MOST_NAMED = 10;

/**
 * Why a file gave no reading, by what was in it instead; undefined where it gave one.
 * @param inspecting the counts have been shown
 */
export async function nothingTaken(
  io: Io,
  file: string,
  { where = [], entry }: Pick<ReadingOptions, "where" | "entry">,
  report: FileReport,
  inspecting = false,
): Promise<VitalproofError | undefined> {
  if (report.taken > 0) return undefined;
  const { entries, refused, skipped } = report;
  const reasons = Object.entries({ ...refused, ...skipped }).map(([reason, count]) =>
    countedReason(count, reason),
  );
  const chosenAway = entries > 0 && CHOSEN_AWAY.some((kind) => skipped[kind] === entries);
  return new VitalproofError(
    "NOTHING_TAKEN",
    entries === 0
      ? `${file} has no entries, only what comes before them.`
      : `None of ${counted(entries, "entry", "entries")} in ${file} counts as a reading: ${reasons.join(", ")}.`,
    {
      details: { file, entries, refused, skipped },
      hint: chosenAway
        ? await whereHint(io, file, where, entry)
        : entries === 0
          ? "The file ends after its header. Pass one over days with readings."
          : `${hintFor(report)}${inspecting ? "" : " `vitalproof inspect` counts what is in the file."}`,
    },
  );
}

/** What each kind of entry, by how its count is named, asks for. The first kind that fits is answered. */
const ADVICE: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    new RegExp(`^${CONTRADICTING}$`),
    "Different values share one time. If they come from several sources, choose one: --where COLUMN=VALUE.",
  ],
  [
    new RegExp(`^(${TOO_EARLY}|${IN_FUTURE})$`),
    "Look whether --time names the right column and how it writes times (--time-form, --date-order).",
  ],
  [/^other metric: (.+)$/, "The file holds another metric: --metric $1."],
  [/^other unit: (.+)$/, "The file holds another unit: --unit $1."],
  [
    /^marked (?:not )?(.+)$/,
    'The rows say that they do not count. To take them all the same: --where "$1=*".',
  ],
  [
    /^dose without a schedule$/,
    "The log has no scheduled doses. Name its columns: --time, --value, --unit 1 --metric doses.",
  ],
  [
    /^(missing|blank|sentinel zero)$/,
    "The column has no measured value. Look whether --value names the right one.",
  ],
];

function hintFor({ refused, skipped }: FileReport): string {
  const counts = Object.entries({ ...refused, ...skipped }).sort(([, a], [, b]) => b - a);
  const kinds = counts.map(([kind]) => kind);
  for (const [pattern, hint] of ADVICE) {
    const kind = kinds.find((one) => pattern.test(one));
    if (kind !== undefined) return kind.replace(pattern, hint);
  }
  return "Look whether the options name the right columns, unit and rows: --value, --unit, --metric, --where.";
}

/** The values that `--where` could ask for. The file is read for it once more. */
async function whereHint(
  io: Io,
  file: string,
  where: readonly string[],
  entry: string | undefined,
): Promise<string> {
  for (const [column, wanted] of where.map(condition)) {
    const labels = await labelsOf(fileInput(resolve(io.cwd, file)), column, entry).catch((error: unknown) => {
      // A column with too many values to list.
      if (VitalproofError.find(error, "FILE_NOT_UNDERSTOOD") !== undefined) return undefined;
      throw error;
    });
    if (labels === undefined || wanted.trim() === "*" || labels.includes(wanted.trim())) continue;
    const named = labels.filter((label) => label !== "");
    const more = named.length - MOST_NAMED;
    const list = named.slice(0, MOST_NAMED).map((label) => `"${label}"`);
    return (
      `No entry has ${column}=${wanted}. The values of "${column}" are ${list.join(", ")}` +
      `${more > 0 ? ` and ${more} more` : ""}.`
    );
  }
  return where.length > 1
    ? "Each value of --where occurs, but no entry has all of them. Leave one out."
    : "No entry has what --where asks for. Choose another value, or leave --where out.";
}

/** The metric that a profile is for; undefined for those of tests. */
export function metricOf(profile: Profile): Metric | undefined {
  return (Object.keys(METRICS) as Metric[]).find((metric) =>
    profilesFor(metric, profile.ucum).some(({ name }) => name === profile.name),
  );
}
