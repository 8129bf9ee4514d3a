// SPDX-License-Identifier: GPL-3.0-or-later
import { brokenContributions } from "../contributions.ts";
import { assertSubgroup, type PointG1, pairingProductIsOne, readAllG1, readG2 } from "../curve.ts";
import type { Zkey } from "../zkey.ts";
import { inG1 } from "./affine.ts";
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

/** What shows without a sum of points. */
function brokenLabels(before: Zkey, after: Zkey): string[] {
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
  return brokenContributions(after, count);
}

/** A key, and the random sum of its points of L and H. */
interface Quotient {
  readonly of: Zkey;
  readonly sum: PointG1;
}

/**
 * Checks steps of one ceremony in their order. The factors are drawn once and stay in here, so the sum of a key serves for
 * the step to it and the step from it.
 */
export class StepVerifier {
  #factors: readonly bigint[] = [];
  #last: Quotient | undefined;

  /**
   * Why a key is not the one before with one more contribution; empty if it is. If the key before is
   * trusted, neither circuit nor powers of tau are needed.
   */
  broken(before: Zkey, after: Zkey): string[] {
    const reasons = brokenLabels(before, after);
    if (reasons.length > 0) return reasons;
    try {
      return this.#sameQuotients(before, after)
        ? []
        : ["its L and H are not those of the key before over its factor"];
    } catch (error) {
      if (error instanceof RangeError) return [`it has ${error.message}`];
      throw error;
    }
  }

  /** delta · (L, H) stays the same: e(after, delta after) = e(before, delta before), in one random sum of all points. */
  #sameQuotients(before: Zkey, after: Zkey): boolean {
    if (!SECTIONS.every((section) => before[section].length === after[section].length)) return false;
    const was = this.#quotient(before);
    const is = this.#quotient(after);
    return pairingProductIsOne([
      [is, assertSubgroup(readG2(after.delta2))],
      [was.negate(), assertSubgroup(readG2(before.delta2))],
    ]);
  }

  #quotient(key: Zkey): PointG1 {
    if (this.#last?.of === key) return this.#last.sum;
    const points = SECTIONS.flatMap((section) => readAllG1(key[section]));
    if (points.length !== this.#factors.length) this.#factors = randomFactors(points.length);
    const total = sum(inG1, points, this.#factors, RANDOM_BITS);
    this.#last = { of: key, sum: total };
    return total;
  }
}

const SECTIONS = ["l", "h"] as const;

/** One step, apart from a ceremony. */
export function brokenStep(before: Zkey, after: Zkey): string[] {
  return new StepVerifier().broken(before, after);
}
