// SPDX-License-Identifier: GPL-3.0-or-later
import { RESEARCH_SIZES } from "../../generated/researchProtocol.ts";
import { invalid } from "../../invalid.ts";

/** Sums over the values of one group, exact. Codes are integers from 1 to 4,095. */
export type Moments = {
  /** Number of values. */
  readonly n: bigint;
  /** Sum of their codes. */
  readonly sum: bigint;
  /** Sum of the squares of their codes. */
  readonly squares: bigint;
};

/** The highest code: codes have 12 bits, and 0 is a missing value. */
export const HIGHEST_CODE = BigInt(2 ** RESEARCH_SIZES.valueBits - 1);
/** More than any group has. Up to here no product of sums is too large for a double, and Fisher's test takes seconds at most. */
export const MOST_VALUES = 10n ** 12n;

/** @param name how the caller calls them, such as "a" @throws as `assertSums` */
export function assertMoments(name: string, moments: Moments): void {
  assertSums({ n: `${name}.n`, sum: `${name}.sum`, squares: `${name}.squares` }, moments);
}

/**
 * Refuses sums that no list of codes has.
 * @param names how the caller calls each of them
 * @throws INVALID_ARGUMENT naming the first sum that is impossible
 */
export function assertSums(
  names: { readonly [sum in keyof Moments]: string },
  { n, sum, squares }: Moments,
): void {
  assertBetween(names.n, n, 1n, MOST_VALUES);
  assertBetween(names.sum, sum, n, HIGHEST_CODE * n);
  // (code - 1) (4095 - code) is never negative, and the mean of squares never below the square of the mean.
  const most = (HIGHEST_CODE + 1n) * sum - HIGHEST_CODE * n;
  assertBetween(names.squares, squares, (sum * sum + n - 1n) / n, most);
  // A code and its square are both even or both odd.
  if ((squares - sum) % 2n !== 0n)
    throw invalid(names.squares, squares, `${sum % 2n === 0n ? "even" : "odd"}, like the sum ${sum}`);
}

/** `n Σcode² - (Σcode)²`: n (n - 1) times the variance of the codes. Exact, and never negative. */
export function scatterOf({ n, sum, squares }: Moments): bigint {
  return n * squares - sum * sum;
}

/** A fraction as a double: both parts are exact until here. */
export function quotient(numerator: bigint, denominator: bigint): number {
  return Number(numerator) / Number(denominator);
}

/** @throws INVALID_ARGUMENT */
export function assertBetween(name: string, value: bigint, least: bigint, most: bigint): void {
  if (value < least || value > most) throw invalid(name, value, `between ${least} and ${most}`);
}
