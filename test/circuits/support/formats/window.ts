// SPDX-License-Identifier: GPL-3.0-or-later
//
// Written from docs/protocol.md alone: what "Missing readings" says of several templates.
import type { Header } from "./terms.ts";

/** Codes by epoch and slot. */
export type Codes = readonly (readonly number[])[];

export const MISSING = 0;
/** Shares are in 1/10000. */
export const tenThousand = 10_000;

export interface Share {
  readonly low: number;
  readonly high: number;
  readonly shareMin: number;
  readonly shareMax: number;
}

/**
 * The share inside a band. Under "at least" a missing reading is outside, under "at most" inside. Of valid readings it is
 * neither, and is not in the denominator.
 */
export function shareHolds(header: Header, { low, high, shareMin, shareMax }: Share, codes: Codes): boolean {
  const slots = codes.flat();
  const missing = slots.filter((code) => code === MISSING).length;
  const inside = slots.filter((code) => code !== MISSING && low <= code && code <= high).length;
  const all = header.ofValid ? slots.length - missing : slots.length;
  const insideAtMost = header.ofValid ? inside : inside + missing;
  return shareMin * all <= tenThousand * inside && tenThousand * insideAtMost <= shareMax * all;
}

/** Whether a sample counts; undefined where it is missing. */
export type Mark = boolean | undefined;

/**
 * The least and the greatest number of runs over every way to fill in the missing marks. A run is a maximal stretch of at
 * least `minRun` marks that count. Nothing here knows the rules of the circuit's counter: it follows all fillings at
 * once, and of those that end in a stretch of the same length only the extreme ones matter.
 */
export function runsOverAllFillings(
  marks: readonly Mark[],
  minRun: number,
): { readonly least: number; readonly most: number } {
  // By the length of the stretch that ends here; `minRun` stands for that and longer.
  let ways = new Map([[0, { least: 0, most: 0 }]]);
  for (const mark of marks) {
    const next: typeof ways = new Map();
    for (const [length, { least, most }] of ways) {
      for (const counts of mark === undefined ? [true, false] : [mark]) {
        const longer = counts ? Math.min(length + 1, minRun) : 0;
        const more = length < minRun && longer === minRun ? 1 : 0;
        const other = next.get(longer) ?? { least: Number.POSITIVE_INFINITY, most: 0 };
        next.set(longer, {
          least: Math.min(other.least, least + more),
          most: Math.max(other.most, most + more),
        });
      }
    }
    ways = next;
  }
  const ends = [...ways.values()];
  return {
    least: Math.min(...ends.map(({ least }) => least)),
    most: Math.max(...ends.map(({ most }) => most)),
  };
}
