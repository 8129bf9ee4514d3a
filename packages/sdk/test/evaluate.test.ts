// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { Reading } from "../src/index.ts";
import { bound, day, evaluated, glucose, START } from "./evaluations.ts";
import { codeThrown } from "./support.ts";

describe("evaluation without a proof", () => {
  it("decides over what sealing would keep, and says what it would not", () => {
    const full = evaluated(
      "time-in-range",
      day((i) => (i < 201 ? 180 : 181)),
    );
    expect(full).to.include({ valid: 288, inBand: 201, missing: 0, holds: false, epochs: 1, epochsRead: 1 });
    expect(
      evaluated(
        "time-in-range",
        day((i) => (i < 202 ? 70 : 69)),
      ).holds,
    ).to.equal(true);
    // Values between two steps are refused, copies count once, and a slot keeps one reading.
    const between = evaluated(
      "time-in-range",
      day((i) => (i < 90 ? "179.9999999" : 100)),
    );
    expect(between).to.include({ valid: 198, missing: 90, holds: false });
    expect(between.sealing).to.deep.include({ given: 288, refused: { "not-representable": 90 } });
    const twice = evaluated("time-in-range", [...day(() => 100), ...day(() => 100)]);
    expect(twice).to.include({ valid: 288, holds: true });
    expect(twice.sealing.duplicates).to.equal(288);
    // Dense readings over half a day are half a day.
    const dense = evaluated(
      "time-in-range",
      glucose(
        Array.from({ length: 720 }, () => 100),
        60,
      ),
      {
        profile: "glucose-mg-dl-5min",
      },
    );
    expect(dense).to.include({ valid: 144, holds: false });
    expect(dense.sealing.dropped).to.equal(576);
  });

  it("LOW and HIGH are beyond the scale", () => {
    const values = ["Low", 100, "HIGH", 100];
    const ends = evaluated(
      "time-in-range",
      day((i) => values[i % 4]!),
    );
    expect(ends).to.include({ inBand: 144, share: 0.5, holds: false });
    expect(ends.mean).to.equal((39 + 100 + 401 + 100) / 4);
    expect(bound(ends, "shareMin")).to.include({ needed: 202, got: 144, by: 58, holds: false });
  });

  it("counts missing slots against the claimant, or leaves them out, and says both", () => {
    const readings = day(() => 100).filter((_, i) => i % 8 !== 2 && i % 8 !== 4 && i % 8 !== 5);
    const worst = evaluated("time-in-range", readings);
    expect(worst).to.include({
      semantics: "worst-case",
      valid: 180,
      missing: 108,
      slots: 288,
      share: 1,
      holds: false,
    });
    expect(worst.coverage).to.equal(5 / 8);
    expect(worst.failing).to.deep.equal(["shareMin"]);
    expect(worst.underOther).to.include({ semantics: "of-valid", holds: true });
    const valid = evaluated("time-in-range", readings, { semantics: "of-valid", coverage: 70 });
    expect(valid.failing).to.deep.equal(["coverageMin"]);
    expect(bound(valid, "coverageMin")).to.include({ needed: 202, got: 180, by: 22 });
    expect(valid.underOther.semantics).to.equal("worst-case");
    expect(codeThrown(() => evaluated("time-in-range", readings, { semantics: "of-valid" }))).to.equal(
      "TERMS_INVALID",
    );
  });

  it("never holds below the question's window: what is not there is missing", () => {
    const two = glucose([100, 101]);
    const never = evaluated("below-all-day", two);
    expect(never).to.include({ holds: false, valid: 2, slots: 288, epochs: 1 });
    const week = evaluated(
      "time-in-range",
      day(() => 100),
      { window: "14 days" },
    );
    expect(week).to.include({ holds: false, epochs: 14, epochsRead: 1, semantics: "of-valid" });
    expect(week.failing).to.deep.equal(["coverageMin"]);
    expect(week.from).to.equal(START);
    expect(codeThrown(() => evaluated("time-in-range", two, { window: "3 days" }))).to.equal(
      "INVALID_ARGUMENT",
    );
    // A count that a longer stretch would reach is asked of one window.
    const nights = Array.from({ length: 60 }, (_, night) =>
      night % 4 === 0
        ? [
            { time: 43_200 + START + night * 86_400, value: 180, unit: "min" },
            { time: 54_000 + START + night * 86_400, value: 180, unit: "min" },
          ]
        : [],
    ).flat();
    const usage = evaluated("cpap-usage", nights, { days: 12 });
    expect(bound(usage, "epochsMin")).to.include({ holds: true, got: 15 });
    expect(usage.holds).to.equal(false);
    expect(usage.windows.every(({ holds }) => !holds)).to.equal(true);
  });

  it("decides each window of a longer stretch", () => {
    const three = [0, 1, 2].flatMap((d) =>
      day(() => (d === 1 ? 200 : 100)).map((reading) => ({ ...reading, time: reading.time + d * 86_400 })),
    );
    const whole = evaluated("time-in-range", three, { atLeast: 60 });
    expect(whole).to.include({ holds: true, epochs: 3 });
    expect(whole.windows.map(({ holds }) => holds)).to.deep.equal([true, false, true]);
    expect(whole.windows[1]).to.deep.equal({
      from: START + 86_400,
      to: START + 172_800,
      holds: false,
      failing: ["shareMin"],
    });
    expect(evaluated("time-in-range", three).holds).to.equal(false);
  });

  it("from and to cut the readings, and the epochs that they touch are decided", () => {
    const readings = glucose([100, 200, 100, 100]);
    const cut = evaluated("time-in-range", readings, { from: START + 300, to: START + 900 });
    expect(cut).to.include({ valid: 2, inBand: 1, slots: 288 });
    const wide = evaluated("time-in-range", readings, { from: START - 600, to: START + 86_401 });
    expect(wide).to.include({ valid: 4, epochs: 3, slots: 3 * 288, from: START - 86_400 });
    expect(codeThrown(() => evaluated("time-in-range", readings, { from: START + 5_000 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => evaluated("time-in-range", readings, { from: 9, to: 9 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    const long = [...readings, { time: START + 4e9, value: 100, unit: "mg/dL" }];
    expect(codeThrown(() => evaluated("time-in-range", long))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => evaluated("time-in-range", readings, { from: 3_000, to: 6_000 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => evaluated("time-in-range", []))).to.equal("INVALID_ARGUMENT");
  });

  it("takes the unit's own levels and refuses other units and mixtures", () => {
    const mmol = ["3.9", "10.0", "10.1", "3.8"].map((value, i) => ({
      time: i * 300,
      value,
      unit: "mmol/L",
    }));
    expect(evaluated("time-in-range", mmol)).to.include({ unit: "mmol/L", inBand: 2 });
    const wrong = glucose([100]).map((reading) => ({ ...reading, unit: "/min" }));
    expect(codeThrown(() => evaluated("time-in-range", wrong))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => evaluated("time-in-range", [...mmol, ...glucose([100])]))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => evaluated("time-in-range", glucose(["high-ish"])))).to.equal("INVALID_ARGUMENT");
    expect(evaluated("remote-monitoring-days", glucose([100]), { days: 1 })).to.include({
      holds: true,
      unit: "mg/dL",
    });
    // Days are days: a grid whose epochs are hours does not count them.
    const oxygen = [{ time: START, value: 95, unit: "%" }];
    expect(codeThrown(() => evaluated("remote-monitoring-days", oxygen, { days: 1 }))).to.equal(
      "INVALID_ARGUMENT",
    );
  });

  it("the grid has the longest interval that keeps every reading, unless one is named", () => {
    const gridOf = (spacing: number) =>
      evaluated("time-in-range", glucose([100, 101, 102, 103], spacing)).profile;
    expect([900, 720, 600, 310, 240, 60, 48, 10].map(gridOf)).to.deep.equal([
      "glucose-mg-dl-15min",
      "glucose-mg-dl-15min",
      // A sensor of five minutes that lost every second reading.
      "glucose-mg-dl-5min",
      "glucose-mg-dl-5min",
      "glucose-mg-dl-5min",
      "glucose-mg-dl-1min",
      "glucose-mg-dl-1min",
      // None keeps every reading: the finest.
      "glucose-mg-dl-1min",
    ]);
    const dense = evaluated("time-in-range", glucose([100, 101, 102], 1), { profile: "glucose-mg-dl-5min" });
    expect(dense.windows, "the shortest window, not the fortnight").to.have.length(1);
    expect(dense.epochs).to.equal(1);
    const named = evaluated("time-in-range", glucose([100, 100, 100], 900), {
      profile: "glucose-mg-dl-5min",
    });
    expect(named).to.include({ profile: "glucose-mg-dl-5min", slots: 288, missing: 285 });
  });

  it("decides means in the unit, strictly where asked, and says by how much", () => {
    const heart = (value: (second: number) => number): Reading[] =>
      Array.from({ length: 3_600 }, (_, i) => ({ time: START + i, value: value(i), unit: "/min" }));
    const at = evaluated(
      "average-above",
      heart((i) => (i % 2 === 0 ? 99 : 101)),
    );
    expect(at).to.include({ holds: false, mean: 100 });
    expect(bound(at, "meanMin")).to.include({
      neededAs: "100.00 /min",
      gotAs: "100.00 /min",
      by: 1,
      holds: false,
    });
    expect(
      evaluated(
        "average-above",
        heart((i) => (i === 0 ? 101 : 100)),
      ).holds,
    ).to.equal(true);
    expect(
      bound(
        evaluated(
          "average-below",
          heart(() => 102),
        ),
        "meanMax",
      ),
    ).to.include({
      gotAs: "102.00 /min",
      byAs: "2.00 /min",
      holds: false,
    });
  });

  it("runs, days and impacts are counted as the circuits count them", () => {
    const oxygen = (low: number, gap = -1): Reading[] =>
      Array.from({ length: 3_600 }, (_, i) => ({
        time: START + i,
        value: i >= 50 && i < 50 + low ? 89 : 95,
        unit: "%",
      })).filter((_, i) => i !== gap);
    expect(evaluated("desaturation", oxygen(301)))
      .to.include({ holds: true })
      .and.to.deep.include({ runs: { least: 1, most: 1 } });
    expect(evaluated("desaturation", oxygen(300)).holds).to.equal(false);
    const holed = evaluated("desaturation", oxygen(302, 100));
    expect(holed).to.deep.include({ runs: { least: 0, most: 1 } });
    expect(holed.underOther.holds).to.equal(true);
    const stable = evaluated("stable-oxygen", oxygen(300, 350));
    expect(stable).to.deep.include({ holds: false, runs: { least: 0, most: 1 } });
    expect(evaluated("stable-oxygen", oxygen(300, 400)).holds).to.equal(true);
    // A value beyond what saturation can be is refused, so that nothing is left to decide about.
    const beyond = oxygen(0).map((reading) => ({ ...reading, value: 116 }));
    expect(codeThrown(() => evaluated("stable-oxygen", beyond))).to.equal("INVALID_ARGUMENT");

    const acceleration = (samples: (string | number)[][]): Reading[] =>
      samples.map((value, i) => ({ time: START + i * 0.05, value, unit: "[g]" }));
    const jolts = acceleration([
      [0, 0, 1],
      ["1.5", 0, 2],
      ["1.48", 0, 2],
      [-2, "1.5", 0],
    ]);
    expect(evaluated("falls", jolts)).to.deep.include({
      counted: { least: 2, most: 598 },
      valid: 4,
      inBand: 2,
      mean: null,
    });
    expect(evaluated("falls", jolts, { atLeast: 3 }).failing).to.deep.equal(["countMin"]);
  });
});
