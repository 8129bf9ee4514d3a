// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about the place of a reading, told to circuits that classify each one
// directly (Classify): missing, below the band, inside it or above it.
import type { Claim } from "../claim.ts";
import type { Base } from "../mutants.ts";
import type { TermsHeader } from "../terms.ts";
import type { Teller } from "./teller.ts";

const VALUES = [-2n, -1n, 0n, 1n, 2n];

/** Bands, and the codes that a full telling puts into the first slot. */
export const BANDS = [
  [4, 6],
  [5, 12],
  [1, 3],
  [8, 8],
] as const;
export const CODES = [0, 1, 3, 5, 9, 11];

/**
 * The first reading, which is `code`, in every place: each choice of the region flags and of their products, boolean
 * or not.
 */
export function tellFlagLies(
  { wire, set }: Teller,
  base: Base,
  code: number,
  [low, high]: readonly [number, number],
): void {
  const slot = (name: string) => wire(`slots[0][0].${name}`);
  for (const m of VALUES) {
    for (const i of VALUES) {
      for (const a of VALUES) {
        const flags = [
          [slot("missing"), m],
          [slot("inside"), i],
          [slot("above"), a],
        ] as const;
        const label = `code ${code} of ${low}..${high}: missing ${m}, inside ${i}, above ${a}`;
        set(base, label, ...flags);
        const simple = [m, i, a].every((flag) => flag === 0n || flag === 1n) && m + i + a <= 1n;
        if (!simple) continue;
        for (const end of ["lowIfInside", "lowIfAbove", "highIfBelow", "highIfInside"])
          for (const value of [0n, BigInt(code), BigInt(code) - 12n, 12n])
            set(base, `${label}, ${end} = ${value}`, ...flags, [slot(end), value]);
        for (const value of VALUES) set(base, `${label}, below ${value}`, ...flags, [slot("below"), value]);
      }
    }
  }
}

/**
 * A code outside the table, in a word that is the same: 16 lent to the slot before.
 *
 * @param claimOf a claim with the band 4 to 6 that one more reading inside, before the tenth, would make true
 */
export async function tellLentReading(
  { codesOf, wire, world, set }: Teller,
  claimOf: (codes: bigint[][]) => Claim<TermsHeader>,
): Promise<void> {
  for (const lend of [1n, -1n]) {
    const second = lend === 1n ? 7 : 3;
    const codes = codesOf([9, 1], [second, 1], [5, 10], [12, 20]);
    const base = await world("16 lent to the slot before", claimOf(codes));
    set(base, "", [wire("codes[0][0]"), 9n + 16n * lend], [wire("codes[0][1]"), BigInt(second) - lend]);
  }
}
