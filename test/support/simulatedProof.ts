// SPDX-License-Identifier: GPL-3.0-or-later
//
// Proofs from a key's trapdoor, without a circuit or a witness. Whoever knows the scalars of a Groth16 key can make
// a valid proof of anything, and everybody knows those of development keys. For tests and benches that need many
// different proofs: no verifier can tell them from others. No scalar is a secret, so none is multiplied in constant time.
import { bn254 } from "@noble/curves/bn254.js";
import type { Proof, VerificationKey } from "@vitalproof/sdk";
import { concat, toBeHex } from "ethers";

/** What a key's set-up should have forgotten. */
export interface Trapdoor {
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
}

export type G1 = InstanceType<typeof bn254.G1.Point>;
const { Fr } = bn254.fields;

/** The trapdoor of TrapdoorVerifier (contracts/mocks): every point of its key is a generator or a small multiple. */
export const UNIT_TRAPDOOR: Trapdoor = { alpha: 1n, beta: 1n, gamma: 1n, delta: 1n };

/** The points IC_0 … IC_n of a key. */
export function inputPoints(key: VerificationKey): G1[] {
  return key.IC.map(([x, y]) => bn254.G1.Point.fromAffine({ x: BigInt(x!), y: BigInt(y!) }));
}

/** IC of TrapdoorVerifier: (i + 1) times the generator. */
export const UNIT_INPUT_POINTS: readonly G1[] = [1n, 2n, 3n, 4n, 5n].map((i) =>
  bn254.G1.Point.BASE.multiplyUnsafe(i),
);

/** The key of TrapdoorVerifier in the form that a VerificationKey contract holds. */
export function unitKey(): string {
  return keyOf(UNIT_TRAPDOOR, UNIT_INPUT_POINTS);
}

/** A key with this trapdoor and these points IC_0 … IC_n, in the form that a VerificationKey contract holds. */
export function keyOf({ alpha, beta, gamma, delta }: Trapdoor, points: readonly G1[]): string {
  const { G1, G2 } = bn254;
  const g1 = (point: G1) => {
    const { x, y } = point.toAffine();
    return [x, y];
  };
  const g2 = [beta, gamma, delta].flatMap((scalar) => {
    const { x, y } = G2.Point.BASE.multiplyUnsafe(scalar).toAffine();
    return [x.c1, x.c0, y.c1, y.c0];
  });
  const words = [...g1(G1.Point.BASE.multiplyUnsafe(alpha)), ...g2, ...points.flatMap(g1)];
  return concat(words.map((word) => toBeHex(word, 32)));
}

/** Points that all proofs under a key are multiples of: -gamma / delta times each IC. With tables, since many are made. */
const tables = new WeakMap<readonly G1[], Map<string, readonly G1[]>>();
const WINDOW = 6;
let generatorsReady = false;

function scaledPoints({ gamma, delta }: Trapdoor, points: readonly G1[]): readonly G1[] {
  if (!generatorsReady) bn254.G2.Point.BASE.precompute(WINDOW);
  generatorsReady = true;
  const known = tables.get(points) ?? new Map<string, readonly G1[]>();
  tables.set(points, known);
  const factor = Fr.create(-gamma * Fr.inv(delta));
  const scaled =
    known.get(String(factor)) ?? points.map((point) => point.multiplyUnsafe(factor).precompute(WINDOW));
  known.set(String(factor), scaled);
  return scaled;
}

/**
 * A = a G1, B = b G2, C = ((ab - alpha beta) G1 - gamma L) / delta with L = IC_0 + Σ x_j IC_j.
 *
 * @param seed makes proofs of one statement differ; a and b follow from it
 */
export function simulatedProof(
  trapdoor: Trapdoor,
  points: readonly G1[],
  inputs: readonly bigint[],
  seed: bigint,
): Proof {
  const { alpha, beta, delta } = trapdoor;
  const [a, b] = [Fr.create(seed * seed + 7n), Fr.create(seed * 3n + 11n)];
  const scaled = scaledPoints(trapdoor, points);
  const rest = Fr.create((a * b - alpha * beta) * Fr.inv(delta));
  const first = scaled[0]!.add(bn254.G1.Point.BASE.multiplyUnsafe(rest));
  const sum = inputs.reduce((total, x, i) => total.add(scaled[i + 1]!.multiplyUnsafe(x)), first);
  const c = sum.toAffine();
  const [A, B] = [
    bn254.G1.Point.BASE.multiplyUnsafe(a).toAffine(),
    bn254.G2.Point.BASE.multiplyUnsafe(b).toAffine(),
  ];
  return {
    a: [A.x, A.y],
    b: [
      [B.x.c0, B.x.c1],
      [B.y.c0, B.y.c1],
    ],
    c: [c.x, c.y],
  };
}
