// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inputs for the circuits of research queries: pages with missing values, consents that are not live, programs that use all that a
// circuit takes, and fewer earlier answers than it has places for.
import type { CircuitInput } from "@vitalproof/hardhat-circom/attack";
import { evaluateProgram, type Program, pageWitness, querySizesOf } from "@vitalproof/sdk/research";
import { allLive, answerOf, dataPageOf, randomProgram } from "../../support/researchPage.ts";

const TEMPLATES = ["pageWellFormed", "query"] as const;
type Template = (typeof TEMPLATES)[number];

export function isResearch(template: unknown): template is Template {
  return TEMPLATES.includes(template as Template);
}

export function researchInputs(
  circuit: string,
  template: Template,
  records: number,
): readonly CircuitInput[] {
  const page = dataPageOf(records);
  if (template === "pageWellFormed") return [pageWitness(circuit, page).circuitInput() as CircuitInput];
  const sizes = querySizesOf(circuit);
  const live = allLive(records) & ~((0b1001n << 40n) | (1n << 100n));
  const full = (seed: string): Program => {
    for (let k = 0; ; k++) {
      const program = randomProgram(`${seed} ${k}`, page, sizes);
      if (program.conditions.length === sizes.conditions) return program;
    }
  };
  const earlier = Array.from({ length: Math.floor(sizes.earlier / 2) }, (_, q) => ({
    classes: evaluateProgram(page, live, full(`earlier ${q}`)).classes,
    salt: 99n + BigInt(q),
  }));
  const asked = { circuit, page, live };
  return [
    answerOf({ ...asked, program: full("attack"), earlier }).witness.circuitInput() as CircuitInput,
    answerOf({ ...asked, program: full("released"), earlier: [] }).witness.circuitInput() as CircuitInput,
  ];
}
