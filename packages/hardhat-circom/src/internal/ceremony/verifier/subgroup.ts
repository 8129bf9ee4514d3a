// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { R } from "../../field.ts";
import { assertSubgroup, type PointG2, timesInteger } from "../curve.ts";
import { inG2 } from "./affine.ts";
import { sum } from "./sums.ts";

/** Below this many points each is tested. */
const ONE_BY_ONE = 32;
/**
 * The least prime factor of G2's cofactor is 10,069. A point outside the subgroup leaves a random sum with 14-bit
 * factors inside it with probability at most 2 / 2^14, since at most two factors of 2^14 are congruent.
 */
const FACTOR_BITS = 14;
/** (2 / 2^14)^10 = 2^-130. */
const ROUNDS = 10;

/**
 * Whether all points of G2 are of order r. A single sum with 128-bit factors would not see this: a point of the small
 * order 10,069 disappears from it with probability 1 / 10,069.
 */
export function allInSubgroup(points: readonly PointG2[]): boolean {
  if (points.length <= ONE_BY_ONE) {
    try {
      for (const point of points) assertSubgroup(point);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    const random = randomBytes(points.length * 2);
    const factors = points.map((_, i) => BigInt(random.readUInt16LE(i * 2) & (2 ** FACTOR_BITS - 1)));
    if (!timesInteger(sum(inG2, points, factors, FACTOR_BITS), R).is0()) return false;
  }
  return true;
}
