// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { exponent, median, round, spreadOf } from "../../bench/statistics.ts";

describe("bench: statistics", () => {
  it("the median is the middle one, or the mean of the two in the middle, in any order", () => {
    expect(median([5])).to.equal(5);
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
    expect(median([10, 9, 100])).to.equal(10);
  });

  it("no values have no median", () => {
    expect(() => median([])).to.throw(RangeError);
    expect(() => spreadOf([])).to.throw(RangeError);
  });

  it("growth is the power to which a cost rises with its size", () => {
    const growth = (cost: number) => exponent({ size: 10, cost: 3 }, { size: 1_000, cost });
    expect(growth(3)).to.equal(0);
    expect(growth(300)).to.be.closeTo(1, 1e-9);
    expect(growth(30_000)).to.be.closeTo(2, 1e-9);
    expect(() => growth(0)).to.throw(RangeError);
    expect(() => exponent({ size: 10, cost: 3 }, { size: 10, cost: 4 })).to.throw(RangeError);
  });

  it("a spread is median, lowest and highest, rounded, and leaves its values as they are", () => {
    const values = [3.26, 1.11, 2.04];
    expect(spreadOf(values, 1)).to.deep.equal({ median: 2, min: 1.1, max: 3.3 });
    expect(values).to.deep.equal([3.26, 1.11, 2.04]);
    expect(round(2.345, 1)).to.equal(2.3);
  });
});
