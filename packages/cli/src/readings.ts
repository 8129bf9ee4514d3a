// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import {
  type CollectedReadings,
  collectReadings,
  type DateOrder,
  FORMATS,
  type FormatName,
  fileInput,
  METRICS,
  type MeasuredReading,
  type Metric,
  profilesFor,
  type ReadingSeries,
  type ReadOptions,
  type TimeUnit,
} from "@vitalproof/readers";
import { type Profile, VitalproofError } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { condition } from "./condition.ts";
import type { Io } from "./io.ts";
import { nothingTaken } from "./nothingTaken.ts";

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
  timeOfDay?: string;
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
        "order of year, month and day in dates such as 8/1/18, where no row decides",
      ).choices(["MDY", "DMY", "YMD"]),
    )
    .option("--start <seconds>", "Unix seconds of second 0, for files that count from their own start")
    .option("--time <column>", "CSV of any form: the column of times, by its title or as #1")
    .option(
      "--time-of-day <column>",
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

/**
 * What the readers are told.
 * @throws USAGE
 */
export function readOptionsOf(io: Io, options: ReadingOptions): ReadOptions {
  const { zone, format, metric, dateOrder, timeUnit, timeForm, time, value, unit, where = [] } = options;
  const { source, timeOfDay, entry } = options;
  const given = Object.entries({ zone, format, metric, dateOrder, timeUnit, timeForm, source, entry }).filter(
    ([, text]) => text !== undefined,
  );
  if (
    (value !== undefined && unit === undefined) ||
    (value === undefined && time !== undefined) ||
    (time === undefined && timeOfDay !== undefined)
  ) {
    throw new VitalproofError(
      "USAGE",
      "A table of any form takes --value and --unit, --time where it has times, and --time-of-day with --time.",
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
            ...(timeOfDay === undefined ? {} : { clock: timeOfDay }),
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

/** The metric that a profile is for; undefined for those of tests. */
export function metricOf(profile: Profile): Metric | undefined {
  return (Object.keys(METRICS) as Metric[]).find((metric) =>
    profilesFor(metric, profile.ucum).some(({ name }) => name === profile.name),
  );
}
