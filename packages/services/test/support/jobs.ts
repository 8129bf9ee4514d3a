// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rows with a version, which steps move on: what a store is to the queue of steps.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import type { Offer } from "../../src/jobs/index.ts";

/** Times in which a test can wait for a lease. */
export const SHORT = { lease: 1, pause: 1 };

/** For drills that kill a worker more often than a step is tried. */
export const PROVER_QUEUE = { ...SHORT, tries: 1_000 };

/** Moves a row on from a version, after so many milliseconds. */
export type Row = { readonly row: number; readonly version: number; readonly ms: number };

export interface Run {
  readonly row: number;
  /** Milliseconds. */
  readonly began: number;
  readonly pid: number;
}

/** The rows of a database, and who tried to move them on. */
export function rowsOf(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  return {
    async make(count: number): Promise<void> {
      await pool.query("create table if not exists work (row int primary key, version int, moved int)");
      await pool.query("create table if not exists run (row int, began float8, pid int)");
      await pool.query("insert into work select i, 0, 0 from generate_series(0, $1 - 1) i", [count]);
    },
    /** What a handler does: moves a row on, unless another one did. */
    async act({ row, version, ms }: Row, signal: AbortSignal): Promise<void> {
      const { pid } = process;
      await pool.query("insert into run values ($1, $2, $3)", [row, Date.now(), pid]);
      await setTimeout(ms, undefined, { signal });
      await pool.query(
        "update work set version = version + 1, moved = moved + 1 where row = $1 and version = $2",
        [row, version],
      );
    },
    /** Steps for the rows that are still as they were made. */
    async due(ms: number): Promise<Offer<Row>[]> {
      const { rows } = await pool.query<{ row: number }>("select row from work where version = 0");
      return rows.map(({ row }) => ({ key: `row/${row}`, step: { row, version: 0, ms } }));
    },
    /** How often each row was moved on, in the order of rows. */
    async moved(): Promise<number[]> {
      const { rows } = await pool.query<{ moved: number }>("select moved from work order by row");
      return rows.map(({ moved }) => moved);
    },
    async runs(): Promise<Run[]> {
      return (await pool.query<Run>("select * from run order by began")).rows;
    },
    query: (text: string) => pool.query(text),
    close: () => pool.end(),
  };
}

export type Rows = ReturnType<typeof rowsOf>;

const PROGRAM = join(import.meta.dirname, "../fixtures/jobsProcess.ts");

/** Processes that were started and not yet ended. */
export class Processes {
  readonly #children: ChildProcess[] = [];
  readonly errors: string[] = [];

  /** A process that has loaded, and begins at the first line. */
  async load(...args: readonly string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    this.#children.push(child);
    child.stderr.on("data", (data: Buffer) => this.errors.push(data.toString().trim()));
    child.stdin.on("error", () => undefined);
    const ended = once(child, "exit").then(() => {
      throw new Error(`It ended before it began: ${this.errors.join(" ")}`);
    });
    await Promise.race([once(child.stdout, "data"), ended]);
    ended.catch(() => undefined);
    child.stdout.resume();
    return child;
  }

  async begin(...args: readonly string[]): Promise<ChildProcess> {
    const child = await this.load(...args);
    child.stdin!.write("go\n");
    return child;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#children.splice(0).map(kill));
  }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Waits until something is so. @param most milliseconds */
export async function until(so: () => Promise<boolean> | boolean, most = 20_000): Promise<void> {
  for (const end = Date.now() + most; !(await so()); await setTimeout(25))
    if (Date.now() > end) throw new Error(`It is not so after ${most} ms.`);
}
