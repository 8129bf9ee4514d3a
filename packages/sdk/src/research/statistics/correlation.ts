// SPDX-License-Identifier: GPL-3.0-or-later
import { criticalZ } from "./distributions/normal.ts";
import { assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { assertSpread, type PairMoments, pairScatterOf } from "./pairMoments.ts";
import { type TTest, tTest } from "./tTest.ts";
import { assertEnough } from "./undefinedStatistic.ts";

/** With the t test of whether the correlation is 0. */
export type Correlation = TTest & {
  /** Pearson's r, in [-1, 1]. It has no unit, so no scale is needed. */
  readonly r: number;
  /** By Fisher's z transformation. */
  readonly interval: Interval;
};

/**
 * Pearson's correlation, as R's `cor.test`.
 * @throws INVALID_ARGUMENT for sums that are impossible, for fewer than 4 pairs, where u or v does not vary, and for points
 *         on one line
 */
export function correlation(pairs: PairMoments, level = DEFAULT_LEVEL): Correlation {
  const scatter = pairScatterOf(pairs);
  assertLevel(level);
  assertEnough("A correlation with an interval", "pairs.n", pairs.n, 4n);
  assertSpread("The correlation", scatter);
  // r / √(1 - r²) from integers: from r it would lose its digits near 1.
  const ratio = Number(scatter.uv) / Math.sqrt(Number(scatter.off));
  const df = Number(pairs.n - 2n);
  // The inverse hyperbolic tangent of r.
  const z = Math.asinh(ratio);
  const margin = criticalZ(level) / Math.sqrt(Number(pairs.n - 3n));
  return {
    r: ratio / Math.hypot(1, ratio),
    interval: { low: Math.tanh(z - margin), high: Math.tanh(z + margin), level },
    ...tTest(ratio * Math.sqrt(df), df),
  };
}
