// SPDX-License-Identifier: GPL-3.0-or-later
import { type FileReport, METRICS, type Metric, type SourceUse } from "@vitalproof/readers";
import { counted } from "./counted.ts";

/**
 * Whose readings were taken, for each metric of which the file names several sources.
 * @param asked the source that the user named, or `*`
 * @param only say it of this metric alone
 */
export function sourceLines(
  { sources = [] }: Pick<FileReport, "sources">,
  asked: string | undefined,
  only?: Metric,
): string[] {
  return sources
    .filter(({ metric, sources: all }) => all.length > 1 && (only === undefined || metric === only))
    .flatMap((use) => linesOf(use, asked));
}

function linesOf({ metric, unit, sources }: SourceUse, asked: string | undefined): string[] {
  const all = sources.map(
    ({ name, readings, days }) =>
      `  ${nameOf(name)}: ${counted(readings, "reading")}, ${days === 0 ? "not taken" : `taken on ${counted(days, "day")}`}`,
  );
  return [
    `${METRICS[metric].title} in ${unit} has ${sources.length} sources. ${rule(sources, asked)}`,
    ...all,
  ];
}

function rule(sources: SourceUse["sources"], asked: string | undefined): string {
  if (asked === "*") return "The readings of all are taken together, as --source '*' asks:";
  const taken = sources.filter(({ days }) => days > 0);
  const [only] = taken;
  const whose =
    taken.length === 1 && only !== undefined
      ? `here of ${nameOf(only.name)}`
      : "the one with the most on that day";
  return `Each day has the readings of one, ${whose}. --source NAME takes another one:`;
}

function nameOf(name: string): string {
  return name === "" ? "no name" : `"${name}"`;
}
