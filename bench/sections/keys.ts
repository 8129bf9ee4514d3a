// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import { day, megabytes, number, type Plot, table, when } from "../words.ts";

export function keyLines({ keys }: Report, plot: Plot): string[] {
  if (keys === undefined) return [];
  const rows = keys.rows.map((row) => {
    const { new: powers, contribute, preparePhase2, groth16Setup, total } = row.stockSeconds ?? {};
    const text = (value: number | undefined) => (value === undefined ? "" : `${value} s`);
    return [
      number(row.constraints),
      `2^${row.domain}`,
      megabytes(row.zkeyBytes),
      `${row.developmentKeySeconds} s`,
      ...[powers, contribute, preparePhase2, groth16Setup].map(text),
      total === undefined ? "not run" : `${total} s (${row.timesFaster} ×)`,
      day(row, keys),
    ];
  });
  return [
    "## Key set-up",
    "",
    when(keys),
    "",
    ...plot("keys.svg", "development keys and the stock path"),
    "A development key of the plugin compared with snarkjs's own path with powers of tau of the circuit's own size. Where the stock path",
    "was not run, it takes many minutes. The circuits are Poseidon and bit decompositions, as claims are.",
    "",
    ...table(
      [
        "constraints",
        "domain",
        "key",
        "development key",
        "new",
        "contribute",
        "prepare phase 2",
        "set-up",
        "stock path in all",
        "measured",
      ],
      rows,
    ),
    "",
  ];
}
