// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { Q, R, readScalar, writeScalar } from "../src/internal/field.ts";
import { bestWindowBits, windowCount } from "../src/internal/keys/pointJobs.ts";
import { PointPool } from "../src/internal/keys/pointPool.ts";
import { loadCurveModule } from "../src/internal/vendor.ts";

describe("fixed-base multiplication", () => {
  // Few points give narrow windows, many give wide ones: both must agree with an independent library, side by side too.
  for (const [G1, G2] of [
    [1, 1],
    [300, 300],
    [20_000, 20_000],
    [70_229, 11_412],
    [11_412, 70_229],
  ] as const) {
    const bits = bestWindowBits(G1);
    it(`T12: equals @noble/curves on edge and spread scalars with windows of ${bits} and ${bestWindowBits(G2)} bits`, async () => {
      const half = 1n << BigInt(bits - 1);
      const top = 1n << BigInt(bits * (windowCount(bits) - 1));
      const scalars = [
        0n,
        1n,
        2n,
        3n,
        R - 1n,
        R - 2n,
        R - half,
        R - half - 1n,
        (R - 1n) / 2n,
        (R + 1n) / 2n,
        half - 1n,
        half,
        half + 1n,
        2n * half - 1n,
        2n * half,
        2n * half + 1n,
        top % R,
        (top - 1n) % R,
        (top + 1n) % R,
        (1n << 253n) - 1n,
        1n << 253n,
        (1n << 64n) - 1n,
        1n << 64n,
        (1n << 128n) - 1n,
        ...Array.from({ length: 12 }, (_, i) => 0x9e3779b97f4a7c15f39cc0605cedc835n ** BigInt(i + 3) % R),
      ];
      const packed = new SharedArrayBuffer(scalars.length * 32);
      scalars.forEach((scalar, i) => {
        writeScalar(new DataView(packed), i * 32, scalar);
      });
      const pool = new PointPool(await loadCurveModule(), { G1, G2 }, 2);
      try {
        const [g1, g2] = await Promise.all([pool.multiply("G1", packed), pool.multiply("G2", packed)]);
        scalars.forEach((scalar, i) => {
          expect(coordinates(g1, i * 64, 2), `${scalar}·G1`).to.deep.equal(g1Of(scalar));
          expect(coordinates(g2, i * 128, 4), `${scalar}·G2`).to.deep.equal(g2Of(scalar));
        });
      } finally {
        await pool.close();
      }
    });
  }

  it("rejects what is left when it is closed", async () => {
    const pool = new PointPool(await loadCurveModule(), { G1: 1, G2: 1 }, 1);
    const pending = pool.multiply("G1", new SharedArrayBuffer(32)).then(
      () => "done",
      () => "rejected",
    );
    await pool.close();
    const outcome = await Promise.race([pending, settled()]);
    expect(outcome).to.equal("rejected");
  });
});

async function settled(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return "still waiting";
}

/** Plain coordinates from Montgomery form. */
function coordinates(points: SharedArrayBuffer, at: number, count: number): bigint[] {
  const radixInverse = bn254.fields.Fp.inv((1n << 256n) % Q);
  const view = new DataView(points);
  return Array.from({ length: count }, (_, i) => (readScalar(view, at + i * 32) * radixInverse) % Q);
}

function g1Of(scalar: bigint): bigint[] {
  if (scalar === 0n) return [0n, 0n];
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
  return [x, y];
}

function g2Of(scalar: bigint): bigint[] {
  if (scalar === 0n) return [0n, 0n, 0n, 0n];
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
  return [x.c0, x.c1, y.c0, y.c1];
}
