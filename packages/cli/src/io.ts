// SPDX-License-Identifier: GPL-3.0-or-later
import { performance } from "node:perf_hooks";
import { type Json, jsonOf } from "@vitalproof/sdk/wire";

export type { Json } from "@vitalproof/sdk/wire";

/** The world as a command sees it; a test gives it another one. */
export type IoParts = {
  /** Writes to standard output: results, and nothing else. */
  out: (text: string) => void;
  /** Writes to standard error: progress, warnings, questions, errors. */
  err: (text: string) => void;
  /** Whether somebody is there to answer a question. */
  isTTY: boolean;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** The repository, or the package's copy of its small files in the same places, such as circuits/artifacts. */
  root: string;
  /** Whether the command runs outside the repository: nothing can be built then. */
  installed: boolean;
  /** The system's clock, in Unix seconds. Commands ask `clockOf` instead, which knows `--clock`. */
  now: () => number;
  /** Asks a question on the terminal and returns the line without showing it. */
  askSecret: (question: string) => Promise<string>;
  /** Aborted when the user stops the command. */
  signal: AbortSignal;
};

const TICK_MS = 2000;

/** A terminal, or what stands for one. Every command writes through it and reads the world from it. */
export class Io {
  readonly isTTY: boolean;
  readonly env: IoParts["env"];
  readonly cwd: string;
  readonly root: string;
  readonly installed: boolean;
  readonly signal: AbortSignal;
  /** Set from `--json` before a command's action runs. */
  json = false;
  /** Set from `--quiet`: no progress. */
  quiet = false;
  /** Set by a command that ends as it should with an answer other than plain success (`EXIT.no`). */
  exitCode = 0;
  readonly #parts: IoParts;

  constructor(parts: IoParts) {
    this.#parts = parts;
    this.isTTY = parts.isTTY;
    this.env = parts.env;
    this.cwd = parts.cwd;
    this.root = parts.root;
    this.installed = parts.installed;
    this.signal = parts.signal;
  }

  /** The system's clock, in Unix seconds. */
  now(): number {
    return this.#parts.now();
  }

  askSecret(question: string): Promise<string> {
    return this.#parts.askSecret(question);
  }

  out(text: string): void {
    this.#parts.out(text);
  }

  err(text: string): void {
    this.#parts.err(text);
  }

  /** A command's result: lines for people, or one JSON document with `--json`. Once per command. */
  report(lines: readonly string[], json: Json): void {
    this.out(this.json ? jsonText(json) : lines.map((line) => `${line}\n`).join(""));
  }

  /** Something that people should know, but not a result; on standard error in both modes. */
  warn(text: string): void {
    this.err(`${text}\n`);
  }

  /**
   * Runs something that may take long. After two seconds, and every two seconds from then on, a line on standard error
   * says that it is still at it; `say` names the step or the share that is done.
   */
  async during<T>(title: string, act: (say: (step: string) => void) => Promise<T>): Promise<T> {
    if (this.quiet) return act(() => {});
    const started = performance.now();
    let told = started;
    let step = "";
    const tell = (): void => {
      told = performance.now();
      const seconds = Math.round((told - started) / 1000);
      this.err(`… ${title}${step === "" ? "" : `: ${step}`}, ${seconds} s\n`);
    };
    const ticker = setInterval(() => {
      if (performance.now() - told >= TICK_MS / 2) tell();
    }, TICK_MS);
    try {
      return await act((text) => {
        step = text;
        // Work that leaves no time for the ticker is reported from within.
        if (performance.now() - told >= TICK_MS) tell();
      });
    } finally {
      clearInterval(ticker);
    }
  }
}

/** A command's JSON output, bigint as decimal strings. */
export function jsonText(value: Json): string {
  return `${jsonOf(value, 2)}\n`;
}
