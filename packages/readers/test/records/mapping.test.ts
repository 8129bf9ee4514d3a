// SPDX-License-Identifier: GPL-3.0-or-later
import { documentText } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import {
  assertRecordsMapping,
  type CsvOrigin,
  type FhirOrigin,
  RECORDS_MAPPING,
  type RecordsMapping,
  readRecordsMapping,
  syntheticMapping,
} from "../../src/records/index.ts";
import { codeThrownBy, csvMapping, fhirMapping, number, REFUSE } from "./support.ts";

const HBA1C = number("hba1c", "%", "3.5", "0.1", "20.0");
const SEX = { kind: "category", name: "sex", values: ["f", "m"] } as const;
const LOINC = { system: "http://loinc.org", code: "4548-4" };
const SNOMED = { system: "http://snomed.info/sct", code: "44054006" };

const asNumber = (from: CsvOrigin): RecordsMapping => csvMapping([HBA1C, { from, ...REFUSE }]);
const asCategory = (from: CsvOrigin): RecordsMapping => csvMapping([SEX, { from }]);
const fhirNumber = (from: FhirOrigin): RecordsMapping => fhirMapping([HBA1C, { from, ...REFUSE }]);
const fhirCategory = (from: FhirOrigin): RecordsMapping => fhirMapping([SEX, { from }]);
const observation = { resource: "Observation", codes: [LOINC], pick: "last" } as const;
const units = [{ unit: "%" }];
const values = [{ value: "f", codes: [SNOMED] }];

describe("records: mapping", () => {
  it("is written and read as a document, with what it says", () => {
    const mappings = [
      syntheticMapping(),
      fhirMapping(
        [
          HBA1C,
          {
            from: {
              ...observation,
              units: [{ unit: "%" }, { unit: "mmol/mol", factor: "0.0915", offset: 2.15 }],
            },
            ...REFUSE,
          },
        ],
        [SEX, { from: { resource: "Patient", field: "gender", words: [{ word: "female", value: "f" }] } }],
        [
          number("age", "a", "18", "1", "100"),
          { from: { resource: "Patient", field: "birthDate", ageAt: "2026-01-01" }, ...REFUSE },
        ],
        [{ ...SEX, name: "x" }, { from: { resource: "Condition", values, absent: "m", counts: "ever" } }],
        [{ ...SEX, name: "y" }, { from: { resource: "MedicationRequest", values } }],
      ),
    ];
    for (const mapping of mappings) {
      const text = documentText(RECORDS_MAPPING, mapping as never);
      expect(JSON.parse(text)).to.include({ kind: "vitalproof/records-mapping", version: 1 });
      expect(readRecordsMapping(text, "mapping.json")).to.deep.equal(mapping);
    }
  });

  it("a fault of its form has its place, and no value", () => {
    const text = JSON.stringify({ kind: "vitalproof/records-mapping", version: 1, ...syntheticMapping() });
    const changed = (from: string, to: string) => () => readRecordsMapping(text.replace(from, to), "m.json");
    expect(changed("", "")).not.to.throw();
    expect(changed('"rounding":"refuse"', '"rounding":"up"')).to.throw("m.json.records.sources[0].rounding");
    expect(changed('"column":"bmi"', '"table":"bmi"')).to.throw("m.json.records.sources[2]");
    for (const [from, to] of [
      ['"csv"', '"xml"'],
      ['"version":1', '"version":2'],
      ["{", "["],
    ] as const)
      expect(codeThrownBy(changed(from, to))).to.equal("DOCUMENT_INVALID");
  });

  it("at most 14 columns have a source", () => {
    const many = Array.from(
      { length: 15 },
      (_, i) => [{ ...SEX, name: `c${i}` }, { from: { column: "x" } }] as const,
    );
    const text = (count: number) =>
      JSON.stringify({
        kind: "vitalproof/records-mapping",
        version: 1,
        ...csvMapping(...(many.slice(0, count) as never[])),
      });
    expect(() => readRecordsMapping(text(14), "m")).not.to.throw();
    expect(codeThrownBy(() => readRecordsMapping(text(15), "m"))).to.equal("DOCUMENT_INVALID");
  });

  it("a mapping that does not fit its columns is refused", () => {
    const fine = [
      asNumber({ column: "x" }),
      asNumber({ column: "x", units: [{ unit: "mmol/mol", factor: "0.0915", offset: "2.15" }] }),
      asNumber({ column: "x", unitColumn: "u", units: [{ unit: "%" }, { unit: "1", factor: 100 }] }),
      asCategory({ column: "x", words: [{ word: "1", value: "f" }] }),
      fhirNumber({ ...observation, units }),
      fhirCategory({ ...observation, values }),
    ];
    for (const mapping of fine) expect(() => assertRecordsMapping(mapping)).not.to.throw();
    const two = csvMapping([HBA1C, { from: { column: "x" }, ...REFUSE }], [SEX, { from: { column: "y" } }]);
    const sources = two.records.sources as never[];
    const wrong: RecordsMapping[] = [
      { ...two, records: { ...two.records, sources: [sources[0]!] } },
      { ...two, records: { ...two.records, sources: [sources[0]!, sources[0]!, sources[1]!] } },
      { ...two, schema: { title: "Test", columns: [HBA1C] } },
      { ...two, schema: { title: "Test", columns: [{ ...HBA1C, step: "0" }, SEX] } },
      csvMapping([HBA1C, { from: { column: "x" }, rounding: "down" }]),
      csvMapping([HBA1C, { from: { column: "x" }, beyond: "clamp" }]),
      csvMapping([SEX, { from: { column: "x" }, ...REFUSE }]),
      asNumber({ column: "x", units: [{ unit: "mmol/mol" }] }),
      asNumber({ column: "x", units: [{ unit: "x", factor: "1,5" }] }),
      asNumber({ column: "x", units: [{ unit: "x", factor: 0 }] }),
      asNumber({ column: "x", units: [{ unit: "%" }, { unit: "x", factor: 1 }] }),
      asNumber({ column: "x", units: [] }),
      asNumber({ column: "x", unitColumn: "u" }),
      asNumber({ column: "x", unitColumn: "u", units: [{ unit: "%" }, { unit: " %" }] }),
      asNumber({ column: "x", words: [] }),
      asCategory({ column: "x", units }),
      asCategory({ column: "x", words: [{ word: "1", value: "x" }] }),
      asCategory({
        column: "x",
        words: [
          { word: "1", value: "f" },
          { word: "1", value: "m" },
        ],
      }),
      fhirNumber(observation),
      fhirNumber({ ...observation, units, values }),
      fhirNumber({ ...observation, units, codes: [] }),
      fhirNumber({ ...observation, units, codes: [{ system: "x" }] }),
      fhirNumber({ ...observation, units, codes: [{ system: "x", code: "1", prefix: "1" }] }),
      fhirNumber({ ...observation, units, from: "2026-02-30" }),
      fhirNumber({ ...observation, units, from: "2026-02-01", until: "2026-02-01" }),
      fhirNumber({ resource: "Patient", field: "gender" }),
      fhirNumber({ resource: "Condition", values, counts: "ever" }),
      fhirCategory(observation),
      fhirCategory({ ...observation, values, pick: "max" }),
      fhirCategory({ resource: "Patient", field: "birthDate", ageAt: "2026-01-01" }),
      fhirCategory({ resource: "MedicationRequest", values: [] }),
      fhirCategory({ resource: "MedicationRequest", values, absent: "none" }),
    ];
    for (const mapping of wrong)
      expect(
        codeThrownBy(() => assertRecordsMapping(mapping)),
        JSON.stringify(mapping.records),
      ).to.equal("INVALID_ARGUMENT");
  });
});
