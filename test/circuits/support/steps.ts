// SPDX-License-Identifier: GPL-3.0-or-later
import { mod } from "@vitalproof/hardhat-circom/attack";

/** What Steps would have to hand on for these differences of neighbours; 0 where none is given. */
export function sums(differences: Readonly<Record<number, bigint>>, length: number): bigint[] {
  let sum = 0n;
  return Array.from({ length }, (_, n) => {
    sum = mod(sum + (differences[n] ?? 0n));
    return sum;
  });
}
