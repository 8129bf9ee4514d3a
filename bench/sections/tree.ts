// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import { number, type Plot, table, when } from "../words.ts";

const ms = (value: number): string => `${number(Math.round(value))} ms`;

export function treeLines({ tree }: Report, plot: Plot): string[] {
  if (tree === undefined) return [];
  return [
    "## A day's tree",
    "",
    when(tree),
    "",
    ...plot("tree.svg", "processor time of a day's tree as leaves grow"),
    "`fastAnchorTree`, whose hash is a WebAssembly module, and `anchorTree` with `poseidon-lite`, over the same leaves in turns in one",
    "process: processor time, medians, sorting included. Paths are those of 10,000 leaves, or of all.",
    "",
    ...table(
      ["leaves", "WebAssembly", "a leaf", "poseidon-lite", "ratio", "paths", "paths by LeanIMT"],
      tree.rows.map((row) => [
        number(row.leaves),
        ms(row.fast.median),
        `${row.perLeaf} µs`,
        ms(row.poseidonLite.median),
        `${row.ratio} ×`,
        ms(row.paths.fast),
        ms(row.paths.poseidonLite),
      ]),
    ),
    "",
  ];
}
