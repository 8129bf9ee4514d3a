// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { migrateJobs, openQueue } from "@vitalproof/services";
import { HAS_POSTGRES, type Postgres, startPostgres } from "../test/support/postgres.ts";
import { builtInstance } from "./circuits.ts";
import { type Say, step } from "./progress.ts";
import type { WorkersPart, WorkersRow } from "./report.ts";
import { median, round, spreadOf } from "./statistics.ts";
import type { ProofStep, WorkerJob, WorkerMessage } from "./workersMain.ts";

const CIRCUIT = "glucose-day";
const WORKERS = [1, 2, 4];
const PROOFS = 8;
const ROUNDS = 3;

interface Round {
  readonly perMinute: number;
  readonly cpuPerProof: number | null;
}

/** Proofs per minute of some processes on one queue. Undefined without PostgreSQL: then the last figures stay. */
export async function measureWorkers(): Promise<Pick<WorkersPart, "circuit" | "rows"> | undefined> {
  if (!HAS_POSTGRES) {
    console.error("  PostgreSQL is not installed (Debian's package postgresql): skipped.");
    return undefined;
  }
  await step(`keys for ${CIRCUIT}`, (say) => builtInstance(CIRCUIT, say));
  const postgres = await startPostgres();
  try {
    const rounds = new Map<number, Round[]>(WORKERS.map((workers) => [workers, []]));
    // In turns, since what else the machine does changes over minutes.
    for (let turn = 1; turn <= ROUNDS; turn++) {
      for (const workers of WORKERS) {
        const title = `${workers} workers, ${PROOFS} proofs, turn ${turn} of ${ROUNDS}`;
        rounds.get(workers)!.push(await step(title, (say) => measureRound(postgres, workers, say)));
      }
    }
    const one = median(rounds.get(1)!.map(({ perMinute }) => perMinute));
    return { circuit: CIRCUIT, rows: WORKERS.map((workers) => rowOf(workers, rounds.get(workers)!, one)) };
  } finally {
    await postgres.stop();
  }
}

function rowOf(workers: number, rounds: readonly Round[], one: number): WorkersRow {
  const perMinute = rounds.map((each) => each.perMinute);
  const cpu = rounds.flatMap(({ cpuPerProof }) => (cpuPerProof === null ? [] : [cpuPerProof]));
  return {
    workers,
    proofs: PROOFS,
    rounds: rounds.length,
    perMinute: spreadOf(perMinute, 1),
    ratio: round(median(perMinute) / one, 2),
    cpuPerProof: cpu.length === 0 ? null : round(median(cpu)),
  };
}

async function measureRound(postgres: Postgres, workers: number, say: Say): Promise<Round> {
  const url = await postgres.fresh();
  await migrateJobs(url);
  const queue = await openQueue<ProofStep>(url, "proofs");
  const children = Array.from({ length: workers }, () => fork(join(import.meta.dirname, "workersMain.ts")));
  try {
    say("loading circuit and key");
    const job: WorkerJob = { url, circuit: CIRCUIT };
    await Promise.all(
      children.map((child) => {
        child.send(job);
        return told(child, "ready");
      }),
    );
    await queue.offer(
      Array.from({ length: PROOFS }, (_, period) => ({ key: `period/${period}`, step: { period } })),
    );
    const started = performance.now();
    for (const child of children) child.send("begin");
    for (let left = PROOFS; left > 0; await setTimeout(50)) {
      const { waiting, running, failed } = await queue.state();
      if (failed > 0) throw new Error("A proof failed as often as it may.");
      left = waiting + running;
      say(`${left} left`);
    }
    const minutes = (performance.now() - started) / 60_000;
    for (const child of children) child.send("end");
    const ends = await Promise.all(children.map((child) => told(child, "ended")));
    const made = ends.reduce((sum, { proofs }) => sum + proofs, 0);
    const cpu = ends.every(({ cpu }) => cpu !== null)
      ? ends.reduce((sum, { cpu }) => sum + cpu!, 0) / made
      : null;
    return { perMinute: PROOFS / minutes, cpuPerProof: cpu };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await queue.close();
  }
}

async function told<T extends WorkerMessage["type"]>(
  child: ChildProcess,
  type: T,
): Promise<WorkerMessage & { type: T }> {
  const ended = once(child, "exit").then(() => {
    throw new Error("A worker ended before its work; see above.");
  });
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, "message"), ended])) as [WorkerMessage];
  if (message.type !== type) throw new Error(`A worker said ${message.type} where ${type} comes next.`);
  return message as WorkerMessage & { type: T };
}
