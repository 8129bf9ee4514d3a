// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { Counts } from "../../../src/research/statistics/counts.ts";
import { fisherExactTest } from "../../../src/research/statistics/fisherExactTest.ts";
import { oddsRatio } from "../../../src/research/statistics/oddsRatio.ts";
import { twoProportionTest } from "../../../src/research/statistics/twoProportionTest.ts";
import { codeThrown, expectNear } from "../../support.ts";
import { agree, REFERENCE } from "./reference.ts";

const counts = (of: number, n: number): Counts => ({ of: BigInt(of), n: BigInt(n) });

describe("tests of two proportions", () => {
  it("have Fisher's published p-values", () => {
    // Fisher, The Design of Experiments, 1935: the lady tasting tea, with three of four right; two-sided by Agresti, 2002.
    expect(fisherExactTest(counts(3, 4), counts(1, 4)).pValue.toFixed(4)).to.equal("0.4857");
    expect(fisherExactTest(counts(4, 4), counts(0, 4)).pValue.toFixed(4)).to.equal("0.0286");
    // Fisher, 1962: convictions of like-sex twins of criminals; the manual of R's fisher.test.
    expect(fisherExactTest(counts(2, 17), counts(10, 13)).pValue.toFixed(7)).to.equal("0.0005367");
  });

  it("have the published values of the Physicians' Health Study", () => {
    // Agresti, An Introduction to Categorical Data Analysis, 2007, 2.2 to 2.4: heart attacks with placebo and with aspirin.
    const [placebo, aspirin] = [counts(189, 11_034), counts(104, 11_037)];
    expect((twoProportionTest(placebo, aspirin).z ** 2).toFixed(1)).to.equal("25.0");
    const { oddsRatio: ratio, logStandardError, interval } = oddsRatio(placebo, aspirin);
    expect([ratio.toFixed(3), logStandardError.toFixed(3)]).to.deep.equal(["1.832", "0.123"]);
    expect([interval.low.toFixed(2), interval.high.toFixed(2)]).to.deep.equal(["1.44", "2.33"]);
  });

  it("have the published odds ratio of hay fever and eczema", () => {
    // Bland and Altman, BMJ 320, 2000, 1468: log odds ratio 1.588, standard error 0.103, interval 1.386 to 1.790.
    const { oddsRatio: ratio, logStandardError, interval } = oddsRatio(counts(141, 561), counts(928, 14_453));
    expect([ratio.toFixed(2), Math.log(ratio).toFixed(3), logStandardError.toFixed(3)]).to.deep.equal([
      "4.89",
      "1.588",
      "0.103",
    ]);
    expect([Math.log(interval.low).toFixed(3), Math.log(interval.high).toFixed(3)]).to.deep.equal([
      "1.386",
      "1.790",
    ]);
  });

  it("agree with R, from tables of one and one to two millions", () => {
    expect(REFERENCE.tables.length).to.be.at.least(20);
    for (const row of REFERENCE.tables) {
      const a = { of: BigInt(row.aOf), n: BigInt(row.aN) };
      const b = { of: BigInt(row.bOf), n: BigInt(row.bN) };
      const name = `${a.of}/${a.n} v ${b.of}/${b.n}`;
      agree(`fisher ${name}`, [["p", fisherExactTest(a, b).pValue, row.fisherP]]);
      if (row.chiSquare === undefined) {
        expect(codeThrown(() => twoProportionTest(a, b))).to.equal("INVALID_ARGUMENT");
      } else {
        const { z, pValue, leastExpected } = twoProportionTest(a, b);
        expect(Math.sign(z), name).to.equal(Math.sign(row.difference));
        agree(`zTest ${name}`, [
          ["z²", z ** 2, row.chiSquare],
          ["p", pValue, row.zP!],
          ["least expected", leastExpected, row.leastExpected!],
        ]);
      }
      if (row.oddsRatio === undefined) {
        expect(codeThrown(() => oddsRatio(a, b))).to.equal("INVALID_ARGUMENT");
      } else {
        const { oddsRatio: ratio, interval } = oddsRatio(a, b);
        agree(`oddsRatio ${name}`, [
          ["ratio", ratio, row.oddsRatio],
          ["low", interval.low, row.oddsLow!],
          ["high", interval.high, row.oddsHigh!],
        ]);
      }
    }
  });

  it("give the same p-value for a table and for its transpose and mirror images", () => {
    const [a, b] = [counts(7, 30), counts(12, 19)];
    const { pValue } = fisherExactTest(a, b);
    for (const [c, d] of [
      [b, a],
      [counts(23, 30), counts(7, 19)],
      [counts(7, 19), counts(23, 30)],
    ] as const)
      expectNear(fisherExactTest(c, d).pValue, pValue, 1e-14);
  });

  it("end for the largest groups, also where a probability is as good as 0", () => {
    const n = 10 ** 12;
    expectNear(
      fisherExactTest(counts(n / 2, n), counts(n / 2 + 1e6, n)).pValue,
      twoProportionTest(counts(n / 2, n), counts(n / 2 + 1e6, n)).pValue,
      1e-6,
    );
    expect(fisherExactTest(counts(0, n), counts(n, n)).pValue).to.equal(0);
    expect(twoProportionTest(counts(0, n), counts(n, n)).pValue).to.equal(0);
    expect(fisherExactTest(counts(0, n), counts(0, n)).pValue).to.equal(1);
  });
});
