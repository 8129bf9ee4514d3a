// SPDX-License-Identifier: GPL-3.0-or-later
import { assertCounts, type Counts } from "./counts.ts";
import { normalPValue } from "./distributions/normal.ts";
import { quotient } from "./moments.ts";
import { undefinedStatistic } from "./undefinedStatistic.ts";

export type TwoProportionTest = {
  /** Above 0 where the first group's share is larger. Its square is chi-square with one degree of freedom. */
  readonly z: number;
  /** Two-sided. It is 0 below about 10^-308. */
  readonly pValue: number;
  /** The smallest of the four counts that equal shares let expect. Below 5, use Fisher's exact test instead. */
  readonly leastExpected: number;
};

/**
 * Whether two groups have the same share: the z test with the pooled share and without continuity correction, which equals
 * R's `prop.test(correct = FALSE)` and the chi-square test of a two-by-two table.
 * @throws INVALID_ARGUMENT where none or all of both groups have the outcome
 */
export function twoProportionTest(a: Counts, b: Counts): TwoProportionTest {
  assertCounts("a", a);
  assertCounts("b", b);
  const n = a.n + b.n;
  const of = a.of + b.of;
  if (of === 0n || of === n) {
    throw undefinedStatistic("The z test of two proportions", {
      why: `is not defined: ${of === 0n ? "none" : "all"} of the ${n} records have the outcome`,
      hint: "Report both groups' intervals instead, or ask for a larger group.",
      details: { n, of },
    });
  }
  const apart = a.of * b.n - b.of * a.n;
  const size = Math.sqrt(quotient(apart * apart * n, a.n * b.n * of * (n - of)));
  const z = apart < 0n ? -size : size;
  const smaller = a.n < b.n ? a.n : b.n;
  const rarer = of < n - of ? of : n - of;
  return { z, pValue: normalPValue(z), leastExpected: quotient(smaller * rarer, n) };
}
