// SPDX-License-Identifier: GPL-3.0-or-later

/** Scalar field of BN254. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
/** Base field of BN254. */
export const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
/** 2-adicity of R - 1: domains up to 2^28. */
export const TWO_ADICITY = 28;
/** Generates the subgroup of order 2^28, the same root that ffjavascript derives (5 is the least non-residue). */
const ROOT_OF_UNITY = power(5n, (R - 1n) >> BigInt(TWO_ADICITY));

export function mod(value: bigint): bigint {
  if (value >= 0n && value < R) return value;
  const rest = value % R;
  return rest < 0n ? rest + R : rest;
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(base);
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % R;
    square = (square * square) % R;
  }
  return result;
}

/** Inverse by the extended Euclidean algorithm. */
export function inverse(value: bigint): bigint {
  let [a, b] = [mod(value), R];
  let [x, y] = [1n, 0n];
  if (a === 0n) throw new RangeError("0 has no inverse in the scalar field");
  while (a > 1n) {
    const quotient = b / a;
    [b, a] = [a, b - quotient * a];
    [y, x] = [x, y - quotient * x];
  }
  return mod(x);
}

/** A square root, by Tonelli and Shanks; undefined for a non-residue. */
export function squareRoot(value: bigint): bigint | undefined {
  const square = mod(value);
  if (square === 0n) return 0n;
  if (power(square, R >> 1n) !== 1n) return undefined;
  const odd = (R - 1n) >> BigInt(TWO_ADICITY);
  let order = TWO_ADICITY;
  let unity = ROOT_OF_UNITY;
  let rest = power(square, odd);
  let root = power(square, (odd + 1n) >> 1n);
  while (rest !== 1n) {
    let height = 0;
    for (let raised = rest; raised !== 1n; raised = (raised * raised) % R) height++;
    const factor = power(unity, 1n << BigInt(order - height - 1));
    order = height;
    unity = (factor * factor) % R;
    rest = (rest * unity) % R;
    root = (root * factor) % R;
  }
  return root;
}

/** Generator of the subgroup of order 2^k. */
export function rootOfUnity(k: number): bigint {
  if (k > TWO_ADICITY)
    throw new RangeError(`the scalar field has no domain of 2^${k}; the largest is 2^${TWO_ADICITY}`);
  return power(ROOT_OF_UNITY, 1n << BigInt(TWO_ADICITY - k));
}

/** Inverses of all values with one inversion (Montgomery's trick). No value may be 0. */
export function batchInverse(values: readonly bigint[]): bigint[] {
  const prefix = new Array<bigint>(values.length);
  let product = 1n;
  for (let i = 0; i < values.length; i++) {
    prefix[i] = product;
    product = (product * values[i]!) % R;
  }
  let back = inverse(product);
  const result = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    result[i] = (back * prefix[i]!) % R;
    back = (back * values[i]!) % R;
  }
  return result;
}

/** 32 bytes, little endian. */
export function readScalar(view: DataView, offset: number): bigint {
  return (
    view.getBigUint64(offset, true) |
    (view.getBigUint64(offset + 8, true) << 64n) |
    (view.getBigUint64(offset + 16, true) << 128n) |
    (view.getBigUint64(offset + 24, true) << 192n)
  );
}

const LOW64 = (1n << 64n) - 1n;

/** 32 bytes, little endian. */
export function writeScalar(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, value & LOW64, true);
  view.setBigUint64(offset + 8, (value >> 64n) & LOW64, true);
  view.setBigUint64(offset + 16, (value >> 128n) & LOW64, true);
  view.setBigUint64(offset + 24, value >> 192n, true);
}
