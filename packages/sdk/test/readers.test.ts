// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import {
  assignSlots,
  checkTerms,
  codeOf,
  DEMO_DAYS,
  distributionTerms,
  Log,
  memoryStore,
  profileOf,
  readDexcomClarity,
  syntheticClarity,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";

const profile = profileOf("glucose-mg-dl-5min");
const real = new URL("../../../../shared/data/cgm/cgmquantify_MIT/dexcom_g6_test_file.csv", import.meta.url);
const HEADER = "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Glucose Value (mg/dL)";
const csv = (...rows: string[]): string => [HEADER, ...rows].join("\n");
const egv = (time: string, value = "100"): string => `1,${time},EGV,,${value}`;

describe("Dexcom Clarity", () => {
  it("reads the real export to the published figures and slots every reading", function () {
    if (!existsSync(real)) {
      console.log("      skipped: the real data folder ../shared/data is not beside the repository");
      this.skip();
    }
    const { readings, unit, report } = readDexcomClarity(readFileSync(real, "utf8"), {
      zone: "America/New_York",
    });
    const values = readings.map(({ value }) => Number(value));
    expect(unit).to.equal("mg/dL");
    expect(report).to.include({ egv: 2148, blank: 0, nonexistentTimes: 0, ambiguousTimes: 0, outOfOrder: 0 });
    expect(report.otherRows).to.deep.equal({
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
    if (!existsSync(real)) {
      console.log("      skipped: the real data folder ../shared/data is not beside the repository");
      this.skip();
    }
    const { readings } = readDexcomClarity(readFileSync(real, "utf8"), { zone: "UTC" });
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
      statement: "glucose-day",
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    } as const;
    const inBand = log.epochs.map(({ codes }) => checkTerms(distributionTerms(share), [codes]).inBand);
    expect(inBand.reduce((sum, count) => sum + count, 0)).to.equal(2019);
  });

  it("reads words for readings beyond the scale, blanks, other rows, and the unit from the header", () => {
    const text = csv(
      "1,,FirstName,,",
      "2,2026-01-01T00:00:00,Alert,Fall,",
      egv("2026-01-01T00:05:00", "Low"),
      egv("2026-01-01T00:10:00", "High"),
      egv("2026-01-01T00:15:00", ""),
      egv("2026-01-01 00:20:00", "101"),
    );
    const { readings, report } = readDexcomClarity(`\uFEFF${text}\r\n`, { zone: "UTC" });
    expect(readings.map(({ value }) => value)).to.deep.equal(["Low", "High", "101"]);
    expect(readings[2]!.time).to.equal(Date.UTC(2026, 0, 1, 0, 20) / 1000);
    expect(report).to.deep.include({ rows: 6, egv: 4, low: 1, high: 1, blank: 1 });
    expect(report.otherRows).to.deep.equal({ FirstName: 1, Alert: 1 });
    const mmol = csv(egv("2026-01-01T00:05:00", "5,6")).replace("mg/dL", "mmol/L").replace("5,6", '"5,6"');
    expect(readDexcomClarity(mmol, { zone: "UTC" })).to.deep.include({
      unit: "mmol/L",
      readings: [{ time: Date.UTC(2026, 0, 1, 0, 5) / 1000, value: "5.6", unit: "mmol/L" }],
    });
  });

  it("needs a zone, and a known one", () => {
    for (const zone of ["", " "]) {
      expect(codeThrown(() => readDexcomClarity(csv(), { zone }))).to.equal("ZONE_REQUIRED");
    }
    for (const zone of ["Mars/Olympus", "CESTX", "25:00"]) {
      expect(
        codeThrown(() => readDexcomClarity(csv(), { zone })),
        zone,
      ).to.equal("ZONE_UNKNOWN");
    }
    const { readings } = readDexcomClarity(csv(egv("2026-07-01T00:00:00")), { zone: "+05:30" });
    expect(readings[0]!.time).to.equal(Date.UTC(2026, 5, 30, 18, 30) / 1000);
  });

  it("spring: times that the clock change skips are refused and counted", () => {
    const text = csv(
      egv("2026-03-29T01:55:00"),
      egv("2026-03-29T02:00:00"),
      egv("2026-03-29T02:55:00"),
      egv("2026-03-29T03:00:00"),
    );
    const { readings, report } = readDexcomClarity(text, { zone: "Europe/Berlin" });
    expect(report.nonexistentTimes).to.equal(2);
    expect(readings[1]!.time - readings[0]!.time).to.equal(300);
  });

  it("autumn: the repeated hour is read twice in the file's order, and what nothing decides is reported", () => {
    const hour = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => egv(`2026-10-25T02:${String(i * 5).padStart(2, "0")}:00`));
    const twice = csv(egv("2026-10-25T01:55:00"), ...hour(12), ...hour(12), egv("2026-10-25T03:00:00"));
    const read = readDexcomClarity(twice, { zone: "Europe/Berlin" });
    expect(read.report).to.include({ ambiguousTimes: 24, assumedEarlier: 0, outOfOrder: 0 });
    read.readings.slice(1).forEach(({ time }, i) => {
      expect(time - read.readings[i]!.time).to.equal(300);
    });
    const once = csv(egv("2026-10-25T01:55:00"), ...hour(12), egv("2026-10-25T03:00:00"));
    expect(readDexcomClarity(once, { zone: "Europe/Berlin" }).report).to.include({
      ambiguousTimes: 12,
      assumedEarlier: 12,
    });
  });

  it("a zone whose clocks change by half an hour, at an odd time, is read by its own rules", () => {
    // Lord Howe Island goes from +10:30 to +11:00 on 2026-10-04 at 02:00.
    const text = csv(egv("2026-10-04T01:59:00"), egv("2026-10-04T02:15:00"), egv("2026-10-04T02:30:00"));
    const { readings, report } = readDexcomClarity(text, { zone: "Australia/Lord_Howe" });
    expect(report.nonexistentTimes).to.equal(1);
    expect(readings.map(({ time }) => time)).to.deep.equal([
      Date.UTC(2026, 9, 3, 15, 29) / 1000,
      Date.UTC(2026, 9, 3, 15, 30) / 1000,
    ]);
  });

  it("files of another form are refused with the line", () => {
    const bad: [string, RegExp][] = [
      ["", /no column/],
      ["a,b\n1,2", /no column/],
      [csv(egv("01/02/2026 10:00")), /Line 2 .*time/],
      [csv(egv("2026-02-30T10:00:00")), /Line 2 .*does not exist/],
      [csv(egv("2026-02-03T24:00:00")), /Line 2 .*does not exist/],
      [csv(egv("2026-01-01T00:00:00"), egv("2026-01-01T00:05:00", "12O")), /Line 3 .*glucose/],
      [csv('1,"2026'), /CSV/],
    ];
    for (const [text, message] of bad) {
      expect(codeThrown(() => readDexcomClarity(text, { zone: "UTC" }))).to.equal("FILE_NOT_UNDERSTOOD");
      expect(() => readDexcomClarity(text, { zone: "UTC" })).to.throw(message);
    }
  });
});

describe("synthetic export", () => {
  const terms = distributionTerms({
    statement: "glucose-day",
    band: { atLeast: 70, atMost: 180 },
    share: { atLeast: 70 },
  });

  it("is the same to the byte for a seed, and another for another", () => {
    expect(syntheticClarity({ seed: 3 })).to.equal(syntheticClarity({ seed: 3 }));
    expect(syntheticClarity({ seed: 3 })).to.not.equal(syntheticClarity({ seed: 4 }));
  });

  it("has days that meet time in range of 70 %, days that do not, and days that fail by their gaps alone", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { readings, report } = readDexcomClarity(syntheticClarity({ seed }), { zone: "UTC" });
      expect(report.otherRows.Alert).to.equal(3);
      const firstEpoch = Math.floor(readings[0]!.time / 86_400);
      const log = await Log.create(memoryStore(), "made", {
        group: 1n,
        subject: 1n,
        profile: profile.name,
        offset: 0,
        firstEpoch,
        genesis: 1n,
      });
      const taken = await log.append(readings);
      expect(taken.taken).to.equal(taken.given);
      const sealed = await log.seal((firstEpoch + DEMO_DAYS.length) * 86_400);
      expect(sealed.reduce((sum, { dropped }) => sum + dropped, 0)).to.equal(0);
      log.epochs.forEach(({ codes }, day) => {
        const kind = DEMO_DAYS[day]!;
        expect(checkTerms(terms, [codes]).holds, `seed ${seed} day ${day} ${kind}`).to.equal(kind === "good");
        const ofValid = checkTerms(terms, [codes], { semantics: "of-valid" }).holds;
        expect(ofValid, `seed ${seed} day ${day} ${kind}, of valid`).to.equal(kind !== "bad");
      });
    }
  });

  it("stays within what bodies do: 40 to 400 mg/dL, at most 8 mg/dL a minute, a mean a clinic would see", () => {
    const { readings } = readDexcomClarity(syntheticClarity({ seed: 1 }), { zone: "UTC" });
    const values = readings.map(({ value }) => Number(value));
    expect(Math.min(...values)).to.be.within(45, 75);
    expect(Math.max(...values)).to.be.within(220, 400);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).to.be.within(110, 170);
    readings.slice(1).forEach(({ time }, i) => {
      const minutes = (time - readings[i]!.time) / 60;
      expect(Math.abs(values[i + 1]! - values[i]!) / minutes).to.be.at.most(8);
    });
  });

  it("refuses an impossible first day or number of days", () => {
    expect(codeThrown(() => syntheticClarity({ days: [] }))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => syntheticClarity({ firstDay: "2026-13-01" }))).to.equal("INVALID_ARGUMENT");
  });
});
