// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Compiler } from "./compiler.ts";
import type { Project, Run } from "./project.ts";
import { runInlined, runStateful, STATEFUL } from "./solidity.ts";

/** A way to break a contract that a random Solidity test has to notice (breaks.json). */
export interface Break {
  readonly name: string;
  /** Of test/contracts/INVARIANTS.md. */
  readonly property: string;
  readonly file: string;
  /** Text that occurs once in the file. */
  readonly before: string;
  readonly after: string;
  /** What the failing test says. Another failure does not count: it would be noticed by accident. */
  readonly says: string;
  /** Which tests show that the tool sees a change at all: those that deploy by artifact, or those that it is compiled into. */
  readonly control?: "stateful" | "inlined";
}

/** Properties of the last suites, which are asked first. */
const OF_LAST = /^(T36|V2|L1|L2)$/;

export interface Outcome {
  readonly noticed: boolean;
  readonly by: string;
}

export function readBreaks(root: string): Break[] {
  return JSON.parse(readFileSync(join(root, "scripts/mutants/breaks.json"), "utf8")) as Break[];
}

export function broken(source: string, { name, file, before, after }: Break): string {
  const places = source.split(before).length - 1;
  if (places !== 1)
    throw new Error(`Break "${name}": its text occurs ${places} times in ${file}. It has to occur once.`);
  return source.replace(before, () => after);
}

const outcomeOf = ({ passed, by, output }: Run, says: string): Outcome => ({
  noticed: !passed && output.includes(says),
  by,
});

/** @param phase one of the two alone; both without it */
export function tryBreak(
  project: Project,
  compiler: Compiler,
  given: Break,
  timeout: number,
  phase?: Break["control"],
): Outcome {
  const { file, says } = given;
  const source = broken(compiler.sourceOf(file), given);
  const codes = compiler.codesWith(file, source);
  if (codes === undefined) throw new Error(`Break "${given.name}" does not compile.`);
  const others: string[] = [];
  if (phase !== "inlined") {
    for (const suite of OF_LAST.test(given.property) ? STATEFUL.toReversed() : STATEFUL) {
      const outcome = outcomeOf(runStateful(project, codes, timeout, [suite]), says);
      if (outcome.noticed) return outcome;
      others.push(outcome.by);
    }
    if (phase === "stateful") return { noticed: false, by: others.join(" ") };
  }
  const outcome = outcomeOf(runInlined(project, compiler, { file, source, codes }, timeout), says);
  return outcome.noticed ? outcome : { noticed: false, by: [...others, outcome.by].join(" ").trim() };
}
