// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from "@noble/curves/bn254.js";
import { Q } from "../field.ts";

export const G1 = bn254.G1.Point;
export const G2 = bn254.G2.Point;
export type PointG1 = InstanceType<typeof G1>;
export type PointG2 = InstanceType<typeof G2>;
export interface QuadraticElement {
  readonly c0: bigint;
  readonly c1: bigint;
}

export const G1_BYTES = 64;
export const G2_BYTES = 128;

const { Fp2 } = bn254.fields;
/** snarkjs keeps coordinates in Montgomery form of radix 2^256, little endian. */
const RADIX = (1n << 256n) % Q;
const RADIX_INVERSE = bn254.fields.Fp.inv(RADIX);

/**
 * One point of a zkey or ptau file. Zeros are the point at infinity.
 * @throws RangeError if a coordinate is not below q (another spelling of the same point) or the point is off the curve
 */
export function readG1(bytes: Uint8Array, at = 0): PointG1 {
  const x = readCoordinate(bytes, at);
  const y = readCoordinate(bytes, at + 32);
  if (x === 0n && y === 0n) return G1.ZERO;
  if ((y * y - x * x * x - 3n) % Q !== 0n) throw new RangeError("a point off the curve G1");
  return G1.fromAffine({ x, y });
}

/** The same in G2. On the curve, not necessarily in the subgroup: see `assertSubgroup` and `subgroup.ts`. */
export function readG2(bytes: Uint8Array, at = 0): PointG2 {
  const x = Fp2.create({ c0: readCoordinate(bytes, at), c1: readCoordinate(bytes, at + 32) });
  const y = Fp2.create({ c0: readCoordinate(bytes, at + 64), c1: readCoordinate(bytes, at + 96) });
  if (Fp2.is0(x) && Fp2.is0(y)) return G2.ZERO;
  const right = Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.CURVE().b);
  if (!Fp2.eql(Fp2.sqr(y), right)) throw new RangeError("a point off the curve G2");
  return G2.fromAffine({ x, y });
}

/** @throws RangeError if a single point of G2 is outside the subgroup of order r */
export function assertSubgroup(point: PointG2): PointG2 {
  if (!point.isTorsionFree()) throw new RangeError("a point outside the subgroup of G2");
  return point;
}

export function readAllG1(bytes: Uint8Array): PointG1[] {
  return Array.from({ length: bytes.length / G1_BYTES }, (_, i) => readG1(bytes, i * G1_BYTES));
}

export function readAllG2(bytes: Uint8Array): PointG2[] {
  return Array.from({ length: bytes.length / G2_BYTES }, (_, i) => readG2(bytes, i * G2_BYTES));
}

export function bytesOfG1(point: PointG1): Buffer {
  if (point.is0()) return Buffer.alloc(G1_BYTES);
  const { x, y } = point.toAffine();
  return Buffer.concat([x, y].map((value) => littleEndian((value * RADIX) % Q)));
}

export function bytesOfG2(point: PointG2): Buffer {
  if (point.is0()) return Buffer.alloc(G2_BYTES);
  const { x, y } = point.toAffine();
  return Buffer.concat([x.c0, x.c1, y.c0, y.c1].map((value) => littleEndian((value * RADIX) % Q)));
}

/** As points go into the hashes of a transcript: plain coordinates, big endian, the higher part of Fp2 first. */
export function hashedG1(bytes: Uint8Array): Buffer {
  return Buffer.concat([0, 32].map((at) => littleEndian(readCoordinate(bytes, at)).reverse()));
}

export function hashedG2(bytes: Uint8Array): Buffer {
  return Buffer.concat([32, 0, 96, 64].map((at) => littleEndian(readCoordinate(bytes, at)).reverse()));
}

/** e(a1, b1) · e(a2, b2) · … = 1. A pair with the point at infinity is 1. */
export function pairingProductIsOne(pairs: readonly (readonly [PointG1, PointG2])[]): boolean {
  const terms = pairs.filter(([g1, g2]) => !g1.is0() && !g2.is0()).map(([g1, g2]) => ({ g1, g2 }));
  const { Fp12 } = bn254.fields;
  return terms.length === 0 || Fp12.eql(bn254.pairingBatch(terms), Fp12.ONE);
}

/** Whether g1sx = x·g1s and g2sx = x·g2s for one and the same x ≠ 0. */
export function sameRatio(g1s: PointG1, g1sx: PointG1, g2s: PointG2, g2sx: PointG2): boolean {
  if (g1s.is0() || g1sx.is0() || g2s.is0() || g2sx.is0()) return false;
  return pairingProductIsOne([
    [g1s, g2sx],
    [g1sx.negate(), g2s],
  ]);
}

/** n·P by doubling, for n that the library does not take: a cofactor, or r itself. */
export function timesInteger(point: PointG2, n: bigint): PointG2 {
  let sum = G2.ZERO;
  for (const bit of n.toString(2)) {
    sum = sum.double();
    if (bit === "1") sum = sum.add(point);
  }
  return sum;
}

/** A number in Montgomery form, as it is in the file, to the number itself. */
export function fromMontgomery(value: bigint): bigint {
  return (value * RADIX_INVERSE) % Q;
}

function readCoordinate(bytes: Uint8Array, at: number): bigint {
  const value = readBytes(bytes, at);
  if (value >= Q) throw new RangeError("a coordinate that is not below the field's prime");
  return fromMontgomery(value);
}

/** 32 bytes, little endian. */
export function readBytes(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 32);
  return (
    view.getBigUint64(0, true) |
    (view.getBigUint64(8, true) << 64n) |
    (view.getBigUint64(16, true) << 128n) |
    (view.getBigUint64(24, true) << 192n)
  );
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}
