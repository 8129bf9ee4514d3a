// SPDX-License-Identifier: GPL-3.0-or-later
import { assertCounts, type Counts } from "./counts.ts";
import { DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { quotient } from "./moments.ts";
import { proportion } from "./proportion.ts";

export type ProportionDifference = {
  /** Share of the first group less share of the second, between -1 and 1. */
  readonly difference: number;
  /** Newcombe's hybrid score interval: inside [-1, 1]. */
  readonly interval: Interval;
};

/**
 * The difference of the shares of two independent groups, by the score intervals of each.
 * Method 10 of Newcombe, Statistics in Medicine 17, 1998, 873-890. No continuity correction.
 * @throws INVALID_ARGUMENT
 */
export function proportionDifference(a: Counts, b: Counts, level = DEFAULT_LEVEL): ProportionDifference {
  assertCounts("a", a);
  assertCounts("b", b);
  const [first, second] = [proportion(a, level), proportion(b, level)];
  const difference = quotient(a.of * b.n - b.of * a.n, a.n * b.n);
  const [p, q] = [first.proportion, second.proportion];
  const down = Math.hypot(p - first.interval.low, second.interval.high - q);
  const up = Math.hypot(first.interval.high - p, q - second.interval.low);
  return { difference, interval: { low: difference - down, high: difference + up, level } };
}
