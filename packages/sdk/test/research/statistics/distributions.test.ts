// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { chiSquare, criticalChiSquare } from "../../../src/research/statistics/distributions/chiSquare.ts";
import { atMostAsProbable } from "../../../src/research/statistics/distributions/hypergeometric.ts";
import { criticalZ, normalPValue } from "../../../src/research/statistics/distributions/normal.ts";
import { criticalT, studentT } from "../../../src/research/statistics/distributions/studentT.ts";
import { expectNear } from "../../support.ts";
import { agree, REFERENCE } from "./reference.ts";

describe("distributions of statistics", () => {
  it("agree with R to 1e-12: Student's t, also its far tails and many degrees of freedom", () => {
    for (const { df, t, above } of REFERENCE.studentT)
      agree(`studentT(${t}, ${df})`, [["above", studentT(t, df).above, above]], { tolerance: 1e-12 });
    for (const { df, level, t } of REFERENCE.criticalT)
      agree(`criticalT(${level}, ${df})`, [["t", criticalT(level, df), t]], { tolerance: 1e-12 });
  });

  it("agree with R to 1e-12: normal and chi-square", () => {
    for (const { z, pValue } of REFERENCE.normal)
      agree(`normalPValue(${z})`, [["p", normalPValue(z), pValue]], { tolerance: 1e-12 });
    for (const { level, z } of REFERENCE.criticalZ)
      agree(`criticalZ(${level})`, [["z", criticalZ(level), z]], { tolerance: 1e-12 });
    for (const { df, tail, below, above } of REFERENCE.criticalChiSquare)
      agree(
        `criticalChiSquare(${tail}, ${df})`,
        [
          ["below", criticalChiSquare({ side: "below", probability: tail }, df), below],
          ["above", criticalChiSquare({ side: "above", probability: tail }, df), above],
        ],
        { tolerance: 1e-12 },
      );
  });

  it("have the values of printed tables", () => {
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2 and 1.3.6.7.4.
    const t: [level: number, df: number, value: string][] = [
      [0.95, 1, "12.706"],
      [0.95, 10, "2.228"],
      [0.95, 100, "1.984"],
      [0.99, 5, "4.032"],
      [0.998, 30, "3.385"],
    ];
    for (const [level, df, value] of t) expect(criticalT(level, df).toFixed(3)).to.equal(value);
    const upper: [probability: number, df: number, value: string][] = [
      [0.05, 1, "3.841"],
      [0.025, 99, "128.422"],
      [0.01, 10, "23.209"],
      [0.001, 100, "149.449"],
    ];
    for (const [probability, df, value] of upper)
      expect(criticalChiSquare({ side: "above", probability }, df).toFixed(3)).to.equal(value);
    expect(criticalChiSquare({ side: "below", probability: 0.025 }, 99).toFixed(3)).to.equal("73.361");
    expect(criticalZ(0.95).toFixed(4)).to.equal("1.9600");
  });

  it("have the values of closed forms: Cauchy, two degrees of freedom, exponential", () => {
    for (const t of [1e-12, 1e-3, 0.7, 1.7, 1.8, 40, 1e9]) {
      expectNear(studentT(t, 1).above, (2 / Math.PI) * Math.atan2(1, t), 1e-15);
      expectNear(studentT(t, 1).above / ((2 / Math.PI) * Math.atan2(1, t)), 1, 1e-14);
      expectNear(studentT(t, 2).below, t / Math.sqrt(2 + t * t), 1e-15);
      expectNear(chiSquare(t, 2).above, Math.exp(-t / 2), 1e-15);
    }
  });

  it("divide at every place: both sides are within [0, 1] and sum to 1", () => {
    for (const df of [1, 2.5, 40, 1e6, 1e12]) {
      for (const t of [0, 1e-300, 0.1, 1, 1.8, 5, 50, 1e10]) {
        const { below, above } = studentT(t, df);
        expectNear(below + above, 1, 1e-15, `t ${t}, df ${df}`);
        expect(Math.min(below, above)).to.be.at.least(0);
      }
    }
    expect(studentT(0, 7)).to.deep.equal({ below: 0, above: 1, mass: 0 });
    expect(normalPValue(0)).to.equal(1);
  });

  it("come to the normal distribution as degrees of freedom grow", () => {
    for (const z of [0.5, 1.96, 5, 20]) expectNear(studentT(z, 1e12).above / normalPValue(z), 1, 1e-7);
    expectNear(criticalT(0.95, 1e12), criticalZ(0.95), 1e-11);
    // Chi-square of many degrees is nearly normal, with a standard deviation of √(2 df).
    const [low, high] = (["below", "above"] as const).map((side) =>
      criticalChiSquare({ side, probability: 0.025 }, 1e10),
    );
    expectNear((high! - low!) / Math.sqrt(8e10), criticalZ(0.95), 1e-5);
  });

  it("sum a hypergeometric distribution as integers do", () => {
    const choose = (n: bigint, k: bigint): bigint => {
      let product = 1n;
      for (let i = 0n; i < k; i++) product = (product * (n - i)) / (i + 1n);
      return k < 0n || k > n ? 0n : product;
    };
    for (const [white, black, drawn] of [
      [4n, 4n, 4n],
      [1n, 9n, 3n],
      [30n, 12n, 17n],
      [70n, 80n, 104n],
      [5n, 200n, 0n],
      [5n, 7n, 12n],
    ] as const) {
      const ways = (k: bigint): bigint => choose(white, k) * choose(black, drawn - k);
      const ks = Array.from({ length: Number(white) + 1 }, (_, k) => BigInt(k)).filter((k) => ways(k) > 0n);
      for (const seen of ks) {
        const extreme = ks.filter((k) => ways(k) <= ways(seen)).reduce((sum, k) => sum + ways(k), 0n);
        const exact = Number(extreme) / Number(choose(white + black, drawn));
        expectNear(atMostAsProbable({ white, black, drawn }, seen) / exact, 1, 1e-13);
      }
    }
  });
});
