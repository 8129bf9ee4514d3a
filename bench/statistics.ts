// SPDX-License-Identifier: GPL-3.0-or-later

/** Of some values: the middle one, the lowest and the highest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values, no median");
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Rounded to `digits` after the point. @throws RangeError for no values */
export function spreadOf(values: readonly number[], digits = 0): Spread {
  return {
    median: round(median(values), digits),
    min: round(Math.min(...values), digits),
    max: round(Math.max(...values), digits),
  };
}

/**
 * How a cost grows from one size to another: it is as the size to the power of this. 0 stays the same, 1 grows with the size,
 * 2 with its square.
 * @throws RangeError for two equal sizes, and for what is not above 0
 */
export function exponent(
  smaller: { readonly size: number; readonly cost: number },
  larger: { readonly size: number; readonly cost: number },
): number {
  const growth = Math.log(larger.cost / smaller.cost) / Math.log(larger.size / smaller.size);
  if (!Number.isFinite(growth)) throw new RangeError("no growth between these sizes and costs");
  return growth;
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
