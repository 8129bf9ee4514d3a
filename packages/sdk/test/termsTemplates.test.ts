// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  anchorTree,
  asksFor,
  type CircuitName,
  checkTerms,
  claimWitness,
  countRuns,
  type EpisodeTerms,
  episodeTerms,
  explainTerms,
  headOf,
  type ImpactTerms,
  impactTerms,
  leafOf,
  type Mark,
  mostRuns,
  NO_BOUND,
  packContext,
  packTerms,
  profileOf,
  type RegularityTerms,
  regularityTerms,
  subjectOf,
  type Terms,
  termsForPeriod,
  unpackTerms,
  validateTerms,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";

const small = profileOf("test-16");
const axes = profileOf("test-3x5");
const n = small.codes;
const SLOTS = 32;
const SAMPLES = 10;
const ZERO = 7;

const header = { offset: 0, epoch: 0, epochs: 2, ofValid: false, coverageMin: 0 } as const;
const episode: EpisodeTerms = {
  ...header,
  template: "episode",
  profile: "test-16",
  low: 4,
  high: 9,
  minRun: 3,
  runsMin: 1,
  runsMax: NO_BOUND,
};
const regularity: RegularityTerms = {
  ...header,
  template: "regularity",
  profile: "test-16",
  sum: false,
  low: 4,
  high: 9,
  level: 5,
  epochsMin: 1,
  epochsMax: NO_BOUND,
  shareMin: 0,
  shareMax: 10_000,
};
const impact: ImpactTerms = {
  ...header,
  template: "impact",
  profile: "test-3x5",
  threshold: 20,
  minRun: 0,
  countMin: 1,
  countMax: NO_BOUND,
};

const pairOf = (most: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);

/** Bounds as worst-case terms may have them: one side; of-valid ones may have both. */
const bounded = (ofValid: boolean, most: number): fc.Arbitrary<[number, number]> =>
  ofValid
    ? fc.oneof(
        pairOf(most),
        fc.nat(most).map((least): [number, number] => [least, NO_BOUND]),
      )
    : fc.oneof(
        fc.nat(most).map((upper): [number, number] => [0, upper]),
        fc.nat(most).map((least): [number, number] => [least, NO_BOUND]),
      );

const anyHeader = fc.record({
  offset: fc.nat(95),
  epoch: fc.nat(2 ** 32 - 1),
  ofValid: fc.boolean(),
  coverageMin: fc.integer({ min: 1, max: 10_000 }),
});
const band = pairOf(n - 1).map(([low, high]) => ({ low: low + 1, high: high + 1 }));

const anyEpisode: fc.Arbitrary<EpisodeTerms> = fc
  .tuple(anyHeader, band, fc.integer({ min: 1, max: SLOTS }))
  .chain(([top, levels, minRun]) =>
    bounded(top.ofValid, mostRuns(SLOTS, minRun)).map(([runsMin, runsMax]) => {
      return { ...episode, ...top, ...levels, minRun, runsMin, runsMax };
    }),
  );
const anyRegularity: fc.Arbitrary<RegularityTerms> = fc
  .tuple(anyHeader, band, fc.boolean(), pairOf(10_000))
  .chain(([top, levels, sum, [shareMin, shareMax]]) =>
    fc
      .tuple(
        fc.integer({ min: 1, max: 16 * (sum ? n - 1 : 1) }),
        pairOf(2).chain(([least, most]) =>
          fc.boolean().map((open): [number, number] => [least, open ? NO_BOUND : most]),
        ),
      )
      .map(([level, [epochsMin, epochsMax]]) => {
        return { ...regularity, ...top, ...levels, sum, level, epochsMin, epochsMax, shareMin, shareMax };
      }),
  );
const anyImpact: fc.Arbitrary<ImpactTerms> = fc
  .tuple(anyHeader, fc.integer({ min: 1, max: 25 }), fc.nat(SAMPLES))
  .chain(([top, threshold, minRun]) =>
    bounded(top.ofValid || minRun === 0, minRun === 0 ? SAMPLES : mostRuns(SAMPLES, minRun)).map(
      ([countMin, countMax]) => {
        return { ...impact, ...top, threshold, minRun, countMin, countMax };
      },
    ),
  );
const anyTerms: fc.Arbitrary<Terms> = fc.oneof(anyEpisode, anyRegularity, anyImpact);

/** Windows of 2 × 16 codes with some slots missing: none, few enough to try all fillings, or any. */
const fewMissing = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: n }), { minLength: SLOTS, maxLength: SLOTS }),
    fc.uniqueArray(fc.nat(SLOTS - 1), { maxLength: 7 }),
  )
  .map(([codes, missing]) => codes.map((code, slot) => (missing.includes(slot) ? 0 : code)));
const split = (codes: readonly number[], parts = 2): number[][] =>
  Array.from({ length: parts }, (_, i) =>
    codes.slice((i * codes.length) / parts, ((i + 1) * codes.length) / parts),
  );

/** Runs of at least minRun ones: the blocks that a regular expression finds, each once. */
const blocks = (text: string, minRun: number): number =>
  text.match(new RegExp(`1{${minRun},}`, "g"))?.length ?? 0;

/** "1" inside, "0" outside, "?" missing. */
const textOf = (marks: readonly Mark[]): string =>
  marks.map((mark) => (mark === "inside" ? "1" : mark === "outside" ? "0" : "?")).join("");

/** The least and the most runs over every way to fill the missing slots. */
function byTrying(text: string, minRun: number): { least: number; most: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  const visit = (rest: string): void => {
    if (!rest.includes("?")) {
      const runs = blocks(rest, minRun);
      least = Math.min(least, runs);
      most = Math.max(most, runs);
      return;
    }
    visit(rest.replace("?", "0"));
    visit(rest.replace("?", "1"));
  };
  visit(text);
  return { least, most };
}

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

describe("terms of episode, regularity and impact", () => {
  it("T12: packing follows protocol.json, and unpacking is its inverse", () => {
    const desaturation = episodeTerms({
      circuit: "spo2-hour-episodes",
      band: { below: 90 },
      minRun: { longerThan: 300 },
      runs: { atLeast: 1 },
      coverage: { atLeast: 80 },
    });
    expect(packTerms(desaturation)).to.equal(
      2n |
        (3n << 8n) |
        (1n << 64n) |
        (1n << 88n) |
        (89n << 104n) |
        (301n << 120n) |
        (1n << 136n) |
        (65_535n << 152n) |
        (8_000n << 168n),
    );
    const usage = regularityTerms({
      circuit: "device-usage-30d",
      offset: 48,
      level: { sum: 240 },
      epochs: { atLeast: 21 },
    });
    expect(packTerms(usage)).to.equal(
      3n |
        (7n << 8n) |
        (48n << 24n) |
        (30n << 64n) |
        (2n << 80n) |
        (1n << 88n) |
        (181n << 104n) |
        (240n << 120n) |
        (21n << 144n) |
        (65_535n << 160n) |
        (10_000n << 190n),
    );
    const fall = impactTerms({ circuit: "fall-window", magnitude: "2.5", count: { atLeast: 1 } });
    expect(packTerms(fall)).to.equal(
      4n | (9n << 8n) | (1n << 64n) | (15_625n << 88n) | (1n << 136n) | (65_535n << 152n),
    );
    fc.assert(
      fc.property(anyTerms, (any) => {
        expect(unpackTerms(packTerms(any))).to.deep.equal(any);
        const moved = termsForPeriod(any, 7);
        expect(moved).to.deep.equal({ ...any, epoch: 7 });
      }),
      { numRuns: 1_000 },
    );
  });

  it("T12: unused bits, flags of other templates and unknown ones are refused", () => {
    const ends: [Terms, bigint, bigint[]][] = [
      [episode, 182n, [81n, 82n, 87n]],
      [regularity, 218n, [82n, 87n]],
      [impact, 182n, [81n, 82n, 87n]],
    ];
    for (const [terms, end, flags] of ends) {
      const word = packTerms(terms);
      for (const bit of [end, 252n, 253n, ...flags]) {
        expect(
          codeThrown(() => unpackTerms(word | (1n << bit))),
          `${terms.template} ${bit}`,
        ).to.equal("TERMS_NOT_UNDERSTOOD");
      }
    }
    const unknown = { ...episode, template: "forecast" } as unknown as Terms;
    expect(codeThrown(() => validateTerms(unknown))).to.equal("TERMS_NOT_UNDERSTOOD");
  });

  it("T4, T31: every bound is accepted at its edge and refused one beyond", () => {
    const most = mostRuns(SLOTS, 3);
    const edges: [Terms, Partial<Record<string, number | boolean>>[], Partial<Record<string, unknown>>[]][] =
      [
        [
          episode,
          [
            { low: 1 },
            { low: 9 },
            { high: n },
            { minRun: 1 },
            { minRun: SLOTS, runsMin: 1 },
            { runsMin: most },
            { runsMin: 0, runsMax: most - 1 },
            { runsMin: 0, runsMax: most, coverageMin: 1 },
            { ofValid: true, coverageMin: 1, runsMin: 2, runsMax: 2 },
            { coverageMin: 10_000 },
          ],
          [
            { low: 0 },
            { low: 10 },
            { high: n + 1 },
            { minRun: 0 },
            { minRun: SLOTS + 1 },
            { runsMin: most + 1 },
            { runsMin: 0, runsMax: most + 1 },
            { runsMin: 0, runsMax: NO_BOUND - 1 },
            { runsMin: NO_BOUND, runsMax: NO_BOUND },
            { runsMin: 1, runsMax: most },
            { ofValid: true, coverageMin: 1, runsMin: 3, runsMax: 2 },
            { ofValid: true, coverageMin: 0 },
            { coverageMin: 10_001 },
            { minRun: 1.5 },
            { ofValid: 1 },
          ],
        ],
        [
          regularity,
          [
            { level: 1 },
            { level: 16 },
            { sum: true, level: 16 * (n - 1) },
            { epochsMin: 2 },
            { epochsMin: 0, epochsMax: 1 },
            { epochsMin: 2, epochsMax: 2 },
            { shareMin: 5, shareMax: 5 },
            { epochsMin: 0, shareMin: 1 },
            { epochsMin: 0, shareMax: 9_999 },
          ],
          [
            { level: 0 },
            { level: 17 },
            { sum: true, level: 16 * (n - 1) + 1 },
            { epochsMin: 3 },
            { epochsMin: 0, epochsMax: 3 },
            { epochsMin: 2, epochsMax: 1 },
            { shareMin: 6, shareMax: 5 },
            { shareMax: 10_001 },
            { low: 0 },
            { ofValid: true, coverageMin: 0 },
            { sum: undefined },
          ],
        ],
        [
          impact,
          [
            { threshold: 1 },
            { threshold: 25 },
            { minRun: SAMPLES },
            { countMin: SAMPLES },
            { countMin: 2, countMax: 2 },
            { countMin: 0, countMax: SAMPLES - 1 },
            { minRun: 2, countMin: 3 },
            { minRun: 2, countMin: 0, countMax: 2 },
            { minRun: 2, countMin: 1, countMax: 2, ofValid: true, coverageMin: 1 },
          ],
          [
            { threshold: 0 },
            { threshold: 26 },
            { minRun: SAMPLES + 1 },
            { countMin: SAMPLES + 1 },
            { countMin: 3, countMax: 2 },
            { countMin: 0, countMax: SAMPLES + 1 },
            { minRun: 2, countMin: 4 },
            { minRun: 2, countMin: 0, countMax: 4 },
            { minRun: 2, countMin: 1, countMax: 2 },
            { profile: "test-16" },
            { profile: "glucose-mg-dl-5min" },
          ],
        ],
      ];
    for (const [terms, good, bad] of edges) {
      for (const change of good) {
        const changed = { ...terms, ...change } as Terms;
        expect(
          codeThrown(() => validateTerms(changed)),
          JSON.stringify(change),
        ).to.equal("nothing");
      }
      for (const change of bad) {
        const changed = { ...terms, ...change } as Terms;
        expect(
          codeThrown(() => packTerms(changed)),
          JSON.stringify(change),
        ).to.equal("TERMS_INVALID");
      }
    }
  });

  it("T5: terms that an all-missing period would meet are refused", () => {
    const most = mostRuns(SLOTS, 3);
    const met: Terms[] = [
      { ...episode, runsMin: 0 },
      { ...episode, runsMin: 0, runsMax: most },
      { ...regularity, epochsMin: 0 },
      { ...regularity, epochsMin: 0, epochsMax: 2 },
      { ...impact, countMin: 0 },
      { ...impact, countMin: 0, countMax: SAMPLES },
      { ...impact, minRun: 2, countMin: 0, countMax: 3 },
    ];
    for (const terms of met) {
      expect(
        codeThrown(() => validateTerms(terms)),
        JSON.stringify(terms),
      ).to.equal("TERMS_MET_BY_NOTHING");
      expect(codeThrown(() => validateTerms({ ...terms, coverageMin: 1 }))).to.equal("nothing");
    }
    // And whatever is accepted does not hold of nothing, under any semantics.
    const empty = (terms: Terms): number[][] =>
      split(new Array<number>(terms.template === "impact" ? 30 : SLOTS).fill(0));
    fc.assert(
      fc.property(anyTerms, fc.boolean(), (any, none) => {
        const terms = none && !any.ofValid ? { ...any, coverageMin: 0 } : any;
        if (codeThrown(() => validateTerms(terms)) !== "nothing") return;
        for (const semantics of ["worst-case", "of-valid"] as const) {
          const { holds, failing } = checkTerms(terms, empty(terms), { semantics });
          expect(holds).to.equal(false);
          expect(failing.map(({ bound }) => bound)).to.include("valid");
        }
        if (!terms.ofValid && terms.coverageMin === 0)
          expect(checkTerms(terms, empty(terms)).failing.length).to.be.greaterThan(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe("terms from what people write", () => {
  it("more than five minutes at 1 Hz are 301 readings; at least 15 minutes of a CGM are 3", () => {
    const build = (minRun: Parameters<typeof episodeTerms>[0]["minRun"], circuit: CircuitName): number =>
      episodeTerms({ circuit, band: { atMost: 60 }, minRun, runs: { atLeast: 1 } }).minRun;
    expect(build({ longerThan: 300 }, "spo2-hour-episodes")).to.equal(301);
    expect(build({ seconds: 300 }, "spo2-hour-episodes")).to.equal(300);
    expect(build({ seconds: 299.001 }, "spo2-hour-episodes")).to.equal(300);
    expect(build({ slots: 7 }, "spo2-hour-episodes")).to.equal(7);
    expect(build({ seconds: 900 }, "glucose-day-episodes")).to.equal(3);
    expect(build({ longerThan: 900 }, "glucose-day-episodes")).to.equal(4);
    expect(build({ longerThan: 899 }, "glucose-day-episodes")).to.equal(3);
    expect(build({ seconds: 1 }, "glucose-day-episodes")).to.equal(1);
    expect(codeThrown(() => build({ seconds: -1 }, "glucose-day-episodes"))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => build({ seconds: 1 }, "glucose-day"))).to.equal("INVALID_ARGUMENT");
  });

  it("below and above leave their level out; two bounds on one side are refused", () => {
    const build = (levels: object) => () =>
      episodeTerms({
        circuit: "glucose-day-episodes",
        band: levels,
        minRun: { slots: 3 },
        runs: { atLeast: 1 },
      });
    expect(build({ below: 70 })()).to.include({ low: 1, high: 31 });
    expect(build({ below: 40 })()).to.include({ low: 1, high: 1 });
    expect(build({ above: 180 })()).to.include({ low: 143, high: 363 });
    expect(codeThrown(build({ below: 70, atMost: 70 }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build({ above: 70, atLeast: 70 }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build({ below: 39 }))).to.equal("INVALID_ARGUMENT");
  });

  it("a magnitude becomes squared steps, rounded up: no sample below it is admitted", () => {
    const threshold = (magnitude: string | number): number =>
      impactTerms({ circuit: "fall-window", magnitude, count: { atLeast: 1 } }).threshold;
    expect(threshold("2.5")).to.equal(15_625);
    expect(threshold(2.51)).to.equal(15_751); // 125.5² = 15750.25
    expect(threshold("2.499")).to.equal(15_613); // 124.95² = 15612.5025
    expect(threshold("0.02")).to.equal(1);
    for (const bad of ["0", "-1", "2,5", Number.NaN]) {
      expect(
        codeThrown(() => threshold(bad)),
        String(bad),
      ).to.equal("INVALID_ARGUMENT");
    }
    expect(codeThrown(() => threshold("8.01"))).to.equal("TERMS_INVALID");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 800_000 }), (millionths) => {
        const steps = threshold((millionths / 100_000).toFixed(5));
        // In units of 1e-5 g a step is 2,000.
        expect(steps * 2_000 ** 2 >= millionths ** 2).to.equal(true);
        expect((steps - 1) * 2_000 ** 2 < millionths ** 2).to.equal(true);
      }),
    );
  });

  it("sums are refused where a scale is open or does not begin at 0", () => {
    const build = (circuit: CircuitName, sum: number | string) => () =>
      regularityTerms({ circuit, level: { sum }, epochs: { atLeast: 1 } });
    expect(build("device-usage-30d", 240)().level).to.equal(240);
    expect(build("doses-30d", 2)().level).to.equal(2);
    expect(codeThrown(build("regularity-test", 5))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build("device-usage-30d", "240.5"))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build("device-usage-30d", 1441))).to.equal("TERMS_INVALID");
    expect(codeThrown(build("device-usage-30d", 0))).to.equal("TERMS_INVALID");
  });

  it("counts are whole numbers below NO_BOUND", () => {
    for (const runs of [{ atLeast: -1 }, { atLeast: 0.5 }, { atMost: NO_BOUND }]) {
      const build = () => episodeTerms({ circuit: "episode-test", band: {}, minRun: { slots: 2 }, runs });
      expect(codeThrown(build)).to.equal("INVALID_ARGUMENT");
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

describe("explain of episode, regularity and impact", () => {
  it("says what is asked and what a missing reading does", () => {
    const lines = (terms: Terms): string => explainTerms(terms).join("\n");
    const alert = { circuit: "spo2-hour-episodes", band: { below: 90 } } as const;
    const least = lines(episodeTerms({ ...alert, minRun: { longerThan: 300 }, runs: { atLeast: 1 } }));
    expect(least).to.contain("There is at least 1 run of at least 301 readings (301 s) at or below 89 %.");
    expect(least).to.contain("A missing reading ends what is not long enough yet");
    const none = lines(episodeTerms({ ...alert, minRun: { longerThan: 300 }, runs: { atMost: 0 } }));
    expect(none).to.contain("There is no run of at least 301 readings (301 s) at or below 89 %.");
    expect(none).to.contain("counts as inside the band until the length is reached, and then as outside.");
    const usage = lines(
      regularityTerms({ circuit: "device-usage-30d", level: { sum: 240 }, epochs: { atLeast: 21 } }),
    );
    expect(usage).to.contain(
      "In at least 21 of the 30 epochs the readings add up to at least 240 min; a missing reading adds nothing.",
    );
    const fall = lines(impactTerms({ circuit: "fall-window", magnitude: "2.5", count: { atLeast: 1 } }));
    expect(fall).to.contain("600 samples on 3 axes of 0.05 s in 1 epoch of 30 s");
    expect(fall).to.contain("at least 15625 squared steps of 0.02 [g] (a magnitude of 2.50 [g])");
    expect(fall).to.not.contain("True floor");
  });

  it("T5: no filling of what terms of valid readings hide is beyond the true floor that they print", () => {
    const anyCodes = fc.array(fc.nat(n), { minLength: SLOTS, maxLength: SLOTS });
    let seen = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        anyCodes,
        fc.array(fc.integer({ min: 1, max: n }), { minLength: SLOTS, maxLength: SLOTS }),
        (minRun, codes, filling) => {
          const valid = codes.filter((code) => code > 0).length;
          fc.pre(valid > 0);
          const coverageMin = Math.max(1, Math.floor((valid * 10_000) / SLOTS));
          const marks = (of: number[]): Mark[] =>
            of.map((code) => (code === 0 ? "missing" : code >= 4 && code <= 9 ? "inside" : "outside"));
          const runs = countRuns(marks(codes), minRun, "of-valid");
          fc.pre(runs > 0);
          const terms: EpisodeTerms = {
            ...episode,
            ...{ ofValid: true, coverageMin, minRun, runsMin: runs, runsMax: runs },
          };
          expect(checkTerms(terms, split(codes)).holds).to.equal(true);
          const text = explainTerms(terms).join("\n");
          const [, fewest] = /as few as (\d+) run/.exec(text)!;
          const [, most] = /as many as (\d+) run/.exec(text)!;
          const whole = codes.map((code, slot) => (code === 0 ? filling[slot]! : code));
          const { least, most: top } = byTrying(
            marks(whole)
              .map((mark) => (mark === "inside" ? "1" : "0"))
              .join(""),
            minRun,
          );
          expect(least).to.be.at.least(Number(fewest));
          expect(top).to.be.at.most(Number(most));
          seen += 1;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(seen).to.be.greaterThan(900);
  });

  it("every combination of bounds gives whole sentences", () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        for (const line of explainTerms(terms)) expect(line).to.match(/^[A-Z-].*[.;,]$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("witnesses of every template", () => {
  const secret = 123_456_789n;

  function request(circuit: CircuitName, terms: Terms, codes: number[][]) {
    const profile = profileOf(terms.profile);
    let head = 99n;
    let context = 0n;
    const epochs = codes.map((each, i) => ({ epoch: terms.epoch + i, salt: BigInt(i + 1), codes: each }));
    for (const { epoch, salt, codes } of epochs) {
      context = packContext({ profile: profile.id, offset: terms.offset, epoch });
      head = headOf(profile, { previous: head, context, salt, codes });
    }
    const leaf = leafOf(subjectOf(secret), context, head);
    const path = anchorTree([leaf, 5n]).path(leaf);
    return { circuit, terms, scope: 3n, previousHead: 99n, epochs, path };
  }

  it("checks the circuit in the clear and hands over what the circuit takes", () => {
    const steady = split(new Array<number>(SLOTS).fill(5));
    const moving = split(Array.from({ length: 30 }, (_, i) => (i % 3 === 2 ? 9 : 10))); // 9 + 9 + 4
    const cases: [CircuitName, Terms, number[][], Terms][] = [
      ["episode-test", episode, steady, { ...episode, low: 6 }],
      ["regularity-test", regularity, steady, { ...regularity, low: 6 }],
      ["impact-test", impact, moving, { ...impact, threshold: 25 }],
    ];
    for (const [circuit, terms, codes, failing] of cases) {
      const witness = claimWitness(secret, request(circuit, terms, codes));
      expect(witness.circuit).to.equal(circuit);
      expect(witness.publicInputs[2]).to.equal(packTerms(terms));
      expect(witness.circuitInput().codes).to.deep.equal(codes);
      expect(
        codeThrown(() => claimWitness(secret, request(circuit, failing, codes))),
        circuit,
      ).to.equal("STATEMENT_NOT_MET");
      const other = circuit === "episode-test" ? "regularity-test" : "episode-test";
      expect(codeThrown(() => claimWitness(secret, request(other, terms, codes)))).to.equal(
        "WITNESS_MISMATCH",
      );
    }
  });
});
