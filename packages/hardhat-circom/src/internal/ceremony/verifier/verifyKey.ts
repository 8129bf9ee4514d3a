// SPDX-License-Identifier: GPL-3.0-or-later
import { R } from "../../field.ts";
import { domainPower, type R1cs } from "../../r1cs.ts";
import {
  assertSubgroup,
  bytesOfG1,
  bytesOfG2,
  G2,
  type PointG1,
  type PointG2,
  pairingProductIsOne,
  readAllG1,
  readAllG2,
  readG2,
} from "../curve.ts";
import type { Zkey } from "../zkey.ts";
import { inG1, inG2 } from "./affine.ts";
import { interpolate } from "./polynomials.ts";
import type { Powers } from "./powers.ts";
import { coefficientsAreTheCircuits, rowSums } from "./rows.ts";
import { allInSubgroup } from "./subgroup.ts";
import { RANDOM_BITS, randomFactors, sum } from "./sums.ts";

// The second verifier. It shares no code with snarkjs: files are read here, and points are those of @noble/curves.
// Every section is compared with what circuit and powers give, in the monomial basis, by random sums with 128-bit
// factors. Two differences matter: snarkjs compares L with 32-bit factors, and it compares H in all dimensions but
// one. A first contributor could use that one to leave a point from which everyone can change public inputs.

const SECTIONS = ["A", "B1", "IC", "L", "H"] as const;
type Section = (typeof SECTIONS)[number];

/**
 * Why a key is not the one that circuit, powers of tau and its delta give; empty if it is.
 * @param key its delta checked with `brokenContributions`
 * @param powers checked with `brokenPowers`
 */
export function brokenKey(key: Zkey, r1cs: R1cs, powers: Powers): string[] {
  try {
    return problems(key, r1cs, powers);
  } catch (error) {
    if (error instanceof RangeError) return [`it has ${error.message}`];
    throw error;
  }
}

function problems(key: Zkey, r1cs: R1cs, powers: Powers): string[] {
  const n = 2 ** domainPower(r1cs);
  const is = [key.nWires, key.nPublic, key.domainSize];
  const should = [r1cs.nWires, r1cs.nPublic, n];
  if (is.join() !== should.join()) {
    return [
      `it is for ${is[0]} wires, ${is[1]} public, domain ${is[2]}; the circuit has ${should[0]}, ${should[1]}, ${should[2]}`,
    ];
  }
  const reasons: string[] = [];
  const expect = (ok: boolean, reason: string) => {
    if (!ok) reasons.push(reason);
  };
  expect(bytesOfG1(powers.alphaTau[0]!).equals(key.alpha1), "alpha is not that of the powers of tau");
  const beta = bytesOfG1(powers.betaTau[0]!).equals(key.beta1) && bytesOfG2(powers.beta2).equals(key.beta2);
  expect(beta, "beta is not that of the powers of tau");
  expect(bytesOfG2(G2.BASE).equals(key.gamma2), "gamma is not the generator");
  expect(coefficientsAreTheCircuits(r1cs, key), "its coefficients are not the circuit's");

  const points: KeyPoints = {
    A: readAllG1(key.a),
    B1: readAllG1(key.b1),
    IC: readAllG1(key.ic),
    L: readAllG1(key.l),
    H: readAllG1(key.h),
    b2: readAllG2(key.b2),
    delta2: assertSubgroup(readG2(key.delta2)),
  };
  if (!holds(points, r1cs, powers, SECTIONS)) {
    // Together they fail; one by one they say which.
    for (const section of SECTIONS) {
      expect(
        holds(points, r1cs, powers, [section]),
        `section ${section} is not what circuit and powers give`,
      );
    }
    expect(reasons.length > 0, "its points are not what circuit and powers give");
  }
  expect(allInSubgroup(points.b2), "section B2 has a point outside the subgroup");
  expect(holdsInG2(points.b2, r1cs, powers), "section B2 is not what circuit and powers give");
  return reasons;
}

interface KeyPoints extends Readonly<Record<Section, readonly PointG1[]>> {
  readonly b2: readonly PointG2[];
  readonly delta2: PointG2;
}

/** e(A, B1 and IC - their values - the values of L and H, generator) · e(L and H, delta) = 1, in random sums. */
function holds(
  points: KeyPoints,
  r1cs: R1cs,
  { k, tau, tau2, alphaTau, betaTau }: Powers,
  included: readonly Section[],
): boolean {
  const n = 2 ** k;
  const { nWires, nPublic } = r1cs;
  const factorsOf = (section: Section, count: number) =>
    included.includes(section) ? randomFactors(count) : new Array<bigint>(count).fill(0n);
  const a = factorsOf("A", nWires);
  const b = factorsOf("B1", nWires);
  const ic = factorsOf("IC", nPublic + 1);
  const l = factorsOf("L", nWires - nPublic - 1);
  const h = factorsOf("H", n);

  const rows = rowSums(r1cs, n, { a, b, combined: [...ic, ...l] });
  const onTau = new Array<bigint>(2 * n).fill(0n);
  const accumulate = (to: bigint[], values: bigint[]) => {
    interpolate(values).forEach((value, i) => {
      to[i] = (to[i]! + value) % R;
    });
  };
  for (const values of [rows.a, rows.b, rows.ic[2], rows.l[2]]) accumulate(onTau, values);
  // H has the Lagrange polynomials of the double domain at its odd points.
  const odd = new Array<bigint>(2 * n).fill(0n);
  h.forEach((factor, i) => {
    odd[2 * i + 1] = factor;
  });
  accumulate(onTau, odd);
  const onAlpha = new Array<bigint>(n).fill(0n);
  for (const values of [rows.ic[1], rows.l[1]]) accumulate(onAlpha, values);
  const onBeta = new Array<bigint>(n).fill(0n);
  for (const values of [rows.ic[0], rows.l[0]]) accumulate(onBeta, values);

  const random = (section: readonly PointG1[], factors: readonly bigint[]) =>
    sum(inG1, section, factors, RANDOM_BITS);
  const plain = random(points.A, a).add(random(points.B1, b)).add(random(points.IC, ic));
  const divided = random(points.L, l).add(random(points.H, h));
  const expected = sum(inG1, tau, onTau)
    .add(sum(inG1, alphaTau, onAlpha))
    .add(sum(inG1, betaTau, onBeta));
  const terms: [PointG1, PointG2][] = [
    [plain.subtract(expected), G2.BASE],
    [divided, points.delta2],
  ];
  if (pairingProductIsOne(terms)) return true;
  if (tau.length === 2 * n) return false;
  // A file of 2^k powers ends before tau^(2n - 1). One that was cut from a larger file has H with that power all the
  // same; one that was prepared at this size has H without it. tau^(2n - 1) = tau^n · tau^(n - 1).
  const top = tau[n]!.multiplyUnsafe(onTau[2 * n - 1]!);
  return pairingProductIsOne([...terms, [top.negate(), tau2[n - 1]!]]);
}

function holdsInG2(b2: readonly PointG2[], r1cs: R1cs, { k, tau2 }: Powers): boolean {
  const n = 2 ** k;
  const none = new Array<bigint>(r1cs.nWires).fill(0n);
  const b = randomFactors(r1cs.nWires);
  const rows = rowSums(r1cs, n, { a: none, b, combined: none });
  return sum(inG2, b2, b, RANDOM_BITS).equals(sum(inG2, tau2, interpolate(rows.b)));
}
