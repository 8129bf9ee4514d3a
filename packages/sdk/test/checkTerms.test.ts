// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { checkTerms, type DistributionTerms, distributionTerms, explainTerms } from "../src/index.ts";
import { anyEpoch, anyTerms, n, wide } from "./distributionTerms.ts";
import { codeThrown } from "./support.ts";

describe("check in the clear", () => {
  /** The comparisons of the circuit, written down a second time in bigints. */
  function oracle(terms: DistributionTerms, epochs: number[][]): boolean {
    const all = epochs.flat();
    const valid = all.filter((code) => code > 0);
    const [N, V] = [BigInt(all.length), BigInt(valid.length)];
    const missing = N - V;
    const inBand = BigInt(valid.filter((code) => code >= terms.low && code <= terms.high).length);
    const sum = valid.reduce((total, code) => total + BigInt(code), 0n);
    const of = terms.ofValid ? V : N;
    const worst = terms.ofValid ? 0n : missing;
    return (
      V >= 1n &&
      inBand * 10_000n >= BigInt(terms.shareMin) * of &&
      (inBand + worst) * 10_000n <= BigInt(terms.shareMax) * of &&
      sum + worst >= BigInt(terms.meanMin) * of + (terms.meanAbove ? 1n : 0n) &&
      sum + worst * BigInt(n) + (terms.meanBelow ? 1n : 0n) <= BigInt(terms.meanMax) * of &&
      V * 10_000n >= BigInt(terms.coverageMin) * N &&
      V * 10_000n <= BigInt(terms.coverageMax) * N
    );
  }

  it("T14: agrees with the circuit's integer comparisons", () => {
    fc.assert(
      fc.property(anyTerms, anyEpoch, anyEpoch, (terms, first, second) => {
        expect(checkTerms(terms, [first, second]).holds).to.equal(oracle(terms, [first, second]));
      }),
      { numRuns: 1_000 },
    );
  });

  it("T14: every bound holds at its exact boundary and fails one beyond, saying by how much", () => {
    fc.assert(
      fc.property(anyEpoch, anyEpoch, fc.boolean(), (first, second, ofValid) => {
        const epochs = [first, second];
        const valid = epochs.flat().filter((code) => code > 0).length;
        fc.pre(valid > 0);
        const base = { ...wide, ofValid, low: 4, high: 9 };
        const shown = checkTerms(base, epochs);
        const of = ofValid ? shown.valid : shown.slots;
        const atLeast = Math.floor((shown.inBand * 10_000) / of);
        expect(checkTerms({ ...base, shareMin: atLeast }, epochs).holds).to.equal(true);
        if (atLeast < 10_000) {
          const beyond = checkTerms({ ...base, shareMin: atLeast + 1 }, epochs);
          expect(beyond.failing.map(({ bound }) => bound)).to.deep.equal(["shareMin"]);
          expect(beyond.failing[0]!.by).to.equal(Math.ceil(((atLeast + 1) * of) / 10_000) - shown.inBand);
        }
        const most = ofValid ? shown.inBand : shown.inBand + shown.missing;
        const atMost = Math.ceil((most * 10_000) / of);
        expect(checkTerms({ ...base, shareMax: atMost }, epochs).holds).to.equal(true);
        if (atMost > 0) {
          expect(
            checkTerms({ ...base, shareMax: atMost - 1 }, epochs).failing.map(({ bound }) => bound),
          ).to.deep.equal(["shareMax"]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("T14: mean and coverage bounds hold at their exact boundary and fail one beyond, under both semantics", () => {
    fc.assert(
      fc.property(anyEpoch, anyEpoch, fc.boolean(), (first, second, ofValid) => {
        const epochs = [first, second];
        const { valid, missing, slots } = checkTerms({ ...wide, ofValid }, epochs);
        fc.pre(valid > 0);
        const sum = epochs.flat().reduce((total, code) => total + code, 0);
        const of = ofValid ? valid : slots;
        const failing = (change: Partial<DistributionTerms>): string[] =>
          checkTerms({ ...wide, ofValid, ...change }, epochs).failing.map(({ bound }) => bound);
        const least = Math.floor((ofValid ? sum : sum + missing) / of);
        const most = Math.ceil((ofValid ? sum : sum + missing * n) / of);
        expect(failing({ meanMin: least, meanMax: most })).to.deep.equal([]);
        if (least < n) expect(failing({ meanMin: least + 1 })).to.deep.equal(["meanMin"]);
        if (most > 0) expect(failing({ meanMax: most - 1 })).to.deep.equal(["meanMax"]);
        // Excluded ends: the bound itself fails where the mean is exactly there, and holds one step out.
        const exactLow = (ofValid ? sum : sum + missing) === least * of;
        const exactHigh = (ofValid ? sum : sum + missing * n) === most * of;
        if (least < n)
          expect(failing({ meanMin: least, meanAbove: true })).to.deep.equal(exactLow ? ["meanMin"] : []);
        if (most > 0)
          expect(failing({ meanMax: most, meanBelow: true })).to.deep.equal(exactHigh ? ["meanMax"] : []);
        const covered = Math.floor((valid * 10_000) / slots);
        const coveredUp = Math.ceil((valid * 10_000) / slots);
        expect(failing({ coverageMin: covered })).to.deep.equal([]);
        if (covered < 10_000) expect(failing({ coverageMin: covered + 1 })).to.deep.equal(["coverageMin"]);
        if (!ofValid) return;
        expect(failing({ coverageMax: coveredUp })).to.deep.equal([]);
        if (coveredUp > 1) expect(failing({ coverageMax: coveredUp - 1 })).to.deep.equal(["coverageMax"]);
      }),
      { numRuns: 300 },
    );
  });

  it("T8: dropping readings never turns a failing claim into a passing one (worst case, every direction)", () => {
    fc.assert(
      fc.property(
        anyTerms,
        anyEpoch,
        anyEpoch,
        fc.array(fc.nat(31), { minLength: 1 }),
        (any, first, second, drop) => {
          const terms = { ...any, ofValid: false, coverageMax: 10_000 };
          const full = [first, second];
          const dropped = full.map((codes, e) =>
            codes.map((code, s) => (drop.includes(e * 16 + s) ? 0 : code)),
          );
          if (!checkTerms(terms, full).holds) expect(checkTerms(terms, dropped).holds).to.equal(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("T5: nothing holds without a valid reading", () => {
    const empty = [new Array<number>(16).fill(0), new Array<number>(16).fill(0)];
    for (const terms of [{ ...wide, coverageMin: 0, meanMin: 2 }, wide, { ...wide, ofValid: true }]) {
      const check = checkTerms(terms, empty);
      expect(check.holds).to.equal(false);
      expect(check.failing.map(({ bound }) => bound)).to.include("valid");
    }
  });

  it("shows both semantics on request", () => {
    const terms = { ...wide, low: 4, high: 9, shareMin: 7_000 };
    const half = [...new Array<number>(8).fill(5), ...new Array<number>(8).fill(0)];
    expect(checkTerms(terms, [half, half]).failing[0]).to.include({
      bound: "shareMin",
      needed: 23,
      got: 16,
      by: 7,
    });
    expect(checkTerms(terms, [half, half], { semantics: "of-valid" }).holds).to.equal(true);
  });

  it("refuses another number of epochs or slots and codes outside the profile", () => {
    const epoch = new Array<number>(16).fill(1);
    expect(codeThrown(() => checkTerms(wide, [epoch]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => checkTerms(wide, [epoch, epoch.slice(1)]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => checkTerms(wide, [epoch, [...epoch.slice(1), n + 1]]))).to.equal(
      "INVALID_ARGUMENT",
    );
  });
});

describe("explain", () => {
  it("says in the profile's units what the terms ask and what a missing reading counts as", () => {
    const lines = explainTerms(
      distributionTerms({
        circuit: "glucose-day",
        offset: 89,
        band: { atLeast: 70, atMost: 180 },
        share: { atLeast: 70, atMost: "99.5" },
        mean: { atLeast: 80, atMost: 154 },
      }),
    ).join("\n");
    expect(lines).to.contain("LOINC 99504-3");
    expect(lines).to.contain("22 h 15 min after 00:00 UTC");
    expect(lines).to.contain(
      "At least 70 % of the slots are from 70 to 180 mg/dL, ends included; a missing reading counts as outside.",
    );
    expect(lines).to.contain(
      "At most 99.5 % of the slots are from 70 to 180 mg/dL, ends included; a missing reading counts as inside.",
    );
    expect(lines).to.contain("at least 80 mg/dL; a missing reading counts as LOW.");
    expect(lines).to.contain("at most 154 mg/dL; a missing reading counts as HIGH.");
    expect(lines).to.contain("LOW counts as 39 mg/dL and HIGH as 401 mg/dL");
    expect(lines).to.not.contain("True floor");
  });

  it("T5: prints the true floor of terms of valid readings, and no period that meets them is below it", () => {
    const lines = explainTerms(
      distributionTerms({
        circuit: "glucose-day",
        semantics: "of-valid",
        band: { atLeast: 70, atMost: 180 },
        share: { atLeast: 70, atMost: 90 },
        mean: { atLeast: 80, atMost: 154 },
        coverage: { atLeast: 70, atMost: 95 },
      }),
    ).join("\n");
    expect(lines).to.contain("Beware: leaving readings out helps to meet this bound.");
    expect(lines).to.contain("True floor: 202 of 288 readings suffice, 86 may be missing.");
    expect(lines).to.contain("as low as 49.31 % (142 readings), not 70 %");
    expect(lines).to.contain("as high as 92.71 % (267 readings), not 90 %");
    fc.assert(
      fc.property(anyTerms, anyEpoch, anyEpoch, (any, first, second) => {
        const terms = { ...any, ofValid: true };
        const check = checkTerms(terms, [first, second]);
        fc.pre(check.holds);
        const fewest = Math.max(1, Math.ceil((terms.coverageMin * 32) / 10_000));
        expect(check.inBand).to.be.at.least(Math.ceil((terms.shareMin * fewest) / 10_000));
        expect(check.inBand + check.missing).to.be.at.most(
          Math.floor((terms.shareMax * fewest) / 10_000) + 32 - fewest,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("every combination of bounds gives whole sentences", () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        for (const line of explainTerms(terms)) expect(line).to.match(/^[A-Z-].*[.;,]$/);
      }),
      { numRuns: 300 },
    );
  });
});
