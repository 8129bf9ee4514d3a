// SPDX-License-Identifier: GPL-3.0-or-later
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { CurveModule } from "../vendor.ts";
import { workerUrl } from "../workerUrl.ts";
import {
  bestWindowBits,
  type GroupName,
  POINT_BYTES,
  type PointJob,
  type PointReply,
  type PointWorkerData,
  type TableLayout,
  windowCount,
} from "./pointJobs.ts";

/** Points per job: small enough to keep all cores busy until the end. */
const CHUNK = 4096;

interface Queued {
  readonly job: PointJob;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Worker threads that turn scalars into multiples of the generators. Ask for the number of points of each group
 * first, since the table width depends on it. Always `close` it: the threads keep the process alive.
 */
export class PointPool {
  private readonly workers: Worker[] = [];
  private readonly idle: Worker[] = [];
  private readonly queue: Queued[] = [];
  private readonly running = new Map<Worker, Queued>();
  private readonly tablesReady: Promise<void>;
  private failure: Error | undefined;

  constructor(
    curve: CurveModule,
    expected: Readonly<Record<GroupName, number>>,
    threads: number = availableParallelism(),
  ) {
    const tables = (["G1", "G2"] as const).map((group): TableLayout => {
      const bits = bestWindowBits(expected[group]);
      const windows = windowCount(bits);
      return {
        group,
        bits,
        windows,
        shared: new SharedArrayBuffer(windows * 2 ** (bits - 1) * POINT_BYTES[group]),
      };
    });
    const data: PointWorkerData = { curve, tables };
    for (let i = 0; i < Math.max(1, Math.min(threads, 16)); i++) {
      const worker = new Worker(workerUrl("pointWorker", import.meta.url), { workerData: data });
      worker.on("message", (reply: PointReply) => this.settle(worker, reply));
      worker.on("error", (error: Error) => this.fail(error));
      worker.on("exit", () => this.fail(new Error("a key worker ended early")));
      this.workers.push(worker);
      this.idle.push(worker);
    }
    this.tablesReady = Promise.all(
      tables.flatMap(({ group, windows }) =>
        Array.from({ length: windows }, (_, window) => this.run({ kind: "table", group, window })),
      ),
    ).then(() => undefined);
    this.tablesReady.catch(() => undefined); // reported by `multiply`
  }

  /**
   * Multiplies the group's generator by every scalar.
   * @param scalars 32 bytes each, little endian, below r
   * @returns affine points as a zkey stores them
   */
  async multiply(
    group: GroupName,
    scalars: SharedArrayBuffer,
    onPoints?: (points: number) => void,
  ): Promise<SharedArrayBuffer> {
    await this.tablesReady;
    const n = scalars.byteLength / 32;
    const points = new SharedArrayBuffer(n * POINT_BYTES[group]);
    const jobs: Promise<void>[] = [];
    for (let from = 0; from < n; from += CHUNK) {
      const to = Math.min(n, from + CHUNK);
      jobs.push(
        this.run({ kind: "points", group, scalars, points, from, to }).then(() => onPoints?.(to - from)),
      );
    }
    await Promise.all(jobs);
    return points;
  }

  async close(): Promise<void> {
    for (const worker of this.workers) worker.removeAllListeners("exit");
    this.fail(new Error("the key workers were closed"));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private run(job: PointJob): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) {
        reject(this.failure);
        return;
      }
      this.queue.push({ job, resolve, reject });
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const worker = this.idle.pop()!;
      const next = this.queue.shift()!;
      this.running.set(worker, next);
      worker.postMessage(next.job);
    }
  }

  private settle(worker: Worker, reply: PointReply): void {
    const done = this.running.get(worker);
    this.running.delete(worker);
    this.idle.push(worker);
    if (reply === null) done?.resolve();
    else done?.reject(new Error(reply));
    this.dispatch();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.running.values()) reject(error);
    for (const { reject } of this.queue) reject(error);
    this.running.clear();
    this.queue.length = 0;
  }
}
