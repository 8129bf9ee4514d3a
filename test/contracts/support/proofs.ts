// SPDX-License-Identifier: GPL-3.0-or-later
//
// Batches of true proofs under keys of any number of public inputs, and what a liar makes of them without a trapdoor.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import { verificationKeyBytes } from "@vitalproof/hardhat-circom/circuits";
import { sharedScalars } from "@vitalproof/hardhat-circom/measure";
import { proofCalldata, type VerificationKey } from "@vitalproof/sdk";
import { keccak256, toBeHex } from "ethers";
import { type G1, inputPoints, keyOf, simulatedProof, type Trapdoor } from "../../support/simulatedProof.ts";
import { blockWords, hexOf } from "./batch.ts";
import type { Proof } from "./mockProof.ts";
import { ethers } from "./network.ts";
import { R } from "./values.ts";

const { Point: P1 } = bn254.G1;
const { Point: P2 } = bn254.G2;
type G2 = InstanceType<typeof P2>;
/** Words of a proof, before its inputs. */
export const PROOF_WORDS = 8;

/** The same number for the same words, and no other: so that a failure can be repeated. */
export function scalarOf(...words: readonly (bigint | number)[]): bigint {
  return BigInt(keccak256(hexOf(words.map(BigInt)))) % R;
}

export interface TestKey {
  readonly trapdoor: Trapdoor;
  readonly points: readonly G1[];
  /** As a VerificationKey contract holds it. */
  readonly bytes: string;
}

export function testKey(trapdoor: Trapdoor, points: readonly G1[]): TestKey {
  return { trapdoor, points, bytes: keyOf(trapdoor, points) };
}

/** A key whose points are all different, so that no two of them can be confused unseen. */
export function anyKey(inputs: number): TestKey {
  const trapdoor = {
    alpha: scalarOf(1, inputs),
    beta: scalarOf(2, inputs),
    gamma: scalarOf(3, inputs),
    delta: scalarOf(4, inputs),
  };
  const points = Array.from({ length: inputs + 1 }, (_, i) => P1.BASE.multiply(scalarOf(5, inputs, i)));
  return testKey(trapdoor, points);
}

/** The development key of a circuit, from the file that its set-up wrote. */
export function circuitKey(name: string): TestKey {
  const file = join(import.meta.dirname, "../../../circuits/artifacts", name, "verification_key.json");
  const written = JSON.parse(readFileSync(file, "utf8")) as VerificationKey;
  const key = testKey(sharedScalars(), inputPoints(written));
  const bytes = verificationKeyBytes(written as Parameters<typeof verificationKeyBytes>[0]);
  if (bytes !== key.bytes) throw new Error(`The key of ${name} has other scalars than all development keys.`);
  return key;
}

/** The address of a VerificationKey. */
export async function deployKey(bytes: string): Promise<string> {
  return (await ethers.deployContract("VerificationKey", [bytes])).getAddress();
}

/** The words of one true proof and its inputs. */
export function trueBlock({ trapdoor, points }: TestKey, inputs: readonly bigint[], seed: bigint): bigint[] {
  return blockWords(proofCalldata(simulatedProof(trapdoor, points, inputs, seed)), inputs);
}

/** True proofs of random inputs, as blocks. */
export function trueBlocks(key: TestKey, proofs: number, from = 0): bigint[][] {
  return Array.from({ length: proofs }, (_, i) => {
    const inputs = key.points.slice(1).map((_, j) => scalarOf(6, from + i, j));
    return trueBlock(key, inputs, scalarOf(7, from + i));
  });
}

export function batchOf(blocks: readonly (readonly bigint[])[]): string {
  return hexOf(blocks.flat());
}

/** Copies of some blocks with one word changed. */
export function withWord(
  blocks: readonly (readonly bigint[])[],
  proof: number,
  word: number,
  value: bigint,
): bigint[][] {
  return blocks.map((words, i) => (i === proof ? words.with(word, value) : [...words]));
}

/** The proof of a block, as the verifiers take it. */
export function proofOfBlock(words: readonly bigint[]): Proof {
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = words as Tuple8;
  return {
    a: [ax, ay],
    b: [
      [bx1, bx0],
      [by1, by0],
    ],
    c: [cx, cy],
  };
}

type Tuple8 = [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

function pointOf(words: readonly bigint[], at: number): G1 {
  return P1.fromAffine({ x: words[at]!, y: words[at + 1]! });
}

function twistPointOf(words: readonly bigint[], at: number): G2 {
  const [c1x, c0x, c1y, c0y] = words.slice(at, at + 4) as [bigint, bigint, bigint, bigint];
  return P2.fromAffine({ x: { c0: c0x, c1: c1x }, y: { c0: c0y, c1: c1y } });
}

/** A block with something added to its C: false, whatever was true. */
export function withErrorInC(words: readonly bigint[], error: G1): bigint[] {
  const { x, y } = pointOf(words, 6).add(error).toAffine();
  return words.with(6, x).with(7, y);
}

/**
 * So many proofs of what one block says, made from it and the key's delta alone: (A, B + t delta, C + t A) for
 * t = 1, 2, … If the block is false for its inputs, each copy misses its equation by the same factor.
 */
export function rerandomised(key: string, words: readonly bigint[], copies: number): bigint[][] {
  const keyWords = Array.from({ length: 14 }, (_, i) => BigInt(`0x${key.slice(2 + 64 * i, 66 + 64 * i)}`));
  const delta = twistPointOf(keyWords, 10);
  const [a, b, c] = [pointOf(words, 0), twistPointOf(words, 2), pointOf(words, 6)];
  const bs: G2[] = [];
  const cs: G1[] = [];
  for (let t = 0; t < copies; t++) {
    bs.push((bs[t - 1] ?? b).add(delta));
    cs.push((cs[t - 1] ?? c).add(a));
  }
  const affineC = normalizeZ(P1, cs);
  return normalizeZ(P2, bs).map((point, t) => {
    const { x, y } = point.toAffine();
    const { x: cx, y: cy } = affineC[t]!.toAffine();
    return [...words.slice(0, 2), x.c1, x.c0, y.c1, y.c0, cx, cy, ...words.slice(PROOF_WORDS)];
  });
}

/** Words of a point that is on the twist and outside its group: of the curve's points hardly any is inside. */
export function twistPointOutsideGroup(): bigint[] {
  return twistPointWhere((seed) => ({ c0: scalarOf(8, seed), c1: scalarOf(9, seed) }));
}

/** The same with one half of its x 0. On the first curve no coordinate is ever 0: 3 is no square, and -3 no cube. */
export function twistPointWithout(half: "c0" | "c1"): bigint[] {
  return twistPointWhere((seed) => ({ c0: scalarOf(8, seed), c1: scalarOf(9, seed), [half]: 0n }));
}

function twistPointWhere(xOf: (seed: number) => { c0: bigint; c1: bigint }): bigint[] {
  const { Fp2 } = bn254.fields;
  for (let seed = 0; ; seed++) {
    const x = xOf(seed);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), P2.CURVE().b);
    if (!Fp2.eql(Fp2.pow(square, (Fp2.ORDER - 1n) / 2n), Fp2.ONE)) continue;
    const y = Fp2.sqrt(square);
    if (P2.fromAffine({ x, y }).isTorsionFree()) continue;
    return [x.c1, x.c0, y.c1, y.c0];
  }
}

/** The same with one half of its y 0: x is such that x³ + b is a real number, whose root is real or imaginary. */
export function twistPointWithoutY(half: "c0" | "c1"): bigint[] {
  const { Fp, Fp2 } = bn254.fields;
  const isSquare = (value: bigint) => Fp.eql(Fp.pow(value, (Fp.ORDER - 1n) / 2n), Fp.ONE);
  const { b } = P2.CURVE();
  for (let seed = 0; ; seed++) {
    const c1 = scalarOf(9, seed);
    // The imaginary part 3 c0² c1 - c1³ + b.c1 is 0.
    const square = Fp.div(Fp.sub(Fp.pow(c1, 3n), b.c1), Fp.mul(3n, c1));
    if (!isSquare(square)) continue;
    const x = { c0: Fp.sqrt(square), c1 };
    const { c0: real } = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    if (isSquare(real) !== (half === "c1")) continue;
    const y = half === "c1" ? { c0: Fp.sqrt(real), c1: 0n } : { c0: 0n, c1: Fp.sqrt(Fp.neg(real)) };
    if (P2.fromAffine({ x, y }).isTorsionFree()) continue;
    return [x.c1, x.c0, y.c1, y.c0];
  }
}

/**
 * Coordinates of which one half of the twist's equation holds, and the other does not.
 * @param half `c0` the real one, `c1` the imaginary one
 */
export function halfOnTwist(half: "c0" | "c1"): bigint[] {
  const { Fp, Fp2 } = bn254.fields;
  for (let seed = 0; ; seed++) {
    const x = { c0: scalarOf(8, seed), c1: scalarOf(9, seed) };
    const { c0: real, c1: imaginary } = Fp2.add(Fp2.mul(Fp2.sqr(x), x), P2.CURVE().b);
    const c1 = scalarOf(10, seed);
    // y² = (c0² - c1²) + 2 c0 c1 i
    const square = Fp.add(real, Fp.sqr(c1));
    if (half === "c0" && !Fp.eql(Fp.pow(square, (Fp.ORDER - 1n) / 2n), Fp.ONE)) continue;
    const c0 = half === "c0" ? Fp.sqrt(square) : Fp.div(imaginary, Fp.add(c1, c1));
    const y = Fp2.sqr({ c0, c1 });
    if (y.c0 === real && y.c1 === imaginary) continue;
    return [x.c1, x.c0, c1, c0];
  }
}

/** A point whose x is a coordinate and, being the scalars' order or more, would be no public input. */
export function pointBeyondScalars(): [x: bigint, y: bigint] {
  const { Fp } = bn254.fields;
  for (let x = R; ; x++) {
    const square = Fp.add(Fp.pow(x, 3n), 3n);
    if (Fp.eql(Fp.pow(square, (Fp.ORDER - 1n) / 2n), Fp.ONE)) return [x, Fp.sqrt(square)];
  }
}

/** The word with one of its 256 bits changed. */
export function flipped(hex: string, bit: number): string {
  const at = 2 + 2 * Math.floor(bit / 8);
  const byte = Number.parseInt(hex.slice(at, at + 2), 16) ^ (1 << (bit % 8));
  return hex.slice(0, at) + toBeHex(byte).slice(2) + hex.slice(at + 2);
}
