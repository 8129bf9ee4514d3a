// SPDX-License-Identifier: GPL-3.0-or-later
//
// BabyJubJub (EIP-2494), the curve inside the field of circuits, over that of @noble/curves.
import { babyjubjub } from "@noble/curves/misc.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { bytesToBigint, isFieldElement } from "../field.ts";

export const { Point: Curve } = babyjubjub;
export type CurvePoint = InstanceType<typeof Curve>;
/** Of the subgroup that keys are in: a prime. */
export const CURVE_ORDER = Curve.Fn.ORDER;

/** A point by its coordinates. */
export type Point = readonly [x: bigint, y: bigint];

export function coordinatesOf(point: CurvePoint): Point {
  const { x, y } = point.toAffine();
  return [x, y];
}

/** Undefined for what is not on the curve. */
export function curvePointOf([x, y]: Point): CurvePoint | undefined {
  if (!isFieldElement(x) || !isFieldElement(y)) return undefined;
  try {
    const point = Curve.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

/** Uniform and never 0: 64 bytes modulo a number of 251 bits. @param name domain of what is derived */
export function scalarFrom(seed: Uint8Array, name: string): bigint {
  return 1n + (bytesToBigint(hkdf(sha512, seed, undefined, utf8ToBytes(name), 64)) % (CURVE_ORDER - 1n));
}
