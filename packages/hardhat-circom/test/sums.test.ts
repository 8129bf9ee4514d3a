// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { G1, G2, type PointG1, type PointG2, timesInteger } from "../src/internal/ceremony/curve.ts";
import { inG1, inG2 } from "../src/internal/ceremony/verifier/affine.ts";
import { randomFactors, sum } from "../src/internal/ceremony/verifier/sums.ts";
import { R } from "../src/internal/field.ts";
import { smallOrder } from "./smallOrder.ts";

// What the second verifier computes with most of the time. A wrong sum of crafted points could let a wrong key pass.
describe("T35: sums of points", () => {
  const EDGES = [0n, 1n, 2n, 15n, 16n, 17n, (1n << 64n) - 1n, 1n << 64n, (1n << 128n) - 1n, R - 1n];
  const multiples = <P>(base: { multiply(k: bigint): P }, count: number): P[] =>
    Array.from({ length: count }, (_, i) => base.multiply(0x9e3779b97f4a7c15n ** BigInt(i + 1) % R));
  const plainG1 = (points: readonly PointG1[], factors: readonly bigint[]) =>
    points.reduce((total, point, i) => total.add(point.multiplyUnsafe(factors[i]! % R)), G1.ZERO);
  const plainG2 = (points: readonly PointG2[], factors: readonly bigint[]) =>
    points.reduce((total, point, i) => total.add(timesInteger(point, factors[i]!)), G2.ZERO);
  const edges = (count: number) => Array.from({ length: count }, (_, i) => EDGES[i % EDGES.length]!);

  // Few points give narrow windows, many give wide ones, whose buckets are summed in halves.
  for (const count of [0, 1, 2, 3, 20, 300]) {
    it(`of ${count} points equal those of @noble/curves, with edge and random factors`, () => {
      const [g1, g2] = [multiples(G1.BASE, count), multiples(G2.BASE, Math.min(count, 40))];
      for (const factors of [edges(count), randomFactors(count)]) {
        expect(sum(inG1, g1, factors).equals(plainG1(g1, factors))).to.equal(true);
        expect(sum(inG2, g2, factors).equals(plainG2(g2, factors))).to.equal(true);
      }
      const short = randomFactors(count);
      expect(sum(inG1, g1, short, 128).equals(plainG1(g1, short))).to.equal(true);
    });
  }

  it("of equal points, opposite points and points at infinity, which a line through two points does not cover", () => {
    const [p, q] = multiples(G1.BASE, 2) as [PointG1, PointG1];
    const [r, s] = multiples(G2.BASE, 2) as [PointG2, PointG2];
    const g1 = [p, p, p, p, q, p.negate(), G1.ZERO, q.negate(), p, p.negate(), p.double(), G1.ZERO];
    const g2 = [r, r, r, r, s, r.negate(), G2.ZERO, s.negate(), r, r.negate(), r.double(), G2.ZERO];
    // One bucket for all, so that each meets each other; then all in turn.
    for (const factors of [...[1n, 5n, 16n].map((factor) => g1.map(() => factor)), edges(g1.length)]) {
      for (let start = 0; start < g1.length; start++) {
        const turn = <T>(list: readonly T[]) => [...list.slice(start), ...list.slice(0, start)];
        const [one, two] = [turn(g1), turn(g2)];
        expect(sum(inG1, one, factors).equals(plainG1(one, factors)), `${factors[0]}, ${start}`).to.equal(
          true,
        );
        expect(sum(inG2, two, factors).equals(plainG2(two, factors)), `${factors[0]}, ${start}`).to.equal(
          true,
        );
      }
    }
    expect(sum(inG1, [p, p.negate()], [7n, 7n]).is0()).to.equal(true);
    expect(sum(inG2, [r, r.negate()], [7n, 7n]).is0()).to.equal(true);
  });

  it("of points outside the subgroup, as they are", () => {
    const off = smallOrder();
    const points = [off, ...multiples(G2.BASE, 30), off, off.negate(), off];
    const factors = points.map((_, i) => EDGES[(i * 3) % EDGES.length]!);
    expect(sum(inG2, points, factors).equals(plainG2(points, factors))).to.equal(true);
  });
});
