// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "@vitalproof/sdk";
import {
  assertDatasetSchema,
  type ColumnSchema,
  codeOf,
  DATASET_SCHEMA,
  type DatasetSchema,
  HIGHEST_CODE,
  highestCodeOf,
  readDatasetSchema,
  valueAt,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import fc from "fast-check";
import { documentText } from "../../src/wire/documents.ts";
import { codeThrown } from "../support.ts";

const HBA1C: ColumnSchema = {
  ...{ name: "hba1c", label: "HbA1c", kind: "number", unit: "%" },
  ...{ minimum: 3, step: 0.1, maximum: 20 },
};
const DRUG: ColumnSchema = { name: "drug", kind: "category", values: ["none", "A", "B", "A and B"] };
const SCHEMA: DatasetSchema = { title: "A register", columns: [HBA1C, DRUG] };

function refusalOf(columns: readonly unknown[]): string {
  try {
    assertDatasetSchema({ title: "t", columns: columns as ColumnSchema[] });
  } catch (error) {
    if (error instanceof VitalproofError && error.code === "INVALID_ARGUMENT") return error.message;
    throw error;
  }
  return "nothing";
}

describe("dataset schemas", () => {
  it("give exact codes: 6.5 in steps of 0.1 is not rounded, and every value comes back", () => {
    expect(codeOf(HBA1C, 6.5)).to.equal(36);
    expect(codeOf(HBA1C, "6.50")).to.equal(36);
    expect(valueAt(HBA1C, 36)).to.equal("6.5");
    expect(highestCodeOf(HBA1C)).to.equal(171);
    for (let code = 1; code <= 171; code++) {
      // 3 + 35 × 0.1 is 6.5 only in decimals.
      expect(codeOf(HBA1C, Number((3 + (code - 1) / 10).toFixed(1)))).to.equal(code);
      expect(codeOf(HBA1C, valueAt(HBA1C, code))).to.equal(code);
    }
  });

  it("have codes for their own values only, and none for what is between two steps or outside", () => {
    for (const value of [6.55, 2.9, 20.1, -3, "6,5", "", "6.5 %", Number.NaN, Number.POSITIVE_INFINITY, 1e21])
      expect(codeOf(HBA1C, value), String(value)).to.equal(undefined);
    expect(codeOf(DRUG, "A")).to.equal(2);
    for (const value of ["a", "C", "", 1]) expect(codeOf(DRUG, value)).to.equal(undefined);
    for (const code of [0, -1, 172, 1.5])
      expect(codeThrown(() => valueAt(HBA1C, code))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => valueAt(DRUG, 5))).to.equal("INVALID_ARGUMENT");
  });

  it("take any decimal steps, below 0 too", () => {
    const decimals = fc.tuple(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: 0, max: 4 }));
    const text = (digits: number, scale: number) => (digits / 10 ** scale).toFixed(scale);
    fc.assert(
      fc.property(
        decimals,
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: HIGHEST_CODE }),
        (low, step, count) => {
          const [digits, scale] = low;
          const column: ColumnSchema = {
            ...{ name: "x", kind: "number", unit: "", minimum: text(digits, scale), step: text(step, scale) },
            maximum: text(digits + (count - 1) * step, scale),
          };
          expect(refusalOf([column])).to.equal("nothing");
          expect(highestCodeOf(column)).to.equal(count);
          expect(valueAt(column, count)).to.equal(column.maximum);
          expect(codeOf(column, text(digits + (count - 1) * step, scale))).to.equal(count);
          expect(codeOf(column, text(digits + count * step, scale))).to.equal(undefined);
        },
      ),
    );
  });

  it("are read from files, and only with the members they have", () => {
    const file = documentText(DATASET_SCHEMA, SCHEMA as never);
    expect(readDatasetSchema(file, "register.json")).to.deep.equal(SCHEMA);
    const changed = (change: (schema: { title: string; columns: Record<string, unknown>[] }) => void) => {
      const json = JSON.parse(file);
      change(json);
      return codeThrown(() => readDatasetSchema(JSON.stringify(json), "register.json"));
    };
    expect(changed(() => {})).to.equal("nothing");
    const wrong: ((schema: { title: string; columns: Record<string, unknown>[] }) => void)[] = [
      (schema) => schema.columns.splice(0, 1, { name: "x", kind: "text" }),
      (schema) => Object.assign(schema.columns[0]!, { values: ["a"] }),
      (schema) => Object.assign(schema.columns[0]!, { minimum: null }),
      (schema) => Object.assign(schema.columns[0]!, { name: " x" }),
      // A name that turns the direction of the text after it.
      (schema) => Object.assign(schema.columns[0]!, { name: "x\u202e" }),
      (schema) => Object.assign(schema.columns[0]!, { unit: "a\nb" }),
      (schema) => Object.assign(schema.columns[1]!, { values: ["a\nb"] }),
      (schema) => Object.assign(schema.columns[1]!, { values: "ab" }),
      (schema) => Object.assign(schema, { title: "" }),
      (schema) => Object.assign(schema, { columns: new Array(15).fill(schema.columns[0]) }),
    ];
    for (const change of wrong) expect(changed(change), String(change)).to.equal("DOCUMENT_INVALID");
    expect(changed((schema) => schema.columns.push(schema.columns[0]!))).to.equal("INVALID_ARGUMENT");
  });

  it("are refused with the column and what is wrong with it", () => {
    const number = { ...HBA1C, label: undefined };
    const cases: readonly (readonly [unknown[], RegExp])[] = [
      [[], /0 columns/],
      [[HBA1C, { ...DRUG, name: "HBA1C" }], /both called "hba1c"/],
      [[HBA1C, { ...DRUG, label: "hba1c" }], /both called/],
      [[{ ...number, name: "Outcome" }], /word of the query language/],
      [[{ ...number, minimum: "three" }], /minimum of column "hba1c" is three/],
      [[{ ...number, step: 0 }], /must be more than 0/],
      [[{ ...number, step: -0.1 }], /must be more than 0/],
      [[{ ...number, maximum: 2 }], /below its minimum/],
      [[{ ...number, maximum: 20.05 }], /whole number of steps/],
      [[{ ...number, step: 0.001 }], /has 17001 values, and at most 4095/],
      [[{ ...DRUG, values: [] }], /has 0 values/],
      [[{ ...DRUG, values: Array.from({ length: 4_096 }, (_, i) => `v${i}`) }], /has 4096 values/],
      [[{ ...DRUG, values: ["A", "B", "A"] }], /value "A" twice/],
    ];
    for (const [columns, message] of cases) expect(refusalOf(columns)).to.match(message);
  });
});
