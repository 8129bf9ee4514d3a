// SPDX-License-Identifier: GPL-3.0-or-later
import { assertCounts, type Counts } from "./counts.ts";
import { criticalZ } from "./distributions/normal.ts";
import { assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { quotient } from "./moments.ts";

export type Proportion = {
  /** Between 0 and 1. */
  readonly proportion: number;
  /** Wilson's score interval: inside [0, 1], also for none and for all. */
  readonly interval: Interval;
};

/**
 * The share of records with an outcome. There is no standard error: it would be 0 for none and for all.
 * Wilson, Journal of the American Statistical Association 22, 1927; method 3 of Newcombe, Statistics in Medicine 17, 1998,
 * 857-872. No continuity correction.
 * @throws INVALID_ARGUMENT
 */
export function proportion(counts: Counts, level = DEFAULT_LEVEL): Proportion {
  assertCounts("counts", counts);
  assertLevel(level);
  const { n, of } = counts;
  const z = criticalZ(level);
  const low = wilsonLow(counts, z);
  // The others' lower end, mirrored, so that none gives exactly 0 and all exactly 1.
  const high = 1 - wilsonLow({ n, of: n - of }, z);
  return { proportion: quotient(of, n), interval: { low, high, level } };
}

/** The lower root, as the product of both roots divided by the upper one: nothing cancels for few outcomes. */
function wilsonLow({ n, of }: Counts, z: number): number {
  const root = z * Math.sqrt(z * z + 4 * quotient(of * (n - of), n));
  return (2 * quotient(of * of, n)) / (2 * Number(of) + z * z + root);
}
