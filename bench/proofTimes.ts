// SPDX-License-Identifier: GPL-3.0-or-later
//
// One proof by a prover of the SDK that works in processes of its own: its time, and what those processes take.
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { Artifacts, Prover, Witness } from "@vitalproof/sdk";
import { prove } from "@vitalproof/sdk";

/** Milliseconds, and bytes. */
export interface ProofTimes {
  readonly witness: number;
  readonly proof: number;
  /** From the call to the proof, with the start of processes. */
  readonly total: number;
  /** Processor time of all threads of its processes; undefined where the system does not tell. */
  readonly cpu: number | undefined;
  /** Most memory that its processes held together; undefined where the system does not tell. */
  readonly memory: number | undefined;
}

/** The process is stopped with its result; its processor time counts once it is gone. */
const GONE_AFTER_MS = 500;
const SAMPLE_EVERY_MS = 25;

/** Proves once; the proof is verified. Nothing else that this process started may run meanwhile. */
export async function timeProof(prover: Prover, artifacts: Artifacts, witness: Witness): Promise<ProofTimes> {
  const at = new Map<string, number>();
  const before = childrenTime();
  let ended = 0;
  let memory = 0;
  const sampling = setInterval(() => {
    memory = Math.max(memory, memoryOfChildren());
  }, SAMPLE_EVERY_MS);
  const started = performance.now();
  try {
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
  } finally {
    clearInterval(sampling);
  }
  await setTimeout(GONE_AFTER_MS);
  const after = childrenTime();
  return {
    witness: at.get("proof")! - at.get("witness")!,
    proof: ended - at.get("proof")!,
    total: ended - started,
    cpu: before === undefined || after === undefined ? undefined : after - before,
    memory: memory === 0 ? undefined : memory,
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

/** Resident memory of what this process started, and what that started, in bytes; 0 where the system does not tell. */
function memoryOfChildren(pid: number = process.pid): number {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.reduce((sum, child) => sum + residentOf(child) + memoryOfChildren(child), 0);
}

function residentOf(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Nothing where there is no such file, as of a process that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
