// SPDX-License-Identifier: GPL-3.0-or-later
import { RESEARCH_CIRCUITS } from "../../generated/researchProtocol.ts";
import type { QuerySizes } from "../answer.ts";
import type { Program } from "../program.ts";

/** What a program takes of a circuit. */
export type ProgramSizes = Pick<QuerySizes, "conditions" | "values" | "groups">;

export function sizesOfProgram({ conditions, b, wants }: Program): ProgramSizes {
  return { conditions: conditions.length, values: wants.u ? 2 : 1, groups: b === 0n ? 1 : 2 };
}

/** Query circuits that answer a program, apart from those for tests: the smallest first. */
export function circuitsFor(program: Program): { readonly name: string; readonly sizes: QuerySizes }[] {
  const needs = sizesOfProgram(program);
  return Object.values(RESEARCH_CIRCUITS)
    .flatMap(({ name, sizes }) => ("conditions" in sizes && !name.endsWith("-test") ? [{ name, sizes }] : []))
    .filter(
      ({ sizes }) =>
        sizes.conditions >= needs.conditions && sizes.values >= needs.values && sizes.groups >= needs.groups,
    )
    .sort((a, b) => a.sizes.conditions - b.sizes.conditions || a.sizes.records - b.sizes.records);
}
