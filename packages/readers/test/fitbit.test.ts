// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { fitbit } from "../src/formats/fitbit.ts";
import { detectFormat, textInput } from "../src/index.ts";
import { readWith, realFile, refusal, seconds } from "./jsonSupport.ts";

const intraday = (dataset: unknown, date: unknown = "2015-08-21", datasetType = "second") => ({
  "activities-heart": [{ dateTime: date, value: "64.2", heartRateZones: [] }],
  "activities-heart-intraday": { dataset, datasetInterval: 1, datasetType },
});
const bpm = (dateTime: unknown, value: unknown, confidence: unknown = 2) => ({
  dateTime,
  value: { bpm: value, confidence },
});

describe("Fitbit heart rate", () => {
  it("reads the real intraday answer on the clock that is given, and not without one", async function () {
    const text = realFile(this, "omh", "fitbit-activities-heart-1d-1m-intraday.json");
    const { readings, report } = await readWith(fitbit, text, { zone: "America/Los_Angeles" });
    expect(readings.map(({ value }) => value)).to.deep.equal(["64", "63", "64", "65", "65"]);
    expect(readings[0]).to.deep.equal({
      metric: "heart-rate",
      time: seconds("2015-08-21T00:01:00-07:00"),
      value: "64",
      unit: "/min",
    });
    expect(report).to.deep.include({ entries: 6, taken: 5, skipped: { "daily summary": 1 } });
    expect(report.notes).to.have.length(1);
    expect((await refusal(fitbit, text)).code).to.equal("ZONE_REQUIRED");
    expect((await refusal(fitbit, text, { zone: "Mars/Olympus" })).code).to.equal("ZONE_UNKNOWN");
    expect((await detectFormat(textInput(text))).name).to.equal("fitbit");
  });

  it("refuses times that the clock change skips, and reads a repeated hour in the file's order", async () => {
    const spring = [
      { time: "01:59:59", value: 60 },
      { time: "02:30:00", value: 61 },
      { time: "03:00:00", value: 62 },
    ];
    const forward = await readWith(fitbit, intraday(spring, "2024-03-31"), { zone: "Europe/Berlin" });
    expect(forward.report.refused).to.deep.equal({ "time skipped by the clock change": 1 });
    expect(forward.readings.map(({ time }) => time)).to.deep.equal([
      seconds("2024-03-31T00:59:59Z"),
      seconds("2024-03-31T01:00:00Z"),
    ]);
    const autumn = ["02:00:00", "02:59:00", "02:00:00", "02:59:00", "03:00:00"].map((time) => ({
      time,
      value: 60,
    }));
    const back = await readWith(fitbit, intraday(autumn, "2024-10-27"), { zone: "Europe/Berlin" });
    expect(back.readings.map(({ time }) => time)).to.deep.equal(
      ["00:00", "00:59", "01:00", "01:59", "02:00"].map((time) => seconds(`2024-10-27T${time}:00Z`)),
    );
    expect(back.report).to.deep.include({ ambiguousTimes: 4, assumedEarlier: 0 });
  });

  it("counts zeros, wrong values and wrong times", async () => {
    const { report } = await readWith(
      fitbit,
      intraday([
        { time: "00:00:00", value: 0 },
        { time: "00:00:05", value: "61" },
        { time: "24:00:05", value: 61 },
        { time: "0:05", value: 61 },
        { value: 61 },
        { time: "00:00:10", value: 61 },
      ]),
      { zone: "UTC" },
    );
    expect(report.skipped).to.deep.equal({ "sentinel zero": 1, "daily summary": 1 });
    expect(report.refused).to.deep.equal({ "value is not a number": 1, "no time": 3 });
    expect(report.taken).to.equal(1);
  });

  it("reads the export on the clock that is given, and not without one; confidence 0 is no reading", async () => {
    const file = [
      bpm("08/21/15 07:01:05", 71),
      bpm("08/21/15 07:01:10", 70, 0),
      bpm("21/08/15 07:01:15", 70),
      bpm("08/21/15 07:01:20", null),
      { dateTime: "08/21/15 07:01:25" },
    ];
    expect(fitbit.matches(JSON.stringify(file))).to.equal(true);
    const utc = await readWith(fitbit, file, { zone: "UTC" });
    expect(utc.readings.map(({ time }) => time)).to.deep.equal([seconds("2015-08-21T07:01:05Z")]);
    expect(utc.report).to.deep.include({
      skipped: { "confidence 0": 1 },
      refused: { "no time": 1, "value is not a number": 2 },
    });
    const local = await readWith(fitbit, file, { zone: "+02:00" });
    expect(local.readings[0]!.time).to.equal(seconds("2015-08-21T05:01:05Z"));
    for (const zone of [undefined, " "]) {
      expect((await refusal(fitbit, file, { zone })).code).to.equal("ZONE_REQUIRED");
    }
  });

  it("says where a file is not what it says", async () => {
    const zone = "UTC";
    const cases: [unknown, string][] = [
      [{ "activities-heart": [] }, "$"],
      [{ ...intraday([]), "activities-heart": [] }, "$.activities-heart"],
      [intraday([], "21.8.2015"), "$.activities-heart[0].dateTime"],
      [intraday([], "2015-02-30"), "$.activities-heart[0].dateTime"],
      [intraday({}), "$.activities-heart-intraday.dataset"],
      [intraday([60]), "$.activities-heart-intraday.dataset[0]"],
      [[60], "$[0]"],
    ];
    for (const [content, path] of cases) {
      const error = await refusal(fitbit, content, { zone });
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include({ path });
      expect(error.details).to.include.keys("line", "column");
    }
    for (const text of ["", "{", '[{"dateTime"']) {
      expect((await refusal(fitbit, text, { zone })).code).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });
});
