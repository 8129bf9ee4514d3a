// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  asksFor,
  checkTerms,
  type DistributionTerms,
  distributionTerms,
  packTerms,
  termsForPeriod,
  unpackTerms,
  validateTerms,
} from "../src/index.ts";
import { anyEpoch, anyTerms, n, profile, wide } from "./distributionTerms.ts";
import { codeThrown } from "./support.ts";

describe("terms", () => {
  it("T12: packing follows protocol.json, and unpacking is its inverse", () => {
    const terms = distributionTerms({
      circuit: "glucose-day",
      offset: 32,
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    });
    const expected =
      1n |
      (1n << 8n) |
      (32n << 24n) |
      (1n << 64n) |
      (32n << 88n) |
      (142n << 104n) |
      (7000n << 120n) |
      (10_000n << 134n) |
      (363n << 164n) |
      (10_000n << 194n);
    expect(packTerms(terms)).to.equal(expected);
    expect(packTerms(termsForPeriod(terms, 20_000))).to.equal(expected | (20_000n << 32n));
    fc.assert(
      fc.property(anyTerms, (any) => {
        expect(unpackTerms(packTerms(any))).to.deep.equal(any);
      }),
    );
  });

  it("what asks nothing is met by any readings: bounds at the ends, and no others", () => {
    const asked = (terms: DistributionTerms) =>
      checkTerms(
        terms,
        [[], []].map(() => new Array<number>(profile.slots).fill(1)),
      )
        .bounds.map(({ bound }) => bound)
        .filter((bound) => asksFor(terms, bound));
    expect(asked(wide)).to.deep.equal(["valid", "coverageMin"]);
    expect(asked({ ...wide, shareMin: 1, meanMax: n - 1, coverageMin: 0 })).to.deep.equal([
      "valid",
      "shareMin",
      "meanMax",
    ]);
    fc.assert(
      fc.property(anyTerms, anyEpoch, anyEpoch, (any, first, second) => {
        for (const name of ["shareMin", "shareMax", "meanMin", "meanMax", "coverageMax"] as const) {
          // One bound after the other at its end.
          const terms = {
            ...any,
            ...(name.startsWith("mean") ? { meanAbove: false, meanBelow: false } : {}),
            [name]: wide[name],
          };
          for (const semantics of ["worst-case", "of-valid"] as const) {
            const { bounds } = checkTerms(terms, [first, second], { semantics });
            const unasked = bounds.filter(({ bound }) => !asksFor(terms, bound));
            expect(unasked.map(({ bound }) => bound)).to.include(name);
            expect(unasked.every(({ holds }) => holds)).to.equal(true);
          }
        }
      }),
    );
  });

  it("T12: unused bits, unknown flags, templates and profiles are refused", () => {
    const word = packTerms(wide);
    for (const bit of [208n, 252n, 253n, 83n, 87n]) {
      expect(
        codeThrown(() => unpackTerms(word | (1n << bit))),
        String(bit),
      ).to.equal("TERMS_NOT_UNDERSTOOD");
    }
    expect(codeThrown(() => unpackTerms(word + 4n))).to.equal("TERMS_NOT_UNDERSTOOD");
    expect(codeThrown(() => unpackTerms(-word))).to.equal("TERMS_NOT_UNDERSTOOD");
    expect(codeThrown(() => unpackTerms(word ^ (1n << 12n)))).to.equal("UNKNOWN_PROFILE");
  });

  it("T4, T31: impossible bounds are refused", () => {
    const bad: Partial<DistributionTerms>[] = [
      { low: 0 },
      { low: 5, high: 4 },
      { high: n + 1 },
      { shareMin: 2, shareMax: 1 },
      { shareMax: 10_001 },
      { shareMin: -1 },
      { shareMin: 0.5 },
      { meanMin: 3, meanMax: 2 },
      { meanMax: n + 1 },
      { meanMin: 3, meanMax: 3, meanAbove: true },
      { meanMin: 3, meanMax: 3, meanBelow: true },
      { coverageMin: 9, coverageMax: 8 },
      { coverageMax: 10_001 },
      { coverageMax: 9_999 },
      { ofValid: true, coverageMin: 0, shareMin: 1 },
      { epochs: 0 },
      { epochs: 65_536 },
      { epoch: 2 ** 32 },
      { epoch: -1 },
    ];
    for (const change of bad) {
      expect(
        codeThrown(() => validateTerms({ ...wide, ...change })),
        JSON.stringify(change),
      ).to.equal("TERMS_INVALID");
      expect(codeThrown(() => packTerms({ ...wide, ...change }))).to.equal("TERMS_INVALID");
    }
  });

  it("T14: between two neighbouring codes there are means, also with both ends excluded", () => {
    const between: DistributionTerms = { ...wide, meanMin: 3, meanMax: 4, meanAbove: true, meanBelow: true };
    const epochs = (last: number): number[][] => [
      new Array<number>(16).fill(3),
      [...new Array<number>(15).fill(3), last],
    ];
    expect(checkTerms(between, epochs(4)).holds).to.equal(true);
    expect(checkTerms(between, epochs(3)).failing.map(({ bound }) => bound)).to.deep.equal(["meanMin"]);
  });

  it("T5: terms that an all-missing period would meet are refused; one real bound is enough", () => {
    const nothing = { ...wide, coverageMin: 0 };
    expect(codeThrown(() => validateTerms(nothing))).to.equal("TERMS_MET_BY_NOTHING");
    expect(codeThrown(() => validateTerms({ ...nothing, meanMin: 1 }))).to.equal("TERMS_MET_BY_NOTHING");
    expect(codeThrown(() => validateTerms({ ...nothing, meanAbove: true }))).to.equal("TERMS_MET_BY_NOTHING");
    const enough: Partial<DistributionTerms>[] = [
      { shareMin: 1 },
      { shareMax: 9_999 },
      { meanMin: 2 },
      { meanMax: n - 1 },
      { meanMin: 1, meanAbove: true },
      { meanBelow: true },
      { coverageMin: 1 },
    ];
    for (const change of enough) {
      expect(
        codeThrown(() => validateTerms({ ...nothing, ...change })),
        JSON.stringify(change),
      ).to.equal("nothing");
    }
  });

  it("levels off the scale and percentages out of range are refused by the builder", () => {
    const build = (extra: object) => () =>
      distributionTerms({ circuit: "glucose-day", share: { atLeast: 50 }, ...extra });
    expect(codeThrown(build({ band: { atLeast: 39 } }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build({ band: { atMost: 70.5 } }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build({ share: { atLeast: 100.01 } }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build({ share: { atLeast: "33.333" } }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(build({ circuit: "glucose-year" }))).to.equal("UNKNOWN_CIRCUIT");
    expect(distributionTerms({ circuit: "glucose-day", share: { atLeast: 62.5 } }).shareMin).to.equal(6250);
  });
});
