// SPDX-License-Identifier: GPL-3.0-or-later
//
// The process in which circuits are proved in turns: A B A B …. One message in,
// progress and one result out, then it is ended and takes snarkjs's threads with it.
import { readFile } from "node:fs/promises";
import { type CircuitInput, proofFromSnarkjs, type VerificationKey, verifyProof } from "@vitalproof/sdk";
import { runSnarkjs } from "@vitalproof/sdk/measure";

export interface ProvingJob {
  readonly sides: readonly {
    readonly name: string;
    readonly wasm: string;
    readonly zkey: string;
    readonly verificationKey: string;
    readonly input: CircuitInput;
  }[];
  /** Measured proofs of each side; one of each before them warms code, memory and the disk's cache and is not counted. */
  readonly rounds: number;
  readonly warm: boolean;
}

/** Milliseconds of one proof. */
export interface Run {
  readonly witness: number;
  readonly proof: number;
  readonly cpu: number;
}

export type ProvingMessage =
  | { readonly type: "progress"; readonly round: number; readonly side: string }
  /** Runs by side and round; most memory that the process held, bytes. */
  | { readonly type: "result"; readonly runs: readonly (readonly Run[])[]; readonly peakMemory: number }
  | { readonly type: "error"; readonly message: string };

const send = (message: ProvingMessage) => new Promise<void>((done) => process.send!(message, () => done()));

type Side = ProvingJob["sides"][number];

/** Compiled once and read once, as a process of the SDK's pool does it. */
async function load({ name, wasm, zkey, verificationKey, input }: Side) {
  return {
    name,
    input,
    wasm: await WebAssembly.compile(await readFile(wasm)),
    zkey: new Uint8Array(await readFile(zkey)),
    key: JSON.parse(await readFile(verificationKey, "utf8")) as VerificationKey,
  };
}

async function proveOnce({ name, wasm, zkey, key, input }: Awaited<ReturnType<typeof load>>): Promise<Run> {
  const started = { cpu: process.cpuUsage(), at: performance.now() };
  let proofAt = 0;
  const result = await runSnarkjs({
    wasm,
    zkey,
    input,
    onPhase: (phase) => {
      if (phase === "proof" && proofAt === 0) proofAt = performance.now();
    },
  });
  const ended = performance.now();
  const { user, system } = process.cpuUsage(started.cpu);
  if (!result.ok) throw new Error(`${name}, ${result.phase}: ${result.message}`);
  // Outside the measured time: a proof that nobody would accept must not be measured.
  verifyProof(key, result.publicSignals.map(BigInt), proofFromSnarkjs(result.proof));
  return { witness: proofAt - started.at, proof: ended - proofAt, cpu: (user + system) / 1000 };
}

async function measure({ sides, rounds, warm }: ProvingJob): Promise<Run[][]> {
  const runs: Run[][] = sides.map(() => []);
  const loaded = await Promise.all(sides.map(load));
  for (let round = warm ? -1 : 0; round < rounds; round++) {
    for (const [i, side] of loaded.entries()) {
      await send({ type: "progress", round: round + 1, side: side.name });
      const run = await proveOnce(side);
      if (round >= 0) runs[i]!.push(run);
    }
  }
  return runs;
}

process.once("message", (job: ProvingJob) => {
  void measure(job)
    .then((runs) => send({ type: "result", runs, peakMemory: process.resourceUsage().maxRSS * 1024 }))
    .catch((error: Error) => send({ type: "error", message: error.message }))
    .then(() => process.exit(0));
});

// Without a parent nobody would end the worker threads.
process.once("disconnect", () => process.exit(0));
