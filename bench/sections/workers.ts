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
    "proof counts when it is verified. snarkjs computes one proof with as many threads as the machine has processors, so one",
    "worker uses most of a machine already. Another worker on the same machine fills the parts of a proof that use one thread: the",
    `witness, reading the key. This machine has ${environment.cores} processors${most > environment.cores ? `, so ${most} workers share them and cannot be faster than ${environment.cores} are` : ""}. Workers are`,
    "for other machines: each adds its own processors.",
    "",
    ...table(
      ["workers", "proofs a minute", "ratio to one", "processor time of a proof", "proofs", "rounds"],
      rows.map(({ workers: count, perMinute, ratio, cpuPerProof, proofs, rounds }) => [
        number(count),
        `${perMinute.median} (${perMinute.min}–${perMinute.max})`,
        `${ratio} ×`,
        cpuPerProof === null ? "" : seconds(cpuPerProof),
        number(proofs),
        number(rounds),
      ]),
    ),
    "",
  ];
}
