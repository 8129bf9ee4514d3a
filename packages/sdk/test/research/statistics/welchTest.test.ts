// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { welchTest } from "../../../src/research/statistics/welchTest.ts";
import { expectNear } from "../../support.ts";
import { agree, momentsOf, REFERENCE } from "./reference.ts";

describe("Welch's t test", () => {
  it("has the published values of Student's sleep data", () => {
    const scale = { minimum: -1.6, step: 0.1 };
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { t, df, pValue, difference, interval } = welchTest(
      momentsOf(first, scale),
      momentsOf(second, scale),
      scale,
    );
    // The manual of R's t.test.
    expect([t.toFixed(4), df.toFixed(3), pValue.toFixed(5)]).to.deep.equal(["-1.8608", "17.776", "0.07939"]);
    expect([interval.low.toFixed(7), interval.high.toFixed(7)]).to.deep.equal(["-3.3654832", "0.2054832"]);
    expectNear(difference, -1.58, 1e-12);
  });

  it("agrees with R: equal means, one constant group, unequal sizes, two millions", () => {
    expect(REFERENCE.twoGroups.length).to.be.at.least(18);
    for (const row of REFERENCE.twoGroups) {
      const a = { n: BigInt(row.aN), sum: BigInt(row.aSum), squares: BigInt(row.aSquares) };
      const b = { n: BigInt(row.bN), sum: BigInt(row.bSum), squares: BigInt(row.bSquares) };
      const ours = welchTest(a, b, { minimum: row.minimum, step: row.step }, row.level);
      expect(ours.interval.level).to.equal(row.level);
      agree(
        `welch ${row.name}, ${row.level}`,
        [
          ["difference", ours.difference, row.difference],
          ["standard error", ours.standardError, row.standardError],
          ["low", ours.interval.low, row.low],
          ["high", ours.interval.high, row.high],
          ["df", ours.df, row.df],
        ],
        { scale: row.standardError },
      );
      agree(`welchTest ${row.name}`, [["t", ours.t, row.t]], { scale: 1 });
      agree(`welchTest ${row.name}`, [["p", ours.pValue, row.pValue]]);
    }
  });

  it("does not depend on which group is first, nor on the unit", () => {
    const [a, b] = [
      { n: 4n, sum: 20n, squares: 130n },
      { n: 3n, sum: 30n, squares: 320n },
    ];
    const one = welchTest(a, b, { minimum: 0, step: 1 });
    const other = welchTest(b, a, { minimum: 40, step: 0.5 });
    expect([other.t, other.df, other.pValue]).to.deep.equal([-one.t, one.df, one.pValue]);
    expect(other.difference).to.equal(-one.difference / 2);
    expectNear(other.interval.low, -one.interval.high / 2, 1e-12);
  });
});
