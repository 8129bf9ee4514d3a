// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { type CircuitName, episodeTerms, impactTerms, NO_BOUND, regularityTerms } from "../src/index.ts";
import { codeThrown } from "./support.ts";

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
