// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { mean } from "../../../src/research/statistics/mean.ts";
import { meanOf } from "../../../src/research/statistics/scale.ts";
import { variance } from "../../../src/research/statistics/variance.ts";
import { expectNear } from "../../support.ts";
import { agree, momentsOf, REFERENCE } from "./reference.ts";

/** Additional sleep with the second drug less that with the first, in hours: Student, Biometrika 6, 1908. */
const DIFFERENCES = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];

describe("mean and variance", () => {
  it("have the certified values of NIST's Statistical Reference Datasets, also where floating point cancels", () => {
    const numAcc1 = { n: 3n, sum: 6n, squares: 14n };
    const scale1 = { minimum: 10_000_001, step: 1 };
    expect(meanOf(numAcc1, scale1)).to.equal(10_000_002);
    expect(variance(numAcc1, scale1).standardDeviation).to.equal(1);
    // NumAcc2, 3 and 4: one 2, then 500 times 1 and 3, on 1.1, 1000000.1 and 10000000.1.
    const others = { n: 1001n, sum: 2002n, squares: 4n + 500n * 10n };
    for (const minimum of [1.1, 1_000_000.1, 10_000_000.1]) {
      expectNear(meanOf(others, { minimum, step: 0.1 }), minimum + 0.1, minimum * 1e-15);
      expectNear(variance(others, { minimum, step: 0.1 }).standardDeviation, 0.1, 1e-15);
    }
    // Michelso: the speed of light in thousands of km/s, R's `morley`.
    const michelson = { n: 100n, sum: 2424n, squares: 64_938n };
    const scale = { minimum: 299.62, step: 0.01 };
    expectNear(meanOf(michelson, scale), 299.8524, 1e-12);
    expectNear(variance(michelson, scale).standardDeviation, 0.0790105478190518, 1e-15);
  });

  it("have Student's interval for his sleep data: 1.58 hours, 0.70 to 2.46", () => {
    const scale = { minimum: 0, step: 0.1 };
    const { mean: estimate, standardError, df, interval } = mean(momentsOf(DIFFERENCES, scale), scale);
    expect(estimate.toFixed(2)).to.equal("1.58");
    // R's `t.test(extra ~ group, data = sleep, paired = TRUE)`, as printed in its manual.
    expect((estimate / standardError).toFixed(4)).to.equal("4.0621");
    expect([df, interval.low.toFixed(7), interval.high.toFixed(7)]).to.deep.equal([
      9,
      "0.7001142",
      "2.4598858",
    ]);
  });

  it("agree with R, from two values to a million", () => {
    expect(REFERENCE.groups.length).to.be.at.least(40);
    for (const row of REFERENCE.groups) {
      const { name, minimum, step, level } = row;
      const moments = { n: BigInt(row.n), sum: BigInt(row.sum), squares: BigInt(row.squares) };
      const m = mean(moments, { minimum, step }, level);
      agree(
        `mean ${name}, ${level}`,
        [
          ["mean", m.mean, row.mean],
          ["standard error", m.standardError, row.standardError],
          ["df", m.df, row.df],
          ["low", m.interval.low, row.meanLow],
          ["high", m.interval.high, row.meanHigh],
        ],
        { scale: row.standardError },
      );
      const v = variance(moments, { minimum, step }, level);
      agree(`variance ${name}, ${level}`, [
        ["variance", v.variance, row.variance],
        ["standard deviation", v.standardDeviation, row.standardDeviation],
        ["df", v.df, row.df],
        ["low", v.varianceInterval.low, row.varianceLow],
        ["high", v.varianceInterval.high, row.varianceHigh],
        ["root of low", v.standardDeviationInterval.low, Math.sqrt(row.varianceLow)],
        ["root of high", v.standardDeviationInterval.high, Math.sqrt(row.varianceHigh)],
      ]);
      expect([m.interval.level, v.varianceInterval.level, v.standardDeviationInterval.level]).to.deep.equal([
        level,
        level,
        level,
      ]);
    }
  });

  it("keep every digit of a variance in the longest group: one value of 10^12 differs", () => {
    const n = 10n ** 12n;
    const moments = { n, sum: 4095n * (n - 1n) + 4094n, squares: 4095n ** 2n * (n - 1n) + 4094n ** 2n };
    expect(variance(moments, { minimum: 0, step: 1 }).variance).to.equal(1e-12);
  });
});
