// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { Counts } from "../../../src/research/statistics/counts.ts";
import type { Interval } from "../../../src/research/statistics/interval.ts";
import { proportion } from "../../../src/research/statistics/proportion.ts";
import { proportionDifference } from "../../../src/research/statistics/proportionDifference.ts";
import { expectNear } from "../../support.ts";
import { agree, REFERENCE } from "./reference.ts";

const counts = (of: number, n: number): Counts => ({ of: BigInt(of), n: BigInt(n) });
const printed = ({ low, high }: Interval): string[] => [low, high].map((end) => end.toFixed(4));

describe("proportions", () => {
  it("have Wilson's intervals as Newcombe prints them", () => {
    // Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3.
    const rows: [of: number, n: number, low: string, high: string][] = [
      [81, 263, "0.2553", "0.3662"],
      [15, 148, "0.0624", "0.1605"],
      [0, 20, "0.0000", "0.1611"],
      [1, 29, "0.0061", "0.1718"],
    ];
    for (const [of, n, low, high] of rows)
      expect(printed(proportion(counts(of, n)).interval), `${of}/${n}`).to.deep.equal([low, high]);
  });

  it("have the differences that Newcombe prints", () => {
    // Newcombe, Statistics in Medicine 17, 1998, 873-890, table II, method 10.
    const rows: [of: number, n: number, of: number, n: number, low: string, high: string][] = [
      [56, 70, 48, 80, "0.0524", "0.3339"],
      [9, 10, 3, 10, "0.1705", "0.8090"],
      [6, 7, 2, 7, "0.0582", "0.8062"],
      [5, 56, 0, 29, "-0.0381", "0.1926"],
      [0, 10, 0, 20, "-0.1611", "0.2775"],
      [0, 10, 0, 10, "-0.2775", "0.2775"],
      [10, 10, 0, 20, "0.6791", "1.0000"],
      [10, 10, 0, 10, "0.6075", "1.0000"],
    ];
    for (const [a, n, b, m, low, high] of rows) {
      const { interval } = proportionDifference(counts(a, n), counts(b, m));
      expect(printed(interval), `${a}/${n} - ${b}/${m}`).to.deep.equal([low, high]);
    }
  });

  it("agree with R: Wilson's interval, from one record to a million", () => {
    expect(REFERENCE.proportions.length).to.be.at.least(50);
    for (const { of, n, level, low, high } of REFERENCE.proportions) {
      const { proportion: estimate, interval } = proportion({ of: BigInt(of), n: BigInt(n) }, level);
      expect(estimate).to.equal(Number(of) / Number(n));
      expect(interval.level).to.equal(level);
      agree(`wilson ${of}/${n}, ${level}`, [
        ["low", interval.low, low],
        ["high", interval.high, high],
      ]);
    }
  });

  it("agree with R: the difference of two", () => {
    for (const row of REFERENCE.tables) {
      const a = { of: BigInt(row.aOf), n: BigInt(row.aN) };
      const b = { of: BigInt(row.bOf), n: BigInt(row.bN) };
      const { difference, interval } = proportionDifference(a, b);
      agree(`newcombe ${a.of}/${a.n} - ${b.of}/${b.n}`, [
        ["difference", difference, row.difference],
        ["low", interval.low, row.low],
        ["high", interval.high, row.high],
      ]);
    }
  });

  it("end exactly at 0 for none and at 1 for all, and mirror each other", () => {
    for (const n of [1, 3, 20, 1_000_000]) {
      expect(proportion(counts(0, n)).interval.low).to.equal(0);
      expect(proportion(counts(n, n)).interval.high).to.equal(1);
      const [some, others] = [proportion(counts(1, n)).interval, proportion(counts(n - 1, n)).interval];
      expectNear(some.low, 1 - others.high, 1e-15);
      expectNear(some.high, 1 - others.low, 1e-15);
    }
    const { interval } = proportionDifference(counts(5, 5), counts(0, 5));
    expect(interval.high).to.equal(1);
  });
});
