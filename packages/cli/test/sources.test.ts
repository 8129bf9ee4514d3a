// SPDX-License-Identifier: GPL-3.0-or-later
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { EXIT } from "../src/exit.ts";
import { answer, checking } from "./checkSupport.ts";
import { codeOf, vitalproof } from "./support.ts";

const record = (type: string, unit: string, value: string, minute: number, source: string): string => {
  const at = `2022-11-18 08:${String(minute).padStart(2, "0")}:00 +0100`;
  return `<Record type="HKQuantityTypeIdentifier${type}" sourceName="${source}" unit="${unit}" startDate="${at}" endDate="${at}" value="${value}"/>`;
};
const health = (records: string[]): string => `<HealthData>${records.join("\n")}</HealthData>`;
const minutes = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("files with two sources or two units", function () {
  this.timeout(60_000);
  const { folder, check, checkAsText } = checking();
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder(), name), text);
    return name;
  };

  it("inspect and check say whose readings were taken, and --source takes another one's", async () => {
    const file = await write(
      "watches.xml",
      health(
        minutes(30).flatMap((i) => [
          record("HeartRate", "count/min", "58", i, "Watch"),
          record("HeartRate", "count/min", "118", i, "Ring"),
        ]),
      ),
    );
    const look = (...argv: string[]) => vitalproof({ cwd: folder() }, "inspect", file, ...argv);
    expect((await look()).out)
      .to.contain('one, here of "Ring". --source NAME')
      .and.to.contain('"Watch": 30 readings, not taken')
      .and.to.contain("mean 118");
    expect((await look("--source", "Watch")).out)
      .to.contain('here of "Watch"')
      .and.to.contain("mean 58");
    expect((await look("--source", "*")).out)
      .to.contain("taken together")
      .and.to.contain("mean 88");
    const unknown = await look("--source", "Belt");
    expect(unknown.code).to.equal(EXIT.usage);
    expect(unknown.err).to.contain('"Watch", "Ring"');
    const decided = await checkAsText(file, "average-below", "--source", "Watch", "--zone", "UTC");
    expect(decided.out).to.contain("Mean 58 /min").and.to.contain('"Ring": 30 readings, not taken');
  });

  it("--entry is for archives alone", async () => {
    const file = await write("one.xml", health([record("HeartRate", "count/min", "58", 0, "Watch")]));
    const ran = await vitalproof({ cwd: folder() }, "inspect", file, "--entry", "export.xml");
    expect(ran.code).to.equal(EXIT.usage);
    expect(ran.err).to.contain("not a zip archive").and.to.contain("Leave --entry out");
  });

  it("check names the option that chooses a unit, and decides about the chosen one", async () => {
    const file = await write(
      "units.xml",
      health([
        ...minutes(5).map((i) => record("BloodGlucose", "mg/dL", "120", 5 * i, "G7")),
        ...minutes(5).map((i) =>
          record("BloodGlucose", "mmol&lt;180.1558800000541&gt;/L", "6.5", 30 + 5 * i, "G7"),
        ),
      ]),
    );
    const both = await check(file, "time-in-range");
    expect(codeOf(both)).to.equal("INVALID_ARGUMENT");
    expect(both.err).to.contain("--unit mg/dL or --unit mmol/L");
    for (const [unit, mean] of [
      ["mg/dL", 120],
      ["mmol/l", 6.5],
    ] as const) {
      expect(answer(await check(file, "time-in-range", "--unit", unit))).to.include({ valid: 5, mean });
    }
    const none = await vitalproof({ cwd: folder() }, "inspect", file, "--unit", "%");
    expect(none.code).to.equal(EXIT.nothing);
    expect(none.err).to.contain("5 other unit: mg/dL");
  });
});
