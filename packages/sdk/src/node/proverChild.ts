// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Progress } from "../prove/prover.ts";
import type { ChildMessage, ChildRequest, ChildResult } from "./childProtocol.ts";

export type ProverChildOptions = {
  /** Upper limit of its JavaScript heap in MiB. */
  heapMiB?: number;
  /** Makes it the leader of a process group, so that what it starts is killed with it. */
  group?: boolean;
  /** Hears of the child's memory in bytes while it proves. */
  onMemory?: (rss: number) => void;
};

/** Why a child gave no result. */
export class ChildDied extends Error {
  override readonly name = "ChildDied";
}

/**
 * A process that makes one proof at a time. Inputs go through a pipe: neither arguments nor environment hold them. It
 * ends with its parent, however that one ends, and while it is idle it does not keep the parent alive.
 */
export class ProverChild {
  /** Resolves once the process is gone. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #group: boolean;
  #alive = true;
  #died = "";
  #cause: unknown;
  #settle: ((outcome: ChildResult | ChildDied) => void) | undefined;
  #progress: ((phase: "witness" | "proof", detail?: string) => void) | undefined;

  constructor({ heapMiB, group = false, onMemory }: ProverChildOptions = {}) {
    this.#group = group && process.platform !== "win32";
    // Run from source the file ends in .ts, from the published package in .js.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#child = fork(fileURLToPath(new URL(`./proverChildMain.${extension}`, import.meta.url)), [], {
      execArgv: heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      detached: this.#group,
    });
    this.#rest();
    this.#child.on("message", (message: ChildMessage) => {
      if (message.type === "memory") onMemory?.(message.rss);
      else if (message.type === "progress") this.#progress?.(message.phase, message.detail);
      else this.#finish(message);
    });
    this.ended = new Promise((resolve) => {
      const gone = (reason: string, cause?: unknown): void => {
        this.#alive = false;
        this.#died ||= reason;
        this.#cause ??= cause;
        this.#finish(new ChildDied(this.#died, { cause: this.#cause }));
        resolve();
      };
      this.#child.once("exit", (code, signal) =>
        gone(`its process ended early (${signal ?? `code ${code}`})`),
      );
      // Also emitted when a message cannot be sent or the process cannot be killed; then it is the end of it too.
      this.#child.on("error", (error) => {
        if (this.#child.pid === undefined) gone("its process cannot be started", error);
        else this.kill("its process does not answer");
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it can take another request. */
  get alive(): boolean {
    return this.#alive && this.#died === "";
  }

  /** @throws ChildDied when the process ends, or is killed, without a result */
  run(request: ChildRequest, onProgress?: (progress: Progress) => void): Promise<ChildResult> {
    const started = Date.now();
    return new Promise((resolve, reject) => {
      this.#settle = (outcome) => (outcome instanceof ChildDied ? reject(outcome) : resolve(outcome));
      this.#progress = (phase, detail) => onProgress?.({ phase, detail, elapsedMs: Date.now() - started });
      if (!this.alive) {
        this.#finish(new ChildDied(this.#died, { cause: this.#cause }));
        return;
      }
      this.#child.ref();
      this.#child.channel?.ref();
      this.#child.send(request);
    });
  }

  /** Ends it at once. A run that waits for a result rejects with this reason. */
  kill(reason = "its process was stopped"): void {
    this.#died ||= reason;
    if (!this.#alive) return;
    // A parent with nothing else to do must stay alive until the child has ended, since a caller waits for that.
    this.#child.ref();
    if (this.#group && this.#child.pid !== undefined) {
      try {
        process.kill(-this.#child.pid, "SIGKILL");
      } catch {
        // It has ended just now.
      }
    }
    this.#child.kill("SIGKILL");
  }

  #finish(outcome: ChildResult | ChildDied): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#progress = undefined;
    this.#rest();
    settle?.(outcome);
  }

  #rest(): void {
    if (this.#died === "") this.#child.unref();
    this.#child.channel?.unref();
  }
}
