// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { childProcessProver, diskArtifacts, prove } from "@vitalproof/sdk/node";
import { builtInstance, root } from "./circuits.ts";
import { step } from "./progress.ts";
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
  const artifacts = await diskArtifacts(join(root, "circuits/artifacts"), {
    large: join(root, "build/circuits"),
    hint: "Run: npx hardhat circuits build --all",
  }).load(name);
  const witness = witnessOf(name);
  const [witnesses, proofs, totals]: [number[], number[], number[]] = [[], [], []];
  const cpus: (number | undefined)[] = [];
  const prover = childProcessProver();
  for (let run = 0; run < RUNS; run++) {
    const at = new Map<string, number>();
    const cpu = childrenTime();
    const started = performance.now();
    let ended = 0;
    await prove(
      {
        async prove(...args) {
          const proof = await prover.prove(...args);
          ended = performance.now();
          return proof;
        },
      },
      artifacts,
      witness,
      {
        onProgress: ({ phase }) => {
          if (!at.has(phase)) at.set(phase, performance.now());
        },
      },
    );
    // The process is stopped with its result; it counts once it is gone.
    await new Promise((resolve) => setTimeout(resolve, 500));
    witnesses.push(at.get("proof")! - at.get("witness")!);
    proofs.push(ended - at.get("proof")!);
    totals.push(ended - started);
    cpus.push(cpu === undefined ? undefined : childrenTime()! - cpu);
  }
  const known = cpus.filter((cpu) => cpu !== undefined);
  return {
    runs: RUNS,
    witness: round(median(witnesses)),
    proof: round(median(proofs)),
    total: round(median(totals)),
    ...(known.length === 0 ? {} : { cpu: round(median(known)) }),
  };
}

/** Processor time of all ended children in milliseconds: cutime and cstime of proc(5), in hundredths of a second. */
function childrenTime(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return undefined;
  }
}
