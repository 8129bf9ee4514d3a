// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import { number, seconds, table, when } from "../words.ts";

export function workerLines({ workers }: Report): string[] {
  if (workers === undefined) return [];
  const { circuit, rows, environment } = workers;
  const most = rows.at(-1)!.workers;
  return [
    "## Workers on one queue",
    "",
    when(workers),
    "",
    `Processes that each prove \`${circuit}\`, one proof at a time, and get their steps through one queue on PostgreSQL, in turns. A`,
    "proof counts when it is verified. snarkjs computes a proof with as many threads as the machine has processors, and parts of it,",
    "such as the witness, with one. So a second worker on the same machine fills gaps and does not double anything, and each further",
    `one costs switching and memory. This machine has ${environment.cores} processors${most > environment.cores ? `, which ${most} workers share: they are not faster than ${environment.cores}` : ""}. Workers are`,
    "for other machines, which bring processors of their own; that was not measured. The column of processors is the time that the",
    "workers got, by the time on the clock: where it is far below the machine's number, other work had the rest, and absolute figures",
    "say little.",
    "",
    ...table(
      [
        "workers",
        "proofs a minute",
        "ratio to one",
        "processor time of a proof",
        "processors",
        "proofs",
        "rounds",
      ],
      rows.map(({ workers: count, perMinute, ratio, cpuPerProof, proofs, rounds }) => [
        number(count),
        `${perMinute.median} (${perMinute.min}–${perMinute.max})`,
        `${ratio} ×`,
        cpuPerProof === null ? "" : seconds(cpuPerProof),
        cpuPerProof === null ? "" : ((cpuPerProof * perMinute.median) / 60_000).toFixed(2),
        number(proofs),
        number(rounds),
      ]),
    ),
    "",
  ];
}
