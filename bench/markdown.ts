// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "./report.ts";
import { constraintLines } from "./sections/constraints.ts";
import { fileLines } from "./sections/files.ts";
import { gasLines } from "./sections/gas.ts";
import { growthLines } from "./sections/growth.ts";
import { keyLines } from "./sections/keys.ts";
import { ledgerLines } from "./sections/ledger.ts";
import { pageLines } from "./sections/page.ts";
import { provingLines } from "./sections/proving.ts";
import { serviceLines } from "./sections/services.ts";
import { treeLines } from "./sections/tree.ts";
import { workerLines } from "./sections/workers.ts";
import { number, table } from "./words.ts";

/**
 * The report for people.
 * @param plots names of the files in bench/plots
 */
export function markdown(report: Report, plots: ReadonlySet<string>): string {
  const plot = (file: string, words: string) => (plots.has(file) ? [`![${words}](plots/${file})`, ""] : []);
  const lines = [
    "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
    "# What it costs",
    "",
    "Written by `npm run bench` out of [report.json](report.json) ([schema](report.schema.json)); do not edit. Each part says when",
    "and on what it was measured, and rows with a day of their own are of that day. Absolute times depend on the machine and on",
    "what else it does: read ratios, which are of one run. Keys are development keys, which changes no time or size.",
    "",
    "## Targets",
    "",
    ...table(
      ["target", "wanted", "measured", "met"],
      report.targets.map(({ target, wanted, value, met }) => [
        target,
        wanted,
        value === null ? "not run" : number(value),
        met === null ? "" : met ? "yes" : "**no**",
      ]),
    ),
    "",
    ...constraintLines(report, plot),
    ...provingLines(report, plot),
    ...growthLines(report, plot),
    ...keyLines(report, plot),
    ...gasLines(report, plot),
    ...pageLines(report),
    ...fileLines(report),
    ...treeLines(report, plot),
    ...workerLines(report),
    ...serviceLines(report, plot),
    ...ledgerLines(report),
  ];
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
