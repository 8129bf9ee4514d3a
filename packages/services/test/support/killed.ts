// SPDX-License-Identifier: GPL-3.0-or-later
//
// Processes of one program, one after the other, each killed at a random moment or at a step that is aimed at.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Aim, marksIn } from "./marks.ts";

export type KilledOptions = {
  /** Program and arguments. It says that it is loaded, begins with `go`, or `go MARK PASS`, and says when it has begun. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where the process says which step it is in. */
  readonly markFile: string;
};

/** How a process ends: after so many milliseconds, or before that where it is aimed at. */
export type Ending = {
  readonly most: number;
  readonly aim: Aim | undefined;
  /** Whether the time counts from when it has begun, so that it does something on a busy machine too. */
  readonly begun: boolean;
  /** It lives for as long as this holds. */
  readonly spared?: () => boolean;
};

export class Killed {
  kills = 0;
  /** How often each mark was where a process ended. One can be in two areas at a time. */
  readonly byMark = new Map<string, number>();
  readonly errors: string[] = [];
  readonly #options: KilledOptions;
  readonly #ready: Promise<ChildProcess>[];
  #stop = false;
  #current: ChildProcess | undefined;

  constructor(options: KilledOptions) {
    this.#options = options;
    this.#ready = [this.#load(), this.#load()];
  }

  /** @param next how the next one ends */
  async run(next: () => Ending): Promise<void> {
    const { markFile } = this.#options;
    while (!this.#stop) {
      const child = await this.#ready.shift()!;
      if (this.#stop) return kill(child);
      this.#ready.push(this.#load());
      this.#current = child;
      writeFileSync(markFile, "");
      const { most, aim, begun, spared = () => false } = next();
      const begins = begun ? once(child.stdout!, "data") : Promise.resolve();
      child.stdin!.write(aim === undefined ? "go\n" : `go ${aim.mark} ${aim.pass}\n`);
      await Promise.race([begins, once(child, "exit")]);
      const end = Date.now() + most;
      while ((Date.now() < end || spared()) && !this.#stop && !isGone(child)) await pause(5);
      await kill(child);
      this.kills += 1;
      const marks = marksIn(markFile);
      for (const mark of marks.length === 0 ? ["between steps"] : marks)
        this.byMark.set(mark, (this.byMark.get(mark) ?? 0) + 1);
    }
  }

  async end(): Promise<void> {
    this.#stop = true;
    if (this.#current !== undefined) await kill(this.#current);
    for (const child of await Promise.all(this.#ready)) await kill(child);
  }

  async #load(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [...this.#options.args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...this.#options.env },
    });
    child.stderr!.on("data", (data: Buffer) => this.errors.push(data.toString().trim()));
    child.stdin!.on("error", () => undefined);
    const ended = once(child, "exit").then(() => {
      throw new Error("A process ended before it began.");
    });
    await Promise.race([once(child.stdout!, "data"), ended]);
    ended.catch(() => undefined);
    child.stdout!.resume();
    return child;
  }
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function kill(child: ChildProcess): Promise<void> {
  if (isGone(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
