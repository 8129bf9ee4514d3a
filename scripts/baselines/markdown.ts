// SPDX-License-Identifier: GPL-3.0-or-later
import { type BaselineRow, isBad } from "./compare.ts";

/** First line of the comment on a pull request: by it the next run finds the comment that it replaces. */
export const MARKER = "<!-- vitalproof baselines -->";

/** The comparison for a pull request: what changed in tables, what did not in one line each. */
export function baselinesMarkdown(report: Readonly<Record<string, readonly BaselineRow[]>>): string {
  const lines = [MARKER, "## Gas and constraints against the committed baseline", ""];
  const bad = Object.values(report).flat().filter(isBad).length;
  lines.push(
    bad === 0
      ? "Nothing got worse."
      : `**${bad} figure(s) got worse or are not on record.** If that is meant: \`npm run baselines -- --update\`, and say why in the commit.`,
  );
  for (const [name, rows] of Object.entries(report)) {
    const changed = rows.filter(({ verdict }) => verdict !== "same");
    lines.push("", `### ${name}`, "");
    if (changed.length > 0) {
      lines.push("| | baseline | now | change | |", "|---|--:|--:|--:|---|");
      for (const row of changed) lines.push(line(row));
      lines.push("");
    }
    lines.push(`${rows.length - changed.length} of ${rows.length} as before.`);
  }
  return `${lines.join("\n")}\n`;
}

function line({ name, baseline, now, verdict }: BaselineRow): string {
  const text = (value: number | undefined) => (value === undefined ? "" : value.toLocaleString("en"));
  const change =
    baseline === undefined || now === undefined
      ? ""
      : `${now > baseline ? "+" : "−"}${Math.abs(now - baseline).toLocaleString("en")} (${(((now - baseline) / baseline) * 100).toFixed(2).replace("-", "−")} %)`;
  return `| \`${name}\` | ${text(baseline)} | ${text(now)} | ${change} | ${verdict} |`;
}
