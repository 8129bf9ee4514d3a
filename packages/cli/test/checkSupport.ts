// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { named, type Ran, vitalproof } from "./support.ts";

export type Answer = {
  holds: boolean;
  valid: number;
  inBand: number;
  missing: number;
  share: number;
  mean: number;
  coverage: number;
  epochs: number;
  slots: number;
  failing: string[];
  format: string;
  semantics: string;
  bounds: { bound: string; holds: boolean; needed: number; got: number; by: number; text: string }[];
  underOther: { holds: boolean };
  runs?: { least: number; most: number };
};

/** A folder of its own for each test of a block, and the command in it. */
export function checking() {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-check-"));
  });
  afterEach(async () => {
    await rm(cwd, { recursive: true, force: true });
  });
  return {
    folder: () => cwd,
    check: (file: string, name: string, ...argv: string[]): Promise<Ran> =>
      vitalproof({ cwd }, "--json", "check", file, ...named(name), ...argv),
    /** The same as text. */
    checkAsText: (file: string, name: string, ...argv: string[]): Promise<Ran> =>
      vitalproof({ cwd }, "check", file, ...named(name), ...argv),
    async csv(name: string, rows: readonly string[]): Promise<string> {
      await writeFile(join(cwd, name), `${rows.join("\n")}\n`);
      return name;
    },
  };
}

export const answer = (ran: Ran): Answer => JSON.parse(ran.out) as Answer;
export const table = (unit: string): string[] => ["--time", "when", "--value", "value", "--unit", unit];
