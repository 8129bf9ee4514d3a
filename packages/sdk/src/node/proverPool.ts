// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Artifacts } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import type { Proof } from "../prove/proof.ts";
import type { ProveOptions, Prover } from "../prove/prover.ts";
import type { FileLike } from "../prove/snarkjs.ts";
import { aborted, resultOf } from "../prove/snarkjsProver.ts";
import type { Witness } from "../witness/witness.ts";
import { childDied } from "./childProver.ts";
import { ChildDied, ProverChild } from "./proverChild.ts";

export type ProverPoolOptions = {
  /** Most processes at a time, and so proofs; the number of processors, at most 4, when left out. */
  size?: number;
  /** Most proofs that wait for a process; 64 when left out. */
  maxQueue?: number;
  /** Most memory that one process may hold, in MiB; 2048 when left out. */
  memoryMiB?: number;
  /** Proofs after which a process is replaced; 100 when left out. */
  proofsPerWorker?: number;
  /** Circuits that a process keeps loaded; 2 when left out. */
  circuitsPerWorker?: number;
};

export type PoolStats = {
  queued: number;
  running: number;
  done: number;
  failed: number;
  /** Processes started so far. */
  started: number;
  workers: { pid: number | undefined; busy: boolean; proofs: number; circuits: string[]; rssMiB: number }[];
};

export type ProverPool = Prover &
  AsyncDisposable & {
    stats(): PoolStats;
    /** Stops every proof, which rejects with ABORTED, and resolves when every process is gone. */
    close(): Promise<void>;
  };

type Outcome = { proof: Proof; publicInputs: bigint[] };

type Job = {
  readonly circuit: string;
  readonly key: string;
  readonly files: { wasm: FileLike; zkey: FileLike };
  readonly witness: Witness;
  readonly onProgress: ProveOptions["onProgress"];
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  worker?: Worker;
  /** A process died under it; it gets one that nothing has happened in yet. */
  again: boolean;
  settled: boolean;
};

type Worker = {
  readonly child: ProverChild;
  /** Names of the loaded circuits by their keys, the one used longest ago first. */
  readonly circuits: Map<string, string>;
  job?: Job;
  proofs: number;
  rss: number;
  overMemory: boolean;
};

const MIB = 1_048_576;

/**
 * Proves with snarkjs in processes that are kept: each loads a circuit once and makes many proofs with it, with the
 * curve and its threads ready. A process that crashed, failed, holds too much memory or has made its share of proofs is
 * ended, and another started when it is needed. A proof whose process dies is tried once more in a new one, unless that
 * process was new. Beyond the queue's bound `prove` throws PROVER_BUSY: the caller can wait for an answer first.
 *
 * The processes end with `close()`, or when this process ends. Idle ones do not keep it alive.
 *
 * @throws INVALID_ARGUMENT for an option that is not a number or below its minimum
 */
export function proverPool(options: ProverPoolOptions = {}): ProverPool {
  const size = countOf("size", options.size, Math.min(4, availableParallelism()));
  const maxQueue = countOf("maxQueue", options.maxQueue, 64, 0);
  const memoryMiB = countOf("memoryMiB", options.memoryMiB, 2048);
  const proofsPerWorker = countOf("proofsPerWorker", options.proofsPerWorker, 100);
  const circuitsPerWorker = countOf("circuitsPerWorker", options.circuitsPerWorker, 2);
  const workers = new Set<Worker>();
  const queue: Job[] = [];
  const counts = { done: 0, failed: 0, started: 0 };
  let closed = false;

  const settle = (job: Job, how: { outcome: Outcome } | { error: unknown }): void => {
    if (job.settled) return;
    job.settled = true;
    if ("outcome" in how) {
      counts.done += 1;
      job.resolve(how.outcome);
    } else {
      counts.failed += 1;
      job.reject(how.error);
    }
  };

  const start = (): Worker => {
    const child = new ProverChild({
      heapMiB: memoryMiB,
      onMemory: (rss) => {
        worker.rss = rss;
        if (rss <= memoryMiB * MIB || worker.overMemory) return;
        worker.overMemory = true;
        if (worker.job !== undefined) child.kill("its process held too much memory");
      },
    });
    const worker: Worker = { child, circuits: new Map(), proofs: 0, rss: 0, overMemory: false };
    workers.add(worker);
    counts.started += 1;
    // Its place is free only now, so that there are never more processes than the pool's size; and taken a moment later,
    // so that a proof which it took down comes first.
    void child.ended.then(() => {
      workers.delete(worker);
      setImmediate(schedule);
    });
    return worker;
  };

  /** An idle process that has the circuit; else one with room for it; else a new one; else one that lets go of another. */
  const workerFor = ({ key, again }: Job): Worker | undefined => {
    const idle = [...workers].filter(({ job, child }) => job === undefined && child.alive);
    const mayStart = workers.size < size;
    if (again && mayStart) return start();
    return (
      idle.find(({ circuits }) => circuits.has(key)) ??
      idle.find(({ circuits }) => circuits.size < circuitsPerWorker) ??
      (mayStart ? start() : idle[0])
    );
  };

  const schedule = (): void => {
    for (let job = queue[0]; job !== undefined && !closed; job = queue[0]) {
      const worker = workerFor(job);
      if (worker === undefined) return;
      queue.shift();
      void run(worker, job);
    }
  };

  const run = async (worker: Worker, job: Job): Promise<void> => {
    const { child, circuits } = worker;
    worker.job = job;
    job.worker = worker;
    const forget: string[] = [];
    const known = circuits.delete(job.key);
    for (const key of circuits.keys()) {
      if (circuits.size < circuitsPerWorker) break;
      circuits.delete(key);
      forget.push(key);
    }
    circuits.set(job.key, job.circuit);
    try {
      const answer = await child.run(
        { circuit: job.key, files: known ? undefined : job.files, forget, input: job.witness.circuitInput() },
        (progress) => {
          if (!job.settled) job.onProgress?.(progress);
        },
      );
      if (answer.type !== "result") throw new ChildDied("its process answered something else");
      worker.proofs += 1;
      // A proof that failed may leave snarkjs's threads at work; inputs that do not satisfy a circuit leave nothing.
      const spent = worker.proofs >= proofsPerWorker || worker.overMemory;
      if (spent || (!answer.result.ok && answer.result.phase === "proof")) child.kill();
      settle(job, { outcome: resultOf(job.circuit, answer.result) });
    } catch (error) {
      if (!(error instanceof ChildDied)) settle(job, { error });
      else if (worker.proofs > 0 && !job.again && !job.settled && !closed) {
        job.again = true;
        job.worker = undefined;
        queue.unshift(job);
      } else {
        settle(job, {
          error: worker.overMemory
            ? tooLarge(job.circuit, worker.rss, memoryMiB)
            : childDied(job.circuit, error),
        });
      }
    } finally {
      worker.job = undefined;
      schedule();
    }
  };

  const stop = (job: Job, error: unknown): void => {
    const at = queue.indexOf(job);
    if (at >= 0) queue.splice(at, 1);
    settle(job, { error });
    job.worker?.child.kill();
  };

  const prove = (
    artifacts: Artifacts,
    witness: Witness,
    { signal, onProgress }: ProveOptions = {},
  ): Promise<Outcome> => {
    const { circuit, wasm, zkey } = artifacts;
    return new Promise<Outcome>((resolve, reject) => {
      if (closed || signal?.aborted) throw aborted(circuit);
      const full = queue.length >= maxQueue;
      if (full && !canStart()) throw busy(circuit, queue.length, maxQueue);
      const onAbort = (): void => stop(job, aborted(circuit));
      const release = (): void => signal?.removeEventListener("abort", onAbort);
      const job: Job = {
        circuit,
        key: keyOf(artifacts),
        files: { wasm, zkey },
        witness,
        onProgress,
        resolve: (outcome) => {
          release();
          resolve(outcome);
        },
        reject: (error) => {
          release();
          reject(error);
        },
        again: false,
        settled: false,
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      queue.push(job);
      schedule();
    });
  };

  const canStart = (): boolean =>
    queue.length === 0 &&
    (workers.size < size || [...workers].some(({ job, child }) => job === undefined && child.alive));

  const close = async (): Promise<void> => {
    closed = true;
    for (const job of [...queue]) stop(job, aborted(job.circuit));
    await Promise.all(
      [...workers].map(({ job, child }) => {
        if (job !== undefined) stop(job, aborted(job.circuit));
        child.kill();
        return child.ended;
      }),
    );
  };

  return {
    prove,
    close,
    [Symbol.asyncDispose]: close,
    stats: () => ({
      queued: queue.length,
      running: [...workers].filter(({ job }) => job !== undefined).length,
      ...counts,
      workers: [...workers].map(({ child, job, proofs, circuits, rss }) => ({
        pid: child.pid,
        busy: job !== undefined,
        proofs,
        circuits: [...circuits.values()],
        rssMiB: Math.round(rss / MIB),
      })),
    }),
  };
}

const buffers = new WeakMap<Uint8Array, string>();
let buffersSeen = 0;

/**
 * What a loaded circuit is kept under. A circuit that was built again under the same path has another verification key,
 * so that an old key is never taken for it; bytes are the same while they are the same array.
 */
function keyOf({ circuit, wasm, zkey, verificationKey }: Artifacts): string {
  const nameOf = (file: FileLike): string => {
    if (typeof file === "string") return file;
    const known = buffers.get(file) ?? `bytes ${++buffersSeen}`;
    buffers.set(file, known);
    return known;
  };
  return createHash("sha256")
    .update(JSON.stringify([circuit, nameOf(wasm), nameOf(zkey), verificationKey]))
    .digest("hex");
}

function countOf(name: string, given: number | undefined, otherwise: number, least = 1): number {
  const value = given ?? otherwise;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new VitalproofError("INVALID_ARGUMENT", `${name} of the pool is ${value}.`, {
    details: { name, value },
    hint: `Pass a whole number from ${least} on.`,
  });
}

function busy(circuit: string, queued: number, maxQueue: number): VitalproofError {
  return new VitalproofError("PROVER_BUSY", `${queued} proofs wait already, and the pool takes no more.`, {
    details: { circuit, queued, maxQueue },
    hint: "Wait for one to end, or set a larger maxQueue for the pool.",
  });
}

function tooLarge(circuit: string, rss: number, memoryMiB: number): VitalproofError {
  const rssMiB = Math.round(rss / MIB);
  return new VitalproofError(
    "PROVING_FAILED",
    `Proving ${circuit} took ${rssMiB} MiB, more than the ${memoryMiB} MiB that a process of the pool may hold.`,
    { details: { circuit, rssMiB, memoryMiB }, hint: "Set a larger memoryMiB for the pool." },
  );
}
