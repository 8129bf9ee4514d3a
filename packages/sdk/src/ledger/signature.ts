// SPDX-License-Identifier: GPL-3.0-or-later
//
// EdDSA over BabyJubJub with Poseidon, as circomlib's EdDSAPoseidonVerifier checks it: with B of the prime-order subgroup,
//
//   A = s B,  R8 = n B,  S = n + 8 h s mod l,  h = P5(R8.x, R8.y, A.x, A.y, message);   valid if S B = R8 + 8 h A
//
// The curve is that of @noble/curves, whose own signatures hash with BLAKE and do not fit a circuit.
import { babyjubjub } from "@noble/curves/misc.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { poseidon5 } from "poseidon-lite/poseidon5";
import { bigintToBytes, bytesToBigint } from "../field.ts";
import { invalid } from "../invalid.ts";
import type { Point } from "./consent.ts";

const { Point: Curve } = babyjubjub;
const ORDER = Curve.Fn.ORDER;
const SEED_BYTES = 32;

export type GrantSignature = { readonly R8: Point; readonly S: bigint };

/** The neutral point: what a proof has where there is no signature. */
export const IDENTITY_POINT: Point = [0n, 1n];

/** A patient's key of one slot. */
export class SlotKey {
  readonly #secret: bigint;
  readonly #nonceKey: Uint8Array;
  /** What `signerOf` takes. */
  readonly publicKey: Point;

  /** @param seed 32 random bytes, of this slot alone @throws INVALID_ARGUMENT for another length */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES)
      throw invalid("length of a slot's seed", seed.length, `${SEED_BYTES} bytes`);
    this.#secret = scalarOf(seed, "vitalproof/slot/scalar/1");
    this.#nonceKey = hkdf(sha512, seed, undefined, utf8ToBytes("vitalproof/slot/nonce/1"), SEED_BYTES);
    this.publicKey = affine(Curve.BASE.multiply(this.#secret));
  }

  /** Always the same for a message. @param message `grantMessageOf` */
  sign(message: bigint): GrantSignature {
    const seed = new Uint8Array([...this.#nonceKey, ...bigintToBytes(message, 32)]);
    const nonce = scalarOf(seed, "vitalproof/slot/signature/1");
    const R8 = affine(Curve.BASE.multiply(nonce));
    const h = challengeOf(R8, this.publicKey, message);
    return { R8, S: Curve.Fn.create(nonce + 8n * h * this.#secret) };
  }

  toJSON(): Record<string, unknown> {
    return { type: "SlotKey", secret: "(secret)" };
  }
}

export function isGrantSignature(message: bigint, { R8, S }: GrantSignature, key: Point): boolean {
  if (S < 0n || S >= ORDER) return false;
  const [r, a] = [pointOf(R8), pointOf(key)];
  if (r === undefined || a === undefined || a.clearCofactor().is0()) return false;
  const h = challengeOf(R8, key, message) % ORDER;
  const right = r.add(a.clearCofactor().multiplyUnsafe(h));
  return Curve.BASE.multiplyUnsafe(S).equals(right);
}

function challengeOf(R8: Point, key: Point, message: bigint): bigint {
  return poseidon5([...R8, ...key, message]);
}

/** Uniform and never 0: 64 bytes modulo a number of 251 bits. */
function scalarOf(seed: Uint8Array, name: string): bigint {
  return 1n + (bytesToBigint(hkdf(sha512, seed, undefined, utf8ToBytes(name), 64)) % (ORDER - 1n));
}

function affine(point: InstanceType<typeof Curve>): Point {
  const { x, y } = point.toAffine();
  return [x, y];
}

/** Undefined for what is not on the curve. */
function pointOf([x, y]: Point): InstanceType<typeof Curve> | undefined {
  try {
    const point = Curve.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}
