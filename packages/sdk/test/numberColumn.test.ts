// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { NumberColumn, orderOf, usualStep } from "../src/index.ts";

/** Longer than two chunks, so that closed ones and the open one are there. */
const LENGTH = 9_000;

function columnOf(numbers: readonly number[]): NumberColumn {
  const column = new NumberColumn();
  for (const number of numbers) column.push(number);
  return column;
}

describe("columns of numbers", () => {
  it("give back each number as it was given, whatever there is among them", () => {
    const odd = fc.constantFrom(
      0,
      -0,
      0.1 + 0.2,
      1e300,
      -5,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      2 ** 53,
      1e-9,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(1, 0.001, 1 / 3, 300, 1e6),
        fc.integer({ min: -100, max: 1_767_225_600 }),
        fc.array(fc.tuple(fc.nat(LENGTH - 1), odd), { maxLength: 3 }),
        (step, start, places) => {
          const numbers = Array.from({ length: LENGTH }, (_, i) => start + i * step);
          for (const [place, number] of places) numbers[place] = number;
          const column = columnOf(numbers);
          expect(column.length).to.equal(LENGTH);
          const same = [...column].every((number, i) => Object.is(number, numbers[i]));
          expect(same).to.equal(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("order them as a stable sort does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), fc.nat(2), (given, way) => {
        const rising = [...given].sort((a, b) => a - b);
        const numbers = way === 0 ? given : way === 1 ? rising : [...new Set(rising)].reverse();
        const order = orderOf(columnOf(numbers));
        const expected = numbers.map((_, i) => i).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
        expect(Array.from({ length: order.length }, (_, place) => order.at(place))).to.deep.equal(expected);
      }),
    );
  });

  it("say the usual step, with few and with many distinct ones", () => {
    const usual = (times: readonly number[], share: number): number | undefined => {
      const column = columnOf(times);
      return usualStep(column, orderOf(column), share);
    };
    expect(usual([], 1 / 2)).to.equal(undefined);
    expect(usual([7, 7], 1 / 2)).to.equal(undefined);
    expect(usual([0, 60, 120, 120, 420], 1 / 2)).to.equal(60);
    expect(usual([0, 300, 360, 720, 1320], 1 / 4)).to.equal(300);
    expect(usual([720, 1320, 0, 360, 300], 1 / 2)).to.equal(360);
    // Steps of 1, 2, 3 … microseconds: more than are counted one by one.
    const many = Array.from({ length: 150_001 }, (_, i) => (i * (i + 1)) / 2e6);
    expect(usual(many, 1 / 2)).to.equal(0.075001);
    expect(usual(many, 1 / 4)).to.equal(0.037501);
  });
});
