// SPDX-License-Identifier: GPL-3.0-or-later
import {
  G1,
  G2,
  type PointG1,
  type PointG2,
  pairingProductIsOne,
  readAllG1,
  readAllG2,
  readG2,
} from "../curve.ts";
import type { PowersOfTau } from "../ptau.ts";
import { inG1, inG2 } from "./affine.ts";
import { allInSubgroup } from "./subgroup.ts";
import { RANDOM_BITS, randomFactors, sum } from "./sums.ts";

/** The powers that a domain of 2^k needs, in the monomial basis. The prepared Lagrange sections are not used. */
export interface Powers {
  readonly k: number;
  /** tau^j for j < 2^(k+1), without the last one if the file ends before it. */
  readonly tau: readonly PointG1[];
  /** tau^j for j < 2^k, as the following two. */
  readonly tau2: readonly PointG2[];
  readonly alphaTau: readonly PointG1[];
  readonly betaTau: readonly PointG1[];
  readonly beta2: PointG2;
}

/** @throws RangeError if the file is too small or a point is not on its curve */
export async function readPowers(file: PowersOfTau, k: number): Promise<Powers> {
  if (k > file.power) {
    throw new RangeError(`the powers of tau are for domains up to 2^${file.power}, the circuit needs 2^${k}`);
  }
  const n = 2 ** k;
  return {
    k,
    tau: readAllG1(await file.points(2, file.power > k ? 2 * n : 2 * n - 1)),
    tau2: readAllG2(await file.points(3, n)),
    alphaTau: readAllG1(await file.points(4, n)),
    betaTau: readAllG1(await file.points(5, n)),
    beta2: readG2(await file.points(6, 1)),
  };
}

/** Whether all sections are the powers of one tau ≠ 0, times one alpha ≠ 0 and one beta ≠ 0, in both groups. */
export function brokenPowers({ tau, tau2, alphaTau, betaTau, beta2 }: Powers): string[] {
  const reasons: string[] = [];
  const expect = (ok: boolean, reason: string) => {
    if (!ok) reasons.push(`powers of tau: ${reason}`);
  };
  expect(tau[0]!.equals(G1.BASE) && tau2[0]!.equals(G2.BASE), "their first power is not the generator");
  expect(!tau[1]!.is0() && !alphaTau[0]!.is0() && !betaTau[0]!.is0(), "tau, alpha or beta is 0");
  expect(allInSubgroup([...tau2, beta2]), "a point of G2 is outside the subgroup");
  if (reasons.length > 0) return reasons; // no pairing is defined for such points
  expect(sameInBoth(tau[1]!, tau2[1]!), "tau differs between G1 and G2");
  expect(sameInBoth(betaTau[0]!, beta2), "beta differs between G1 and G2");

  // Not by `push(...)`: 2^17 points do not fit on the stack.
  const sequences = [tau, alphaTau, betaTau];
  const lower = sequences.flatMap((sequence) => sequence.slice(0, -1));
  const upper = sequences.flatMap((sequence) => sequence.slice(1));
  const factors = randomFactors(lower.length);
  const consecutive = pairingProductIsOne([
    [sum(inG1, upper, factors, RANDOM_BITS), G2.BASE],
    [sum(inG1, lower, factors, RANDOM_BITS).negate(), tau2[1]!],
  ]);
  expect(consecutive, "the points of G1 are not consecutive powers");
  const factors2 = randomFactors(tau2.length - 1);
  const consecutive2 = pairingProductIsOne([
    [G1.BASE, sum(inG2, tau2.slice(1), factors2, RANDOM_BITS)],
    [tau[1]!.negate(), sum(inG2, tau2.slice(0, -1), factors2, RANDOM_BITS)],
  ]);
  expect(consecutive2, "the points of G2 are not consecutive powers");
  return reasons;
}

/** k by BLAKE2b-512: if the first 2^k powers of a file are right, then fewer are, for the next circuit. */
const verified = new Map<string, number>();

/** The same, once in a process for each file, unless a circuit needs more of its powers than the ones before. */
export function brokenPowersOnce(blake2b: string, powers: Powers): string[] {
  if ((verified.get(blake2b) ?? 0) >= powers.k) return [];
  const reasons = brokenPowers(powers);
  if (reasons.length === 0) verified.set(blake2b, powers.k);
  return reasons;
}

function sameInBoth(one: PointG1, two: PointG2): boolean {
  return pairingProductIsOne([
    [one, G2.BASE],
    [G1.BASE.negate(), two],
  ]);
}
