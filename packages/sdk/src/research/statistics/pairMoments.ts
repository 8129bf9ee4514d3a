// SPDX-License-Identifier: GPL-3.0-or-later
import { invalid } from "../../invalid.ts";
import { assertBetween, assertSums, HIGHEST_CODE, type Moments, scatterOf } from "./moments.ts";
import { undefinedStatistic } from "./undefinedStatistic.ts";

/** Sums over the pairs of codes (u, v) of one group, exact. */
export type PairMoments = {
  /** Number of pairs. */
  readonly n: bigint;
  /** Sum of v, and of its squares. */
  readonly v: bigint;
  readonly vv: bigint;
  /** Sum of u, and of its squares. */
  readonly u: bigint;
  readonly uu: bigint;
  /** Sum of the products. */
  readonly uv: bigint;
};

/** n (n - 1) times the covariance matrix of the codes, exact. */
export type Scatter = {
  /** `n Σu² - (Σu)²` */
  readonly u: bigint;
  /** `n Σv² - (Σv)²` */
  readonly v: bigint;
  /** `n Σuv - Σu Σv` */
  readonly uv: bigint;
  /** `u v - uv²`: 0 where all points are on one line. */
  readonly off: bigint;
};

export function momentsOfU({ n, u, uu }: PairMoments): Moments {
  return { n, sum: u, squares: uu };
}

export function momentsOfV({ n, v, vv }: PairMoments): Moments {
  return { n, sum: v, squares: vv };
}

/**
 * How pairs scatter.
 * @throws INVALID_ARGUMENT naming the first sum that is impossible
 */
export function pairScatterOf(pairs: PairMoments): Scatter {
  assertSums({ n: "pairs.n", sum: "pairs.v", squares: "pairs.vv" }, momentsOfV(pairs));
  assertSums({ n: "pairs.n", sum: "pairs.u", squares: "pairs.uu" }, momentsOfU(pairs));
  const { n, u: sumU, v: sumV, uv: products } = pairs;
  // (u - 1) (v - 1) and its like at the other three corners of the codes have one sign for every pair.
  const corners = {
    least: [sumU + sumV - n, HIGHEST_CODE * (sumU + sumV) - HIGHEST_CODE ** 2n * n],
    most: [HIGHEST_CODE * (sumU - n) + sumV, HIGHEST_CODE * (sumV - n) + sumU],
  };
  const [least, most] = [corners.least.reduce(larger), corners.most.reduce(smaller)];
  assertBetween("pairs.uv", products, least, most);
  const u = scatterOf(momentsOfU(pairs));
  const v = scatterOf(momentsOfV(pairs));
  const uv = n * products - sumU * sumV;
  const off = u * v - uv * uv;
  if (off < 0n)
    throw invalid("pairs.uv", products, "such that (n·uv - u·v)² is at most (n·uu - u²)(n·vv - v²)");
  return { u, v, uv, off };
}

/** @throws INVALID_ARGUMENT where u or v does not vary, and where all points are on one line */
export function assertSpread(statistic: string, { u, v, off }: Scatter): void {
  if (u === 0n || v === 0n) {
    throw undefinedStatistic(statistic, {
      why: `is not defined: all values of ${u === 0n ? "u" : "v"} are equal`,
      hint: "Ask for a larger group, or for a metric that varies.",
    });
  }
  if (off === 0n) {
    throw undefinedStatistic(statistic, {
      why: "is not defined: all points are on one line, so there is nothing to estimate an error from",
      hint: "Check that u and v are two different metrics, or ask for a larger group.",
    });
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
