// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { type ReadOptions, readFile, textInput } from "../src/index.ts";
import { rejected } from "./support.ts";

const START = Date.parse("2026-07-06T00:00:00Z") / 1000;
const at = (i: number): string => new Date(1000 * (START + 300 * i)).toISOString();
const table = (header: string, rows: readonly string[]): string =>
  [header, ...rows.map((row, i) => `${at(i)},${row}`), ""].join("\n");
const read = (text: string, unit: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { columns: { time: "time", value: "value", unit }, ...options });
const values = async (text: string, unit: string, options?: ReadOptions): Promise<unknown[]> =>
  (await read(text, unit, options)).readings.map(({ value }) => value);

describe("a row's own zone", () => {
  const rows = (title: string, ...zones: string[]) =>
    [`time,${title},value`, ...zones.map((zone, i) => `2026-03-02 08:0${i}:00,${zone},11${i}`)].join("\n");
  const berlin = { zone: "Europe/Berlin" };

  it("agrees with the one that was named, in whatever form it is written", async () => {
    for (const [title, zone] of [
      ["utc_offset", "+01:00"],
      ["offset utc", "3600"],
      ["timezoneOffset", "60"],
      ["tz offset hours", "1"],
      ["Timezone", "Europe/Paris"],
      ["Zeitzone", "UTC+1"],
      ["timezone", "somewhere"],
    ] as const)
      expect(await values(rows(title, zone, zone), "mg/dL", berlin), title).to.have.length(2);
  });

  it("is an error where it says another one, and rows of one zone can be chosen", async () => {
    for (const [title, zone] of [
      ["offset utc", "+05:00"],
      ["utc_offset", "-18000"],
      ["timezone", "America/New_York"],
    ] as const) {
      const error = await rejected(values(rows(title, zone), "mg/dL", berlin));
      expect(error.details, title).to.include({ line: 2 });
      expect(error.hint).to.contain("--zone");
    }
    const mixed = rows("timezone", "Europe/Berlin", "America/New_York");
    const where = { timezone: "Europe/Berlin" };
    expect(await values(mixed, "mg/dL", { ...berlin, where })).to.have.length(1);
  });
});

describe("a decimal comma without quotes", () => {
  const shifted: [string, string, readonly string[], string][] = [
    ["more cells than the header", "time,value", ["9,2", "9,3"], "mmol/L"],
    ["a number in the column of units", "time,value,units,model", ["9,2,mmol/L", "9,3,mmol/L"], "mmol/L"],
    ["a number in a column of models", "time,value,cgmModel", ["95,5", "95,7"], "%"],
    [
      "a number in the column of units, in one word",
      "time,value,glucoseUnit,model",
      ["9,2,mmol/L"],
      "mmol/L",
    ],
    ["a number in a column of notes", "time,value,note", ["95,5", "95,7", "96,"], "%"],
    ["a number in a column of notes, German", "time,value,Bemerkung", ["95,5", "96", "95,7"], "%"],
    [
      "whole numbers in mmol/L, and digits after each",
      "time,value,trend",
      ["9,2", "9,3", "10,0", "8,8", "7,9", "7,1"],
      "mmol/L",
    ],
    ["rows that are wider than the others", "time,value,pulse", ["95,5,", "96,", "95,7,", "97,"], "%"],
  ];
  for (const [what, header, rows, unit] of shifted) {
    it(`${what}: refused with line, column and what to do`, async () => {
      const error = await rejected(read(table(header, rows), unit));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details.line).to.equal(2);
      expect(error.hint).to.contain("decimal comma").and.to.not.contain("again");
    });
  }

  it("numbers that are no halves stay readings", async () => {
    // Notes that are numbers now and then, a trend beside mg/dL, points as decimals, a pulse, semicolons.
    expect(await values(table("time,value,note", ["95,5", "96,felt ill", "97"]), "%")).to.have.length(3);
    expect(await values(table("time,value,trend", ["95,4", "96,4", "97,5"]), "mg/dL")).to.have.length(3);
    expect(await values(table("time,value,note", ["9.5,5", "9,6"]), "mmol/L")).to.deep.equal(["9.5", "9"]);
    expect(await values(table("time,value,pulse", ["95,60", "96,61", "97,62"]), "%")).to.have.length(3);
    const semicolons = table("time,value,note", ["9,2", "9,3"]).replace("time,value,note", "time;value;note");
    expect(await values(semicolons.replaceAll("Z,", "Z;"), "mmol/L")).to.deep.equal(["9.2", "9.3"]);
  });

  it("cells at the end may be left out, and commas after the last one be there", async () => {
    const text = table("time,value,meal,model", ["95,,G7", "96", "97,,G7,"]);
    expect(await values(text, "mg/dL")).to.deep.equal(["95", "96", "97"]);
  });
});

describe("a row's own unit", () => {
  it("is the one named, in any spelling; another one is refused with its place", async () => {
    const text = table("time,value,Unit", ["95,MG/DL", "96,MG/DL"]);
    expect(await values(text, "mg/dL")).to.deep.equal(["95", "96"]);
    const error = await rejected(read(text, "mmol/L"));
    expect(error.details).to.include({ line: 2 });
    expect(error.hint).to.contain("--unit mg/dL");
  });

  it("two of them are chosen from; the rows of the other are counted", async () => {
    const text = table("time,value,Einheit", ["95,mg/dL", "5.2,mmol/L", "96,mg/dL"]);
    const error = await rejected(read(text, "mg/dL"));
    expect(error.hint).to.contain('--where "Einheit=VALUE"');
    const chosen = await read(text, "mg/dL", { where: { Einheit: "mg/dL" } });
    expect(chosen.readings.map(({ value }) => value)).to.deep.equal(["95", "96"]);
    expect(chosen.report.skipped).to.deep.equal({ "other rows": 1 });
    // All rows, says the caller: still no value of another unit.
    expect((await rejected(read(text, "mg/dL", { where: { Einheit: "*" } }))).details.line).to.equal(3);
  });

  it("a word that is not a unit is asked about, and passes when the caller chose by it", async () => {
    const text = table("time,value,unit", ["95,points", "96,points"]);
    expect((await rejected(read(text, "mg/dL"))).hint).to.contain("--where");
    expect(await values(text, "mg/dL", { where: { unit: "*" } })).to.have.length(2);
  });
});

describe("rows that say they do not count", () => {
  it("are counted and left, in Fitbit's words; the caller can take them all the same", async () => {
    const text = table("time,value,confidence,coverage,valid,unused", [
      "95.0,2,55,True,False",
      "50.0,0,0,False,True",
      "95.2,2,55,True,True",
    ]);
    const { readings, report } = await read(text, "%");
    expect(readings.map(({ value }) => value)).to.deep.equal(["95.0"]);
    expect(report.skipped).to.deep.equal({ "marked not valid": 1, "marked unused": 1 });
    expect(await values(text, "%", { where: { valid: "*", unused: "*" } })).to.have.length(3);
  });

  it("a column of that name with other texts says nothing", async () => {
    expect(await values(table("time,value,valid", ["95,until 2027", "96,?"]), "%")).to.have.length(2);
    for (const word of ["nein", "FALSCH", "invalid", "faux", "0.0"])
      expect(await values(table("time,value,valid", ["95,ja", `96,${word}`]), "%"), word).to.have.length(1);
    const odd = table("time,value,gültig", ["95,ja", "96,vielleicht"]);
    expect((await rejected(values(odd, "%"))).hint).to.contain("--where");
  });
});
