// SPDX-License-Identifier: GPL-3.0-or-later
import { createCipheriv, createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import { power, Q, R } from "../field.ts";
import {
  fromMontgomery,
  G1,
  G2,
  type PointG1,
  type PointG2,
  type QuadraticElement,
  timesInteger,
} from "./curve.ts";

// What snarkjs derives from bytes that everyone knows: the secret of a beacon, and the point of G2 to which a
// contribution proves its knowledge. Written from its formats; none of its code is used.

const { Fp, Fp2 } = bn254.fields;
/** (2q - r), the cofactor of G2. */
const COFACTOR = 2n * Q - R;
const SCALAR_RADIX_INVERSE = power((1n << 256n) % R, R - 2n);

/** ChaCha20 with a zero nonce under a 32-byte seed; 32-bit words, as snarkjs's generator gives them. */
class PublicGenerator {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  #words = Buffer.alloc(0);

  constructor(seed: Uint8Array) {
    // The seed is read as big-endian words, ChaCha20's key as little-endian ones.
    const key = Buffer.from(seed.subarray(0, 32)).swap32();
    this.#cipher = createCipheriv("chacha20", key, Buffer.alloc(16));
  }

  next(): number {
    if (this.#words.length === 0) this.#words = this.#cipher.update(Buffer.alloc(64));
    const word = this.#words.readUInt32LE(0);
    this.#words = this.#words.subarray(4);
    return word;
  }

  /** 254 bits below `limit`, by trying again. */
  below(limit: bigint): bigint {
    for (;;) {
      let value = 0n;
      for (let i = 0n; i < 4n; i++) {
        const high = BigInt(this.next());
        value |= ((high << 32n) | BigInt(this.next())) << (64n * i);
      }
      value &= (1n << 254n) - 1n;
      if (value < limit) return value;
    }
  }
}

/** The point of G2 for a contribution with this transcript. */
export function pointForTranscript(transcript: Uint8Array): PointG2 {
  const generator = new PublicGenerator(transcript);
  const { b } = G2.CURVE();
  for (;;) {
    const c0 = fromMontgomery(generator.below(Q));
    const c1 = fromMontgomery(generator.below(Q));
    const x = Fp2.create({ c0, c1 });
    const greatest = (generator.next() & 1) === 1;
    const root = squareRoot(Fp2, Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
    if (root === undefined) continue;
    const y = isUpper(root) === greatest ? root : Fp2.neg(root);
    return timesInteger(G2.fromAffine({ x, y }), COFACTOR);
  }
}

export interface BeaconKey {
  readonly scalar: bigint;
  readonly s: PointG1;
  readonly sx: PointG1;
}

/** The secret of a beacon's contribution, which anyone can compute: SHA-256 2^iterationsExp times, then ChaCha20. */
export function beaconKey(value: string, iterationsExp: number): BeaconKey {
  return beaconKeys(value, [iterationsExp])[0]!;
}

/** The same for several numbers of iterations in one pass, ascending. */
export function beaconKeys(value: string, iterationsExps: readonly number[]): BeaconKey[] {
  let digest = Buffer.from(value, "hex");
  let done = 0;
  return iterationsExps.map((exp) => {
    for (; done < 2 ** exp; done++) digest = createHash("sha256").update(digest).digest();
    return keyFromSeed(digest);
  });
}

function keyFromSeed(seed: Uint8Array): BeaconKey {
  const generator = new PublicGenerator(seed);
  const scalar = (generator.below(R) * SCALAR_RADIX_INVERSE) % R;
  for (;;) {
    const x = fromMontgomery(generator.below(Q));
    const greatest = (generator.next() & 1) === 1;
    const root = squareRoot(Fp, (x * x * x + 3n) % Q);
    if (root === undefined) continue;
    const y = root > (Q - 1n) / 2n === greatest ? root : Fp.neg(root);
    const s = G1.fromAffine({ x, y });
    return { scalar, s, sx: s.multiplyUnsafe(scalar) };
  }
}

function isUpper({ c0, c1 }: QuadraticElement): boolean {
  return (c1 === 0n ? c0 : c1) > (Q - 1n) / 2n;
}

function squareRoot<T>(field: { sqrt(value: T): T }, value: T): T | undefined {
  try {
    return field.sqrt(value);
  } catch {
    return undefined;
  }
}
