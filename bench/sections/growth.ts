// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import { day, number, type Plot, seconds, table, when } from "../words.ts";
import { batchLines } from "./batches.ts";

export function growthLines(report: Report, plot: Plot): string[] {
  const { growth } = report;
  if (growth === undefined) return [];
  const timed = growth.readings.some(({ oursMs }) => oursMs !== undefined);
  const lines = [
    "## As work grows",
    "",
    when(growth),
    "",
    "### Readings",
    "",
    ...plot("readings.svg", "constraints as readings grow"),
    ...plot("readings-time.svg", "proving times as readings grow"),
    "Ours is the whole claim over readings of 8 bits, with the construction that is smaller at that size. The guide's loop, like for",
    "like, is the one with one threshold, by its rule where it was not compiled.",
    "",
    ...table(
      [
        "readings",
        "ours",
        "construction",
        "domain",
        "guide, bare",
        "like for like",
        ...(timed ? ["ours, time", "guide bare, time"] : []),
      ],
      growth.readings.map((row) => [
        number(row.readings),
        number(row.ours),
        row.construction,
        `2^${row.domain}`,
        `${number(row.guideLoop)} (${(row.guideLoop / row.ours).toFixed(2)} ×)`,
        `${number(row.guideBelow)} (${(row.guideBelow / row.ours).toFixed(2)} ×)`,
        ...(timed ? [row.oursMs, row.guideLoopMs].map((ms) => (ms === undefined ? "" : seconds(ms))) : []),
      ]),
    ),
    "",
    "### People anchored on one day",
    "",
    ...plot("people.svg", "off-chain time of a day's tree"),
    "The tree of the day's leaves and one path out of it, by the SDK's own `anchorTree`, and the gas of the transaction that anchors",
    "its root.",
    "",
    ...table(
      ["people", "tree", "one path", "depth", "gas of `anchor`"],
      growth.people.map((row) => [
        number(row.people),
        `${number(row.treeMs)} ms`,
        `${row.pathMs} ms`,
        number(row.depth),
        number(row.anchorGas),
      ]),
    ),
    "",
    "### Consents and policies",
    "",
    ...plot("flat-gas.svg", "gas as policies and consents of others grow"),
    "One patient's operations when there are so many policies and consents of others. The verifier is a mock here, so that *claim* is",
    "everything but the Groth16 verification, which knows nothing of a crowd.",
    "",
  ];
  const operations = Object.keys(growth.crowd[0]?.gas ?? {});
  lines.push(
    ...table(
      ["there already", ...operations, "measured"],
      growth.crowd.map((row) => [
        number(row.crowd),
        ...operations.map((operation) => number(row.gas[operation]!)),
        day(row, growth),
      ]),
    ),
    "",
    ...batchLines(report, plot),
  );
  return lines;
}
