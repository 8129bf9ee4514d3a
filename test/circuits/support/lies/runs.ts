// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about the counter of runs, told to circuits that step it once for each
// slot: every signal of a step, boolean or not.
import { inverse } from "@vitalproof/hardhat-circom/attack";
import type { Base } from "../mutants.ts";
import type { Teller } from "./teller.ts";

const VALUES = [-1n, 0n, 1n, 2n];

/** @param marks arrays with one signal for each slot that decide what the slot does */
export function tellRunLies(
  { wire, set }: Teller,
  base: Base,
  slots: readonly number[],
  marks: readonly string[],
): void {
  for (const at of slots) {
    for (const part of marks)
      for (const to of VALUES) set(base, `${part}[${at}] ${to}`, [wire(`${part}[${at}]`), to]);
    for (const part of ["lengths", "held"])
      for (const to of [...VALUES, 3n])
        set(base, `${part}[${at + 1}] ${to}`, [wire(`${part}[${at + 1}]`), to]);
    const step = (part: string) => wire(`RunStep[${at}].${part}`);
    for (const part of ["minRun", "length", "held", "counts", "stays", "nextLength", "nextHeld"])
      for (const to of [...VALUES, 7n]) set(base, `step ${at}: ${part} ${to}`, [step(part), to]);
    const input = base.witness[step("IsEqual.isz.in")]!;
    for (const to of VALUES) {
      const out = [step("IsEqual.isz.out"), to] as const;
      set(base, `step ${at}: held ${to} by its output`, out);
      if (input !== 0n)
        set(
          base,
          `step ${at}: held ${to} by the inverse`,
          [step("IsEqual.isz.inv"), (1n - to) * inverse(input)],
          out,
        );
    }
  }
  for (const part of ["lengths[0]", "held[0]"])
    for (const to of [...VALUES, 3n]) set(base, `${part} ${to}`, [wire(part), to]);
  for (const part of ["countsOpen", "countsHeld", "stays"])
    for (const to of VALUES) set(base, `rule ${part} ${to}`, [wire(`rule.${part}`), to]);
}
