// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ihealth } from "../src/formats/ihealth.ts";
import { detectFormat, readFile, textInput } from "../src/index.ts";
import { readWith, realFile, refusal, seconds } from "./jsonSupport.ts";

const entry = (BG: unknown, more: object = {}) => ({ BG, MDate: 1442491407, TimeZone: "-0800", ...more });

describe("iHealth", () => {
  it("reads the real glucose at its own offsets", async function () {
    const text = realFile(this, "omh", "ihealth-glucose.json");
    const { readings, report } = await readWith(ihealth, text);
    // 1442491407 is 12:03:27 on the clock of the wall, eight hours behind UTC.
    const glucose = { metric: "glucose", unit: "mg/dL" };
    const [measured, typed] = [seconds("2015-09-17T12:03:27-08:00"), seconds("2015-09-24T14:44:40-06:00")];
    expect(readings).to.deep.equal([
      { ...glucose, time: measured, value: "60", origin: "meter" },
      { ...glucose, time: typed, value: "70", origin: "typed in" },
    ]);
    expect(report).to.deep.include({ entries: 2, taken: 2, skipped: {}, refused: {} });
    const chosen = await readFile(textInput(text));
    expect(chosen.readings.map(({ value }) => value)).to.deep.equal(["60"]);
    expect(chosen.report.skipped).to.deep.equal({ "typed in next to meter": 1 });
    expect((await detectFormat(textInput(text))).name).to.equal("ihealth");
  });

  it("reads the real oxygen saturations and their pulse", async function () {
    const { readings, report } = await readWith(ihealth, realFile(this, "omh", "ihealth-spo2.json"));
    expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal([
      "99 %",
      "80 /min",
      "90 %",
      "65 /min",
    ]);
    expect(readings[0]!.time).to.equal(seconds("2015-09-23T15:46:00-06:00"));
    expect(report).to.include({ entries: 4, taken: 4 });
  });

  it("reads both units, and refuses a third", async () => {
    const file = (BGUnit: unknown) => ({ BGDataList: [entry(5.6)], BGUnit });
    expect((await readWith(ihealth, file(1))).readings[0]).to.deep.include({ value: "5.6", unit: "mmol/L" });
    for (const unit of [2, "0", undefined]) {
      expect((await refusal(ihealth, file(unit))).code).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });

  it("reads offsets as texts and numbers; counts zeros; refuses what has no time, zone or value", async () => {
    const { readings, report } = await readWith(ihealth, {
      BGUnit: 0,
      BGDataList: [
        entry(100, { TimeZone: "+0530" }),
        entry(100, { TimeZone: 2 }),
        entry(0),
        entry(100, { TimeZone: "" }),
        entry(100, { TimeZone: "-9900" }),
        entry(100, { TimeZone: undefined }),
        entry(100, { MDate: "1442491407" }),
        entry("100"),
      ],
    });
    expect(readings.map(({ time }) => 1442491407 - time)).to.deep.equal([19_800, 7_200]);
    expect(report).to.deep.include({
      entries: 8,
      skipped: { "sentinel zero": 1 },
      refused: { "time without a zone": 3, "no time": 1, "value is not a number": 1 },
    });
  });

  it("says where a file is not what it says", async () => {
    expect((await refusal(ihealth, {})).details).to.include({ path: "$", line: 1, column: 1 });
    expect((await refusal(ihealth, { BGUnit: 0, BGDataList: [1] })).details).to.include({
      path: "$.BGDataList[0]",
    });
    expect((await refusal(ihealth, '{"BGDataList": [')).details).to.include({ line: 1, column: 17 });
  });
});
