// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, decimal } from "@vitalproof/sdk";
import {
  codeOf,
  highestCodeOf,
  type NumberColumnSchema,
  PAGE_COLUMNS,
  valueAt,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import fc from "fast-check";
import {
  BEYOND,
  codeRecords,
  type RecordsReading,
  ROUNDING,
  readCsvRecords,
  SYNTHETIC_SCHEMA,
  syntheticCohort,
  syntheticMapping,
  textInput,
} from "../../src/records/index.ts";
import { codeThrownBy, csvMapping, faultsOf, number, REFUSE, readTable } from "./support.ts";

const BMI = number("bmi", "kg/m2", "12.0", "0.1", "70.0");
const bmi = (text: string): Promise<RecordsReading> =>
  readTable(text, csvMapping([BMI, { from: { column: "bmi", missing: ["0"] }, ...REFUSE }]));
const refused = { "between steps": "between steps: x", "beyond range": "beyond range: x" } as const;

/** An arbitrary column of numbers, as the schema allows them. */
const columns: fc.Arbitrary<NumberColumnSchema> = fc
  .record({
    minimum: fc.integer({ min: -5000, max: 5000 }),
    step: fc.integer({ min: 1, max: 250 }),
    steps: fc.integer({ min: 0, max: 4094 }),
    scale: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ minimum, step, steps, scale }) => {
    const text = (digits: number) => (digits / 10 ** scale).toFixed(scale);
    return number("x", "", text(minimum), text(step), text(minimum + step * steps));
  });

describe("records: coding", () => {
  it("a number becomes a code of its own value, of a step next to it, or a counted fault", async () => {
    await fc.assert(
      fc.asyncProperty(
        columns,
        fc.array(
          fc.record({
            digits: fc.integer({ min: -3_000_000, max: 3_000_000 }),
            scale: fc.integer({ min: 0, max: 5 }),
          }),
          { minLength: 1, maxLength: 20 },
        ),
        fc.constantFrom(...ROUNDING),
        fc.constantFrom(...BEYOND),
        async (column, numbers, rounding, beyond) => {
          const texts = numbers.map(({ digits, scale }) => (digits / 10 ** scale).toFixed(scale));
          const table = ["id,x", ...texts.map((text, i) => `${i},${text}`)].join("\n");
          const reading = await readTable(
            table,
            csvMapping([column, { from: { column: "x" }, rounding, beyond }]),
          );
          const { columns: coded, faults } = codeRecords(
            reading,
            texts.map((_, i) => String(i)),
          );
          const expected = { [refused["between steps"]]: 0, [refused["beyond range"]]: 0 };
          const step = Number(column.step);
          for (const [i, text] of texts.entries()) {
            const code = coded[0]![i]!;
            const given = decimal(text);
            const isBelow = compareDecimals(given, decimal(column.minimum)) < 0;
            const isAbove = compareDecimals(given, decimal(column.maximum)) > 0;
            const own = codeOf(column, text);
            if (isBelow || isAbove) {
              if (beyond === "clamp") expect(code).to.equal(isBelow ? 1 : highestCodeOf(column));
              else expect(code).to.equal(0);
              if (beyond === "refuse") expected[refused["beyond range"]]! += 1;
            } else if (own !== undefined) {
              expect(code).to.equal(own);
              expect(compareDecimals(decimal(valueAt(column, code)), given)).to.equal(0);
            } else if (rounding === "refuse") {
              expect(code).to.equal(0);
              expected[refused["between steps"]]! += 1;
            } else {
              const off = Number(text) - Number(valueAt(column, code));
              if (rounding === "down") expect(off).to.be.within(0, step);
              else expect(Math.abs(off)).to.be.at.most(step / 2 + 1e-9);
            }
          }
          const wanted = Object.fromEntries(Object.entries(expected).filter(([, count]) => count > 0));
          expect(faultsOf({ faults })).to.deep.equal(wanted);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("every value of the synthetic cohort's columns comes back from its code", () => {
    for (const column of SYNTHETIC_SCHEMA.columns)
      for (let code = 1; code <= highestCodeOf(column); code++)
        expect(codeOf(column, valueAt(column, code))).to.equal(code);
  });

  it("records are in the order of the slots; what has no slot or no patient is counted", async () => {
    const reading = await bmi("id,bmi\na,20.0\nb,30.0\nc,0\nd,80\ne,25.0\n");
    const { columns: coded, faults } = codeRecords(reading, ["b", undefined, "a", "x", "c", "d", "b"]);
    expect(coded).to.deep.equal([[181, 0, 81, 0, 0, 0, 181]]);
    expect(faults).to.deep.equal([
      { kind: "beyond range", column: "bmi", count: 1, examples: ["table.csv, line 5"] },
      { kind: "patient without slot", count: 1, examples: [] },
      { kind: "patient in several slots", count: 1, examples: ["slot 6"] },
      { kind: "slot without patient", count: 1, examples: ["slot 3"] },
    ]);
    expect(codeRecords(reading, []).columns).to.deep.equal([[]]);
    // The reading is as it was.
    expect(faultsOf(reading)).to.deep.equal({ "beyond range: bmi": 1 });
  });

  it("values that another program made are faults where the column does not have them", () => {
    const schema = { title: "Test", columns: [BMI] };
    const none = {
      missing: new Map(),
      converted: new Map(),
      rounded: 0,
      clampedBelow: 0,
      clampedAbove: 0,
      leftBelow: 0,
      leftAbove: 0,
      refusedBelow: 0,
      refusedAbove: 0,
      refusedBetween: 0,
      absent: 0,
    };
    const patients = new Map([
      ["a", ["20.05"]],
      ["b", ["20.1"]],
    ]);
    const before = [{ kind: "value not understood", column: "bmi", count: 1, examples: ["line 1"] }] as const;
    const reading = { schema, patients, changes: [none], faults: before, unused: new Map<string, number>() };
    const coded = codeRecords(reading, ["a", "b"]);
    expect(coded.columns).to.deep.equal([[0, 82]]);
    expect(coded.faults).to.deep.equal([{ ...before[0], count: 2, examples: ["line 1", "slot 0"] }]);
    expect(before[0].examples).to.deep.equal(["line 1"]);
  });

  it("steps say what was done, and no count of 1 to 10, nor what is left of all", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${i < 11 ? 0 : i < 14 ? 80 : 25}`);
    const slots = rows.map((_, i) => String(i));
    const reading = await bmi(`id,bmi\n${rows.join("\n")}\n`);
    expect(codeRecords(reading, slots).steps).to.deep.equal([
      "Records of 40 patients were read for 40 slots. Counts of changes are of all that was read.",
      "bmi: 11 zeros taken as missing; 1 to 10 values above 70.0 refused; 26 slots have a value.",
    ]);
    expect(codeRecords(reading, slots, { smallCounts: true }).steps[1]).to.equal(
      "bmi: 11 zeros taken as missing; 3 values above 70.0 refused; 26 slots have a value.",
    );
    const most = await bmi(`id,bmi\n${rows.slice(11).join("\n")}\n`);
    expect(codeRecords(most, slots.slice(11)).steps[1]).to.equal(
      "bmi: 1 to 10 values above 70.0 refused; all but 1 to 10 slots have a value.",
    );
  });
});

describe("records: synthetic cohort", () => {
  const cohort = syntheticCohort();

  it("is the same on every machine", async () => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(cohort.csv));
    expect(Buffer.from(digest).toString("hex")).to.equal(
      "78e244f4ac62c3d9fbb4f176a1a9662d818f397e9fd280cd126728ebdc37437b",
    );
    expect(syntheticCohort({ seed: 1 }).csv).to.equal(cohort.csv);
    expect(cohort.csv.startsWith(syntheticCohort({ patients: 100 }).csv)).to.equal(true);
    expect(cohort.csv.startsWith(syntheticCohort({ patients: 100, seed: 2 }).csv)).to.equal(false);
  });

  it("takes well under a second for 10,000 patients", () => {
    const start = performance.now();
    syntheticCohort({ seed: 7 });
    expect(performance.now() - start).to.be.below(1000);
  });

  it("its table reads to its values, without a fault, and all of them have codes", async () => {
    const reading = await readCsvRecords(
      { name: "cohort.csv", input: textInput(cohort.csv) },
      syntheticMapping(),
    );
    expect(reading.faults).to.deep.equal([]);
    expect(reading.patients).to.deep.equal(cohort.patients);
    const { columns: coded, faults } = codeRecords(reading, [...cohort.patients.keys()]);
    expect(faults).to.deep.equal([]);
    expect(coded.length).to.be.at.most(PAGE_COLUMNS);
    const place = SYNTHETIC_SCHEMA.columns.findIndex(({ name }) => name === "ldl");
    const column = SYNTHETIC_SCHEMA.columns[place]!;
    const values = coded[place]!.map((code) => (code === 0 ? undefined : valueAt(column, code)));
    expect(values).to.deep.equal([...cohort.patients.values()].map((record) => record[place]));
  });

  it("has the distribution that it documents, and under B 6 points fewer events than under A", () => {
    const { patients } = syntheticCohort({ patients: 200_000, seed: 3 });
    const place = (name: string) => SYNTHETIC_SCHEMA.columns.findIndex((column) => column.name === name);
    const all = [...patients.values()];
    const numbers = (name: string) =>
      all.flatMap((record) => (record[place(name)] === undefined ? [] : [Number(record[place(name)])]));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const share = (of: typeof all, name: string, value: string) =>
      of.filter((record) => record[place(name)] === value).length / of.length;
    expect(mean(numbers("age"))).to.be.closeTo(58, 0.3);
    expect(mean(numbers("bmi"))).to.be.closeTo(27.5, 0.1);
    expect(mean(numbers("ldl"))).to.be.closeTo(122, 0.5);
    expect(share(all, "sex", "female")).to.be.closeTo(0.52, 0.01);
    expect(1 - numbers("ldl").length / all.length).to.be.closeTo(0.08, 0.005);
    const under = (drug: string) => all.filter((record) => record[place("drug")] === drug);
    const [a, b] = [under("A"), under("B")];
    expect(a.length / b.length).to.be.closeTo(1, 0.05);
    expect(share(a, "event", "yes") - share(b, "event", "yes")).to.be.closeTo(0.06, 0.012);
    // The drug is drawn on its own: those who have it are alike.
    const egfr = (of: typeof all) =>
      mean(
        of.flatMap((record) => (record[place("egfr")] === undefined ? [] : [Number(record[place("egfr")])])),
      );
    expect(egfr(a)).to.be.closeTo(egfr(b), 0.5);
  });

  it("a number of patients or a seed that cannot be is refused", () => {
    for (const options of [{ patients: -1 }, { patients: 1.5 }, { patients: 1_000_001 }, { seed: 2 ** 32 }])
      expect(codeThrownBy(() => syntheticCohort(options))).to.equal("INVALID_ARGUMENT");
    expect(syntheticCohort({ patients: 0 }).patients.size).to.equal(0);
  });
});
