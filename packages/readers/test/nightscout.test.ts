// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { nightscout } from "../src/formats/nightscout.ts";
import { detectFormat, readFile, textInput } from "../src/index.ts";
import { readWith, realFile, refusal, seconds, sum } from "./jsonSupport.ts";

const AT = Date.UTC(2024, 9, 26);
const sgv = (value: unknown, i = 0, more: object = {}) => ({
  type: "sgv",
  sgv: value,
  date: AT + i * 300_000,
  dateString: new Date(AT + i * 300_000).toISOString(),
  ...more,
});

describe("Nightscout entries", () => {
  it("reads the real file: 576 entries, mean 123.2043, each instant and value of the upstream parser", async function () {
    const text = realFile(this, "cgm", "GluPredKit_MIT", "nightscout_entries.json");
    const expected = realFile(this, "cgm", "GluPredKit_MIT", "nightscout_expected_output.csv")
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(","));
    const { readings, report } = await readWith(nightscout, text);
    expect(report).to.deep.include({ entries: 576, taken: 576, skipped: {}, refused: {}, outOfOrder: 0 });
    const values = readings.map(({ value }) => Number(value));
    expect((values.reduce((a, b) => a + b, 0) / values.length).toFixed(4)).to.equal("123.2043");
    expect(values.every((value) => value >= 70 && value <= 180)).to.equal(true);
    expect(readings.map(({ time }) => time)).to.deep.equal(
      expected.map(([date]) => seconds(date!.replace(" ", "T"))),
    );
    expect(values).to.deep.equal(expected.map(([, , cgm]) => Number(cgm)));
    expect(readings[0]).to.deep.equal({ metric: "glucose", time: AT / 1000, value: "107.6", unit: "mg/dL" });
    expect((await detectFormat(textInput(text))).name).to.equal("nightscout");
  });

  it("keeps every digit that is written", async () => {
    const digits = ["69.99999", "180.0000000001", "107.60", "70", "1.0e2", "69.999999999999999999"];
    const text = `[${digits.map((value, i) => JSON.stringify(sgv(0, i)).replace('"sgv":0', `"sgv":${value}`)).join()}]`;
    const { readings } = await readWith(nightscout, text);
    expect(readings.map(({ value }) => value)).to.deep.equal([
      "69.99999",
      "180.0000000001",
      "107.60",
      "70",
      "100",
      "69.999999999999999999",
    ]);
  });

  it("counts sensor errors, calibrations, other and deleted entries", async () => {
    const errors = [0, 1, 2, 3, 5, 6, 9, 10, 12, 38, 38.9].map((code, i) => sgv(code, i));
    const { readings, report } = await readWith(nightscout, [
      ...errors,
      { type: "cal", date: AT, slope: 800, intercept: 30_000, scale: 1 },
      { type: "sensor", date: AT, glucose: 100 },
      sgv(100, 20, { isValid: false }),
      sgv(39, 21, { direction: "Flat", device: "xDrip-DexcomG6", noise: 1 }),
      sgv(401, 22, { direction: "NOT COMPUTABLE" }),
    ]);
    expect(report.skipped).to.deep.equal({
      "sensor error": 11,
      calibration: 1,
      "other entry": 1,
      deleted: 1,
    });
    expect(readings.map(({ value }) => value)).to.deep.equal(["39", "401"]);
    expect(report.entries).to.equal(16);
  });

  it("reads meter entries and says so, but not beside those of a sensor; a meter's zero is a sentinel", async () => {
    const meter = [
      { type: "mbg", mbg: 25, date: AT },
      { type: "mbg", mbg: 0, date: AT + 1000 },
    ];
    const alone = await readFile(textInput(JSON.stringify(meter)));
    expect(alone.readings).to.have.length(1);
    expect(alone.report.skipped).to.deep.equal({ "sentinel zero": 1 });
    expect(alone.report.notes).to.deep.equal([
      "The readings of glucose are from a meter, not from a sensor.",
    ]);
    const beside = await readFile(textInput(JSON.stringify([...meter, sgv(120, 2)])));
    expect(beside.readings.map(({ value }) => value)).to.deep.equal(["120"]);
    expect(beside.report.skipped).to.deep.equal({ "sentinel zero": 1, "meter next to a sensor": 1 });
  });

  it("refuses times that are none, or two that differ, and another unit", async () => {
    const { report } = await readWith(nightscout, [
      sgv(100, 0, { date: undefined }),
      sgv(100, 1, { date: AT / 1000 }),
      sgv(100, 2, { date: "yesterday" }),
      sgv(100, 3, { dateString: "2024-10-26T01:15:00.000Z" }),
      sgv(100, 4, { date: undefined, dateString: "2024-10-26T00:20:00" }),
      sgv(120, 5, { units: "mmol" }),
      sgv("?NC", 6),
      sgv(null, 7),
      sgv(-5, 8),
      // A local time beside the instant, with its offset, agrees.
      sgv(100, 9, { dateString: "2024-10-26T02:45:00.000+0200" }),
    ]);
    expect(report.taken).to.equal(2);
    expect(report.refused).to.deep.equal({
      "no time": 2,
      "date and dateString disagree": 1,
      "time without a zone": 1,
      "unit is not one of the metric's": 1,
      "value is not a number": 2,
    });
    expect(report.skipped).to.deep.equal({ "sensor error": 1 });
  });

  it("counts duplicates and what is out of order", async () => {
    const { report, readings } = await readFile(
      textInput(JSON.stringify([sgv(100, 2), sgv(100, 1), sgv(100, 2), sgv(101, 2)])),
    );
    expect(report).to.deep.include({ taken: 1, duplicates: 1, outOfOrder: 1, entries: 4 });
    expect(report.refused).to.deep.equal({ "contradicts another reading of the same time": 2 });
    expect(readings.map(({ time }) => time)).to.deep.equal([AT / 1000 + 300]);
  });

  it("reads API v3 and wrapped entries, and a byte order mark", async () => {
    for (const wrapped of [{ status: 200, result: [sgv(100)] }, { entries: [sgv(100)] }]) {
      expect((await readWith(nightscout, wrapped)).report.taken).to.equal(1);
    }
    expect((await readWith(nightscout, `\uFEFF${JSON.stringify([sgv(100)])}`)).report.taken).to.equal(1);
  });

  it("refuses mmol/L where mg/dL belong, and reads them where the entry or the caller says so", async () => {
    const entries = [sgv(5.6, 0), sgv(6.1, 1), sgv(5, 2), sgv(120, 3), sgv(6.2, 4, { units: "mmol" })];
    const plain = await readWith(nightscout, entries);
    expect(plain.report.refused).to.deep.equal({ "value in another unit than mg/dL": 2 });
    expect(plain.report.skipped).to.deep.equal({ "sensor error": 1 });
    expect(plain.report.notes.join()).to.contain("--unit mmol/L");
    expect(plain.readings.map(({ value, unit }) => `${value} ${unit}`)).to.deep.equal([
      "120 mg/dL",
      "6.2 mmol/L",
    ]);
    const asked = await readFile(textInput(JSON.stringify(entries)), { unit: "mmol/L" });
    expect(asked.readings.map(({ value }) => value)).to.deep.equal(["5.6", "6.1", "6.2"]);
    expect(asked.report.refused).to.deep.equal({ "whole number that is a code or mmol/L": 1 });
    expect(asked.report.skipped).to.deep.equal({ "other unit: mg/dL": 1 });
  });

  it("reads what mongoexport writes: an entry a line, numbers and dates in wrappers", async () => {
    const dates: unknown[] = [
      AT,
      { $numberLong: String(AT + 300_000) },
      { $numberDouble: `${(AT + 600_000) / 1e12}E12` },
      { $date: new Date(AT + 900_000).toISOString() },
      { $date: { $numberLong: String(AT + 1_200_000) } },
    ];
    const entries = dates.map((date, i) => ({
      _id: { $oid: `${i}` },
      type: "sgv",
      sgv: i % 2 === 0 ? 100 + i : { $numberInt: String(100 + i) },
      date,
      dateString: "Tue Feb 13 00:50:20 AEDT 2018",
    }));
    for (const text of [entries.map((one) => JSON.stringify(one)).join("\n"), JSON.stringify(entries)]) {
      const { readings, report } = await readFile(textInput(text));
      expect(report.refused).to.deep.equal({});
      expect(readings.map(({ value }) => value)).to.deep.equal(["100", "101", "102", "103", "104"]);
      expect(readings.map(({ time }) => time)).to.deep.equal([0, 1, 2, 3, 4].map((i) => AT / 1000 + 300 * i));
    }
    expect((await readWith(nightscout, JSON.stringify(entries[0]))).readings).to.have.length(1);
    const lines = `${JSON.stringify(entries[0])}\n${JSON.stringify(entries[1])}\n{"sgv": 1,}`;
    expect((await refusal(nightscout, lines)).details).to.include({ line: 3 });
  });

  it("says line and column of what is no JSON, and of what is no entry; never the content", async () => {
    const cases: [string, number, number][] = [
      ['[\n  {"sgv": 123.4,\n   "date": 17', 3, 14],
      ['[\n  {"sgv": 123.4,}\n]', 2, 17],
      ["[1, 2", 1, 6],
      ["", 1, 1],
      ['[\n {"sgv": 123.4},\n 1234\n]', 3, 2],
      ['{"sgv": 123.4}', 1, 1],
      ["[NaN]", 1, 2],
      ["[\r\n\r\n  // note\r\n]", 3, 3],
    ];
    for (const [text, line, column] of cases) {
      const error = await refusal(nightscout, text);
      expect(error.code, text).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details, text).to.deep.include({ line, column });
      expect(JSON.stringify(error), text).not.to.contain("123");
    }
    const deep = await refusal(nightscout, `${"[".repeat(200_000)}${"]".repeat(200_000)}`);
    expect(deep.code).to.equal("FILE_NOT_UNDERSTOOD");
  });

  it("every entry is counted once, and reading never fails on entries of any shape", async () => {
    const junk = fc.array(
      fc.dictionary(fc.constantFrom("type", "sgv", "mbg", "date", "dateString"), fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(junk, async (entries) => {
        const { report, readings } = await readWith(nightscout, entries);
        expect(report.entries).to.equal(entries.length);
        expect(report.taken + sum(report.skipped) + sum(report.refused)).to.equal(entries.length);
        expect(report.taken).to.equal(readings.length);
      }),
    );
  });

  it("the exact text of any decimal comes out", async () => {
    const decimal = fc
      .tuple(fc.integer({ min: 39, max: 600 }), fc.stringMatching(/^\d{1,20}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`);
    await fc.assert(
      fc.asyncProperty(decimal, async (value) => {
        const text = `[{"type":"sgv","sgv":${value},"date":${AT}}]`;
        expect((await readWith(nightscout, text)).readings[0]!.value).to.equal(value);
      }),
    );
  });
});
