// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from "@noble/curves/bn254.js";
import { G2, type PointG2, timesInteger } from "../src/internal/ceremony/curve.ts";
import { Q, R } from "../src/internal/field.ts";

/** A point on the curve of order 10,069, the least prime factor of the cofactor 2q - r. */
export function smallOrder(): PointG2 {
  const { Fp2 } = bn254.fields;
  for (let i = 1n; ; i++) {
    const x = Fp2.create({ c0: i, c1: 1n });
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.CURVE().b));
      const point = timesInteger(timesInteger(G2.fromAffine({ x, y }), R), (2n * Q - R) / 10069n);
      if (!point.is0()) return point;
    } catch {
      // x is not on the curve
    }
  }
}
