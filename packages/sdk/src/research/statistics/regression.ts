// SPDX-License-Identifier: GPL-3.0-or-later
import { criticalT } from "./distributions/studentT.ts";
import { around, assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { quotient } from "./moments.ts";
import { assertSpread, momentsOfU, momentsOfV, type PairMoments, pairScatterOf } from "./pairMoments.ts";
import { assertScale, meanOf, type Scale } from "./scale.ts";
import { type TTest, tTest } from "./tTest.ts";
import { assertEnough } from "./undefinedStatistic.ts";

/** With the t test of whether it is 0. */
export type Coefficient = TTest & {
  readonly estimate: number;
  readonly standardError: number;
  readonly interval: Interval;
};

export type Regression = {
  /** In units of v per unit of u. */
  readonly slope: Coefficient;
  /** v at a u of 0, in its unit. */
  readonly intercept: Coefficient;
  /** Share of the variance of v that u explains, in [0, 1]. */
  readonly rSquared: number;
  /** In the unit of v, with n - 2 degrees of freedom. */
  readonly residualStandardError: number;
  readonly df: number;
};

/** What the codes of pairs mean. */
export type PairScales = { readonly v: Scale; readonly u: Scale };

/**
 * The line of v on u by least squares.
 * @throws INVALID_ARGUMENT for sums that are impossible, for fewer than 3 pairs, where u or v does not vary, and for points
 *         on one line
 */
export function regression(pairs: PairMoments, scales: PairScales, level = DEFAULT_LEVEL): Regression {
  const scatter = pairScatterOf(pairs);
  assertScale("scales.v", scales.v);
  assertScale("scales.u", scales.u);
  assertLevel(level);
  assertEnough("A regression", "pairs.n", pairs.n, 3n);
  assertSpread("The regression", scatter);
  const { n } = pairs;
  const df = Number(n - 2n);
  const critical = criticalT(level, df);
  const coefficient = (estimate: number, standardError: number): Coefficient => ({
    estimate,
    standardError,
    interval: around(estimate, critical * standardError, level),
    ...tTest(estimate / standardError, df),
  });

  const residual = scales.v.step * Math.sqrt(quotient(scatter.off, n * (n - 2n) * scatter.u));
  const slope = (scales.v.step / scales.u.step) * quotient(scatter.uv, scatter.u);
  // Σ(u - mean of u)², in u's unit.
  const spread = scales.u.step ** 2 * quotient(scatter.u, n);
  const meanU = meanOf(momentsOfU(pairs), scales.u);
  const meanV = meanOf(momentsOfV(pairs), scales.v);
  return {
    slope: coefficient(slope, residual / Math.sqrt(spread)),
    intercept: coefficient(meanV - slope * meanU, residual * Math.sqrt(1 / Number(n) + meanU ** 2 / spread)),
    rSquared: quotient(scatter.uv * scatter.uv, scatter.u * scatter.v),
    residualStandardError: residual,
    df,
  };
}
