// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import {
  CONTRADICTING,
  type FileReport,
  FORMATS,
  fileInput,
  IN_FUTURE,
  labelsOf,
  TOO_EARLY,
} from "@vitalproof/readers";
import { VitalproofError } from "@vitalproof/sdk";
import { condition } from "./condition.ts";
import { counted, countedReason } from "./counted.ts";
import type { Io } from "./io.ts";

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
  { where = [], entry }: { where?: string[]; entry?: string },
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

function hintFor({ format, refused, skipped }: FileReport): string {
  const counts = Object.entries({ ...refused, ...skipped }).sort(([, a], [, b]) => b - a);
  const kinds = counts.map(([kind]) => kind);
  for (const [pattern, hint] of ADVICE) {
    const kind = kinds.find((one) => pattern.test(one));
    if (kind !== undefined) return kind.replace(pattern, hint);
  }
  if (FORMATS.find(({ name }) => name === format)?.selects !== "column")
    return "The file holds other measures than those that are read of its format: docs/formats.md says which are.";
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
