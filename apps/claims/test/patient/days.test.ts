// SPDX-License-Identifier: GPL-3.0-or-later
import {
  checkTerms,
  explainTerms,
  type Log,
  memoryStore,
  SimulatedDevice,
  subjectOf,
  termsForPeriod,
  termsOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { daysOf, type PeriodDay } from "../../src/patient/days.ts";
import { codeOf, FIRST_EPOCH, PROFILE, START, TestAttester } from "./helpers.ts";

const SEMANTICS = ["worst-case", "of-valid"] as const;

describe("patient: days", () => {
  const terms = termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 });
  const cover = { firstEpoch: FIRST_EPOCH, periods: 7 };
  let log: Log;

  before(async () => {
    log = await new TestAttester().logOfWeek(memoryStore(), subjectOf(5n), new SimulatedDevice("p256"), 6);
  });

  const sealed = (day: PeriodDay | undefined): Extract<PeriodDay, { state: "sealed" }> => {
    if (day?.state !== "sealed") throw new Error("not sealed");
    return day;
  };

  it("agrees with checkTerms under both semantics, for every kind of day", () => {
    const { periods, words } = daysOf(log, terms, cover);
    expect(words).to.deep.equal(explainTerms(terms));
    for (const [i, record] of log.epochs.entries()) {
      const day = sealed(periods[i]);
      const own = termsForPeriod(terms, record.epoch);
      for (const semantics of SEMANTICS) {
        const check = checkTerms(own, [record.codes], { semantics });
        const verdict = semantics === "worst-case" ? day.worstCase : day.ofValid;
        expect(verdict.holds).to.equal(check.holds);
        // Of valid readings there is a band and nothing else; what everything would meet is left out.
        expect(verdict.lines).to.deep.equal(check.bounds.slice(0, 2).map(({ text }) => text));
        expect(verdict.failing).to.deep.equal(check.failing.map(({ text }) => text));
      }
      expect(day.holds).to.equal(checkTerms(own, [record.codes]).holds);
    }
    // The week has good days, a bad one and one with gaps, on which the two semantics part.
    const days = periods.slice(0, 6).map(sealed);
    expect(days.map(({ worstCase }) => worstCase.holds))
      .to.include(true)
      .and.to.include(false);
    expect(days.some(({ worstCase, ofValid }) => worstCase.holds !== ofValid.holds)).to.equal(true);
  });

  it("has one slot per five minutes, with values or missing", () => {
    const day = sealed(daysOf(log, terms, cover).periods[4]);
    expect(day.slots).to.have.lengthOf(288);
    expect(day.slots[1]!.time - day.slots[0]!.time).to.equal(PROFILE.interval);
    expect(day.slots[0]!.time).to.equal(START + 4 * 86_400);
    const missing = day.slots.filter(({ values }) => values[0] === null);
    expect(missing.length)
      .to.equal(288 - day.valid)
      .and.to.be.greaterThan(50);
    expect(new Set(missing.map(({ text }) => text))).to.deep.equal(new Set(["missing"]));
    const first = day.slots.find(({ values }) => values[0] !== null)!;
    expect(String(first.values[0])).to.equal(first.text);
    expect(day.status).to.equal("accepted");
  });

  it("says which periods are not complete yet, and where the band is", () => {
    const { periods, scale } = daysOf(log, terms, cover);
    expect(periods[6]).to.include({ state: "open", sealed: 0, end: START + 7 * 86_400 });
    expect(scale).to.deep.equal({
      unit: "mg/dL",
      metric: "glucose in interstitial fluid (CGM)",
      from: 39,
      to: 401,
      band: { low: 70, high: 180, text: "70 to 180" },
    });
    const before = daysOf(log, terms, { firstEpoch: FIRST_EPOCH - 1, periods: 1 });
    expect(before.periods[0]).to.include({ state: "lost", end: START });
  });

  it("refuses terms about other readings", async () => {
    const other = termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 4 });
    expect(await codeOf(() => daysOf(log, other, cover))).to.equal("INVALID_ARGUMENT");
    expect(await codeOf(() => daysOf(log, terms, { ...cover, periods: 0 }))).to.equal("INVALID_ARGUMENT");
  });
});
