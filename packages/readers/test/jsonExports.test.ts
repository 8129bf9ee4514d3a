// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { dexcomApi } from "../src/formats/dexcomApi.ts";
import { fitbitOxygen } from "../src/formats/fitbitOxygen.ts";
import { healthAutoExport } from "../src/formats/healthAutoExport.ts";
import { libreLinkUp } from "../src/formats/libreLinkUp.ts";
import { oura } from "../src/formats/oura.ts";
import { tidepool } from "../src/formats/tidepool.ts";
import { detectFormat, type Format, readFile, textInput } from "../src/index.ts";
import { readWith, refusal, seconds } from "./jsonSupport.ts";

const AT = "2024-05-14T15:20:00.000Z";

async function isFoundAs(format: Format, content: unknown): Promise<void> {
  expect((await detectFormat(textInput(JSON.stringify(content)))).name).to.equal(format.name);
}

describe("Tidepool export", () => {
  const cbg = (value: unknown, more: object = {}) => ({
    deviceId: "DexG6_1",
    time: AT,
    type: "cbg",
    units: "mmol/L",
    value,
    ...more,
  });

  it("reads sensor and meter values with every decimal, and counts other records", async () => {
    const records = [
      cbg(6.6609),
      cbg(120, { units: "mg/dL" }),
      cbg(5.5, { type: "smbg", deviceId: "OneTouch" }),
      cbg(5.6, { type: "smbg", subType: "manual", deviceId: "App" }),
      { type: "bolus", deviceId: "Pump", time: AT, normal: 3 },
      { type: "a b", time: AT },
    ];
    const { readings, report } = await readWith(tidepool, records);
    const time = seconds(AT);
    expect(readings).to.deep.equal([
      { metric: "glucose", time, value: "6.6609", unit: "mmol/L", source: "DexG6_1" },
      { metric: "glucose", time, value: "120", unit: "mg/dL", source: "DexG6_1" },
      { metric: "glucose", time, value: "5.5", unit: "mmol/L", source: "OneTouch", origin: "meter" },
      { metric: "glucose", time, value: "5.6", unit: "mmol/L", source: "App", origin: "typed in" },
    ]);
    expect(report.skipped).to.deep.equal({ bolus: 1, "other record": 1 });
    await isFoundAs(tidepool, records);
    await isFoundAs(tidepool, [{ type: "upload", uploadId: "1", time: AT }]);
  });

  it("beyond the scale: annotations as values or as a text of JSON", async () => {
    const low = [{ code: "bg/out-of-range", value: "low", threshold: 40 }];
    const high = [{ code: "other" }, { code: "bg/out-of-range", value: "high", threshold: 400 }];
    const { readings } = await readWith(tidepool, [
      cbg(2.16475, { annotations: low }),
      cbg(22.25, { annotations: JSON.stringify(high) }),
      cbg(7, { annotations: "not JSON" }),
      cbg(8, { annotations: [{ code: "other" }] }),
    ]);
    expect(readings.map(({ value }) => value)).to.deep.equal(["LOW", "HIGH", "7", "8"]);
  });

  it("refuses a record without a value, unit or time, and a file that is not an array of records", async () => {
    const { report } = await readWith(tidepool, [
      cbg("6.6"),
      cbg(6.6, { units: "g/L" }),
      cbg(6.6, { time: "2024-05-14T15:20:00" }),
      cbg(6.6, { time: undefined }),
    ]);
    expect(report.refused).to.deep.equal({
      "value is not a number": 1,
      "unit is not one of the metric's": 1,
      "time without a zone": 1,
      "no time": 1,
    });
    expect((await refusal(tidepool, [1])).details.path).to.equal("$[0]");
    expect((await refusal(tidepool, {})).code).to.equal("FILE_NOT_UNDERSTOOD");
  });
});

describe("Dexcom API", () => {
  const record = (value: unknown, more: object = {}) => ({
    systemTime: "2024-05-14T15:20:00Z",
    displayTime: "2024-05-14T17:20:00+02:00",
    value,
    status: null,
    unit: "mg/dL",
    displayDevice: "iOS",
    displayApp: "G7",
    ...more,
  });
  const v3 = (...records: unknown[]) => ({ recordType: "egv", recordVersion: "3.0", records });

  it("v3: values at UTC with and without an offset, LOW and HIGH by status, the device as source", async () => {
    const answer = v3(
      record(120),
      record(121, { systemTime: "2024-05-14T15:25:00", displayDevice: "receiver", displayApp: undefined }),
      record(39, { status: "low" }),
      record(401, { status: "high" }),
      record(null, { status: "low" }),
      record(122, { status: "ok" }),
    );
    const { readings, report } = await readWith(dexcomApi, answer);
    expect(readings.map(({ value }) => value)).to.deep.equal(["120", "121", "LOW", "HIGH", "LOW", "122"]);
    expect(readings.map(({ source }) => source)).to.deep.equal([
      "iOS G7",
      "receiver",
      ...Array(4).fill("iOS G7"),
    ]);
    expect(readings[1]!.time - readings[0]!.time).to.equal(300);
    expect(report.notes).to.deep.equal([]);
    await isFoundAs(dexcomApi, answer);
    const disagree = await readWith(dexcomApi, v3(record(160, { status: "low" })));
    expect(disagree.readings[0]!.value).to.equal("LOW");
    expect(disagree.report.notes.join()).to.contain("status says");
  });

  it("v2: the unit of the whole answer", async () => {
    const egvs = [{ systemTime: "2024-05-14T15:20:00", value: 120, status: null }];
    const answer = { unit: "mg/dL", rateUnit: "mg/dL/min", egvs };
    expect((await readWith(dexcomApi, answer)).readings[0]).to.include({ unit: "mg/dL", value: "120" });
    await isFoundAs(dexcomApi, answer);
    const without = await readWith(dexcomApi, { egvs });
    expect(without.report.refused).to.deep.equal({ "unit is not one of the metric's": 1 });
  });

  it("counts entries without a reading, and refuses a file that is not an answer of the API", async () => {
    const { report } = await readWith(
      dexcomApi,
      v3(
        record(null),
        record("120"),
        record(120, { systemTime: "yesterday" }),
        record(120, { unit: "unknown" }),
      ),
    );
    expect(report.skipped).to.deep.equal({ "no value": 1 });
    expect(report.refused).to.deep.equal({
      "value is not a number": 1,
      "no time": 1,
      "unit is not one of the metric's": 1,
    });
    expect((await refusal(dexcomApi, { recordType: "egv" })).code).to.equal("FILE_NOT_UNDERSTOOD");
    expect((await refusal(dexcomApi, v3(1))).details.path).to.equal("$.records[0]");
  });
});

describe("LibreLinkUp", () => {
  const entry = (mass: number, minute: number, more: object = {}) => ({
    FactoryTimestamp: `7/11/2024 3:${minute}:43 PM`,
    Timestamp: `7/11/2024 5:${minute}:43 PM`,
    ValueInMgPerDl: mass,
    GlucoseUnits: 0,
    Value: 4.4,
    isHigh: false,
    isLow: false,
    ...more,
  });
  const graph = (latest: unknown, ...graphData: unknown[]) => ({
    status: 0,
    data: { connection: { glucoseMeasurement: latest }, graphData },
  });

  it("reads graph, latest measurement and logbook at the factory's time, which is UTC", async () => {
    const answer = graph(entry(82, 30), entry(80, 10), entry(81, 20));
    const { readings } = await readWith(libreLinkUp, answer);
    expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal([
      "80 mg/dL",
      "81 mg/dL",
      "82 mg/dL",
    ]);
    expect(readings[0]!.time).to.equal(seconds("2024-07-11T15:10:43Z"));
    await isFoundAs(libreLinkUp, answer);
    expect((await readWith(libreLinkUp, { status: 0, data: [entry(80, 10)] })).readings).to.have.length(1);
    expect((await readWith(libreLinkUp, graph(null, entry(80, 10)))).readings).to.have.length(1);
    const night = { FactoryTimestamp: "7/11/2024 12:05:00 AM" };
    const midnight = await readWith(libreLinkUp, graph(null, entry(80, 10, night)));
    expect(midnight.readings[0]!.time).to.equal(seconds("2024-07-11T00:05:00Z"));
  });

  it("mmol/L where the caller asks for it; LOW and HIGH at the ends alone", async () => {
    const text = JSON.stringify(graph(null, entry(80, 10), entry(90, 20, { GlucoseUnits: 1, Value: 90 })));
    const { readings, report } = await readFile(textInput(text), { unit: "mmol/L" });
    expect(readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal(["4.4 mmol/L"]);
    expect(report.skipped).to.deep.equal({ "other unit: mg/dL": 1 });
    const ends = await readWith(
      libreLinkUp,
      graph(
        null,
        entry(39, 10, { isLow: true }),
        entry(501, 11, { isHigh: true }),
        entry(65, 12, { isLow: true }),
      ),
    );
    expect(ends.readings.map(({ value }) => value)).to.deep.equal(["LOW", "HIGH", "65"]);
  });

  it("refuses a missing time or value, and a file that is not an answer of the API", async () => {
    const { report } = await readWith(
      libreLinkUp,
      graph(null, entry(80, 10, { FactoryTimestamp: "" }), entry(80, 11, { ValueInMgPerDl: null })),
    );
    expect(report.refused).to.deep.equal({ "no time": 1, "value is not a number": 1 });
    expect((await refusal(libreLinkUp, { data: {} })).code).to.equal("FILE_NOT_UNDERSTOOD");
    expect((await refusal(libreLinkUp, graph(null, 1))).code).to.equal("FILE_NOT_UNDERSTOOD");
  });
});

describe("Health Auto Export", () => {
  const file = (name: string, units: string, ...data: unknown[]) => ({
    data: { metrics: [{ name, units, data }] },
  });
  const at = (date: string, more: object = { qty: 5.5 }) => ({ date, source: "Dexcom", ...more });

  it("reads times of clocks of 24 and of 12 hours", async () => {
    const dates = [
      "2024-09-21 07:00:00 +1000",
      "2024-09-21 7:00:00\u202fam +1000",
      "2024-09-21 7:00:00 PM +1000",
      "2024-09-21 12:00:00 a.m. +1000",
      "2024-09-21 12:00:00 pm +1000",
    ];
    const content = file("blood_glucose", "mmol/L", ...dates.map((date) => at(date)));
    const { readings } = await readWith(healthAutoExport, content);
    const hours = [7, 7, 19, 0, 12].map((hour) => seconds("2024-09-21T00:00:00+10:00") + 3600 * hour);
    expect(readings.map(({ time }) => time)).to.deep.equal(hours);
    expect(readings[0]).to.include({ metric: "glucose", value: "5.5", unit: "mmol/L", source: "Dexcom" });
    await isFoundAs(healthAutoExport, content);
  });

  it("averages are no readings; single heart rates, saturation and other metrics", async () => {
    const date = "2024-09-21 07:00:00 +1000";
    const rates = await readWith(
      healthAutoExport,
      file(
        "heart_rate",
        "count/min",
        at(date, { Min: 60, Avg: 60, Max: 60 }),
        at(date, { Min: 60, Avg: 65.5, Max: 71 }),
      ),
    );
    expect(rates.readings.map(({ value }) => value)).to.deep.equal(["60"]);
    expect(rates.report.skipped).to.deep.equal({ "average over an interval": 1 });
    expect(rates.report.notes.join()).to.contain("aggregation");
    const oxygen = await readWith(
      healthAutoExport,
      file("blood_oxygen_saturation", "%", at(date, { qty: 97 })),
    );
    expect(oxygen.readings[0]).to.include({ metric: "spo2", value: "97", unit: "%" });
    const moles = file("blood_glucose", "mmol<180.1558800000541>/L", at(date));
    expect((await readWith(healthAutoExport, moles)).readings[0]!.unit).to.equal("mmol/L");
    const other = await readWith(healthAutoExport, file("resting_heart_rate", "bpm", at(date)));
    expect(other.report.skipped).to.deep.equal({ resting_heart_rate: 1 });
  });

  it("refuses times, units and values that are none, and files without metrics", async () => {
    const { report } = await readWith(
      healthAutoExport,
      file(
        "blood_glucose",
        "mg/dL",
        at("2024-09-21 13:00:00 am +1000"),
        at("2024-09-21 07:00:00"),
        at("2024-09-21 07:00:00 +1000", {}),
      ),
    );
    expect(report.refused).to.deep.equal({
      "no time": 1,
      "time without a zone": 1,
      "value is not a number": 1,
    });
    const unit = await readWith(
      healthAutoExport,
      file("blood_glucose", "g", at("2024-09-21 07:00:00 +1000")),
    );
    expect(unit.report.refused).to.deep.equal({ "unit is not one of the metric's": 1 });
    expect((await refusal(healthAutoExport, { data: {} })).details.path).to.equal("$.data.metrics");
    expect((await refusal(healthAutoExport, file("a", "b", 1))).details.path).to.equal(
      "$.data.metrics[0].data[0]",
    );
  });
});

describe("Oura and Fitbit within a day", () => {
  it("Oura: heart rates at their own instants; what the wearer did is not a source", async () => {
    const row = (bpm: unknown, timestamp: string) => ({ bpm, source: "awake", timestamp });
    const answer = {
      data: [row(60, "2024-01-01T01:02:03+00:00"), row(61, "2024-01-01"), row("62", "2024-01-01T01:02:03Z")],
      next_token: null,
    };
    const { readings, report } = await readWith(oura, answer);
    expect(readings).to.deep.equal([
      { metric: "heart-rate", time: seconds("2024-01-01T01:02:03Z"), value: "60", unit: "/min" },
    ]);
    expect(report.refused).to.deep.equal({ "date without a time": 1, "value is not a number": 1 });
    await isFoundAs(oura, answer);
    expect((await refusal(oura, { data: 1 })).code).to.equal("FILE_NOT_UNDERSTOOD");
    expect((await refusal(oura, { data: [1] })).details.path).to.equal("$.data[0]");
  });

  it("Fitbit: saturation by the minute on the account's clock", async () => {
    const minute = (text: string, value: unknown = 95.3) => ({ minute: text, value });
    const night = {
      dateTime: "2021-10-04",
      minutes: [
        minute("2021-10-04T14:03:00"),
        minute("2021-10-04T14:04:00", "95"),
        minute("2021-10-04T14:05:00Z"),
        minute("14:06"),
      ],
    };
    const { readings, report } = await readWith(fitbitOxygen, night, { zone: "+02:00" });
    expect(readings).to.deep.equal([
      { metric: "spo2", time: seconds("2021-10-04T12:03:00Z"), value: "95.3", unit: "%" },
    ]);
    expect(report.refused).to.deep.equal({ "value is not a number": 1, "no time": 2 });
    expect(report.notes.join()).to.contain("moving average");
    expect((await readWith(fitbitOxygen, [night], { zone: "UTC" })).readings).to.have.length(1);
    expect((await refusal(fitbitOxygen, night)).code).to.equal("ZONE_REQUIRED");
    expect((await refusal(fitbitOxygen, [{}], { zone: "UTC" })).details.path).to.equal("$[0]");
    await isFoundAs(fitbitOxygen, night);
  });

  it("Fitbit: two passes through a repeated hour that nothing tells apart are refused, and one is said to be assumed", async () => {
    const night = (...texts: string[]) => ({
      dateTime: "2026-10-25",
      minutes: texts.map((text, i) => ({ minute: `2026-10-25T${text}:00`, value: 90 + i })),
    });
    const zone = "Europe/Berlin";
    const mixed = await readWith(fitbitOxygen, night("02:00", "02:00", "02:01", "02:02", "02:01", "03:00"), {
      zone,
    });
    expect(mixed.readings).to.have.length(1);
    expect(mixed.report.refused).to.deep.equal({
      "time in a repeated hour, and nothing tells which of the two": 5,
    });
    const once = await readWith(fitbitOxygen, night("01:59", "02:00", "02:01", "03:00"), { zone });
    expect(once.readings).to.have.length(4);
    expect(once.report).to.include({ ambiguousTimes: 2, assumedEarlier: 2 });
  });
});
