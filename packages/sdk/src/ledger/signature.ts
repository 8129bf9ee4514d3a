// SPDX-License-Identifier: GPL-3.0-or-later
//
// EdDSA over BabyJubJub with Poseidon, as circomlib's EdDSAPoseidonVerifier checks it: with B of the prime-order subgroup,
//
//   A = s B,  R8 = n B,  S = n + 8 h s mod l,  h = P5(R8.x, R8.y, A.x, A.y, message);   valid if S B = R8 + 8 h A
//
// The curve is that of @noble/curves, whose own signatures hash with BLAKE and do not fit a circuit.
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { poseidon5 } from "poseidon-lite/poseidon5";
import { bigintToBytes } from "../field.ts";
import {
  CURVE_ORDER,
  Curve,
  coordinatesOf,
  curvePointOf,
  type Point,
  scalarFrom,
} from "../internal/babyJubJub.ts";
import { invalid } from "../invalid.ts";

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
    this.#secret = scalarFrom(seed, "vitalproof/slot/scalar/1");
    this.#nonceKey = hkdf(sha512, seed, undefined, utf8ToBytes("vitalproof/slot/nonce/1"), SEED_BYTES);
    this.publicKey = coordinatesOf(Curve.BASE.multiply(this.#secret));
  }

  /** Always the same for a message. @param message `grantMessageOf` */
  sign(message: bigint): GrantSignature {
    const seed = new Uint8Array([...this.#nonceKey, ...bigintToBytes(message, 32)]);
    const nonce = scalarFrom(seed, "vitalproof/slot/signature/1");
    const R8 = coordinatesOf(Curve.BASE.multiply(nonce));
    const h = challengeOf(R8, this.publicKey, message);
    return { R8, S: Curve.Fn.create(nonce + 8n * h * this.#secret) };
  }

  toJSON(): Record<string, unknown> {
    return { type: "SlotKey", secret: "(secret)" };
  }
}

export function isGrantSignature(message: bigint, { R8, S }: GrantSignature, key: Point): boolean {
  if (S < 0n || S >= CURVE_ORDER) return false;
  const [r, a] = [curvePointOf(R8), curvePointOf(key)];
  if (r === undefined || a === undefined || a.clearCofactor().is0()) return false;
  const h = challengeOf(R8, key, message) % CURVE_ORDER;
  const right = r.add(a.clearCofactor().multiplyUnsafe(h));
  return Curve.BASE.multiplyUnsafe(S).equals(right);
}

function challengeOf(R8: Point, key: Point, message: bigint): bigint {
  return poseidon5([...R8, ...key, message]);
}
