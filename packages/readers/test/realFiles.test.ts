// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { compareDecimals, parseDecimal } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  type FileReadings,
  inspectFile,
  type MeasuredReading,
  type ReadOptions,
  readFile,
  textInput,
} from "../src/index.ts";
import { rejected, shared, sharedInput } from "./support.ts";

const LIBRE = "cgm/cgmanalysis_CC0/De-identified/Libre.csv";
const CLEANED = "cgm/cgmanalysis_CC0/Cleaned/Libre.csv";
const STATS = "cgm/simglucose_MIT/performance_stats.csv";
const TIDEPOOL = "cgm/tidepool_metrics_BSD2/bg_array.csv";
const FALLS = "falls/umafall_subject01_waist_accel.csv";
const NN = "heart_rate/SampleNNISeriesShort.csv";
const PIMA = "tabular/diabetes.csv";
const bidmc = (n: number): string => `spo2/bidmc_0${n}_Numerics.csv`;

const read = (path: string, options: ReadOptions): Promise<FileReadings> =>
  readFile(sharedInput(path), options);
/** Share of readings for which a condition holds, in percent. */
const share = (readings: readonly MeasuredReading[], holds: (value: number) => boolean): number =>
  (100 * readings.filter(({ value }) => holds(Number(value))).length) / readings.length;

describe("FreeStyle Libre, a real export", () => {
  it("comes out to the published figures", async function () {
    shared(this, LIBRE);
    const { format, readings, report } = await read(LIBRE, { zone: "America/Denver" });
    expect(format).to.equal("freestyle-libre");
    expect(report).to.include({ entries: 1339, taken: 1337, outOfOrder: 0, duplicates: 0 });
    expect(report.skipped).to.deep.equal({ header: 2 });
    const values = readings.map(({ value }) => Number(value));
    expect([Math.min(...values), Math.max(...values)]).to.deep.equal([47, 202]);
    expect((values.reduce((sum, value) => sum + value, 0) / 1337).toFixed(3)).to.equal("99.568");
    expect(share(readings, (value) => value >= 70 && value <= 180).toFixed(4)).to.equal("96.7838");
    // 2018-08-01 12:00 in Denver is 18:00 UTC: the month stands first, which 8/15/18 decides.
    expect(readings[0]!.time).to.equal(Date.UTC(2018, 7, 1, 18) / 1000);
    expect(readings.at(-1)!.time).to.equal(Date.UTC(2018, 7, 15, 15, 59) / 1000);
  });

  it("has every reading that the upstream cleaner kept, which cut days off both ends", async function () {
    shared(this, LIBRE, CLEANED);
    const zone = "America/Denver";
    const columns = { time: "timestamp", value: "sensorglucose", unit: "mg/dL" };
    const ours = (await read(LIBRE, { zone })).readings;
    const theirs = (await read(CLEANED, { zone, columns, dateOrder: "MDY" })).readings;
    expect(theirs).to.have.length(1248);
    const from = ours.findIndex(({ time }) => time === theirs[0]!.time);
    expect(ours.slice(from, from + 1248)).to.deep.equal(theirs);
  });

  it("in the other order of day and month it is refused, not read otherwise", async function () {
    shared(this, LIBRE);
    const error = await rejected(read(LIBRE, { zone: "America/Denver", dateOrder: "DMY" }));
    expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
    // The first day of the export that no calendar has as a month: 8/13/18.
    const line =
      readFileSync(shared(this, LIBRE)[0]!, "utf8")
        .split("\n")
        .findIndex((row) => row.startsWith("8/13/18")) + 1;
    expect(error.details).to.include({ line, column: 1 });
  });
});

describe("simulated patients (simglucose)", () => {
  for (const n of [1, 2]) {
    it(`adult_00${n}: the published shares, which are of the column BG`, async function () {
      const [statistics] = shared(this, STATS, `cgm/simglucose_MIT/adult_00${n}.csv`);
      const published = readFileSync(statistics!, "utf8")
        .split("\n")
        .find((line) => line.startsWith(`adult#00${n}`))!
        .split(",")
        .map(Number);
      const columns = { time: "Time", value: "BG", unit: "mg/dL" };
      const { readings } = await read(`cgm/simglucose_MIT/adult_00${n}.csv`, { zone: "UTC", columns });
      expect(readings).to.have.length(481);
      const shares = [
        share(readings, (value) => value >= 70 && value <= 180),
        share(readings, (value) => value > 180),
        share(readings, (value) => value < 70),
        share(readings, (value) => value > 250),
        share(readings, (value) => value < 50),
      ];
      for (const [i, found] of shares.entries()) expect(found).to.be.closeTo(published[i + 1]!, 1e-9);
    });
  }

  it("keeps every decimal of the column CGM", async function () {
    shared(this, "cgm/simglucose_MIT/adult_001.csv");
    const columns = { time: "Time", value: "CGM", unit: "mg/dL" };
    const { readings } = await read("cgm/simglucose_MIT/adult_001.csv", { zone: "UTC", columns });
    expect(readings[0]!.value).to.equal("160.93755752241984");
    expect(readings.filter(({ value }) => Number(value) >= 70 && Number(value) <= 180)).to.have.length(294);
    expect(readings[1]!.time - readings[0]!.time).to.equal(180);
  });
});

describe("glucose values without times (tidepool)", () => {
  it("99 values under the header that upstream takes the first line for, to the published shares", async function () {
    shared(this, TIDEPOOL);
    const options = { start: 0, interval: 300, columns: { value: "100", unit: "mg/dL" } };
    const { readings } = await read(TIDEPOOL, options);
    expect(readings).to.have.length(99);
    expect(share(readings, (value) => value > 180).toFixed(2)).to.equal("2.02");
    expect(share(readings, (value) => value < 70).toFixed(2)).to.equal("2.02");
    expect(share(readings, (value) => value < 54).toFixed(2)).to.equal("1.01");
    expect(share(readings, (value) => value > 250).toFixed(2)).to.equal("1.01");
  });

  it("all 100 by the column's number, since then the first line is a value", async function () {
    shared(this, TIDEPOOL);
    const options = { start: 60, interval: 300, columns: { value: "#1", unit: "mg/dL" } };
    const { readings } = await read(TIDEPOOL, options);
    expect(readings).to.have.length(100);
    expect(readings[0]).to.include({ value: "100", time: 60 });
    expect(readings[99]!.time).to.equal(60 + 99 * 300);
    expect(readings.filter(({ value }) => Number(value) >= 70 && Number(value) <= 180)).to.have.length(96);
  });

  it("boundary cases: both ends belong to the range, and no decimal is rounded across one", async () => {
    const inRange = async (...values: string[]): Promise<string> => {
      const options = { start: 0, interval: 300, columns: { value: "bg", unit: "mg/dL" } };
      const { readings } = await readFile(textInput(["bg", ...values, ""].join("\n")), options);
      expect(readings.map(({ value }) => value)).to.deep.equal(values);
      const [low, high] = [parseDecimal("70")!, parseDecimal("180")!];
      const inside = readings.filter(({ value }) => {
        const exact = parseDecimal(String(value))!;
        return compareDecimals(exact, low) >= 0 && compareDecimals(exact, high) <= 0;
      });
      return ((100 * inside.length) / values.length).toFixed(1);
    };
    expect(await inRange("69.99999", "70", "70.00001")).to.equal("66.7");
    expect(await inRange("70", "179.9999999", "180", "180.0000000001")).to.equal("75.0");
  });

  it("times with slashes: the order is decided by the rows after the twelfth day", async function () {
    const path = "cgm/tidepool_metrics_BSD2/date_ep_values.csv";
    shared(this, path);
    const { readings } = await read(path, {
      zone: "UTC",
      columns: { time: "#1", value: "#2", unit: "mg/dL" },
    });
    expect(readings).to.have.length(18);
    expect(readings[0]!.time).to.equal(Date.UTC(2019, 7, 15, 0, 40) / 1000);
  });
});

describe("monitor numerics (BIDMC)", () => {
  it("no saturation below 90 in any of the five, and the missing ones counted", async function () {
    shared(this, ...[1, 2, 3, 4, 5].map(bidmc));
    for (const n of [1, 2, 3, 4, 5]) {
      const { format, readings, report } = await read(bidmc(n), { start: 1_000_000_000, metric: "spo2" });
      const missing = { 1: 13, 5: 6 }[n] ?? 0;
      expect(format).to.equal("monitor-csv");
      expect(readings, `record ${n}`).to.have.length(481 - missing);
      expect(report.skipped).to.deep.equal({
        "PULSE next to HR": 481,
        ...(missing === 0 ? {} : { missing }),
        "other metric: heart-rate": 481,
        "other metric: other": 481,
      });
      expect(Math.min(...readings.map(({ value }) => Number(value)))).to.be.at.least(90);
      // Some records write their first second as -0.
      expect(readings[0]!.time).to.equal(1_000_000_000);
      expect(readings.every(({ unit }) => unit === "%")).to.equal(true);
    }
  });

  it("needs a start for sealing, and none for looking", async function () {
    shared(this, bidmc(1));
    expect((await rejected(read(bidmc(1), {}))).code).to.equal("START_REQUIRED");
    const { clock, series } = await inspectFile(sharedInput(bidmc(1)));
    expect(clock).to.equal("file");
    const saturation = series.find(({ metric }) => metric === "spo2")!;
    expect(saturation.slotting).to.include({ profile: "spo2-1s", kept: 468, slots: 481, epochs: 1 });
    const heart = series.find(({ metric }) => metric === "heart-rate")!;
    expect(heart).to.include({ readings: 481, first: 0, last: 480, interval: 1, min: "88", max: "95" });
    expect(heart.slotting).to.include({
      profile: "heart-rate-1s",
      kept: 481,
      moved: 0,
      dropped: 0,
      epochs: 1,
    });
  });
});

describe("falls (UMAFall)", () => {
  it("19 trials of subject 01: no peak reaches 2.5 g, and no trial is a fall (specificity 19 of 19)", async function () {
    const [path] = shared(this, FALLS);
    const labels = new Map(
      readFileSync(path!, "utf8")
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((row) => row.split(","))
        .map((cells) => [cells[0]!, cells[3] === "1"]),
    );
    const found = { truePositive: 0, falseNegative: 0, trueNegative: 0, falsePositive: 0 };
    let samples = 0;
    for (const [trial, fall] of labels) {
      const { readings, report } = await read(FALLS, { start: 0, where: { trial } });
      expect(report.skipped).to.deep.equal({ "other rows": 5689 - readings.length });
      samples += readings.length;
      // In units of 1e-5 g, as the file has them, so that the comparison is exact.
      const units = (value: number | string): bigint => BigInt(Math.round(Number(value) * 100_000));
      const detected = readings.some(
        ({ value }) =>
          (value as readonly string[]).reduce((sum, axis) => sum + units(axis) ** 2n, 0n) >= 250_000n ** 2n,
      );
      if (fall) found[detected ? "truePositive" : "falseNegative"] += 1;
      else found[detected ? "falsePositive" : "trueNegative"] += 1;
    }
    expect(samples).to.equal(5689);
    // This file holds no fall, so that it has a specificity and no sensitivity.
    expect(found).to.deep.equal({ truePositive: 0, falseNegative: 0, trueNegative: 19, falsePositive: 0 });
  });

  it("all trials at once are refused, since each counts from its own second 0", async function () {
    shared(this, FALLS);
    expect((await rejected(read(FALLS, { start: 0 }))).code).to.equal("SELECTION_REQUIRED");
  });

  it("values are x, y and z in the unit [g], as the file writes them", async function () {
    shared(this, FALLS);
    const trial = "S01_ADL_Aplausing_1_2017-04-14_23-38-23";
    const { readings } = await read(FALLS, { start: 100, where: { trial } });
    expect(readings[0]).to.deep.equal({
      metric: "acceleration",
      time: 100.105,
      value: ["0.87158", "-0.09204", "0.54077"],
      unit: "[g]",
    });
    const { series } = await inspectFile(sharedInput(FALLS), { where: { trial } });
    expect(series[0]).to.include({ measure: "length", readings: 299, max: "1.1991" });
    // The file's five decimals are finer than the profile's 0.02 g, and nothing is rounded behind its back.
    expect(series[0]!.slotting).to.include({ profile: "acceleration-20hz", kept: 0 });
    expect(series[0]!.slotting!.refused).to.deep.equal({ "not-representable": 299 });
  });
});

describe("tables by named columns", () => {
  it("NN intervals: 337, and their rates have the published mean", async function () {
    shared(this, NN);
    const { readings } = await read(NN, {
      start: 0,
      interval: 1,
      columns: { value: "nni_ms", unit: "ms" },
    });
    expect(readings).to.have.length(337);
    expect(readings[0]).to.include({ metric: "other", value: "859.000000", unit: "ms" });
    const rates = readings.map(({ value }) => 60_000 / Number(value));
    expect((rates.reduce((sum, rate) => sum + rate, 0) / 337).toFixed(4)).to.equal("68.2153");
  });

  it("a zero that no living body has is missing (Pima): 5 glucose values of 768", async function () {
    shared(this, PIMA);
    const { report } = await read(PIMA, {
      start: 0,
      interval: 1,
      columns: { value: "Glucose", unit: "mg/dL" },
    });
    expect(report).to.include({ entries: 768, taken: 763 });
    expect(report.skipped).to.deep.equal({ "sentinel zero": 5 });
  });
});

describe("inspection", () => {
  it("the Dexcom export: everything kept, nothing moved, the exact mean", async function () {
    shared(this, "cgm/cgmquantify_MIT/dexcom_g6_test_file.csv");
    const inspection = await inspectFile(sharedInput("cgm/cgmquantify_MIT/dexcom_g6_test_file.csv"), {
      zone: "America/New_York",
    });
    expect(inspection).to.include({ format: "dexcom-clarity", clock: "unix" });
    expect(inspection.series).to.have.length(1);
    const { slotting, ...series } = inspection.series[0]!;
    expect(series).to.deep.equal({
      metric: "glucose",
      unit: "mg/dL",
      readings: 2148,
      low: 0,
      high: 0,
      first: Date.UTC(2016, 9, 24, 15, 24, 17) / 1000,
      last: series.last,
      interval: 300,
      measure: "value",
      min: "49",
      max: "261",
      mean: "111.8966",
      profiles: [
        { name: "glucose-mg-dl-1min", interval: 60 },
        { name: "glucose-mg-dl-5min", interval: 300 },
        { name: "glucose-mg-dl-15min", interval: 900 },
      ],
    });
    // Midnight in New York in October is 04:00 UTC, sixteen quarters of an hour.
    expect(slotting).to.include({
      profile: "glucose-mg-dl-5min",
      offset: 16,
      kept: 2148,
      dropped: 0,
      epochs: 9,
    });
    expect(slotting!.refused).to.deep.equal({});
    expect(JSON.parse(JSON.stringify(inspection))).to.deep.equal(inspection);
  });

  it("decimals between two steps are refused by a profile, not rounded", async function () {
    shared(this, "cgm/simglucose_MIT/adult_001.csv");
    const { series } = await inspectFile(sharedInput("cgm/simglucose_MIT/adult_001.csv"), {
      zone: "UTC",
      profile: "glucose-mg-dl-5min",
      columns: { time: "Time", value: "CGM", unit: "mg/dL" },
    });
    expect(series[0]).to.include({ min: "58.6135650734294", max: "252.22162623912448" });
    expect(series[0]!.slotting).to.deep.include({ kept: 0, refused: { "not-representable": 481 }, slots: 0 });
  });
});
