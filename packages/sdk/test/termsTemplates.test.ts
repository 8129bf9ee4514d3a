// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  checkTerms,
  episodeTerms,
  impactTerms,
  mostRuns,
  NO_BOUND,
  packTerms,
  regularityTerms,
  type Terms,
  termsForPeriod,
  unpackTerms,
  validateTerms,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";
import { anyTerms, episode, impact, n, regularity, SAMPLES, SLOTS, split } from "./templateTerms.ts";

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
