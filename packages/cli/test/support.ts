// SPDX-License-Identifier: GPL-3.0-or-later

import { fileURLToPath } from "node:url";
import { CIRCUITS } from "@vitalproof/sdk";
import { expect } from "chai";
import { Io, type IoParts } from "../src/io.ts";
import { run } from "../src/run.ts";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** `--circuit NAME` or `--question NAME`, as the name asks. */
export const named = (name: string): string[] => [
  Object.hasOwn(CIRCUITS, name) ? "--circuit" : "--question",
  name,
];

/** What one run of the command left. */
export type Ran = { code: number; out: string; err: string };

/** A terminal that keeps what was written to it and answers questions from a list. */
export type World = {
  env?: Record<string, string | undefined>;
  cwd: string;
  /** Unix seconds. */
  now?: number;
  /** Answers to questions, in order; a terminal with nobody at it when left out. */
  answers?: string[];
  root?: string;
  installed?: boolean;
};

/** Runs the command in this process, with the real SDK. */
export async function vitalproof(world: World, ...argv: string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const io = ioOf(world, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  const code = await run(argv, io);
  return { code, out, err };
}

/** What tests expect of runs with --json, each for a vault. */
export function expecting(run: (vault: string, ...argv: string[]) => Promise<Ran>) {
  return {
    /** Expects success, and gives the JSON. */
    async ok(vault: string, ...argv: string[]): Promise<Record<string, unknown>> {
      const ran = await run(vault, ...argv);
      expect(ran.err + ran.code, argv.join(" ")).to.equal("0");
      return JSON.parse(ran.out) as Record<string, unknown>;
    },
    /** Expects an error with this code, and nothing on standard output. */
    async refused(code: string, exit: number, vault: string, ...argv: string[]): Promise<Ran> {
      const ran = await run(vault, ...argv);
      expect([codeOf(ran), ran.code], `${argv.join(" ")}\n${ran.err}`).to.deep.equal([code, exit]);
      expect(ran.out).to.equal("");
      return ran;
    },
  };
}

/** A terminal that shows nobody anything, or what stands in `more`. */
export function ioOf(world: World, more: Partial<IoParts> = {}): Io {
  const answers = [...(world.answers ?? [])];
  const err = more.err ?? (() => {});
  return new Io({
    out: () => {},
    err,
    isTTY: world.answers !== undefined,
    env: world.env ?? {},
    cwd: world.cwd,
    root: world.root ?? ROOT,
    installed: world.installed ?? false,
    now: () => world.now ?? 1_900_000_000,
    askSecret: async (question) => {
      err(question);
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`nobody answers: ${question}`);
      return answer;
    },
    signal: new AbortController().signal,
    ...more,
  });
}

/** The code of the error that a run with --json told. */
export function codeOf(ran: Ran): string | undefined {
  const at = ran.err.indexOf('{\n  "error"');
  if (at < 0) return undefined;
  return (JSON.parse(ran.err.slice(at)) as { error: { code: string } }).error.code;
}

/** Lines of a help's examples, continued lines joined, as words without the command's own name and the shell's `> FILE`. */
export function examplesOf(help: string): string[][] {
  const [, after] = help.split(/^Examples?:$/m);
  if (after === undefined) return [];
  return [...after.replaceAll(/\\\n\s*/g, "").matchAll(/^ {2}vitalproof (.*?)(?: > \S+)?$/gm)].map(
    ([, line]) => [...line!.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word),
  );
}
