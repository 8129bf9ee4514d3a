// SPDX-License-Identifier: GPL-3.0-or-later
import { assertCounts, type Counts } from "./counts.ts";
import { atMostAsProbable } from "./distributions/hypergeometric.ts";

export type FisherExactTest = {
  /** Two-sided. 1 where none or all have the outcome; 0 below about 10^-290. */
  readonly pValue: number;
};

/**
 * Whether two groups have the same share, by Fisher's exact test of a two-by-two table: the probability of all tables with
 * the same margins that are at most as probable as the observed one, to within a relative 1e-7, as R's `fisher.test`.
 * `oddsRatio` gives the size of the effect.
 * @throws INVALID_ARGUMENT
 */
export function fisherExactTest(a: Counts, b: Counts): FisherExactTest {
  assertCounts("a", a);
  assertCounts("b", b);
  return { pValue: atMostAsProbable({ white: a.n, black: b.n, drawn: a.of + b.of }, a.of) };
}
