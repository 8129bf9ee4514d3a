// SPDX-License-Identifier: GPL-3.0-or-later
//
// Says in a file which durable step a process is in, so that a test knows where it was killed; and kills it at a step that a
// test aims at.
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { openSync, readFileSync, writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import type { Database, Queries } from "../../src/store/index.ts";

/** `AREA:PHASE`, such as `sealing:written`: all is written and nothing is committed. */
export type Mark = `${string}:${string}`;
/** The process ends itself at so many passes of a mark. */
export type Aim = { readonly mark: Mark; readonly pass: number };

const LENGTH = 256;

export class Marks {
  readonly #file: number;
  readonly #aim: Aim | undefined;
  readonly #areas = new AsyncLocalStorage<string>();
  readonly #at = new Map<string, string>();
  #passes = 0;

  constructor(file: string, aim: Aim | undefined) {
    this.#file = openSync(file, "r+");
    this.#aim = aim;
  }

  /** What begins here belongs to an area. */
  in<T>(area: string, act: () => T): T {
    return this.#areas.run(area, act);
  }

  /** A place outside of the store, such as a request on its way. */
  pass(area: string, phase: string): void {
    this.#at.set(area, phase);
    this.#write();
    if (this.#aim?.mark !== `${area}:${phase}`) return;
    this.#passes += 1;
    if (this.#passes >= this.#aim.pass) process.kill(process.pid, "SIGKILL");
  }

  /** A store whose steps are told. */
  over(database: Database): Database {
    return {
      kind: database.kind,
      reads: database.reads,
      locks: database.locks,
      snapshot: (act) => database.snapshot(act),
      migrating: (act) => database.migrating(act),
      close: () => database.close(),
      step: (act) => this.#step(database, act),
    };
  }

  async #step<T>(database: Database, act: (queries: Queries) => Promise<T>): Promise<T> {
    const area = this.#areas.getStore() ?? "other";
    try {
      const value = await database.step(async (queries) => {
        this.pass(area, "begun");
        const answer = await act(queries);
        this.pass(area, "written");
        return answer;
      });
      this.pass(area, "committed");
      return value;
    } finally {
      // What the step's end leads to, such as an acknowledgement, comes first.
      setImmediate(() => {
        this.#at.delete(area);
        this.#write();
      });
    }
  }

  #write(): void {
    const text = [...this.#at].map((each) => each.join(":")).join(" ");
    writeSync(this.#file, text.padEnd(LENGTH), 0);
  }
}

/** Where a process was. Empty between steps. */
export function marksIn(file: string): string[] {
  return readFileSync(file, "utf8").trim().split(" ").filter(Boolean);
}

/**
 * In a process that a test starts: says that it is loaded, and waits for the line that lets it begin, which may name a mark at
 * which it is to end.
 */
export async function beginWith(file: string): Promise<Marks> {
  process.stdout.write("loaded\n");
  // One that is killed does not leave what it compiled to the next one otherwise.
  flushCompileCache();
  const [line] = (await once(process.stdin, "data")) as [Buffer];
  const [, mark, pass] = line.toString().trim().split(" ");
  return new Marks(file, mark === undefined ? undefined : { mark: mark as Mark, pass: Number(pass) });
}
