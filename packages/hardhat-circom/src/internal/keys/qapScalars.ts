// SPDX-License-Identifier: GPL-3.0-or-later
import { batchInverse, inverse, mod, power, R, readScalar, rootOfUnity, writeScalar } from "../field.ts";
import { forEachTerm, type R1cs } from "../r1cs.ts";
import type { DevelopmentScalars } from "./developmentScalars.ts";

/** The discrete logarithms of a proving key, as scalars of 32 bytes, little endian. */
export interface KeyScalars {
  /** Per wire: A_i(tau). */
  readonly a: SharedArrayBuffer;
  /** Per wire: B_i(tau). */
  readonly b: SharedArrayBuffer;
  /** Per public wire, the constant first: (beta·A_i + alpha·B_i + C_i) / gamma. */
  readonly ic: SharedArrayBuffer;
  /** Per private wire: (beta·A_i + alpha·B_i + C_i) / delta. */
  readonly c: SharedArrayBuffer;
  /** Section 4 of a zkey: the coefficients of A and B, times R² (Montgomery radix 2^256). */
  readonly coefficients: Uint8Array;
}

/** L_k(tau) over the domain of 2^power for k = first, first + step, …: (tau^n - 1)/n · w^k / (tau - w^k). */
export function lagrange(tau: bigint, domain: number, first: number, step: number, count: number): bigint[] {
  const n = 1n << BigInt(domain);
  const vanishing = mod(power(tau, n) - 1n);
  const factor = (vanishing * inverse(n)) % R;
  const root = rootOfUnity(domain);
  const increment = power(root, BigInt(step));
  const roots = new Array<bigint>(count);
  let at = power(root, BigInt(first));
  for (let i = 0; i < count; i++) {
    roots[i] = at;
    at = (at * increment) % R;
  }
  const inverses = batchInverse(roots.map((root) => mod(tau - root)));
  return inverses.map((value, i) => (((value * roots[i]!) % R) * factor) % R);
}

/**
 * H section: L_{2i+1}(tau) / delta over the double domain. The prover multiplies them with A·B - C at the odd points
 * (it is zero at the even ones), which gives h(tau)·Z(tau) / delta.
 */
export function quotientScalars(domain: number, { tau, delta }: DevelopmentScalars): SharedArrayBuffer {
  const scale = inverse(delta);
  return pack(lagrange(tau, domain + 1, 1, 2, 2 ** domain).map((value) => (value * scale) % R));
}

/** All other sections. Row order and coefficient order are those of `snarkjs groth16 setup`. */
export function wireScalars(r1cs: R1cs, domain: number, scalars: DevelopmentScalars): KeyScalars {
  const { nWires, nPublic, nConstraints, constraints } = r1cs;
  const rows = lagrange(scalars.tau, domain, 0, 1, nConstraints + nPublic + 1);
  const a = new Array<bigint>(nWires).fill(0n);
  const b = new Array<bigint>(nWires).fill(0n);
  const c = new Array<bigint>(nWires).fill(0n);

  let nCoefficients = nPublic + 1;
  forEachTerm(r1cs, (side) => {
    if (side < 2) nCoefficients++;
  });
  const coefficients = new Uint8Array(4 + nCoefficients * 44);
  const out = new DataView(coefficients.buffer);
  out.setUint32(0, nCoefficients, true);
  let at = 4;
  const radixSquared = (1n << 512n) % R;
  // Coefficients repeat a lot (±1, powers of two, round constants): convert each one once.
  const converted = new Map<bigint, bigint>();
  const writeCoefficient = (matrix: number, row: number, wire: number, value: bigint) => {
    out.setUint32(at, matrix, true);
    out.setUint32(at + 4, row, true);
    out.setUint32(at + 8, wire, true);
    let montgomery = converted.get(value);
    if (montgomery === undefined) {
      montgomery = (value * radixSquared) % R;
      converted.set(value, montgomery);
    }
    writeScalar(out, at + 12, montgomery);
    at += 44;
  };

  const sides = [a, b, c];
  forEachTerm(r1cs, (side, row, wire, offset) => {
    const value = readScalar(constraints, offset);
    const sums = sides[side]!;
    const factor = rows[row]!;
    if (value === 1n) sums[wire] = (sums[wire]! + factor) % R;
    else sums[wire] = (sums[wire]! + value * factor) % R;
    if (side < 2) writeCoefficient(side, row, wire, value);
  });
  // One more row per public wire binds it even if no constraint reads it.
  for (let wire = 0; wire <= nPublic; wire++) {
    a[wire] = (a[wire]! + rows[nConstraints + wire]!) % R;
    writeCoefficient(0, nConstraints + wire, wire, 1n);
  }

  const { alpha, beta } = scalars;
  const gammaInverse = inverse(scalars.gamma);
  const deltaInverse = inverse(scalars.delta);
  const combined = c.map((value, i) => {
    const scale = i <= nPublic ? gammaInverse : deltaInverse;
    return (((beta * a[i]! + alpha * b[i]! + value) % R) * scale) % R;
  });
  return {
    a: pack(a),
    b: pack(b),
    ic: pack(combined.slice(0, nPublic + 1)),
    c: pack(combined.slice(nPublic + 1)),
    coefficients,
  };
}

function pack(values: readonly bigint[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(values.length * 32);
  const view = new DataView(buffer);
  for (let i = 0; i < values.length; i++) writeScalar(view, i * 32, values[i]!);
  return buffer;
}
