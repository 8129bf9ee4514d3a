// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { appleHealth } from "../src/formats/appleHealth.ts";
import { bytesInput, detectFormat, type FileInput, readFile, textInput } from "../src/index.ts";
import { type AppleRecord, appleExport, appleRecord, writeAppleExport } from "./appleHealthSupport.ts";
import { readWith, refusal, seconds } from "./jsonSupport.ts";

const AT = "2019-01-30 14:45:02 +0200";
const heart = (value: string, more: Partial<AppleRecord> = {}) =>
  appleRecord({ type: "HeartRate", unit: "count/min", value, startDate: AT, ...more });
const oxygen = (value: string, unit = "%") =>
  appleRecord({ type: "OxygenSaturation", unit, value, startDate: AT });
const glucose = (value: string, unit: string) =>
  appleRecord({ type: "BloodGlucose", unit, value, startDate: AT });

describe("Apple Health export", () => {
  it("reads heart rate, oxygen saturation and glucose with their own offsets, and counts the rest", async () => {
    const text = appleExport(
      heart("72", { inside: '<MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="0"/>' }),
      oxygen("0.97"),
      glucose("107.6", "mg/dL"),
      glucose("5.97", "mmol&lt;180.15588000005408&gt;/L"),
      heart("61.5", { startDate: "2019-01-30 14:45:02 -0330" }),
      appleRecord({ type: "StepCount", unit: "count", value: "12", startDate: AT }),
      ' <Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisAsleep"/>\n',
      ' <Workout workoutActivityType="HKWorkoutActivityTypeWalking"><WorkoutEvent type="x"/></Workout>\n',
      ' <Correlation type="HKCorrelationTypeIdentifierBloodPressure">\n',
      heart("99"),
      " </Correlation>\n",
    );
    const { readings, report } = await readWith(appleHealth, text);
    const time = seconds("2019-01-30T14:45:02+02:00");
    const source = "Jane’s Apple\u00a0Watch"; // as Apple writes it, with a no-break space
    expect(readings).to.deep.equal([
      { metric: "heart-rate", time, value: "72", unit: "/min", source },
      { metric: "spo2", time, value: "97", unit: "%", source },
      { metric: "glucose", time, value: "107.6", unit: "mg/dL", source },
      { metric: "glucose", time, value: "5.97", unit: "mmol/L", source },
      {
        metric: "heart-rate",
        time: seconds("2019-01-30T14:45:02-03:30"),
        value: "61.5",
        unit: "/min",
        source,
      },
    ]);
    expect(report).to.deep.include({
      entries: 9,
      taken: 5,
      refused: {},
      skipped: { StepCount: 1, SleepAnalysis: 1, Workout: 1, Correlation: 1 },
    });
    expect((await detectFormat(textInput(text))).name).to.equal("apple-health");
    const core = await readFile(bytesInput(new TextEncoder().encode(`\uFEFF${text}`)), { metric: "spo2" });
    expect(core.readings).to.have.length(1);
    expect(core.report.skipped).to.deep.include({
      "other metric: heart-rate": 2,
      "other metric: glucose": 2,
    });
  });

  it("moves the point of a saturation by two places and changes no digit", async () => {
    const cases = [
      ["0.97", "97"],
      ["1", "100"],
      ["1.0", "100"],
      ["0.9", "90"],
      ["0.975", "97.5"],
      ["0.9700", "97.00"],
      ["0.05", "5"],
      ["9.7e-1", "97"],
      ["0.8999999999999999", "89.99999999999999"],
    ];
    const { readings } = await readWith(appleHealth, appleExport(...cases.map(([value]) => oxygen(value!))));
    expect(readings.map(({ value }) => value)).to.deep.equal(cases.map(([, percent]) => percent));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99_999 }), async (n) => {
        const fraction = `0.${String(n).padStart(5, "0")}`;
        const [reading] = (await readWith(appleHealth, appleExport(oxygen(fraction)))).readings;
        const padded = String(n).padStart(5, "0");
        expect(reading!.value).to.equal(`${Number(padded.slice(0, 2))}.${padded.slice(2)}`);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses other units, impossible values and times; counts zeros and long spans", async () => {
    const { report } = await readWith(
      appleHealth,
      appleExport(
        heart("72", { unit: "count/s" }),
        oxygen("97", ""),
        glucose("5.9", "mmol/L"),
        glucose("5.9", "mmol&lt;342.3&gt;/L"),
        oxygen("97"),
        heart("NaN"),
        heart("-72"),
        heart("72", { startDate: "2019-01-30" }),
        heart("72", { startDate: "2019-01-30 14:45:02" }),
        heart("72", { startDate: "2019-02-30 14:45:02 +0200" }),
        heart("72", { endDate: "2019-01-30 14:45:01 +0200" }),
        heart("0"),
        oxygen("0"),
        oxygen("0.0"),
        heart("72", { endDate: "2019-01-30 14:50:03 +0200" }),
        heart("72", { endDate: "2019-01-30 14:50:02 +0200" }),
      ),
    );
    expect(report.refused).to.deep.equal({
      "unit is not one of the metric's": 4,
      "more than 100 %": 1,
      "value is not a number": 1,
      "value below zero": 1,
      "date without a time": 1,
      "time without a zone": 1,
      "no time": 1,
      "ends before it starts": 1,
    });
    expect(report.skipped).to.deep.equal({ "sentinel zero": 3, "stands for more than 5 minutes": 1 });
    expect(report).to.include({ taken: 1, entries: 16 });
  });

  it("T33 names line and column of what is not well-formed, never content", async () => {
    const whole = appleExport(heart("72"));
    const cases = [
      whole.slice(0, -20),
      whole.slice(0, whole.indexOf("value=")),
      whole.replace("</HealthData>", "</Health>"),
      whole.replace('unit="count/min"', "unit=count/min"),
      whole.replace("Watch&gt;", "Watch&Secret;"),
      `${whole}<HealthData/>`,
      whole.replaceAll("HealthData", "Other"),
      whole.replace("UTF-8", "ISO-8859-1"),
      "",
      "no XML",
    ];
    for (const text of cases) {
      const error = await refusal(appleHealth, text);
      expect(error.code, text.slice(-60)).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details, text.slice(-60)).to.include.keys("line", "column");
      expect(JSON.stringify(error)).not.to.match(/Jane|Secret|72/);
    }
    const unclosed = await refusal(appleHealth, '<HealthData>\n <Record a="1"\n  <b/>');
    expect(unclosed.details).to.include({ line: 3 });
  });

  it("expands no entities, reads no external ones, and holds no endless tag", async () => {
    const laughs = `<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><HealthData><Record type="&c;"/></HealthData>`;
    const external = `<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]><HealthData>&x;</HealthData>`;
    const undeclared = "<HealthData><Record value='&x;'/></HealthData>";
    const parameter = `<!DOCTYPE HealthData [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><HealthData/>`;
    for (const text of [laughs, external, undeclared, parameter]) {
      expect((await refusal(appleHealth, text)).code).to.equal("FILE_NOT_UNDERSTOOD");
    }
    for (const [before, after] of [
      ['<HealthData a="', ""],
      ["<HealthData><!--", ""],
      ["<!DOCTYPE HealthData [", ""],
      ["<HealthData>", ""],
    ]) {
      let given = 0;
      const endless: FileInput = {
        async *stream() {
          yield new TextEncoder().encode(before);
          for (;;) {
            given += 1;
            if (given > 64) throw new Error("It went on reading.");
            yield new Uint8Array(65_536).fill(0x61);
          }
        },
        text: () => Promise.reject(new Error(after)),
      };
      let code = "nothing";
      try {
        await appleHealth.read(endless, {}, () => undefined);
      } catch (error) {
        code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      }
      expect(code, before).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });

  const peakOf = (bytes: number): { readings: number; records: number; peak: number; seconds: number } => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-"));
    try {
      const path = join(folder, "export.xml");
      const records = writeAppleExport(path, bytes);
      const script = join(dirname(fileURLToPath(import.meta.url)), "fixtures", "readPeak.ts");
      return { records, ...JSON.parse(execFileSync(process.execPath, [script, path], { encoding: "utf8" })) };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("streams: 40 MB are read in under 200 MB of memory, and 4 times as much grows by less than its size / 4", function () {
    this.timeout(120_000);
    const small = peakOf(10e6);
    const large = peakOf(40e6);
    expect(large.readings).to.equal(large.records);
    expect(large.peak).to.be.below(200);
    expect(large.peak - small.peak).to.be.below(10);
  });

  it("LONG: 500 MB in under 200 MB of memory", function () {
    if (process.env.LONG !== "1") {
      this.test!.title += " (skipped: takes half a minute; LONG=1 runs it)";
      this.skip();
    }
    this.timeout(600_000);
    const { readings, records, peak, seconds: took } = peakOf(500e6);
    console.log(`      ${records} records, ${peak.toFixed(0)} MB, ${took.toFixed(1)} s`);
    expect(readings).to.equal(records);
    expect(peak).to.be.below(200);
  });
});
