// SPDX-License-Identifier: GPL-3.0-or-later
import { R, readScalar } from "../../field.ts";
import { forEachTerm, type R1cs } from "../../r1cs.ts";
import type { Zkey } from "../zkey.ts";

/** Random factors, one for each wire; 0 leaves a section out. */
export interface WireFactors {
  readonly a: readonly bigint[];
  readonly b: readonly bigint[];
  /** Of IC for public wires, of L for the others. */
  readonly combined: readonly bigint[];
}

/** For each row of the domain, Σ over wires of factor · coefficient: the values of a polynomial. */
export interface RowSums {
  readonly a: bigint[];
  readonly b: bigint[];
  /** Factors of `combined`, apart for public (IC) and private (L) wires. */
  readonly ic: readonly [a: bigint[], b: bigint[], c: bigint[]];
  readonly l: readonly [a: bigint[], b: bigint[], c: bigint[]];
}

export function rowSums(r1cs: R1cs, domainSize: number, factors: WireFactors): RowSums {
  const zeros = () => new Array<bigint>(domainSize).fill(0n);
  const sums: RowSums = {
    a: zeros(),
    b: zeros(),
    ic: [zeros(), zeros(), zeros()],
    l: [zeros(), zeros(), zeros()],
  };
  const add = (to: bigint[], row: number, factor: bigint, value: bigint) => {
    if (factor !== 0n) to[row] = (to[row]! + factor * value) % R;
  };
  const visit = (side: 0 | 1 | 2, row: number, wire: number, value: bigint) => {
    if (side === 0) add(sums.a, row, factors.a[wire]!, value);
    if (side === 1) add(sums.b, row, factors.b[wire]!, value);
    add((wire <= r1cs.nPublic ? sums.ic : sums.l)[side], row, factors.combined[wire]!, value);
  };
  forEachTerm(r1cs, (side, row, wire, offset) =>
    visit(side, row, wire, readScalar(r1cs.constraints, offset)),
  );
  // One more row per public wire binds it even if no constraint reads it.
  for (let wire = 0; wire <= r1cs.nPublic; wire++) visit(0, r1cs.nConstraints + wire, wire, 1n);
  return sums;
}

const RADIX_SQUARED = (1n << 512n) % R;

/** Section 4: the coefficients of A and B in the circuit's order, times 2^512 (Montgomery form, twice). */
export function coefficientsAreTheCircuits(r1cs: R1cs, { coefficients }: Zkey): boolean {
  const view = new DataView(coefficients.buffer, coefficients.byteOffset, coefficients.byteLength);
  let at = 4;
  let same = true;
  const expect = (matrix: number, row: number, wire: number, value: bigint) => {
    same &&=
      at + 44 <= coefficients.length &&
      view.getUint32(at, true) === matrix &&
      view.getUint32(at + 4, true) === row &&
      view.getUint32(at + 8, true) === wire &&
      readScalar(view, at + 12) === (value * RADIX_SQUARED) % R;
    at += 44;
  };
  forEachTerm(r1cs, (side, row, wire, offset) => {
    if (side < 2) expect(side, row, wire, readScalar(r1cs.constraints, offset));
  });
  for (let wire = 0; wire <= r1cs.nPublic; wire++) expect(0, r1cs.nConstraints + wire, wire, 1n);
  return same && at === coefficients.length;
}
