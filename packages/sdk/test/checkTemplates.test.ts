// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  asksFor,
  checkTerms,
  countRuns,
  type EpisodeTerms,
  type Mark,
  mostRuns,
  type RegularityTerms,
  type Terms,
  validateTerms,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";
import {
  anyEpisode,
  anyImpact,
  anyRegularity,
  anyTerms,
  axes,
  blocks,
  byTrying,
  episode,
  fewMissing,
  impact,
  n,
  regularity,
  SAMPLES,
  SLOTS,
  split,
  textOf,
  ZERO,
} from "./templateTerms.ts";

describe("runs", () => {
  it("T5, T8: the counter equals the worst case over all fillings, for all windows of up to 9 slots", function () {
    this.timeout(120_000);
    const MARKS = ["missing", "inside", "outside"] as const;
    // counted[minRun][length][bits]: runs of a window without missing slots.
    const counted = [1, 2, 3, 4].map((minRun) =>
      Array.from({ length: 10 }, (_, length) =>
        Array.from({ length: 2 ** length }, (_, bits) =>
          blocks(bits.toString(2).padStart(length, "0"), minRun),
        ),
      ),
    );
    let windows = 0;
    for (let length = 1; length <= 9; length++) {
      for (let window = 0; window < 3 ** length; window++) {
        const marks = Array.from(
          { length },
          (_, slot) => MARKS[Math.floor(window / 3 ** (length - 1 - slot)) % 3]!,
        );
        const bits = (which: Mark): number =>
          marks.reduce((word, mark) => 2 * word + Number(mark === which), 0);
        const [fixed, free] = [bits("inside"), bits("missing")];
        const solid = textOf(marks).replaceAll("?", "");
        for (const minRun of [1, 2, 3, 4]) {
          windows += 1;
          const table = counted[minRun - 1]![length]!;
          let [least, most] = [table[fixed]!, table[fixed]!];
          for (let filling = free; filling > 0; filling = (filling - 1) & free) {
            least = Math.min(least, table[fixed | filling]!);
            most = Math.max(most, table[fixed | filling]!);
          }
          const got = [
            countRuns(marks, minRun, "fewest"),
            countRuns(marks, minRun, "most"),
            countRuns(marks, minRun, "of-valid"),
          ];
          const wanted = [least, most, blocks(solid, minRun)];
          if (got.join() !== wanted.join()) expect(got, `${textOf(marks)} ${minRun}`).to.deep.equal(wanted);
        }
      }
    }
    expect(windows).to.equal((88_569 / 3) * 4);
  });

  it("no window holds more runs than mostRuns says, and one holds as many", () => {
    for (const slots of [1, 2, 5, 9]) {
      for (const minRun of [1, 2, 3]) {
        const all = Array.from({ length: 2 ** slots }, (_, bits) =>
          blocks(bits.toString(2).padStart(slots, "0"), minRun),
        );
        expect(mostRuns(slots, minRun)).to.equal(Math.max(...all));
      }
    }
  });
});

describe("check in the clear of episode, regularity and impact", () => {
  it("T14: episodes agree with all fillings tried on strings, on 1,000 random windows", function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(anyEpisode, fewMissing, (terms, codes) => {
        const text = codes
          .map((code) => (code === 0 ? "?" : code >= terms.low && code <= terms.high ? "1" : "0"))
          .join("");
        const check = checkTerms(terms, split(codes));
        for (const { bound, holds } of check.bounds) if (!asksFor(terms, bound)) expect(holds).to.equal(true);
        if (check.template !== "episode") throw new Error("another template");
        const valid = codes.filter((code) => code > 0).length;
        const solid = blocks(text.replaceAll("?", ""), terms.minRun);
        const runs = terms.ofValid ? { least: solid, most: solid } : byTrying(text, terms.minRun);
        expect(check.runs).to.deep.equal(runs);
        expect(check.holds).to.equal(
          runs.least >= terms.runsMin &&
            runs.most <= terms.runsMax &&
            valid >= 1 &&
            valid * 10_000 >= terms.coverageMin * SLOTS,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("T14: regularity agrees with all fillings tried, on 1,000 random windows", function () {
    this.timeout(120_000);
    const reachedBy = (terms: RegularityTerms, epoch: number[]): boolean => {
      const valid = epoch.filter((code) => code > 0);
      const level = terms.sum
        ? valid.map((code) => code - 1).reduce((a, b) => a + b, 0)
        : valid.filter((code) => code >= terms.low && code <= terms.high).length;
      return level >= terms.level;
    };
    /** Tries every code in every missing slot of one epoch. */
    const outcomes = (terms: RegularityTerms, epoch: number[]): Set<boolean> => {
      const slot = epoch.indexOf(0);
      if (slot < 0 || terms.ofValid) return new Set([reachedBy(terms, epoch)]);
      const all = new Set<boolean>();
      for (let code = 1; code <= n && all.size < 2; code++)
        for (const each of outcomes(terms, epoch.with(slot, code))) all.add(each);
      return all;
    };
    const threeMissing = fewMissing.map((codes) => {
      let seen = 0;
      return codes.map((code) => (code === 0 && ++seen > 4 ? 5 : code));
    });
    fc.assert(
      fc.property(anyRegularity, threeMissing, (terms, codes) => {
        // A band that is the whole scale leaves no code with which to fill a slot outside it.
        fc.pre(terms.sum || terms.low > 1 || terms.high < n);
        const perEpoch = split(codes).map((epoch) => outcomes(terms, epoch));
        const least = perEpoch.filter((outcome) => !outcome.has(false)).length;
        const most = perEpoch.filter((outcome) => outcome.has(true)).length;
        const check = checkTerms(terms, split(codes));
        if (check.template !== "regularity") throw new Error("another template");
        expect(check.reached).to.deep.equal({ least, most });
        const valid = codes.filter((code) => code > 0);
        const inside = valid.filter((code) => code >= terms.low && code <= terms.high).length;
        const [of, unknown] = terms.ofValid ? [valid.length, 0] : [SLOTS, SLOTS - valid.length];
        expect(check.holds).to.equal(
          least >= terms.epochsMin &&
            most <= terms.epochsMax &&
            inside * 10_000 >= terms.shareMin * of &&
            (inside + unknown) * 10_000 <= terms.shareMax * of &&
            valid.length >= 1 &&
            valid.length * 10_000 >= terms.coverageMin * SLOTS,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("T14: impacts agree with all fillings tried on strings, on 1,000 random windows", function () {
    this.timeout(120_000);
    // A sample: none of it there, an axis missing, or whole; near the threshold and far from it.
    const axis = fc.integer({ min: 1, max: axes.codes });
    const sample = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(axis, axis, axis) },
      { weight: 1, arbitrary: fc.constant<[number, number, number]>([0, 0, 0]) },
      { weight: 1, arbitrary: fc.tuple(axis, fc.constant(0), axis) },
    );
    const samples = fc.array(sample, { minLength: SAMPLES, maxLength: SAMPLES });
    fc.assert(
      fc.property(anyImpact, samples, (terms, given) => {
        const text = given
          .map((each) => {
            if (Math.min(...each) === 0) return "?";
            return Math.hypot(...each.map((code) => code - ZERO)) ** 2 > terms.threshold - 0.5 ? "1" : "0";
          })
          .join("");
        const count = (of: string): number =>
          terms.minRun === 0 ? of.split("1").length - 1 : blocks(of, terms.minRun);
        let [least, most] = [count(text.replaceAll("?", "")), count(text.replaceAll("?", ""))];
        if (!terms.ofValid && terms.minRun > 0) ({ least, most } = byTrying(text, terms.minRun));
        if (!terms.ofValid && terms.minRun === 0)
          [least, most] = [count(text), count(text.replaceAll("?", "1"))];
        const check = checkTerms(terms, split(given.flat()));
        if (check.template !== "impact") throw new Error("another template");
        expect(check.counted).to.deep.equal({ least, most });
        const valid = SAMPLES - (text.split("?").length - 1);
        expect(check).to.include({ slots: SAMPLES, valid, missing: SAMPLES - valid });
        expect(check.holds).to.equal(
          least >= terms.countMin &&
            most <= terms.countMax &&
            valid >= 1 &&
            valid * 10_000 >= terms.coverageMin * SAMPLES,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("T14: every bound holds at its exact boundary and fails one beyond, saying by how much", () => {
    const failing = (terms: Terms, epochs: number[][]): [string, number][] =>
      checkTerms(terms, epochs).failing.map(({ bound, by }) => [bound, by]);
    // Three runs of 3; the middle one spans two epochs.
    const codes = [
      5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 4, 9, 1, 5, 5, 1, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1, 1,
    ];
    const epochs = split(codes);
    expect(failing({ ...episode, runsMin: 3 }, epochs)).to.deep.equal([]);
    expect(failing({ ...episode, runsMin: 4 }, epochs)).to.deep.equal([["runsMin", 1]]);
    expect(failing({ ...episode, runsMin: 0, runsMax: 3 }, epochs)).to.deep.equal([]);
    expect(failing({ ...episode, runsMin: 0, runsMax: 1 }, epochs)).to.deep.equal([["runsMax", 2]]);
    expect(failing({ ...episode, minRun: 4 }, epochs)).to.deep.equal([]);
    expect(failing({ ...episode, minRun: 5 }, epochs)).to.deep.equal([["runsMin", 1]]);
    expect(failing({ ...episode, low: 6 }, epochs)).to.deep.equal([]);
    expect(failing({ ...episode, low: 7 }, epochs)).to.deep.equal([["runsMin", 1]]);
    const holed = split(codes.with(31, 0));
    expect(failing({ ...episode, coverageMin: 9_687 }, holed)).to.deep.equal([]);
    expect(failing({ ...episode, coverageMin: 9_688 }, holed)).to.deep.equal([["coverageMin", 1]]);

    // Six readings in the band in each epoch; the sums of steps are 25 and 31.
    expect(failing({ ...regularity, level: 5, epochsMin: 2 }, epochs)).to.deep.equal([]);
    expect(failing({ ...regularity, level: 6, epochsMin: 2 }, epochs)).to.deep.equal([["epochsMin", 1]]);
    expect(failing({ ...regularity, level: 7, epochsMin: 2 }, epochs)).to.deep.equal([["epochsMin", 1]]);
    expect(failing({ ...regularity, level: 8, epochsMin: 2 }, epochs)).to.deep.equal([["epochsMin", 2]]);
    const sums = split(codes).map((epoch) => epoch.reduce((total, code) => total + code - 1, 0));
    expect(
      failing({ ...regularity, sum: true, level: Math.min(...sums), epochsMin: 2 }, epochs),
    ).to.deep.equal([]);
    expect(
      failing({ ...regularity, sum: true, level: Math.min(...sums) + 1, epochsMin: 2 }, epochs),
    ).to.deep.equal([["epochsMin", 1]]);
    expect(failing({ ...regularity, epochsMin: 0, epochsMax: 2, shareMin: 1 }, epochs)).to.deep.equal([]);
    expect(failing({ ...regularity, epochsMin: 0, epochsMax: 1 }, epochs)).to.deep.equal([["epochsMax", 1]]);
    // 12 of 32 in the band.
    expect(failing({ ...regularity, shareMin: 3_750, shareMax: 3_750 }, epochs)).to.deep.equal([]);
    expect(failing({ ...regularity, shareMin: 3_751 }, epochs)).to.deep.equal([["shareMin", 1]]);
    expect(failing({ ...regularity, shareMax: 3_749 }, epochs)).to.deep.equal([["shareMax", 1]]);

    // Squares' sums 36, 20, 19, 20, then nothing: impacts at 20 are samples 0, 1 and 3.
    const still = [7, 7, 7];
    const samples = [
      [13, 7, 7],
      [11, 9, 7],
      [10, 10, 8],
      [9, 7, 11],
      still,
      still,
      still,
      still,
      still,
      still,
    ];
    const motion = split(samples.flat());
    expect(failing({ ...impact, countMin: 3, countMax: 3 }, motion)).to.deep.equal([]);
    expect(failing({ ...impact, countMin: 4 }, motion)).to.deep.equal([["countMin", 1]]);
    expect(failing({ ...impact, countMin: 0, countMax: 2 }, motion)).to.deep.equal([["countMax", 1]]);
    expect(failing({ ...impact, threshold: 21, countMin: 3 }, motion)).to.deep.equal([["countMin", 2]]);
    expect(failing({ ...impact, threshold: 19, countMin: 4 }, motion)).to.deep.equal([]);
    expect(failing({ ...impact, minRun: 2, countMin: 1 }, motion)).to.deep.equal([]);
    expect(failing({ ...impact, minRun: 3, countMin: 1 }, motion)).to.deep.equal([["countMin", 1]]);
    expect(failing({ ...impact, minRun: 1, countMin: 2 }, motion)).to.deep.equal([]);
    expect(failing({ ...impact, minRun: 1, countMin: 3 }, motion)).to.deep.equal([["countMin", 1]]);
  });

  it("T8: dropping readings never turns a failing claim into a passing one (worst case)", () => {
    const anyCodes = (length: number, most: number): fc.Arbitrary<number[]> =>
      fc.array(fc.nat(most), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        anyTerms,
        anyCodes(SLOTS, n),
        anyCodes(30, axes.codes),
        fc.array(fc.nat(31), { minLength: 1 }),
        (any, slots, triples, drop) => {
          const terms = { ...any, ofValid: false };
          if (codeThrown(() => validateTerms(terms)) !== "nothing") return;
          const full = terms.template === "impact" ? triples : slots;
          const dropped = full.map((code, slot) => (drop.includes(slot) ? 0 : code));
          if (!checkTerms(terms, split(full)).holds)
            expect(checkTerms(terms, split(dropped)).holds).to.equal(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("decides under the other semantics on request, each bound at its own worst", () => {
    const codes = [5, 5, 0, 5, ...new Array<number>(28).fill(1)];
    expect(checkTerms(episode, split(codes)).holds).to.equal(false);
    expect(checkTerms(episode, split(codes), { semantics: "of-valid" }).holds).to.equal(true);
    const both: EpisodeTerms = { ...episode, ofValid: true, coverageMin: 1, runsMin: 1, runsMax: 1 };
    expect(checkTerms(both, split(codes)).holds).to.equal(true);
    expect(
      checkTerms(both, split(codes), { semantics: "worst-case" }).failing.map(({ bound }) => bound),
    ).to.deep.equal(["runsMin"]);
  });
});
