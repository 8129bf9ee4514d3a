// SPDX-License-Identifier: GPL-3.0-or-later
//
// What some work takes: time on the clock, time of processors, memory.
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Seconds, but for `others`. */
export interface Cost {
  readonly wall: number;
  /** Of processors in this process, all threads. */
  readonly cpu: number;
  /** Of processors in the database's server; null where the system does not tell. */
  readonly serverCpu: number | null;
  /** Processors that other work of the machine had meanwhile, on average: times on the clock are good near 0. */
  readonly others: number;
}

/** @param server process id of a database's server, whose children count as well */
export async function costOf(act: () => Promise<unknown>, server?: number): Promise<Cost> {
  const before = { at: performance.now(), own: process.cpuUsage(), server: cpuOf(server), all: busy() };
  await act();
  const wall = (performance.now() - before.at) / 1000;
  const { user, system } = process.cpuUsage(before.own);
  const cpu = (user + system) / 1e6;
  const after = cpuOf(server);
  const serverCpu = after === null || before.server === null ? null : after - before.server;
  const others = Math.max(0, busy() - before.all - cpu - (serverCpu ?? 0)) / wall;
  return { wall, cpu, serverCpu, others };
}

/** Megabytes of the heap that are in use, after what is not in use was collected. */
export function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Seconds for which the machine's processors were busy since it started. */
function busy(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/** Processor seconds of a process and its children, of those that ended as well; null where the system does not tell. */
function cpuOf(parent: number | undefined): number | null {
  if (parent === undefined) return 0;
  if (process.platform !== "linux") return null;
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (fields === undefined) continue;
    // Fields 4 and 14 to 17 of proc(5): the parent, own times, times of children that ended.
    if (Number(name) === parent) ticks += sum(fields.slice(11, 15));
    else if (Number(fields[1]) === parent) ticks += sum(fields.slice(11, 13));
  }
  return ticks / 100;
}

/** Fields from the third on; undefined for a process that ended meanwhile. */
function statOf(pid: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

const sum = (values: readonly string[]): number => values.reduce((all, value) => all + Number(value), 0);
