// SPDX-License-Identifier: GPL-3.0-or-later
import { brokenContributions } from "../contributions.ts";
import { assertSubgroup, G1, type PointG1, pairingProductIsOne, readAllG1, readG2 } from "../curve.ts";
import type { Zkey } from "../zkey.ts";
import { RANDOM_BITS, randomFactors, sum } from "./sums.ts";

const UNCHANGED = [
  "alpha1",
  "beta1",
  "beta2",
  "gamma2",
  "ic",
  "coefficients",
  "a",
  "b1",
  "b2",
  "circuitHash",
] as const;

/**
 * Why a key is not the one before with one more contribution; empty if it is. If the key before is
 * trusted, neither circuit nor powers of tau are needed.
 */
export function brokenStep(before: Zkey, after: Zkey): string[] {
  const count = before.contributions.length;
  if (after.contributions.length !== count + 1) {
    return [`it has ${after.contributions.length} contributions, the key before has ${count}`];
  }
  const reasons: string[] = [];
  before.contributions.forEach((contribution, i) => {
    const { hash, type, name, beacon } = after.contributions[i]!;
    const label = (one: object) => JSON.stringify(one);
    const same =
      hash === contribution.hash &&
      label([type, name, beacon]) === label([contribution.type, contribution.name, contribution.beacon]);
    if (!same) reasons.push(`contribution ${i + 1} is not the one of the key before`);
  });
  for (const part of UNCHANGED) {
    if (!Buffer.from(before[part]).equals(after[part]))
      reasons.push(`its ${part} differs from the key before`);
  }
  if (reasons.length > 0) return reasons;
  reasons.push(...brokenContributions(after, count));
  if (reasons.length > 0) return reasons;
  try {
    if (!sameQuotients(before, after))
      reasons.push("its L and H are not those of the key before over its factor");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    reasons.push(`it has ${error.message}`);
  }
  return reasons;
}

/** delta · (L, H) stays the same: e(after, delta after) = e(before, delta before), in one random sum of all points. */
function sameQuotients(before: Zkey, after: Zkey): boolean {
  const sections = ["l", "h"] as const;
  const sizes = sections.every((section) => before[section].length === after[section].length);
  if (!sizes) return false;
  const pointsOf = (key: Zkey): PointG1[] => sections.flatMap((section) => readAllG1(key[section]));
  const [was, is] = [pointsOf(before), pointsOf(after)];
  const factors = randomFactors(is.length);
  return pairingProductIsOne([
    [sum(G1.ZERO, is, factors, RANDOM_BITS), assertSubgroup(readG2(after.delta2))],
    [sum(G1.ZERO, was, factors, RANDOM_BITS).negate(), assertSubgroup(readG2(before.delta2))],
  ]);
}
