// SPDX-License-Identifier: GPL-3.0-or-later
import { criticalChiSquare } from "./distributions/chiSquare.ts";
import { assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { assertMoments, type Moments, quotient, scatterOf } from "./moments.ts";
import { assertScale, type Scale } from "./scale.ts";
import { assertEnough, undefinedStatistic } from "./undefinedStatistic.ts";

export type Variance = {
  /** With divisor n - 1, in the square of the unit. */
  readonly variance: number;
  /** Its root, in the unit. */
  readonly standardDeviation: number;
  readonly df: number;
  /** Of the variance, from chi-square: only as good as the values are normal, also in large groups. */
  readonly varianceInterval: Interval;
  /** Of the standard deviation: the roots of the ends of `varianceInterval`. */
  readonly standardDeviationInterval: Interval;
};

/**
 * How far the values of a group spread, with intervals from chi-square.
 * @throws INVALID_ARGUMENT for sums that are impossible, for one value, and where all values are equal
 */
export function variance(moments: Moments, scale: Scale, level = DEFAULT_LEVEL): Variance {
  assertMoments("moments", moments);
  assertScale("scale", scale);
  assertLevel(level);
  assertEnough("A variance", "moments.n", moments.n, 2n);
  const { n } = moments;
  const scatter = scatterOf(moments);
  if (scatter === 0n) {
    throw undefinedStatistic("The interval of the variance", {
      why: `is not defined: all ${n} values are equal, and their variance is 0`,
      hint: "Report their common value, or ask for a larger group.",
      details: { n },
    });
  }
  const df = Number(n - 1n);
  const standardDeviation = scale.step * Math.sqrt(quotient(scatter, n * (n - 1n)));
  const estimate = scale.step ** 2 * quotient(scatter, n * (n - 1n));
  const tail = (1 - level) / 2;
  const low = (estimate * df) / criticalChiSquare({ side: "above", probability: tail }, df);
  const high = (estimate * df) / criticalChiSquare({ side: "below", probability: tail }, df);
  return {
    variance: estimate,
    standardDeviation,
    df,
    varianceInterval: { low, high, level },
    standardDeviationInterval: { low: Math.sqrt(low), high: Math.sqrt(high), level },
  };
}
