// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  codeRecords,
  type FhirOrigin,
  type Pick,
  type RecordsMapping,
  type RecordsReading,
  readFhirRecords,
  textInput,
} from "../../src/records/index.ts";
import { rejected, shared } from "../support.ts";
import { faultsOf, fhirMapping, number, REFUSE, readLines, readTable, valuesOf } from "./support.ts";

const LOINC = "http://loinc.org";
const SNOMED = "http://snomed.info/sct";
const ATC = "http://www.whocc.no/atc";
const UCUM = "http://unitsofmeasure.org";
const HBA1C = number("hba1c", "%", "3.5", "0.1", "20.0");
const YES_NO = { kind: "category", name: "diabetes", values: ["no", "yes"] } as const;
const DRUG = { kind: "category", name: "drug", values: ["none", "A", "B"] } as const;

const patient = (id: string, more: object = {}) => ({ resourceType: "Patient", id, ...more });
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const ucum = (value: unknown, code: string) => ({ value, system: UCUM, code });
let ids = 0;
const observation = (
  of: string,
  date: string | undefined,
  valueQuantity: object | undefined,
  more: object = {},
) => ({
  resourceType: "Observation",
  id: `o${++ids}`,
  status: "final",
  code: concept(LOINC, "4548-4"),
  subject: { reference: `Patient/${of}` },
  ...(date === undefined ? {} : { effectiveDateTime: date }),
  ...(valueQuantity === undefined ? {} : { valueQuantity }),
  ...more,
});
const condition = (of: string, code: object, more: object = {}) => ({
  resourceType: "Condition",
  id: `c${++ids}`,
  clinicalStatus: concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
  code,
  subject: { reference: `Patient/${of}` },
  ...more,
});
const request = (of: string, medication: object, more: object = {}) => ({
  resourceType: "MedicationRequest",
  id: `m${++ids}`,
  status: "active",
  intent: "order",
  subject: { reference: `Patient/${of}` },
  ...medication,
  ...more,
});

function hba1c(pick: Pick, more: object = {}): RecordsMapping {
  const from = {
    resource: "Observation",
    codes: [
      { system: LOINC, code: "4548-4" },
      { system: LOINC, code: "59261-8" },
    ],
    units: [
      { unit: "%", texts: ["percent"] },
      { unit: "mmol/mol", factor: "0.09148", offset: "2.152" },
    ],
    pick,
    ...more,
  } as FhirOrigin;
  return fhirMapping([HBA1C, { from, rounding: "nearest", beyond: "refuse" }]);
}
const diabetes = (more: object = {}): RecordsMapping =>
  fhirMapping([
    YES_NO,
    {
      from: {
        resource: "Condition",
        values: [
          {
            value: "yes",
            codes: [
              { system: SNOMED, code: "44054006" },
              { system: "http://hl7.org/fhir/sid/icd-10", prefix: "E11" },
            ],
          },
        ],
        absent: "no",
        counts: "active",
        ...more,
      },
    },
  ]);
const drug = (more: object = {}): RecordsMapping =>
  fhirMapping([
    DRUG,
    {
      from: {
        resource: "MedicationRequest",
        values: [
          {
            value: "A",
            codes: [
              { system: ATC, prefix: "A10BA" },
              { system: "http://www.nlm.nih.gov/research/umls/rxnorm", code: "6809" },
            ],
          },
          { value: "B", codes: [{ system: ATC, prefix: "A10BK" }] },
        ],
        absent: "none",
        ...more,
      },
    },
  ]);

describe("records: FHIR", () => {
  it("last, first, highest and lowest of a patient's observations, in any order of lines and files", async () => {
    const lines = [
      observation("a", "2025-03-01", ucum(7.2, "%")),
      observation("a", "2024-03-01T08:00:00+01:00", ucum(9, "%")),
      observation("a", "2025-01-01", ucum(6.9, "%")),
      observation("a", "2023-01-01", ucum(8, "%")),
      patient("a"),
      patient("b"),
    ];
    const expected = { last: "7.2", first: "8.0", max: "9.0", min: "6.9" } as const;
    for (const [by, value] of Object.entries(expected)) {
      for (const order of [lines, [...lines].reverse()]) {
        const reading = await readLines(order, hba1c(by as Pick));
        expect(valuesOf(reading)).to.deep.equal({ a: value, b: undefined });
        expect(reading.faults).to.deep.equal([]);
      }
    }
    const files = lines.map((line, i) => ({
      name: `${i}.ndjson`,
      input: textInput(`\n${JSON.stringify(line)}\n`),
    }));
    expect(valuesOf(await readFhirRecords(files, hba1c("last")))).to.deep.equal({ a: "7.2", b: undefined });
    const window = await readLines(lines, hba1c("last", { from: "2024-01-01", until: "2025-01-01" }));
    expect(valuesOf(window)).to.include({ a: "9.0" });
    expect(window.unused.get("Observation")).to.equal(3);
  });

  it("HbA1c in mmol/mol becomes %, and units of another spelling are the same", async () => {
    const reading = await readLines(
      [
        ...["a", "b", "c", "d", "e", "f", "g"].map((id) => patient(id)),
        observation("a", "2025-01-01", ucum(48, "mmol/mol"), { code: concept(LOINC, "59261-8") }),
        observation("b", "2025-01-01", ucum(6.5, "%{hemoglobin}")),
        observation("c", "2025-01-01", { value: 6.5, unit: "percent" }),
        observation("d", "2025-01-01", ucum(48, "mmol/L")),
        observation("e", "2025-01-01", { value: 48, unit: "mmol/mol" }),
        observation("f", "2025-01-01", { value: 6.5, system: "urn:other", code: "%" }),
        observation("g", "2025-01-01", { value: 6.5 }),
      ],
      hba1c("last"),
    );
    expect(valuesOf(reading)).to.deep.equal({
      a: "6.5",
      b: "6.5",
      c: "6.5",
      d: undefined,
      e: undefined,
      f: undefined,
      g: undefined,
    });
    expect(faultsOf(reading)).to.deep.equal({ "unknown unit: hba1c": 4 });
    expect(reading.faults[0]!.examples[0]).to.equal("all.ndjson, line 11");
    expect([...reading.changes[0]!.converted]).to.deep.equal([["mmol/mol", 1]]);
  });

  it("what is not understood makes a patient's value missing where it might be the one that counts", async () => {
    const older = observation("a", "2025-01-01", ucum(7, "%"));
    const cases: [object, Record<string, number>, string | undefined][] = [
      [observation("a", "2025-02-01", ucum(50, "mmol/L")), { "unknown unit: hba1c": 1 }, undefined],
      [observation("a", "2024-02-01", ucum(50, "mmol/L")), { "unknown unit: hba1c": 1 }, "7.0"],
      [
        observation("a", "2025-02-01", { ...ucum(5, "%"), comparator: "<" }),
        { "value not understood: hba1c": 1 },
        undefined,
      ],
      [observation("a", "2025-02-01", ucum("8", "%")), { "value not understood: hba1c": 1 }, undefined],
      [
        observation("a", "2025-02-01", undefined, { valueString: "8 %" }),
        { "value not understood: hba1c": 1 },
        undefined,
      ],
      [
        observation("a", "2025-02-01", ucum(8, "%"), { status: "preliminary" }),
        { "not final: hba1c": 1 },
        undefined,
      ],
      [observation("a", undefined, ucum(8, "%")), { "time not understood: hba1c": 1 }, undefined],
      [observation("a", "2025-02-30", ucum(8, "%")), { "time not understood: hba1c": 1 }, undefined],
      [observation("a", "2025", ucum(8, "%")), { "contradicting values: hba1c": 1 }, undefined],
      [observation("a", "2025", ucum(7, "%")), {}, "7.0"],
      [
        observation("a", "2025-01-01T12:00:00Z", ucum(8, "%")),
        { "contradicting values: hba1c": 1 },
        undefined,
      ],
      [observation("a", "2025-02-01", ucum(99, "%")), { "beyond range: hba1c": 1 }, undefined],
      [observation("a", "2025-02-01", undefined, { dataAbsentReason: {} }), { "no value: hba1c": 1 }, "7.0"],
      [
        observation("a", "2025-02-01", ucum(8, "%"), {
          modifierExtension: [{ url: "urn:not", valueBoolean: true }],
        }),
        { "value not understood: hba1c": 1 },
        undefined,
      ],
      [observation("a", "2025-02-01", ucum(8, "%"), { status: "entered-in-error" }), {}, "7.0"],
      [
        observation("a", "2025-02-01", ucum(8, "%"), { subject: { reference: "Patient/x" } }),
        { "unknown patient: hba1c": 1 },
        "7.0",
      ],
      [
        observation("a", "2025-02-01", ucum(8, "%"), { subject: { reference: "Group/a" } }),
        { "no patient": 1 },
        "7.0",
      ],
      [
        observation("a", "2025-02-01", ucum(8, "%"), {
          subject: { reference: "https://x.org/fhir/Patient/a/_history/3" },
        }),
        {},
        "8.0",
      ],
    ];
    for (const [line, faults, value] of cases) {
      const reading = await readLines([patient("a"), older, line], hba1c("last"));
      expect(faultsOf(reading), JSON.stringify(line)).to.deep.equal(faults);
      expect(valuesOf(reading), JSON.stringify(line)).to.deep.equal({ a: value });
    }
    // The highest of all is not known where one of them is not.
    const highest = await readLines([patient("a"), older, cases[1]![0]], hba1c("max"));
    expect(valuesOf(highest)).to.deep.equal({ a: undefined });
    // In or out of the time that counts is not known.
    const astride = await readLines(
      [patient("a"), observation("a", "2025", ucum(7, "%"))],
      hba1c("max", { from: "2025-02-01" }),
    );
    expect(faultsOf(astride)).to.deep.equal({ "time not understood: hba1c": 1 });
  });

  it("a copy of a resource counts once, and two versions of it not at all", async () => {
    const first = observation("a", "2025-01-01", ucum(7, "%"));
    const copy = await readLines([patient("a"), first, first], hba1c("last"));
    expect(valuesOf(copy)).to.deep.equal({ a: "7.0" });
    expect(faultsOf(copy)).to.deep.equal({ "repeated resource": 1 });
    for (const other of [
      { ...first, valueQuantity: ucum(8, "%") },
      { ...first, status: "entered-in-error" },
    ]) {
      for (const lines of [
        [first, other],
        [other, first],
      ]) {
        const reading = await readLines(
          [patient("a"), observation("a", "2024-01-01", ucum(6, "%")), ...lines],
          hba1c("last"),
        );
        expect(valuesOf(reading)).to.deep.equal({ a: undefined });
        expect(faultsOf(reading)).to.deep.equal({ "contradicting resource": 1 });
      }
    }
  });

  it("components of a panel, and coded values", async () => {
    const systolic = number("systolic", "mm[Hg]", "60", "1", "260");
    const smoker = { kind: "category", name: "smoker", values: ["no", "yes"] } as const;
    const mapping = fhirMapping(
      [
        systolic,
        {
          from: {
            resource: "Observation",
            codes: [{ system: LOINC, code: "8480-6" }],
            units: [{ unit: "mm[Hg]" }],
            pick: "last",
          },
          ...REFUSE,
        },
      ],
      [
        smoker,
        {
          from: {
            resource: "Observation",
            codes: [{ system: LOINC, code: "72166-2" }],
            values: [
              { value: "yes", codes: [{ system: SNOMED, code: "449868002" }] },
              {
                value: "no",
                codes: [
                  { system: SNOMED, code: "266919005" },
                  { system: SNOMED, code: "8517006" },
                ],
              },
            ],
            pick: "last",
          },
        },
      ],
    );
    const panel = (of: string, value: number) =>
      observation(of, "2025-01-01", undefined, {
        code: concept(LOINC, "85354-9"),
        component: [
          { code: concept(LOINC, "8480-6"), valueQuantity: ucum(value, "mm[Hg]") },
          { code: concept(LOINC, "8462-4"), valueQuantity: ucum(80, "mm[Hg]") },
        ],
      });
    const smoking = (of: string, date: string, code: string) =>
      observation(of, date, undefined, {
        code: concept(LOINC, "72166-2"),
        valueCodeableConcept: concept(SNOMED, code),
      });
    const reading = await readLines(
      [
        patient("a"),
        patient("b"),
        panel("a", 128),
        panel("b", 128.5),
        smoking("a", "2020-01-01", "449868002"),
        smoking("a", "2025-01-01", "8517006"),
        smoking("b", "2025-01-01", "77176002"),
      ],
      mapping,
    );
    expect(valuesOf(reading)).to.deep.equal({ a: ["128", "no"], b: [undefined, undefined] });
    expect(faultsOf(reading)).to.deep.equal({
      "code not understood: smoker": 1,
      "between steps: systolic": 1,
    });
  });

  it("a condition is present, absent or not known", async () => {
    const e11 = concept("http://hl7.org/fhir/sid/icd-10", "E11.9");
    const other = concept(SNOMED, "38341003");
    const clinical = (code: string) => ({ clinicalStatus: { coding: [{ code }] } });
    const verified = (code: string) => ({ verificationStatus: { coding: [{ code }] } });
    const cases: [object[], string | undefined, Record<string, number>][] = [
      [[condition("a", concept(SNOMED, "44054006"))], "yes", {}],
      [[condition("a", e11), condition("a", other)], "yes", {}],
      [[condition("a", other)], "no", {}],
      [[condition("b", e11)], "no", {}],
      [[condition("a", concept("http://hl7.org/fhir/sid/icd-10", "E10.1"))], "no", {}],
      [[condition("a", { text: "diabetes" })], undefined, { "code not understood: diabetes": 1 }],
      [
        [condition("a", e11), condition("a", { text: "diabetes" })],
        "yes",
        { "code not understood: diabetes": 1 },
      ],
      [[condition("a", e11, clinical("resolved"))], "no", {}],
      [[condition("a", e11, { clinicalStatus: undefined })], undefined, { "not final: diabetes": 1 }],
      [[condition("a", e11, { abatementDateTime: "2020" })], undefined, { "not final: diabetes": 1 }],
      [[condition("a", e11, verified("refuted"))], "no", {}],
      [[condition("a", e11, verified("provisional"))], undefined, { "not final: diabetes": 1 }],
    ];
    for (const [lines, value, faults] of cases) {
      const reading = await readLines([patient("a"), patient("b"), ...lines], diabetes());
      expect(valuesOf(reading).a, JSON.stringify(lines)).to.equal(value);
      expect(faultsOf(reading), JSON.stringify(lines)).to.deep.equal(faults);
    }
    const ever = await readLines(
      [patient("a"), condition("a", e11, clinical("resolved"))],
      diabetes({ counts: "ever" }),
    );
    expect(valuesOf(ever)).to.deep.equal({ a: "yes" });
  });

  it("nobody is without a condition where the mapping does not say so, or no file has conditions", async () => {
    const lines = [patient("a"), condition("b", concept(SNOMED, "44054006")), patient("b")];
    const unsaid = await readLines(lines, diabetes({ absent: undefined }));
    expect(valuesOf(unsaid)).to.deep.equal({ a: undefined, b: "yes" });
    const forgotten = await readLines([patient("a")], diabetes());
    expect(valuesOf(forgotten)).to.deep.equal({ a: undefined });
    expect(forgotten.faults).to.deep.equal([
      { kind: "resource not in files", column: "diabetes", count: 1, examples: ["Condition"] },
    ]);
    const said = (reading: RecordsReading) =>
      codeRecords(reading, ["a", "b"], { smallCounts: true }).steps.at(-1);
    expect(said(forgotten)).to.equal("diabetes: no file has such resources; 0 slots have a value.");
    expect(said(await readLines(lines, diabetes()))).to.equal(
      "diabetes: 1 patients without an entry taken as such; 2 slots have a value.",
    );
  });

  it("a drug by the beginning of its ATC code, by RxNorm, and by a Medication in another file", async () => {
    const atc = (code: string) => ({ medicationCodeableConcept: concept(ATC, code) });
    const cases: [object[], string | undefined, Record<string, number>][] = [
      [[request("a", atc("A10BA02"))], "A", {}],
      [[request("a", atc("A10BK01"), { status: "stopped" })], "B", {}],
      [
        [
          request("a", {
            medicationCodeableConcept: concept("http://www.nlm.nih.gov/research/umls/rxnorm", "6809"),
          }),
        ],
        "A",
        {},
      ],
      [[request("a", atc("C10AA05"))], "none", {}],
      [[request("a", atc("A10BA02"), { status: "draft" })], "none", {}],
      [[request("a", atc("A10BA02"), { intent: "proposal" })], "none", {}],
      [[request("a", atc("A10BA02"), { doNotPerform: true })], "none", {}],
      [[request("a", atc("A10BA02"), { status: "unknown" })], undefined, { "not final: drug": 1 }],
      [
        [request("a", atc("A10BA02")), request("a", atc("A10BK01"))],
        undefined,
        { "contradicting values: drug": 1 },
      ],
      [[request("a", atc("A10BA02")), request("a", {})], undefined, { "code not understood: drug": 1 }],
      [
        [
          request("a", { medicationReference: { reference: "Medication/7" } }),
          { resourceType: "Medication", id: "7", code: concept(ATC, "A10BK03") },
        ],
        "B",
        {},
      ],
      [
        [request("a", { medicationReference: { reference: "Medication/8" } })],
        undefined,
        { "code not understood: drug": 1 },
      ],
      [
        [
          request(
            "a",
            { medicationReference: { reference: "#x" } },
            { contained: [{ resourceType: "Medication", id: "x", code: concept(ATC, "A10BA02") }] },
          ),
        ],
        "A",
        {},
      ],
    ];
    for (const [lines, value, faults] of cases) {
      const reading = await readLines([patient("a"), ...lines], drug());
      expect(valuesOf(reading).a, JSON.stringify(lines)).to.equal(value);
      expect(faultsOf(reading), JSON.stringify(lines)).to.deep.equal(faults);
    }
  });

  it("patients: key, gender and age; two who are one have no record", async () => {
    const mapping = (identifier?: string): RecordsMapping => {
      const made = fhirMapping(
        [
          { kind: "category", name: "sex", values: ["f", "m"] },
          {
            from: {
              resource: "Patient",
              field: "gender",
              words: [
                { word: "female", value: "f" },
                { word: "male", value: "m" },
              ],
            },
          },
        ],
        [
          number("age", "a", "0", "1", "120"),
          { from: { resource: "Patient", field: "birthDate", ageAt: "2026-03-01" }, ...REFUSE },
        ],
      );
      return {
        ...made,
        records: { ...made.records, ...(identifier === undefined ? {} : { identifier }) } as never,
      };
    };
    const born = (id: string, birthDate: unknown, more: object = {}) =>
      patient(id, { gender: "female", birthDate, ...more });
    const reading = await readLines(
      [
        born("a", "1980-03-01"),
        born("b", "1980-03-02"),
        born("c", "1980"),
        born("d", "1980-02", { gender: "other" }),
        born("e", "2026-04-01"),
        born("f", "1980-02-30", { gender: undefined }),
        born("g", "1980-01-01"),
        born("g", "1980-01-01"),
        born("h", "1980-01-01"),
        born("h", "1981-01-01"),
        born("i", "1980-01-01", { link: [{ type: "replaced-by", other: { reference: "Patient/a" } }] }),
        born("", "1980-01-01"),
      ],
      mapping(),
    );
    expect(valuesOf(reading)).to.deep.equal({
      a: ["f", "46"],
      b: ["f", "45"],
      c: ["f", undefined],
      d: [undefined, "46"],
      e: ["f", undefined],
      f: [undefined, undefined],
      g: ["f", "46"],
    });
    expect(faultsOf(reading)).to.deep.equal({
      "no patient": 1,
      "repeated patient": 1,
      "contradicting patient": 1,
      "linked patient": 1,
      "no value: sex": 1,
      "value not understood: sex": 1,
      "time not understood: age": 3,
    });
    const number_ = (value: string, system = "urn:mrn") => ({
      identifier: [
        { system, value },
        { system: "urn:other", value: "x" },
      ],
    });
    const keyed = await readLines(
      [
        born("a", "1980-01-01", {
          identifier: [
            { system: "urn:mrn", value: "1" },
            { system: "urn:mrn", value: "0", use: "old" },
          ],
        }),
        born("b", "1980-01-01", number_("2")),
        born("c", "1980-01-01", number_("2")),
        born("d", "1980-01-01", number_("4", "urn:x")),
        born("e", "1980-01-01", {
          identifier: [
            { system: "urn:mrn", value: "5" },
            { system: "urn:mrn", value: "6" },
          ],
        }),
      ],
      mapping("urn:mrn"),
    );
    expect([...keyed.patients.keys()]).to.deep.equal(["1"]);
    expect(faultsOf(keyed)).to.deep.equal({ "no patient": 1, "contradicting patient": 2 });
  });

  it("lines that are not a resource are counted, and a file without one is refused", async () => {
    const lines = [
      patient("a"),
      "{",
      "[]",
      '{"resourceType":7}',
      "\uFFFD",
      { resourceType: "Bundle", entry: [] },
      { resourceType: "Encounter" },
      "",
    ];
    const reading = await readLines(lines, hba1c("last"));
    expect(faultsOf(reading)).to.deep.equal({ "line not understood": 5, "resource not in files: hba1c": 1 });
    expect(reading.faults[0]!.examples).to.deep.equal(
      [2, 3, 4, 5, 6].map((line) => `all.ndjson, line ${line}`),
    );
    expect([...reading.unused]).to.deep.equal([["Encounter", 1]]);
    expect((await rejected(readLines(["id,x", "a,1"], hba1c("last")))).code).to.equal("FILE_NOT_UNDERSTOOD");
    expect(
      (await rejected(readLines([patient("a")], { ...hba1c("last"), schema: { title: "x", columns: [] } })))
        .code,
    ).to.equal("INVALID_ARGUMENT");
    expect((await rejected(readTable("id,x\na,1\n", hba1c("last")))).code).to.equal("INVALID_ARGUMENT");
  });

  it("HL7's own examples of R4: heart rate and temperature", async function () {
    const paths = shared(this, "fhir/Observation-heart-rate.json", "fhir/Observation-body-temperature.json");
    const mapping = fhirMapping(
      [
        number("pulse", "/min", "20", "1", "250"),
        {
          from: {
            resource: "Observation",
            codes: [{ system: LOINC, code: "8867-4" }],
            units: [{ unit: "/min" }],
            pick: "last",
          },
          ...REFUSE,
        },
      ],
      [
        number("temperature", "[degF]", "80.0", "0.1", "115.0"),
        {
          from: {
            resource: "Observation",
            codes: [{ system: LOINC, code: "8310-5" }],
            units: [{ unit: "Cel", factor: "1.8", offset: 32 }],
            pick: "last",
          },
          rounding: "nearest",
          beyond: "refuse",
        },
      ],
    );
    const lines = paths.map((path) => JSON.parse(readFileSync(path, "utf8")) as unknown);
    const reading = await readLines([patient("example"), ...lines], mapping);
    expect(valuesOf(reading)).to.deep.equal({ example: ["44", "97.7"] });
    expect(reading.faults).to.deep.equal([]);
  });
});
