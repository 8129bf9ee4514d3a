// SPDX-License-Identifier: GPL-3.0-or-later
import { childProcessProver } from "@vitalproof/sdk/node";
import { builtInstance, proofArtifacts } from "./circuits.ts";
import { step } from "./progress.ts";
import { type ProofTimes, timeProof } from "./proofTimes.ts";
import type { InstanceRow, InstanceTimes } from "./report.ts";
import { median, round } from "./statistics.ts";
import { witnessOf } from "./witness.ts";

const RUNS = 3;

/** Times of every instance in a process of its own for each proof, as the SDK proves; the first one is the measure. */
export async function measureInstances(
  instances: readonly InstanceRow[],
  today: string,
): Promise<InstanceTimes[]> {
  const rows: InstanceTimes[] = [];
  for (const { name } of instances) {
    const times = await step(`prove ${name} ${RUNS} times`, async (say) => {
      await builtInstance(name, say);
      return measure(name);
    });
    const base = rows[0] ?? times;
    const ratio =
      times.cpu === undefined || base.cpu === undefined ? times.total / base.total : times.cpu / base.cpu;
    rows.push({ name, ...times, ratio: round(ratio, 2), measured: today });
  }
  return rows;
}

type Times = Omit<InstanceTimes, "name" | "ratio" | "measured">;

/** Medians of all runs. Loading the artifacts hashes them, which warms the disk's cache; every proof is verified. */
async function measure(name: string): Promise<Times> {
  const artifacts = await proofArtifacts.load(name);
  const witness = witnessOf(name);
  const runs: ProofTimes[] = [];
  const prover = childProcessProver();
  for (let run = 0; run < RUNS; run++) runs.push(await timeProof(prover, artifacts, witness));
  const middle = (figure: "witness" | "proof" | "total") => round(median(runs.map((run) => run[figure])));
  const cpus = runs.map(({ cpu }) => cpu).filter((cpu) => cpu !== undefined);
  return {
    runs: RUNS,
    witness: middle("witness"),
    proof: middle("proof"),
    total: middle("total"),
    ...(cpus.length === 0 ? {} : { cpu: round(median(cpus)) }),
  };
}
