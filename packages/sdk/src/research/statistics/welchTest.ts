// SPDX-License-Identifier: GPL-3.0-or-later
import { criticalT } from "./distributions/studentT.ts";
import { around, assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { assertMoments, type Moments, quotient, scatterOf } from "./moments.ts";
import { assertScale, type Scale } from "./scale.ts";
import { type TTest, tTest } from "./tTest.ts";
import { assertEnough, undefinedStatistic } from "./undefinedStatistic.ts";

export type WelchTest = TTest & {
  /** Mean of the first group less mean of the second, in the unit of the scale. */
  readonly difference: number;
  readonly standardError: number;
  /** Of the difference. */
  readonly interval: Interval;
};

/**
 * Whether two independent groups have the same mean. The groups may have different variances (Welch, Biometrika 34, 1947).
 * @param scale of both groups
 * @throws INVALID_ARGUMENT for sums that are impossible, for a group of one value, and where neither group's values differ
 */
export function welchTest(a: Moments, b: Moments, scale: Scale, level = DEFAULT_LEVEL): WelchTest {
  assertMoments("a", a);
  assertMoments("b", b);
  assertScale("scale", scale);
  assertLevel(level);
  assertEnough("Welch's t test", "a.n", a.n, 2n);
  assertEnough("Welch's t test", "b.n", b.n, 2n);
  const [first, second] = [squaredErrorOf(a), squaredErrorOf(b)];
  const both = first + second;
  if (both === 0) {
    throw undefinedStatistic("Welch's t test", {
      why: `is not defined: all ${a.n} values of a are equal, and all ${b.n} values of b`,
      hint: "Report both groups' common values, or ask for larger groups.",
      details: { a: a.n, b: b.n },
    });
  }
  const apart = quotient(a.sum * b.n - b.sum * a.n, a.n * b.n);
  // Welch and Satterthwaite.
  const df = both ** 2 / (first ** 2 / Number(a.n - 1n) + second ** 2 / Number(b.n - 1n));
  const difference = scale.step * apart;
  const standardError = scale.step * Math.sqrt(both);
  const interval = around(difference, criticalT(level, df) * standardError, level);
  return { ...tTest(apart / Math.sqrt(both), df), difference, standardError, interval };
}

/** The square of a mean's standard error, in codes. */
function squaredErrorOf(moments: Moments): number {
  const { n } = moments;
  return quotient(scatterOf(moments), n * n * (n - 1n));
}
