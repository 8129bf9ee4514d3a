// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  codeRecords,
  fileInput,
  type RecordsMapping,
  readCsvRecords,
  textInput,
} from "../../src/records/index.ts";
import { rejected, shared } from "../support.ts";
import { csvMapping, faultsOf, number, REFUSE, readTable, valuesOf } from "./support.ts";

const HBA1C = number("hba1c", "%", "3.5", "0.1", "20.0");
const PIMA = "tabular/diabetes.csv";

function pima(bmi: "refuse" | "missing" | "clamp" = "refuse"): RecordsMapping {
  const zeros = (column: string) => ({ from: { column, missing: ["0"] }, ...REFUSE });
  const all = csvMapping(
    [number("pregnancies", "", "0", "1", "30"), { from: { column: "Pregnancies" }, ...REFUSE }],
    [number("glucose", "mg/dL", "30", "1", "600"), zeros("Glucose")],
    [number("pressure", "mm[Hg]", "20", "1", "200"), zeros("BloodPressure")],
    [number("skin", "mm", "1", "1", "120"), zeros("SkinThickness")],
    [number("insulin", "mU/L", "1", "1", "1000"), zeros("Insulin")],
    [number("bmi", "kg/m2", "12.0", "0.1", "50.0"), { ...zeros("BMI"), beyond: bmi }],
    [
      number("pedigree", "", "0.00", "0.01", "3.00"),
      { from: { column: "DiabetesPedigreeFunction" }, rounding: "nearest", beyond: "refuse" },
    ],
    [number("age", "a", "18", "1", "100"), { from: { column: "#9" }, ...REFUSE }],
    [
      { kind: "category", name: "diabetes", values: ["no", "yes"] },
      {
        from: {
          column: "Outcome",
          words: [
            { word: "0", value: "no" },
            { word: "1", value: "yes" },
          ],
        },
      },
    ],
  );
  return all;
}

describe("records: tables", () => {
  it("Pima: zeros of five columns are missing values, and everything else is as in the file", async function () {
    const [path] = shared(this, PIMA);
    const lines = readFileSync(path!, "utf8").trim().split(/\r?\n/);
    // The table has no key of a patient: its lines are numbered here.
    const rows = lines.slice(1).map((line) => line.split(","));
    const text = [`id,${lines[0]}`, ...rows.map((row, i) => [i, ...row].join(","))].join("\n");
    const reading = await readTable(text, pima());
    expect(reading.patients.size).to.equal(768);
    const zeros = reading.changes.map(({ missing }) => Object.fromEntries(missing));
    // As published of this table: 5, 35, 227, 374 and 11. Pregnancies and the outcome have true zeros.
    expect(zeros).to.deep.equal([
      {},
      { "0": 5 },
      { "0": 35 },
      { "0": 227 },
      { "0": 374 },
      { "0": 11 },
      {},
      {},
      {},
    ]);

    const above = rows.filter((row) => Number(row[5]) > 50).length;
    expect(above).to.be.greaterThan(0);
    expect(faultsOf(reading)).to.deep.equal({ "beyond range: bmi": above });
    expect(reading.faults[0]!.examples[0]).to.equal(
      `table.csv, line ${rows.findIndex((row) => Number(row[5]) > 50) + 2}`,
    );
    const between = rows.filter((row) => !Number.isInteger(Math.round(Number(row[6]) * 1000) / 10)).length;
    expect(reading.changes[6]!.rounded).to.equal(between).and.to.be.greaterThan(600);

    const { columns, steps } = codeRecords(
      reading,
      rows.map((_, i) => String(i)),
      { smallCounts: true },
    );
    const known = (column: number, isKnown: (value: number) => boolean) =>
      rows.filter((row) => isKnown(Number(row[column]))).length;
    const coded = columns.map((column) => column.filter((code) => code !== 0).length);
    expect(coded).to.deep.equal([
      768,
      763,
      733,
      541,
      394,
      known(5, (bmi) => bmi > 0 && bmi <= 50),
      768,
      768,
      768,
    ]);
    // Sums, through the codes and not: no value became another one.
    const sum = (column: number) => rows.reduce((all, row) => all + Number(row[column]), 0);
    const sumOfCodes = (i: number, minimum: number) =>
      columns[i]!.reduce((all, code) => all + (code === 0 ? 0 : minimum + code - 1), 0);
    expect(sumOfCodes(0, 0)).to.equal(sum(0));
    expect(sumOfCodes(1, 30)).to.equal(sum(1));
    expect(sumOfCodes(2, 20)).to.equal(sum(2));
    expect(sumOfCodes(3, 1)).to.equal(sum(3));
    expect(sumOfCodes(4, 1)).to.equal(sum(4));
    expect(sumOfCodes(7, 18)).to.equal(sum(7));
    expect(sumOfCodes(8, 0)).to.equal(sum(8));
    expect(steps).to.include(
      `bmi: 11 zeros taken as missing; ${above} values above 50.0 refused; ${768 - 11 - above} slots have a value.`,
    );
  });

  it("Pima: above the range as missing or as the maximum, and said", async function () {
    const [path] = shared(this, PIMA);
    // Without a column that is a key, ages are one here, so that almost all lines are of one patient and contradict.
    const sources = pima().records.sources;
    const asKey: RecordsMapping = {
      ...pima(),
      records: {
        format: "csv",
        patient: "Age",
        sources: sources.map((source) =>
          source.column === "age" ? { ...source, from: { column: "Age" } } : source,
        ) as never,
      },
    };
    const lost = await readCsvRecords({ name: "pima", input: fileInput(path!) }, asKey);
    expect(lost.patients.size).to.be.lessThan(10);
    expect(faultsOf(lost)["contradicting patient"]).to.be.greaterThan(700);

    const text = readFileSync(path!, "utf8")
      .trim()
      .split(/\r?\n/)
      .map((line, i) => `${i === 0 ? "id" : i},${line}`)
      .join("\n");
    for (const beyond of ["missing", "clamp"] as const) {
      const reading = await readTable(text, pima(beyond));
      expect(reading.faults).to.deep.equal([]);
      expect(reading.changes[5]![beyond === "clamp" ? "clampedAbove" : "leftAbove"]).to.be.greaterThan(0);
    }
  });

  it("a unit is converted by factor and offset, exactly: mmol/mol to %", async () => {
    const mapping = csvMapping([
      HBA1C,
      {
        from: {
          column: "a1c",
          missing: ["", "NA"],
          unitColumn: "unit",
          units: [{ unit: "%" }, { unit: "mmol/mol", factor: "0.09148", offset: "2.152" }],
        },
        rounding: "nearest",
        beyond: "refuse",
      },
    ]);
    const reading = await readTable(
      "id;a1c;unit\na;7,5;%\nb;48;mmol/mol\nc;53;mmol/mol\nd;48;mmol/L\ne;48;\nf;NA;\ng;;%\nh;48;%\n",
      mapping,
    );
    expect(valuesOf(reading)).to.deep.equal({
      a: "7.5",
      b: "6.5",
      c: "7.0",
      d: undefined,
      e: undefined,
      f: undefined,
      g: undefined,
      h: undefined,
    });
    expect(faultsOf(reading)).to.deep.equal({ "unknown unit: hba1c": 2, "beyond range: hba1c": 1 });
    expect(reading.faults.map(({ examples }) => examples)).to.deep.equal([
      ["table.csv, line 5", "table.csv, line 6"],
      ["table.csv, line 9"],
    ]);
    expect([...reading.changes[0]!.converted]).to.deep.equal([["mmol/mol", 2]]);
    expect(reading.changes[0]!.rounded).to.equal(2);
  });

  it("rounding is what the mapping says, and the range is asked before it", async () => {
    const rows = "id,x\na,5.04\nb,5.05\nc,5.09\nd,5.1\ne,20.04\nf,3.49\ng,-1\nh,5.0500000000000000001\n";
    const read = (source: {
      rounding: "nearest" | "down" | "refuse";
      beyond: "refuse" | "clamp" | "missing";
    }) => readTable(rows, csvMapping([HBA1C, { from: { column: "x" }, ...source }]));
    const nearest = await read({ rounding: "nearest", beyond: "clamp" });
    expect(Object.values(valuesOf(nearest))).to.deep.equal([
      "5.0",
      "5.1",
      "5.1",
      "5.1",
      "20.0",
      "3.5",
      "3.5",
      "5.1",
    ]);
    expect(nearest.changes[0]).to.include({ rounded: 4, clampedAbove: 1, clampedBelow: 2 });
    expect(nearest.faults).to.deep.equal([]);
    const down = await read({ rounding: "down", beyond: "missing" });
    expect(Object.values(valuesOf(down)).slice(0, 5)).to.deep.equal(["5.0", "5.0", "5.0", "5.1", undefined]);
    expect(down.changes[0]).to.include({ rounded: 4, leftAbove: 1, leftBelow: 2 });
    const refuse = await read({ rounding: "refuse", beyond: "refuse" });
    expect(faultsOf(refuse)).to.deep.equal({ "beyond range: hba1c": 3, "between steps: hba1c": 4 });
    expect(Object.values(valuesOf(refuse)).filter((value) => value !== undefined)).to.deep.equal(["5.1"]);
  });

  it("lines that are not understood, and patients twice, give no record, and are counted with their lines", async () => {
    const reading = await readTable(
      'id,x,note\na,5.0,"one\ntwo"\nb,5.0\nc,5.0,x,y\n,5.0,x\nd,high,x\ne,"1,234",x\nf,6.0,x\nf,6.0,y\ng,6.0,x\ng,7.0,x\ng,6.0,x\nh,,x\ni,5.0,x,,\n',
      csvMapping([HBA1C, { from: { column: "x" }, ...REFUSE }]),
    );
    expect(valuesOf(reading)).to.deep.equal({
      a: "5.0",
      d: undefined,
      e: undefined,
      f: "6.0",
      h: undefined,
      i: "5.0",
    });
    expect(reading.faults).to.deep.equal([
      { kind: "line not understood", count: 2, examples: ["table.csv, line 4", "table.csv, line 5"] },
      { kind: "no patient", count: 1, examples: ["table.csv, line 6"] },
      { kind: "repeated patient", count: 2, examples: ["table.csv, line 10", "table.csv, line 13"] },
      { kind: "contradicting patient", count: 1, examples: ["table.csv, line 12"] },
      {
        kind: "value not understood",
        column: "hba1c",
        count: 3,
        examples: ["table.csv, line 7", "table.csv, line 8", "table.csv, line 14"],
      },
    ]);
  });

  it("zero is missing in every spelling, and only where the mapping says so", async () => {
    const rows = "id,x\na,0\nb,0.0\nc,00\nd,-0\ne,0.1\n";
    const column = number("x", "", "0.0", "0.1", "9.9");
    const said = await readTable(
      rows,
      csvMapping([column, { from: { column: "x", missing: ["0"] }, ...REFUSE }]),
    );
    expect(valuesOf(said)).to.deep.equal({
      a: undefined,
      b: undefined,
      c: undefined,
      d: undefined,
      e: "0.1",
    });
    const unsaid = await readTable(rows, csvMapping([column, { from: { column: "x" }, ...REFUSE }]));
    expect(valuesOf(unsaid)).to.deep.equal({ a: "0.0", b: "0.0", c: "0.0", d: "0.0", e: "0.1" });
  });

  it("categories are the mapping's words, or the values themselves; another word is a fault", async () => {
    const column = { kind: "category", name: "sex", values: ["f", "m"] } as const;
    const words = [
      { word: "2", value: "f" },
      { word: "1", value: "m" },
    ];
    const read = (from: object) =>
      readTable("id,sex\na,1\nb,2\nc,f\nd,9\n", csvMapping([column, { from: { column: "sex", ...from } }]));
    const mapped = await read({ words, missing: ["9"] });
    expect(valuesOf(mapped)).to.deep.equal({ a: "m", b: "f", c: undefined, d: undefined });
    expect(faultsOf(mapped)).to.deep.equal({ "value not understood: sex": 1 });
    expect(faultsOf(await read({}))).to.deep.equal({ "value not understood: sex": 3 });
  });

  it("without its columns, twice the same title, a broken quote or the other format, the file is refused", async () => {
    const mapping = csvMapping([HBA1C, { from: { column: "x" }, ...REFUSE }]);
    for (const text of ["", "id,y\na,5.0\n", "id,x,x\na,5.0,5.0\n", 'id,x\na,5.0\nb,"5.0\n'])
      expect((await rejected(readTable(text, mapping))).code).to.equal("FILE_NOT_UNDERSTOOD");
    const fhir: RecordsMapping = {
      schema: { title: "Test", columns: [{ kind: "category", name: "sex", values: ["male"] }] },
      records: {
        format: "fhir",
        sources: [{ column: "sex", from: { resource: "Patient", field: "gender" } }],
      },
    };
    expect((await rejected(readTable("id,x\na,1\n", fhir))).code).to.equal("INVALID_ARGUMENT");
    const stopped = readCsvRecords({ name: "x", input: textInput("id,x\na,5.0\n") }, mapping, {
      signal: AbortSignal.abort(),
    });
    expect((await rejected(stopped)).code).to.equal("ABORTED");
  });
});
