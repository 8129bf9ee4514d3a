// SPDX-License-Identifier: GPL-3.0-or-later
import type { FamilyFields } from "../circuits/claimFacts.ts";
import { sizedFamilyFields } from "../circuits/sizedFamily.ts";
import { RESEARCH_CIRCUITS } from "../generated/researchProtocol.ts";

/**
 * A circuit of research queries as its proposal to the circuit registry describes it; undefined for other circuits.
 * @param inputs number of public inputs
 */
export function researchFamilyFields(circuit: string, inputs: number): FamilyFields | undefined {
  const known = Object.values(RESEARCH_CIRCUITS).find(({ name }) => name === circuit);
  return known === undefined ? undefined : sizedFamilyFields(known, inputs);
}
