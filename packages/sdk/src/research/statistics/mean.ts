// SPDX-License-Identifier: GPL-3.0-or-later
import { criticalT } from "./distributions/studentT.ts";
import { around, assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { assertMoments, type Moments, quotient, scatterOf } from "./moments.ts";
import { assertScale, meanOf, type Scale } from "./scale.ts";
import { assertEnough, undefinedStatistic } from "./undefinedStatistic.ts";

/** All in the unit of the scale. */
export type Mean = {
  readonly mean: number;
  readonly standardError: number;
  /** Degrees of freedom of the interval. */
  readonly df: number;
  /** Student's t interval. */
  readonly interval: Interval;
};

/**
 * The mean of a group with its t interval.
 * @throws INVALID_ARGUMENT for sums that are impossible, for one value, and where all values are equal: `meanOf` gives their mean
 */
export function mean(moments: Moments, scale: Scale, level = DEFAULT_LEVEL): Mean {
  assertMoments("moments", moments);
  assertScale("scale", scale);
  assertLevel(level);
  assertEnough("A mean with an interval", "moments.n", moments.n, 2n);
  const { n } = moments;
  const scatter = scatterOf(moments);
  if (scatter === 0n) {
    throw undefinedStatistic("The interval of the mean", {
      why: `is not defined: all ${n} values are equal`,
      hint: "Report their common value without an interval, or ask for a larger group.",
      details: { n },
    });
  }
  const df = Number(n - 1n);
  const standardError = scale.step * Math.sqrt(quotient(scatter, n * n * (n - 1n)));
  const estimate = meanOf(moments, scale);
  const interval = around(estimate, criticalT(level, df) * standardError, level);
  return { mean: estimate, standardError, df, interval };
}
