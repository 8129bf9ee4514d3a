// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { appleHealth } from "../src/formats/appleHealth.ts";
import { readFile, textInput } from "../src/index.ts";
import { XmlText } from "../src/internal/xmlText.ts";
import { appleExport, appleRecord } from "./appleHealthSupport.ts";
import { readWith, refusal } from "./jsonSupport.ts";

const heart = (minute: number, value: string, inside?: string) =>
  appleRecord({
    type: "HeartRate",
    unit: "count/min",
    value,
    startDate: `2022-11-18 08:${String(minute).padStart(2, "0")}:00 +0100`,
    ...(inside === undefined ? {} : { inside }),
  });
const glucose = (minute: number, value: string, unit: string, inside?: string) =>
  heart(minute, value, inside).replace("HeartRate", "BloodGlucose").replace("count/min", unit);
const entry = (key: string, value: string) => `<MetadataEntry key="${key}" value="${value}"/>`;

describe("Apple Health exports as people have them", () => {
  it("stray control characters: blanks, counted in a note; the places of errors stay", async () => {
    const good = appleExport(heart(0, "60"), heart(1, "61"), heart(2, "62"));
    for (const stray of ["\u000b", "\u0001", "\u001f", "&#11;", "&#x0B;", "&#0;", "\ufffe"]) {
      const text = good.replace("Jane’s Apple", `Jane’s${stray}Apple`);
      const { readings, report } = await readWith(appleHealth, text);
      expect(readings, stray).to.have.length(3);
      expect(report.notes).to.deep.equal(["1 stray control character that XML does not allow: skipped."]);
      expect(readings[0]!.source!.split(/\s+/), stray).to.deep.equal(["Jane’s", "Apple", "Watch"]);
    }
    const inValue = await readWith(appleHealth, good.replace('value="61"', 'value="6\u000b1"'));
    expect(inValue.report.refused).to.deep.equal({ "value is not a number": 1 });
    expect(inValue.readings).to.have.length(2);
    const broken = (stray: string) =>
      refusal(appleHealth, `<HealthData>\n <Record a="${stray}x"${stray} b=1/>\n</HealthData>`);
    expect((await broken("\u000b")).details.column).to.equal((await broken(" ")).details.column);
    expect((await readWith(appleHealth, good)).report.notes).to.deep.equal([]);
  });

  it("a reference to a stray character is found wherever the text is cut", () => {
    const text = "a &amp; b &#x0b; c &#9; d &#0011; & e &#31;";
    for (let cut = 0; cut <= text.length; cut++) {
      const clean = new XmlText();
      const got = clean.next(text.slice(0, cut)) + clean.next(text.slice(cut)) + clean.rest();
      expect(got, String(cut)).to.equal("a &amp; b        c &#9; d         & e      ");
      expect(clean.stray).to.equal(3);
    }
    const long = `&${"x".repeat(40)}`;
    expect(new XmlText().next(long)).to.equal(long);
  });

  it("what a person typed in does not come from a sensor: it stays alone, and is left out next to a sensor", async () => {
    const typed = [
      glucose(0, "100", "mg/dL", entry("HKWasUserEntered", "1")),
      glucose(5, "101", "mg/dL", entry("HKMetadataKeyWasUserEntered", "1")),
    ];
    const other = glucose(10, "102", "mg/dL", entry("HKWasUserEntered", "0"));
    const nested = `<Workout>${typed[0]}</Workout>`;
    const { readings } = await readWith(appleHealth, appleExport(...typed, other, nested));
    expect(readings.map(({ origin }) => origin)).to.deep.equal(["typed in", "typed in", undefined]);
    const alone = await readFile(textInput(appleExport(...typed)));
    expect(alone.readings).to.have.length(2);
    expect(alone.report.notes.join()).to.contain("typed in");
    const beside = await readFile(textInput(appleExport(...typed, other)));
    expect(beside.readings.map(({ value }) => value)).to.deep.equal(["102"]);
    expect(beside.report.skipped).to.deep.equal({ "typed in next to a sensor": 2 });
  });

  it("the molar mass in the unit has as many digits as the phone gives it", async () => {
    const masses = ["180.1558800000541", "180.15588000005408", "180.156"];
    const text = appleExport(...masses.map((mass, i) => glucose(i, "5.5", `mmol&lt;${mass}&gt;/L`)));
    const { readings, report } = await readFile(textInput(text), { unit: "mmol/l" });
    expect(readings.map(({ unit }) => unit)).to.deep.equal(["mmol/L", "mmol/L", "mmol/L"]);
    expect(report.skipped).to.deep.equal({});
    const other = await readFile(textInput(text), { unit: "mg/dL" });
    expect(other.report.skipped).to.deep.equal({ "other unit: mmol/L": 3 });
  });
});
