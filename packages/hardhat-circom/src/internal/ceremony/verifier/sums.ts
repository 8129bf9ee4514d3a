// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { type Affine, addPairs, type Field, type Group } from "./affine.ts";

/** Bits of the random factors of a batched check: one wrong point in a batch passes with probability 2^-128. */
export const RANDOM_BITS = 128;

export function randomFactors(count: number): bigint[] {
  const bytes = randomBytes(count * 16);
  return Array.from(
    { length: count },
    (_, i) => bytes.readBigUInt64LE(i * 16) | (bytes.readBigUInt64LE(i * 16 + 8) << 64n),
  );
}

/** What the library's points offer. */
interface Point<P> {
  add(other: P): P;
  double(): P;
}

/**
 * Σ factors[i] · points[i], by Pippenger's buckets. The library's own takes every factor for 254 bits, and half of
 * those here have 128; and it adds one pair of points at a time.
 */
export function sum<P extends Point<P>, F>(
  group: Group<P, F>,
  points: readonly P[],
  factors: readonly bigint[],
  bits = 254,
): P {
  const summands: Affine<F>[] = [];
  const kept: bigint[] = [];
  points.forEach((point, i) => {
    const affine = group.toAffine(point);
    if (affine === undefined || factors[i] === 0n) return;
    summands.push(affine);
    kept.push(factors[i]!);
  });
  const width = windowWidth(summands.length, bits);
  const mask = (1n << BigInt(width)) - 1n;
  let total = group.zero;
  for (let window = Math.ceil(bits / width) - 1; window >= 0; window--) {
    const shift = BigInt(window * width);
    const digits = Uint32Array.from(kept, (factor) => Number((factor >> shift) & mask));
    total = doubled(total, width).add(digitSum(group, summands, digits, width));
  }
  return total;
}

/** Digits up to this width are summed by the library, point after point. */
const NARROW = 4;

/** Σ digits[i] · points[i]. */
function digitSum<P extends Point<P>, F>(
  group: Group<P, F>,
  points: readonly Affine<F>[],
  digits: Uint32Array,
  width: number,
): P {
  const buckets = bucketSums(group.field, points, digits, 2 ** width);
  if (width <= NARROW) {
    // Σ digit · bucket as a sum of suffix sums.
    let suffix = group.zero;
    let total = group.zero;
    for (let digit = buckets.length - 1; digit > 0; digit--) {
      const bucket = buckets[digit];
      if (bucket !== undefined) suffix = suffix.add(group.fromAffine(bucket));
      total = total.add(suffix);
    }
    return total;
  }
  // The same once more with the buckets, the two halves of their digits apart: so they are added many at a time too.
  const half = width >> 1;
  const filled: Affine<F>[] = [];
  const numbers: number[] = [];
  buckets.forEach((bucket, digit) => {
    if (bucket === undefined) return;
    filled.push(bucket);
    numbers.push(digit);
  });
  const low = Uint32Array.from(numbers, (digit) => digit & (2 ** half - 1));
  const high = Uint32Array.from(numbers, (digit) => digit >> half);
  return doubled(digitSum(group, filled, high, width - half), half).add(digitSum(group, filled, low, half));
}

function doubled<P extends Point<P>>(point: P, times: number): P {
  let result = point;
  for (let i = 0; i < times; i++) result = result.double();
  return result;
}

/** The sum of the points of each digit; undefined for none, and for the point at infinity. Those of digit 0 are left out. */
function bucketSums<F>(
  field: Field<F>,
  points: readonly Affine<F>[],
  digits: Uint32Array,
  count: number,
): (Affine<F> | undefined)[] {
  const buckets = Array.from({ length: count }, (): Affine<F>[] => []);
  points.forEach((point, i) => {
    if (digits[i] !== 0) buckets[digits[i]!]!.push(point);
  });
  // In each round the points of every bucket are added two by two.
  let busy = buckets.filter((bucket) => bucket.length > 1);
  while (busy.length > 0) {
    const left: Affine<F>[] = [];
    const right: Affine<F>[] = [];
    for (const bucket of busy) {
      for (let i = 0; i + 1 < bucket.length; i += 2) {
        left.push(bucket[i]!);
        right.push(bucket[i + 1]!);
      }
    }
    const sums = addPairs(field, left, right);
    let at = 0;
    for (const bucket of busy) {
      const odd = bucket.length % 2 === 1 ? bucket.at(-1) : undefined;
      const pairs = bucket.length >> 1;
      bucket.length = 0;
      for (const end = at + pairs; at < end; at++) if (sums[at] !== undefined) bucket.push(sums[at]!);
      if (odd !== undefined) bucket.push(odd);
    }
    busy = busy.filter((bucket) => bucket.length > 1);
  }
  return buckets.map(([sum]) => sum);
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
