// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { correlation } from "../../../src/research/statistics/correlation.ts";
import type { PairMoments } from "../../../src/research/statistics/pairMoments.ts";
import { type Coefficient, regression } from "../../../src/research/statistics/regression.ts";
import { expectNear } from "../../support.ts";
import { agree, pairMomentsOf, REFERENCE } from "./reference.ts";

/** Sums of R's `cars`: the distance to stop in feet by the speed in miles per hour (Ezekiel, 1930), both from 1 in steps of 1. */
const CARS: PairMoments = { n: 50n, v: 2_149n, vv: 124_903n, u: 770n, uu: 13_228n, uv: 38_482n };
const ONES = { v: { minimum: 1, step: 1 }, u: { minimum: 1, step: 1 } };

/** The four data sets of Anscombe, The American Statistician 27, 1973. */
const X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
const ANSCOMBE: [x: number[], y: number[]][] = [
  [X, [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]],
  [X, [9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74]],
  [X, [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]],
  [
    [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8],
    [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89],
  ],
];

describe("correlation and regression", () => {
  it("have the published values of R's cars", () => {
    // As the manuals and textbooks of R print `summary(lm(dist ~ speed))` and `cor.test`.
    const { slope, intercept, rSquared, residualStandardError, df } = regression(CARS, ONES);
    expect([slope.estimate, slope.standardError].map((x) => x.toFixed(4))).to.deep.equal([
      "3.9324",
      "0.4155",
    ]);
    expect([intercept.estimate, intercept.standardError].map((x) => x.toFixed(4))).to.deep.equal([
      "-17.5791",
      "6.7584",
    ]);
    expect([slope.t.toFixed(3), intercept.t.toFixed(3)]).to.deep.equal(["9.464", "-2.601"]);
    expect([slope.pValue.toExponential(2), intercept.pValue.toFixed(4)]).to.deep.equal([
      "1.49e-12",
      "0.0123",
    ]);
    expect([rSquared.toFixed(4), residualStandardError.toFixed(2), df]).to.deep.equal([
      "0.6511",
      "15.38",
      48,
    ]);
    expect([intercept.interval.low.toFixed(3), intercept.interval.high.toFixed(3)]).to.deep.equal([
      "-31.168",
      "-3.990",
    ]);
    const { r, interval, t, pValue } = correlation(CARS);
    expect([r, interval.low, interval.high].map((x) => x.toFixed(7))).to.deep.equal([
      "0.8068949",
      "0.6816422",
      "0.8862036",
    ]);
    expect([t.toFixed(3), pValue.toExponential(2)]).to.deep.equal(["9.464", "1.49e-12"]);
  });

  it("have the values that Anscombe's four data sets share", () => {
    const scales = { v: { minimum: 3.01, step: 0.01 }, u: { minimum: 1, step: 1 } };
    for (const [x, y] of ANSCOMBE) {
      const pairs = pairMomentsOf(y, x, scales);
      const { slope, intercept, rSquared } = regression(pairs, scales);
      expectNear(slope.estimate, 0.5, 5e-4);
      expectNear(slope.standardError, 0.118, 5e-4);
      expectNear(intercept.estimate, 3, 5e-3);
      expectNear(rSquared, 0.667, 1e-3);
      expectNear(correlation(pairs).r, 0.816, 1e-3);
    }
  });

  it("agree with R: four pairs, none correlated, nearly a line, a million", () => {
    expect(REFERENCE.pairs.length).to.be.at.least(20);
    for (const row of REFERENCE.pairs) {
      const pairs = {
        ...{ n: BigInt(row.n), v: BigInt(row.v), vv: BigInt(row.vv) },
        ...{ u: BigInt(row.u), uu: BigInt(row.uu), uv: BigInt(row.uv) },
      };
      const name = `${row.name}, ${row.level}`;
      const c = correlation(pairs, row.level);
      expect(c.df).to.equal(Number(pairs.n) - 2);
      agree(
        `correlation ${name}`,
        [
          ["r", c.r, row.r],
          ["low", c.interval.low, row.rLow],
          ["high", c.interval.high, row.rHigh],
          ["t", c.t, row.rT],
        ],
        { scale: 1e-3 },
      );
      agree(`correlationP ${name}`, [["p", c.pValue, row.rP]]);

      const scales = {
        v: { minimum: row.vMinimum, step: row.vStep },
        u: { minimum: row.uMinimum, step: row.uStep },
      };
      const fit = regression(pairs, scales, row.level);
      const check = (which: "slope" | "intercept", ours: Coefficient): void => {
        agree(
          `${which} ${name}`,
          [
            ["estimate", ours.estimate, row[which]],
            ["standard error", ours.standardError, row[`${which}Error`]],
            ["low", ours.interval.low, row[`${which}Low`]],
            ["high", ours.interval.high, row[`${which}High`]],
          ],
          { scale: row[`${which}Error`] },
        );
        agree(`${which}T ${name}`, [["t", ours.t, row[`${which}T`]]], { scale: 1 });
        agree(`${which}P ${name}`, [["p", ours.pValue, row[`${which}P`]]]);
      };
      check("slope", fit.slope);
      check("intercept", fit.intercept);
      agree(`fit ${name}`, [["residual", fit.residualStandardError, row.residual]]);
      agree(`fit ${name}`, [["r²", fit.rSquared, row.rSquared]], { scale: 1e-6 });
    }
  });

  it("tell the same: t of the slope is t of the correlation, and r² is the square of r", () => {
    const { r, t, pValue } = correlation(CARS);
    const { slope, rSquared } = regression(CARS, ONES);
    expectNear(slope.t, t, 1e-13);
    expectNear(slope.pValue / pValue, 1, 1e-12);
    expectNear(r * r, rSquared, 1e-15);
  });

  it("keep their digits next to a line: one of a million points is off by one step", () => {
    // u = v = 1 for half of the points and 3 for the others, and one more point of (1, 2).
    const half = 500_000n;
    const pairs = {
      ...{ n: 2n * half + 1n, u: 4n * half + 1n, uu: 10n * half + 1n },
      ...{ v: 4n * half + 2n, vv: 10n * half + 4n, uv: 10n * half + 2n },
    };
    const { r, t, interval } = correlation(pairs);
    // 1 - r² is 1/2000000 to first order, √(1 - r²) 1/1414.2.
    expectNear(1 - r * r, 1e-6, 1e-11);
    expectNear(t, 1e6, 10);
    expect([interval.low < r, r < interval.high, interval.high < 1]).to.deep.equal([true, true, true]);
  });
});
