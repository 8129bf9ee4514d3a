// SPDX-License-Identifier: GPL-3.0-or-later
import type { PairRow, Report, SideFigures } from "../report.ts";
import { PEOPLE } from "../witness.ts";
import { day, megabytes, number, type Plot, seconds, spread, table, when } from "../words.ts";

export function provingLines({ proving }: Report, plot: Plot): string[] {
  if (proving === undefined) return [];
  const line = (row: PairRow, side: SideFigures, ratios: string[]) => [
    `\`${side.circuit}\``,
    number(side.constraints),
    `2^${side.domain}`,
    spread(side.witness),
    spread(side.proof),
    spread(side.total),
    seconds(side.cpu.median),
    `${Math.round(side.peakMemory / 1e6)} MB`,
    megabytes(side.zkeyBytes),
    ...ratios,
    day(row, proving),
  ];
  const times = (value: number) => `${value.toFixed(2)} ×`;
  const lines = [
    "## Proving",
    "",
    when(proving),
    "",
    ...plot("proving.svg", "proving times"),
    "snarkjs as the SDK's pool runs it, with circuits compiled and keys in memory. Both run in turns (A B A B …) in one process, after",
    "one proof of each that is not counted. The figures are the median and, in brackets, the fastest and the slowest. Every proof is",
    `verified, outside the measured time. Claims are of a day of ${number(PEOPLE)} people. Each doubling of them is one more level to prove.`,
    "*Processor* counts all threads, so others' work on the machine hardly shows. *Memory* is the most that a separate process held",
    "while it made one proof of one circuit. *Times as fast* divides the other's median by ours: in all, and by processor time.",
    "",
  ];
  for (const row of proving.pairs) {
    lines.push(
      `### ${row.name}`,
      "",
      ...table(
        [
          "circuit",
          "constraints",
          "domain",
          "witness",
          "proof",
          "in all",
          "processor",
          "memory",
          "key",
          "times as fast",
          "by processor",
          "measured",
        ],
        [
          line(row, row.ours, [`**${times(row.ratio.total)}**`, times(row.ratio.cpu)]),
          line(row, row.other, ["1", "1"]),
        ],
      ),
      "",
      `${row.rounds} rounds. Witness ${times(row.ratio.witness)}, proof ${times(row.ratio.proof)}.`,
      "",
    );
  }
  return lines;
}
