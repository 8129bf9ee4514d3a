// SPDX-License-Identifier: GPL-3.0-or-later

import {
  assignSlots,
  checkTerms,
  codeOf,
  distributionTerms,
  Log,
  memoryStore,
  profileOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { type FileReadings, type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected, shared, sharedInput } from "./support.ts";

const profile = profileOf("glucose-mg-dl-5min");
const REAL = "cgm/cgmquantify_MIT/dexcom_g6_test_file.csv";
const HEADER = "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Glucose Value (mg/dL)";
const csv = (...rows: string[]): string => [HEADER, ...rows].join("\n");
const egv = (time: string, value = "100"): string => `1,${time},EGV,,${value}`;
const read = (text: string, options: ReadOptions): Promise<FileReadings> =>
  readFile(textInput(text), { format: "dexcom-clarity", ...options });

describe("Dexcom Clarity", () => {
  it("reads the real export to the published figures and slots every reading", async function () {
    shared(this, REAL);
    const { format, readings, report } = await readFile(sharedInput(REAL), { zone: "America/New_York" });
    const values = readings.map(({ value }) => Number(value));
    expect(format).to.equal("dexcom-clarity");
    expect(new Set(readings.map(({ metric, unit }) => `${metric} ${unit}`))).to.deep.equal(
      new Set(["glucose mg/dL"]),
    );
    expect(report).to.include({
      entries: 2159,
      taken: 2148,
      duplicates: 0,
      ambiguousTimes: 0,
      outOfOrder: 0,
    });
    expect(report.refused).to.deep.equal({});
    expect(report.skipped).to.deep.equal({
      FirstName: 1,
      LastName: 1,
      DateOfBirth: 1,
      Device: 1,
      Alert: 7,
    });
    expect(values).to.have.length(2148);
    expect(Math.min(...values)).to.equal(49);
    expect(Math.max(...values)).to.equal(261);
    expect((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4)).to.equal("111.8966");
    expect(values.filter((value) => value >= 70 && value <= 180)).to.have.length(2019);
    expect(values.filter((value) => value > 180)).to.have.length(94);
    expect(values.filter((value) => value < 70)).to.have.length(35);
    expect(values.filter((value) => value < 54)).to.have.length(8);
    const coded = readings.map(({ time, value }) => ({ time, codes: [codeOf(profile, String(value))] }));
    for (const offset of [0, 16, 47]) expect(assignSlots(profile, offset, coded).dropped).to.have.length(0);
  });

  it("seals the real export through a log without losing a reading", async function () {
    shared(this, REAL);
    const { readings } = await readFile(sharedInput(REAL), { zone: "UTC" });
    const firstEpoch = Math.floor(readings[0]!.time / 86_400);
    const log = await Log.create(memoryStore(), "real", {
      group: 1n,
      subject: 1n,
      profile: profile.name,
      offset: 0,
      firstEpoch,
      genesis: 1n,
    });
    const report = await log.append(readings);
    expect(report).to.include({ given: 2148, taken: 2148, duplicates: 0, saturated: 0 });
    const sealed = await log.seal(readings.at(-1)!.time + 86_400);
    expect(sealed.reduce((sum, { filled }) => sum + filled, 0)).to.equal(2148);
    expect(sealed.reduce((sum, { dropped }) => sum + dropped, 0)).to.equal(0);
    const share = {
      circuit: "glucose-day",
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    } as const;
    const inBand = log.epochs.map(({ codes }) => checkTerms(distributionTerms(share), [codes]).inBand);
    expect(inBand.reduce((sum, count) => sum + count, 0)).to.equal(2019);
  });

  it("reads words for readings beyond the scale, blanks, other rows, and the unit from the header", async () => {
    const text = csv(
      "1,,FirstName,,",
      "2,2026-01-01T00:00:00,Alert,Fall,",
      egv("2026-01-01T00:05:00", "Low"),
      egv("2026-01-01T00:10:00", "High"),
      egv("2026-01-01T00:15:00", ""),
      egv("2026-01-01 00:20:00", "101"),
    );
    const { readings, report } = await read(`\uFEFF${text}\r\n`, { zone: "UTC" });
    expect(readings.map(({ value }) => value)).to.deep.equal(["LOW", "HIGH", "101"]);
    expect(readings[2]!.time).to.equal(Date.UTC(2026, 0, 1, 0, 20) / 1000);
    expect(report).to.include({ entries: 6, taken: 3, low: 1, high: 1 });
    expect(report.skipped).to.deep.equal({ FirstName: 1, Alert: 1, blank: 1 });
    const mmol = csv(egv("2026-01-01T00:05:00", "5,6")).replace("mg/dL", "mmol/L").replace("5,6", '"5,6"');
    expect((await read(mmol, { zone: "UTC" })).readings).to.deep.equal([
      { metric: "glucose", time: Date.UTC(2026, 0, 1, 0, 5) / 1000, value: "5.6", unit: "mmol/L" },
    ]);
  });

  it("two people's exports in one file, and a second header in another unit, are refused", async () => {
    const named = (name: string) => `1,,FirstName,,${name}`;
    const same = csv(named("A"), egv("2026-01-01T00:00:00"), named("A"), egv("2026-01-01T00:05:00"));
    expect((await read(same, { zone: "UTC" })).readings).to.have.length(2);
    const two = await rejected(read(csv(named("A"), named("B")), { zone: "UTC" }));
    expect(two.details.reason).to.contain("two people");
    const again = csv(egv("2026-01-01T00:00:00"), HEADER, egv("2026-01-01T00:05:00"));
    expect((await read(again, { zone: "UTC" })).readings).to.have.length(2);
    const other = csv(
      egv("2026-01-01T00:00:00"),
      HEADER.replace("mg/dL", "mmol/L"),
      egv("2026-01-01T00:05:00", "11.6"),
    );
    expect((await rejected(read(other, { zone: "UTC" }))).details).to.include({ line: 3 });
  });

  it("needs a zone, and a known one", async () => {
    for (const options of [{}, { zone: "" }, { zone: " " }]) {
      expect((await rejected(read(csv(), options))).code).to.equal("ZONE_REQUIRED");
    }
    for (const zone of ["Mars/Olympus", "CESTX", "25:00"]) {
      expect((await rejected(read(csv(), { zone }))).code, zone).to.equal("ZONE_UNKNOWN");
    }
    const { readings } = await read(csv(egv("2026-07-01T00:00:00")), { zone: "+05:30" });
    expect(readings[0]!.time).to.equal(Date.UTC(2026, 5, 30, 18, 30) / 1000);
  });

  it("spring: times that the clock change skips are refused and counted", async () => {
    const text = csv(
      egv("2026-03-29T01:55:00"),
      egv("2026-03-29T02:00:00"),
      egv("2026-03-29T02:55:00"),
      egv("2026-03-29T03:00:00"),
    );
    const { readings, report } = await read(text, { zone: "Europe/Berlin" });
    expect(report.refused).to.deep.equal({ "time skipped by the clock change": 2 });
    expect(readings[1]!.time - readings[0]!.time).to.equal(300);
  });

  it("autumn: the repeated hour is read twice in the file's order, and what nothing decides is reported", async () => {
    const hour = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => egv(`2026-10-25T02:${String(i * 5).padStart(2, "0")}:00`));
    const twice = csv(egv("2026-10-25T01:55:00"), ...hour(12), ...hour(12), egv("2026-10-25T03:00:00"));
    const both = await read(twice, { zone: "Europe/Berlin" });
    expect(both.report).to.include({ ambiguousTimes: 24, assumedEarlier: 0, outOfOrder: 0 });
    both.readings.slice(1).forEach(({ time }, i) => {
      expect(time - both.readings[i]!.time).to.equal(300);
    });
    const once = csv(egv("2026-10-25T01:55:00"), ...hour(12), egv("2026-10-25T03:00:00"));
    expect((await read(once, { zone: "Europe/Berlin" })).report).to.include({
      ambiguousTimes: 12,
      assumedEarlier: 12,
    });
  });

  it("a zone whose clocks change by half an hour, at an odd time, is read by its own rules", async () => {
    // Lord Howe Island goes from +10:30 to +11:00 on 2026-10-04 at 02:00.
    const text = csv(egv("2026-10-04T01:59:00"), egv("2026-10-04T02:15:00"), egv("2026-10-04T02:30:00"));
    const { readings, report } = await read(text, { zone: "Australia/Lord_Howe" });
    expect(report.refused).to.deep.equal({ "time skipped by the clock change": 1 });
    expect(readings.map(({ time }) => time)).to.deep.equal([
      Date.UTC(2026, 9, 3, 15, 29) / 1000,
      Date.UTC(2026, 9, 3, 15, 30) / 1000,
    ]);
  });

  it("files of another form are refused with line and column", async () => {
    const bad: [string, { line: number; column: number } | undefined][] = [
      ["", undefined],
      ["a,b\n1,2", undefined],
      [csv(egv("01/02/2026 10:00")), { line: 2, column: 3 }],
      [csv(egv("2026-02-30T10:00:00")), { line: 2, column: 3 }],
      [csv(egv("2026-02-03T24:00:00")), { line: 2, column: 3 }],
      [csv(egv("2026-02-03T10:00:00Z")), { line: 2, column: 3 }],
      [csv(egv("2026-01-01T00:00:00"), egv("2026-01-01T00:05:00", "12O")), { line: 3, column: 28 }],
      [csv('1,"2026'), { line: 2, column: 3 }],
      [csv("2,2026-01-01T00:05:00,EGV"), { line: 2, column: 26 }],
    ];
    for (const [text, place] of bad) {
      const error = await rejected(read(text, { zone: "UTC" }));
      expect(error.code, text).to.equal("FILE_NOT_UNDERSTOOD");
      expect({ line: error.details.line, column: error.details.column }, text).to.deep.equal(
        place ?? { line: undefined, column: undefined },
      );
      if (place !== undefined) {
        expect(error.message).to.contain(`Line ${place.line}, column ${place.column} `);
      }
    }
  });
});
