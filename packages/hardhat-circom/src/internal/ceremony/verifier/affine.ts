// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from "@noble/curves/bn254.js";
import { Q } from "../../field.ts";
import { G1, G2, type PointG1, type PointG2, type QuadraticElement } from "../curve.ts";

// Many additions at once. The library adds in projective coordinates, by a formula for every curve that costs 17
// multiplications. In affine coordinates an addition costs three and an inversion, and a thousand inversions together
// cost one and three multiplications each.

/** What additions of points ask of the field of their coordinates. */
export interface Field<F> {
  readonly one: F;
  add(a: F, b: F): F;
  subtract(a: F, b: F): F;
  multiply(a: F, b: F): F;
  square(a: F): F;
  isZero(a: F): boolean;
  inverse(a: F): F;
}

/** A point that is not the one at infinity. */
export interface Affine<F> {
  readonly x: F;
  readonly y: F;
}

/** One of the two groups: its points as the library has them, and as they are added here. */
export interface Group<P, F> {
  readonly zero: P;
  readonly field: Field<F>;
  toAffine(point: P): Affine<F> | undefined;
  fromAffine(point: Affine<F>): P;
}

const add = (a: bigint, b: bigint) => (a + b >= Q ? a + b - Q : a + b);
const subtract = (a: bigint, b: bigint) => (a >= b ? a - b : a - b + Q);
const reduce = (value: bigint) => {
  const rest = value % Q;
  return rest < 0n ? rest + Q : rest;
};

const base: Field<bigint> = {
  one: 1n,
  add,
  subtract,
  multiply: (a, b) => (a * b) % Q,
  square: (a) => (a * a) % Q,
  isZero: (a) => a === 0n,
  inverse: (a) => bn254.fields.Fp.inv(a),
};

/** c0 + c1·u with u² = -1. */
const quadratic: Field<QuadraticElement> = {
  one: { c0: 1n, c1: 0n },
  add: (a, b) => ({ c0: add(a.c0, b.c0), c1: add(a.c1, b.c1) }),
  subtract: (a, b) => ({ c0: subtract(a.c0, b.c0), c1: subtract(a.c1, b.c1) }),
  multiply(a, b) {
    const low = a.c0 * b.c0;
    const high = a.c1 * b.c1;
    return { c0: reduce(low - high), c1: ((a.c0 + a.c1) * (b.c0 + b.c1) - low - high) % Q };
  },
  square: (a) => ({ c0: reduce((a.c0 + a.c1) * (a.c0 - a.c1)), c1: (2n * a.c0 * a.c1) % Q }),
  isZero: (a) => a.c0 === 0n && a.c1 === 0n,
  inverse: ({ c0, c1 }) => bn254.fields.Fp2.inv(bn254.fields.Fp2.create({ c0, c1 })),
};

export const inG1: Group<PointG1, bigint> = {
  zero: G1.ZERO,
  field: base,
  toAffine: (point) => (point.is0() ? undefined : point.toAffine()),
  fromAffine: (point) => G1.fromAffine(point),
};

export const inG2: Group<PointG2, QuadraticElement> = {
  zero: G2.ZERO,
  field: quadratic,
  toAffine: (point) => (point.is0() ? undefined : point.toAffine()),
  fromAffine: ({ x, y }) => G2.fromAffine({ x: bn254.fields.Fp2.create(x), y: bn254.fields.Fp2.create(y) }),
};

/** left[i] + right[i] for all i; undefined where that is the point at infinity. */
export function addPairs<F>(
  field: Field<F>,
  left: readonly Affine<F>[],
  right: readonly Affine<F>[],
): (Affine<F> | undefined)[] {
  // The slope of each line is rise / run. The run of none is 0: a vertical line ends at infinity.
  const runs: F[] = [];
  const rises: F[] = [];
  const vertical: boolean[] = [];
  for (let i = 0; i < left.length; i++) {
    const { x, y } = left[i]!;
    let run = field.subtract(right[i]!.x, x);
    let rise = field.subtract(right[i]!.y, y);
    if (field.isZero(run) && field.isZero(rise)) {
      // The same point: the tangent.
      const square = field.square(x);
      rise = field.add(field.add(square, square), square);
      run = field.add(y, y);
    }
    vertical.push(field.isZero(run));
    runs.push(vertical[i] ? field.one : run);
    rises.push(rise);
  }
  const inverses = invertAll(field, runs);
  return left.map(({ x, y }, i) => {
    if (vertical[i]) return undefined;
    const slope = field.multiply(rises[i]!, inverses[i]!);
    const sumX = field.subtract(field.subtract(field.square(slope), x), right[i]!.x);
    return { x: sumX, y: field.subtract(field.multiply(slope, field.subtract(x, sumX)), y) };
  });
}

/** Montgomery's trick: one inversion of the product, and back. None may be 0. */
function invertAll<F>(field: Field<F>, values: readonly F[]): F[] {
  const before: F[] = [];
  let product = field.one;
  for (const value of values) {
    before.push(product);
    product = field.multiply(product, value);
  }
  let inverse = field.inverse(product);
  for (let i = values.length - 1; i >= 0; i--) {
    before[i] = field.multiply(before[i]!, inverse);
    inverse = field.multiply(inverse, values[i]!);
  }
  return before;
}
