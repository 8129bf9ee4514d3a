// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the statistics refuse: sums that no records have, and statistics that have no value.
import { expect } from "chai";
import fc from "fast-check";
import { VitalproofError } from "../../../src/errors.ts";
import { correlation } from "../../../src/research/statistics/correlation.ts";
import type { Counts } from "../../../src/research/statistics/counts.ts";
import { fisherExactTest } from "../../../src/research/statistics/fisherExactTest.ts";
import { mean } from "../../../src/research/statistics/mean.ts";
import type { Moments } from "../../../src/research/statistics/moments.ts";
import { oddsRatio } from "../../../src/research/statistics/oddsRatio.ts";
import { type PairMoments, pairScatterOf } from "../../../src/research/statistics/pairMoments.ts";
import { proportion } from "../../../src/research/statistics/proportion.ts";
import { proportionDifference } from "../../../src/research/statistics/proportionDifference.ts";
import { regression } from "../../../src/research/statistics/regression.ts";
import { twoProportionTest } from "../../../src/research/statistics/twoProportionTest.ts";
import { variance } from "../../../src/research/statistics/variance.ts";
import { welchTest } from "../../../src/research/statistics/welchTest.ts";
import { momentsOf, pairMomentsOf } from "./reference.ts";

const SCALE = { minimum: 1, step: 1 };
const SCALES = { v: SCALE, u: SCALE };
const GOOD: Moments = { n: 4n, sum: 10n, squares: 30n };
const PAIRS: PairMoments = { n: 4n, u: 10n, uu: 30n, v: 11n, vv: 39n, uv: 33n };
const HALF: Counts = { of: 5n, n: 10n };

/** What `act` refuses: the name of the value, or the statistic that has none. */
function refused(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    expect(error.code).to.equal("INVALID_ARGUMENT");
    return error.details.statistic ?? error.details.name;
  }
  return "nothing";
}

/** Every statistic of some sums. */
const statistics = (a: Moments, b: Moments, pairs: PairMoments, c: Counts, d: Counts, level: number) => [
  () => mean(a, { minimum: -40, step: 0.1 }, level),
  () => variance(a, SCALE, level),
  () => welchTest(a, b, SCALE, level),
  () => correlation(pairs, level),
  () => regression(pairs, SCALES, level),
  () => proportion(c, level),
  () => proportionDifference(c, d, level),
  () => twoProportionTest(c, d),
  () => fisherExactTest(c, d),
  () => oddsRatio(c, d, level),
];

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return Object.values(value as object).flatMap(numbersIn);
}

/** How many of them answered; each with finite numbers, and p-values that are probabilities. */
function answers(acts: readonly (() => object)[]): number {
  let answered = 0;
  for (const act of acts) {
    let answer: object;
    try {
      answer = act();
    } catch (error) {
      if (error instanceof VitalproofError && error.code === "INVALID_ARGUMENT") continue;
      throw error;
    }
    answered += 1;
    for (const number of numbersIn(answer)) expect(Number.isFinite(number), String(act)).to.equal(true);
    if ("pValue" in answer) expect(answer.pValue).to.be.within(0, 1);
    if ("interval" in answer) {
      const { low, high } = answer.interval as { low: number; high: number };
      expect(low).to.be.at.most(high);
    }
  }
  return answered;
}

const anyCode = fc.integer({ min: 1, max: 4095 });
const anyLevel = fc.double({ min: 0.01, max: 0.9999, noNaN: true });
const anyCounts = fc
  .tuple(fc.bigInt(1n, 10n ** 6n), fc.bigInt(0n, 10n ** 6n))
  .map(([n, of]) => ({ n, of: of % (n + 1n) }));

describe("refusals of statistics", () => {
  it("name the sum that is impossible", () => {
    const cases: [Partial<Moments>, name: string][] = [
      [{ n: 0n }, "moments.n"],
      [{ n: -4n }, "moments.n"],
      [{ n: 10n ** 12n + 1n }, "moments.n"],
      [{ sum: 3n }, "moments.sum"],
      [{ sum: 4n * 4095n + 1n }, "moments.sum"],
      // n·squares < sum²
      [{ squares: 24n }, "moments.squares"],
      [{ squares: -30n }, "moments.squares"],
      // Above three codes of 1 and one of 7; no four codes from 1 to 4095 with the sum 10 have more.
      [{ squares: 4096n * 10n - 4095n * 4n + 2n }, "moments.squares"],
      // A sum of 10 has an even number of odd codes, and so have their squares.
      [{ squares: 31n }, "moments.squares"],
    ];
    for (const [change, name] of cases) {
      expect(refused(() => mean({ ...GOOD, ...change }, SCALE))).to.equal(name);
      expect(refused(() => variance({ ...GOOD, ...change }, SCALE))).to.equal(name);
      expect(refused(() => welchTest(GOOD, { ...GOOD, ...change }, SCALE))).to.equal(
        name.replace("moments", "b"),
      );
    }
    expect(refused(() => mean(GOOD, SCALE))).to.equal("nothing");
  });

  it("name the sum of pairs that is impossible", () => {
    const cases: [Partial<PairMoments>, name: string][] = [
      [{ n: 0n }, "pairs.n"],
      [{ v: 3n }, "pairs.v"],
      [{ uu: 24n }, "pairs.uu"],
      [{ uv: -33n }, "pairs.uv"],
      // Below u + v - n, and above what the scatter of both allows.
      [{ uv: 16n }, "pairs.uv"],
      [{ uv: 35n }, "pairs.uv"],
    ];
    for (const [change, name] of cases) {
      expect(refused(() => correlation({ ...PAIRS, ...change }))).to.equal(name);
      expect(refused(() => regression({ ...PAIRS, ...change }, SCALES))).to.equal(name);
    }
    expect(refused(() => correlation(PAIRS))).to.equal("nothing");
  });

  it("name outcomes above the records, and groups without records", () => {
    const cases: [Counts, name: string][] = [
      [{ of: 11n, n: 10n }, "of"],
      [{ of: -1n, n: 10n }, "of"],
      [{ of: 0n, n: 0n }, "n"],
      [{ of: 0n, n: 10n ** 12n + 1n }, "n"],
    ];
    for (const [counts, name] of cases) {
      expect(refused(() => proportion(counts))).to.equal(`counts.${name}`);
      for (const test of [proportionDifference, twoProportionTest, fisherExactTest, oddsRatio]) {
        expect(refused(() => test(counts, HALF))).to.equal(`a.${name}`);
        expect(refused(() => test(HALF, counts))).to.equal(`b.${name}`);
      }
    }
  });

  it("name a confidence level and a scale that are not usable", () => {
    for (const level of [0, 1, -0.5, 95, Number.NaN, 1e-9, 1 - 1e-15]) {
      const asked = statistics(GOOD, GOOD, PAIRS, HALF, HALF, level).map((act) => refused(act));
      expect(asked.filter((name) => name === "confidence level")).to.have.length(8);
    }
    for (const step of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-16]) {
      const scale = { minimum: 1, step };
      expect(refused(() => mean(GOOD, scale))).to.equal("scale.step");
      expect(refused(() => variance(GOOD, scale))).to.equal("scale.step");
      expect(refused(() => welchTest(GOOD, GOOD, scale))).to.equal("scale.step");
      expect(refused(() => regression(PAIRS, { ...SCALES, u: scale }))).to.equal("scales.u.step");
    }
    for (const minimum of [Number.NaN, Number.NEGATIVE_INFINITY, 1e16])
      expect(refused(() => mean(GOOD, { minimum, step: 1 }))).to.equal("scale.minimum");
  });

  it("name the statistic that has no value: too few values", () => {
    const one = { n: 1n, sum: 3n, squares: 9n };
    expect(refused(() => mean(one, SCALE))).to.equal("A mean with an interval");
    expect(refused(() => variance(one, SCALE))).to.equal("A variance");
    expect(refused(() => welchTest(one, GOOD, SCALE))).to.equal("Welch's t test");
    expect(refused(() => welchTest(GOOD, one, SCALE))).to.equal("Welch's t test");
    const three = pairMomentsOf([1, 3, 2], [1, 2, 3], SCALES);
    expect(refused(() => correlation(three))).to.equal("A correlation with an interval");
    expect(refused(() => regression(three, SCALES))).to.equal("nothing");
    const two = pairMomentsOf([1, 3], [1, 2], SCALES);
    expect(refused(() => regression(two, SCALES))).to.equal("A regression");
  });

  it("name the statistic that has no value: nothing varies, or everything is on a line", () => {
    const same = momentsOf([7, 7, 7], SCALE);
    expect(refused(() => mean(same, SCALE))).to.equal("The interval of the mean");
    expect(refused(() => variance(same, SCALE))).to.equal("The interval of the variance");
    expect(refused(() => welchTest(same, momentsOf([9, 9], SCALE), SCALE))).to.equal("Welch's t test");
    expect(refused(() => welchTest(same, GOOD, SCALE))).to.equal("nothing");
    for (const [v, u] of [
      [
        [5, 5, 5, 5],
        [1, 2, 3, 4],
      ],
      [
        [1, 2, 3, 5],
        [5, 5, 5, 5],
      ],
      [
        [2, 4, 6, 8],
        [4, 3, 2, 1],
      ],
    ] as const) {
      const pairs = pairMomentsOf(v, u, SCALES);
      expect(refused(() => correlation(pairs))).to.equal("The correlation");
      expect(refused(() => regression(pairs, SCALES))).to.equal("The regression");
    }
  });

  it("name the statistic that has no value: none or all have the outcome", () => {
    const [none, all] = [
      { of: 0n, n: 9n },
      { of: 9n, n: 9n },
    ];
    for (const counts of [none, all])
      expect(refused(() => twoProportionTest(counts, counts))).to.equal("The z test of two proportions");
    expect(refused(() => twoProportionTest(none, all))).to.equal("nothing");
    for (const counts of [none, all])
      expect(refused(() => oddsRatio(counts, HALF))).to.equal("The odds ratio with an interval");
  });

  it("say what is wrong and what to do", () => {
    const messages = [
      () => mean({ ...GOOD, squares: 24n }, SCALE),
      () => mean({ n: 1n, sum: 3n, squares: 9n }, SCALE),
      () => proportion({ of: 11n, n: 10n }),
    ].map((act) => {
      try {
        act();
      } catch (error) {
        return (error as VitalproofError).message;
      }
      return "";
    });
    expect(messages).to.deep.equal([
      "moments.squares is 24; it must be between 25 and 24580.",
      "A mean with an interval needs at least 2 values; moments.n is 1. Ask for a larger group or a longer period.",
      "counts.of is 11; it must be between 0 and 10.",
    ]);
  });

  it("never hit the sums of real records, and what is answered is finite", () => {
    let answered = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyCode, anyCode), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 10 }),
        fc.tuple(anyCounts, anyCounts),
        anyLevel,
        (points, few, [c, d], level) => {
          const [v, u] = [points.map(([x]) => x), points.map(([, y]) => y)];
          const pairs = pairMomentsOf(v, u, SCALES);
          pairScatterOf(pairs);
          const [a, b] = [momentsOf(v, SCALE), momentsOf(few, SCALE)];
          for (const act of statistics(a, b, pairs, c, d, level))
            expect(String(refused(act))).to.match(/^(nothing$|A |The |Welch)/);
          answered += answers(statistics(a, b, pairs, c, d, level));
        },
      ),
      { numRuns: 200 },
    );
    expect(answered).to.be.greaterThan(1_000);
  });

  it("never hit groups of a billion, and what is answered is finite", () => {
    const points = fc.array(fc.tuple(anyCode, anyCode, fc.bigInt(1n, 10n ** 9n)), {
      minLength: 1,
      maxLength: 4,
    });
    let answered = 0;
    fc.assert(
      fc.property(points, anyCounts, anyLevel, (weighted, counts, level) => {
        const sum = (of: (v: bigint, u: bigint) => bigint): bigint =>
          weighted.reduce((all, [v, u, times]) => all + times * of(BigInt(v), BigInt(u)), 0n);
        const n = sum(() => 1n);
        const pairs = {
          ...{ n, v: sum((v) => v), vv: sum((v) => v * v) },
          ...{ u: sum((_, u) => u), uu: sum((_, u) => u * u), uv: sum((v, u) => v * u) },
        };
        const [a, b] = [
          { n, sum: pairs.v, squares: pairs.vv },
          { n, sum: pairs.u, squares: pairs.uu },
        ];
        pairScatterOf(pairs);
        answered += answers(statistics(a, b, pairs, counts, { n, of: n / 3n }, level));
      }),
      { numRuns: 60 },
    );
    expect(answered).to.be.greaterThan(400);
  });

  it("come for every other list of integers, and never NaN or Infinity", () => {
    const small = fc.bigInt(-2n, 60n);
    const large = fc.bigInt(0n, 10n ** 26n);
    for (const each of [small, large]) {
      fc.assert(
        fc.property(fc.array(each, { minLength: 13, maxLength: 13 }), anyLevel, (sums, level) => {
          const [n, sum, squares, m, total, square, u, uu, v, vv, uv, of, other] = sums as [
            ...[bigint, bigint, bigint, bigint, bigint, bigint, bigint],
            ...[bigint, bigint, bigint, bigint, bigint, bigint],
          ];
          const [a, b] = [
            { n, sum, squares },
            { n: m, sum: total, squares: square },
          ];
          answers(statistics(a, b, { n, u, uu, v, vv, uv }, { n, of }, { n: m, of: other }, level));
        }),
        { numRuns: 1_000 },
      );
    }
  });
});
