// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";

/** What both groups offer. */
export interface Point<P> {
  add(other: P): P;
  double(): P;
  is0(): boolean;
}

/** Bits of the random factors of a batched check: one wrong point in a batch passes with probability 2^-128. */
export const RANDOM_BITS = 128;

export function randomFactors(count: number): bigint[] {
  const bytes = randomBytes(count * 16);
  return Array.from(
    { length: count },
    (_, i) => bytes.readBigUInt64LE(i * 16) | (bytes.readBigUInt64LE(i * 16 + 8) << 64n),
  );
}

/**
 * Σ factors[i] · points[i], by Pippenger's buckets. The library's own takes every factor for 254 bits, and half of
 * those here have 128.
 */
export function sum<P extends Point<P>>(
  zero: P,
  points: readonly P[],
  factors: readonly bigint[],
  bits = 254,
): P {
  const width = windowWidth(points.length, bits);
  const mask = (1n << BigInt(width)) - 1n;
  const windows = Math.ceil(bits / width);
  let total = zero;
  for (let window = windows - 1; window >= 0; window--) {
    if (!total.is0()) for (let i = 0; i < width; i++) total = total.double();
    const buckets = new Array<P | undefined>(2 ** width);
    const shift = BigInt(window * width);
    for (let i = 0; i < points.length; i++) {
      const digit = Number((factors[i]! >> shift) & mask);
      if (digit === 0) continue;
      const bucket = buckets[digit];
      buckets[digit] = bucket === undefined ? points[i]! : bucket.add(points[i]!);
    }
    // Σ digit · bucket as a sum of suffix sums.
    let suffix = zero;
    let inWindow = zero;
    for (let digit = buckets.length - 1; digit > 0; digit--) {
      const bucket = buckets[digit];
      if (bucket !== undefined) suffix = suffix.add(bucket);
      if (!suffix.is0()) inWindow = inWindow.add(suffix);
    }
    total = total.add(inWindow);
  }
  return total;
}

/** The width with the fewest additions: windows · (points + 2 · buckets). */
function windowWidth(points: number, bits: number): number {
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let width = 1; width <= 16; width++) {
    const additions = Math.ceil(bits / width) * (points + 2 ** (width + 1));
    if (additions < least) [best, least] = [width, additions];
  }
  return best;
}
