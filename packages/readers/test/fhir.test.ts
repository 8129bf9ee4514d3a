// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { termOf, unitOf } from "../src/formats/fhir/codes.ts";
import { fhir } from "../src/formats/fhir.ts";
import { detectFormat, labelsOf, METRICS, readFile, textInput } from "../src/index.ts";
import { bundle, coded, glucose, observation, quantity } from "./fhirSupport.ts";
import { readWith, realFile, refusal, seconds, sum } from "./jsonSupport.ts";

describe("FHIR R4 Observations", () => {
  it("reads the real glucose (f001) and oxygen saturation", async function () {
    const f001 = realFile(this, "fhir", "Observation-f001.json");
    const one = await readWith(fhir, f001);
    expect(one.readings).to.deep.equal([
      {
        metric: "glucose",
        time: seconds("2013-04-02T09:30:10+01:00"),
        value: "6.3",
        unit: "mmol/L",
        source: "Practitioner/f005",
      },
    ]);
    expect(one.report).to.deep.include({ entries: 1, taken: 1, skipped: {}, refused: {} });
    expect((await detectFormat(textInput(f001))).name).to.equal("fhir");
    expect((await readWith(fhir, realFile(this, "fhir", "Observation-satO2.json"))).readings).to.deep.equal([
      {
        metric: "spo2",
        time: seconds("2014-12-05T09:30:10+01:00"),
        value: "95",
        unit: "%",
        source: "DeviceMetric/example",
      },
    ]);
  });

  it("refuses the real heart rate, whose time is a whole day; reads it once it has a time", async function () {
    const text = realFile(this, "fhir", "Observation-heart-rate.json");
    expect((await readWith(fhir, text)).report).to.deep.include({
      taken: 0,
      refused: { "date without a time": 1 },
    });
    const timed = text.replace('"1999-07-02"', '"1999-07-02T12:00:00Z"');
    expect((await readWith(fhir, timed)).readings).to.deep.equal([
      { metric: "heart-rate", time: seconds("1999-07-02T12:00:00Z"), value: "44", unit: "/min" },
    ]);
  });

  it("counts the real panel and temperature; refuses the other real resources by name", async function () {
    const skipped = async (name: string) =>
      (await readWith(fhir, realFile(this, "fhir", name))).report.skipped;
    expect(await skipped("Observation-vitals-panel.json")).to.deep.equal({ "panel of other resources": 1 });
    expect(await skipped("Observation-body-temperature.json")).to.deep.equal({ "LOINC 8310-5": 1 });
    for (const [name, type] of [
      ["Claim-100150.json", "Claim"],
      ["ClaimResponse-R3500.json", "ClaimResponse"],
      ["Consent-consent-example-basic.json", "Consent"],
      ["Consent-consent-example-notTime.json", "Consent"],
      ["Consent-consent-example-smartonfhir.json", "Consent"],
      ["Device-example.json", "Device"],
    ] as const) {
      const error = await refusal(fhir, realFile(this, "fhir", name));
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.deep.include({
        line: 1,
        column: 1,
        reason: `it is a FHIR ${type}, and no Observation or Bundle`,
      });
    }
  });

  it("reads Bundles, arrays and NDJSON alike, counting other resources", async () => {
    const resources = [
      glucose(quantity(101, "mg/dL")),
      { resourceType: "Patient", name: [{ family: "Doe" }] },
      bundle(observation("8867-4", { valueQuantity: quantity(61, "/min") })),
    ];
    const forms = [bundle(...resources), resources, resources.map((one) => JSON.stringify(one)).join("\r\n")];
    for (const form of forms) {
      expect(fhir.matches(typeof form === "string" ? form : JSON.stringify(form))).to.equal(true);
      const { readings, report } = await readWith(fhir, form);
      expect(readings.map(({ value }) => value)).to.deep.equal(["101", "61"]);
      expect(report.skipped).to.deep.equal({ "resource Patient": 1 });
    }
    const broken = `${JSON.stringify(resources[0])}\n\n${JSON.stringify(resources[1])}\n{"resourceType":\n`;
    expect((await refusal(fhir, broken)).details).to.include({ line: 4 });
    const request = { resourceType: "Bundle", entry: [{ request: { method: "DELETE" } }] };
    expect((await readWith(fhir, request)).report.skipped).to.deep.equal({ "entry without resource": 1 });
  });

  it("asks whose readings count where a bundle holds those of several subjects", async () => {
    const of = (reference: string | undefined, value: number, minute: number, more: object = {}) =>
      glucose(quantity(value, "mg/dL"), {
        effectiveDateTime: `2024-01-01T08:${minute}:00Z`,
        ...(reference === undefined ? {} : { subject: { reference } }),
        ...more,
      });
    const other = observation("8310-5", { subject: { reference: "Patient/3" } });
    const two = [of("Patient/1", 101, 10), of("Patient/2", 102, 15), of(undefined, 103, 20), other];
    for (const form of [bundle(...two), two, two.map((one) => JSON.stringify(one)).join("\n")]) {
      const error = await refusal(fhir, form);
      expect(error.code).to.equal("SELECTION_REQUIRED");
      expect(error.hint).to.contain('--where "subject=VALUE"');
      expect(JSON.stringify(error.toJSON())).to.not.contain("Patient/");
      const text = typeof form === "string" ? form : JSON.stringify(form);
      expect(await labelsOf(textInput(text), "subject")).to.deep.equal(["Patient/1", "Patient/2"]);
      const chosen = await readWith(fhir, form, { where: { subject: "Patient/2" } });
      expect(chosen.readings.map(({ value }) => value)).to.deep.equal(["102"]);
      expect(chosen.report.skipped).to.include({ "other subject": 2 });
      const all = await readWith(fhir, form, { where: { subject: "*" } });
      expect(all.report.taken).to.equal(3);
    }
    // Whoever has no reading here does not count, and what says nothing belongs to the only one.
    const one = await readWith(fhir, [of("Patient/1", 101, 10), of(undefined, 103, 20), other]);
    expect(one.report.taken).to.equal(2);
    const identified = { subject: { identifier: { system: "urn:x", value: "7" } } };
    expect(
      await labelsOf(textInput(JSON.stringify([of(undefined, 1, 10, identified)])), "subject"),
    ).to.deep.equal(["urn:x|7"]);
    const contained = of("Patient/1", 104, 10, {
      contained: [of(undefined, 105, 15), of("Patient/2", 106, 20)],
    });
    const first = await readWith(fhir, contained, { where: { subject: "Patient/1" } });
    expect(first.readings.map(({ value }) => value)).to.deep.equal(["105", "104"]);
    expect((await refusal(fhir, contained)).code).to.equal("SELECTION_REQUIRED");
  });

  it("refuses a choice that a file does not have", async () => {
    const text = JSON.stringify(glucose(quantity(101, "mg/dL")));
    const nightscout = JSON.stringify([{ type: "sgv", sgv: 100, date: 1_700_000_000_000 }]);
    for (const [content, name, hint] of [
      [text, "trial", 'Choose by subject: --where "subject=VALUE".'],
      [nightscout, "subject", "Leave --where out."],
    ] as const) {
      const error = await readFile(textInput(content), { where: { [name]: "1" } }).catch((caught) => caught);
      expect([error.code, error.hint]).to.deep.equal(["INVALID_ARGUMENT", hint]);
      const labels = await labelsOf(textInput(content), name).catch((caught) => caught);
      expect(labels.code).to.equal("FILE_NOT_UNDERSTOOD");
    }
  });

  it("takes the unit from the UCUM code, or from a text that can be no other one; it must fit the LOINC code", async () => {
    const cases: [string, object, string | undefined][] = [
      ["2339-0", quantity(101, "mg/dL"), "mg/dL"],
      ["2339-0", quantity(101, "mg/dl"), "mg/dL"],
      ["2339-0", quantity(5.6, "mmol/L"), undefined],
      ["15074-8", quantity(5.6, "mmol/L"), "mmol/L"],
      ["15074-8", quantity(101, "mg/dL"), undefined],
      ["2339-0", quantity(1.01, "g/L"), undefined],
      ["2339-0", quantity(101, "MG/DL"), undefined],
      ["2339-0", { value: 101, unit: "mg/dL" }, "mg/dL"],
      ["2339-0", { value: 101, unit: "mg/dL", code: "mg/dL" }, "mg/dL"],
      ["2339-0", { value: 101, unit: "mg/dL", system: "http://unitsofmeasure.org" }, "mg/dL"],
      ["2339-0", { value: 101, code: "mg/dL" }, "mg/dL"],
      ["2339-0", { value: 101, unit: "mg/dL", code: "mmol/L" }, undefined],
      ["2339-0", { value: 101, unit: "MG/DL" }, undefined],
      ["2339-0", { value: 101, unit: "mg" }, undefined],
      ["2339-0", { value: 101 }, undefined],
      ["2339-0", { value: 5.6, unit: "mmol/L" }, undefined],
      ["15074-8", { value: 5.6, unit: "mmol/l" }, "mmol/L"],
      ["8867-4", { value: 61, unit: "bpm" }, "/min"],
      ["59408-5", { value: 97, unit: "%" }, "%"],
      ["2339-0", { value: 101, unit: "mg/dL", system: "http://example.org", code: "mg/dL" }, undefined],
      ["8867-4", quantity(61, "{beats}/min"), "/min"],
      ["8867-4", quantity(61, "/min{beats}"), "/min"],
      ["8867-4", quantity(61, "1/min"), "/min"],
      ["8867-4", quantity(1, "Hz"), undefined],
      ["8867-4", quantity(61, "/h"), undefined],
      ["59408-5", quantity(97, "%"), "%"],
      ["59408-5", quantity(97, "%{HemoglobinSaturation}"), "%"],
      ["59408-5", quantity(0.97, "1"), undefined],
    ];
    for (const [loinc, valueQuantity, unit] of cases) {
      const { readings, report } = await readWith(fhir, observation(loinc, { valueQuantity }));
      expect(
        readings.map((reading) => reading.unit),
        JSON.stringify(valueQuantity),
      ).to.deep.equal(unit === undefined ? [] : [unit]);
      expect(sum(report.refused)).to.equal(unit === undefined ? 1 : 0);
    }
    expect(unitOf("constructor")).to.equal(undefined);
    expect(termOf("constructor")).to.equal(undefined);
    const both = { coding: [...coded("2339-0").coding, ...coded("8867-4").coding] };
    expect(
      (await readWith(fhir, glucose(quantity(101, "mg/dL"), { code: both }))).report.refused,
    ).to.deep.equal({
      "LOINC codes of two metrics": 1,
    });
    const elsewhere = coded("2339-0", "http://snomed.info/sct");
    expect(
      (await readWith(fhir, glucose(quantity(1, "mg/dL"), { code: elsewhere }))).report.skipped,
    ).to.deep.equal({
      "observation without LOINC code": 1,
    });
  });

  it("reads the same LOINC codes as the table of metrics", () => {
    for (const metric of ["glucose", "heart-rate", "spo2"] as const) {
      for (const code of METRICS[metric].loinc) {
        expect(termOf(code)?.metric, code).to.equal(metric);
        expect(METRICS[metric].ucum).to.include.members([...termOf(code)!.units]);
      }
    }
  });

  it("a comparator is LOW or HIGH only at the end of the scale", async () => {
    const cases: [string, number, string | undefined][] = [
      ["<", 40, "LOW"],
      ["<", 39.5, "LOW"],
      ["<", 40.1, undefined],
      ["<", 54, undefined],
      ["<=", 40, undefined],
      ["<=", 39, "LOW"],
      [">", 400, "HIGH"],
      [">", 399, undefined],
      [">=", 400, undefined],
      [">=", 401, "HIGH"],
      ["~", 400, undefined],
    ];
    for (const [comparator, value, expected] of cases) {
      const { readings, report } = await readWith(fhir, glucose(quantity(value, "mg/dL", { comparator })));
      expect(
        readings.map((reading) => reading.value),
        `${comparator}${value}`,
      ).to.deep.equal(expected === undefined ? [] : [expected]);
      expect(report.low + report.high + sum(report.refused)).to.equal(1);
    }
  });

  it("reads components, contained Observations, and what lies beside them", async () => {
    const { readings, report } = await readWith(
      fhir,
      observation("85353-1", {
        component: [
          { code: coded("8867-4"), valueQuantity: quantity(61, "/min") },
          { code: coded("59408-5"), valueQuantity: quantity(97, "%") },
          { code: coded("8480-6"), valueQuantity: quantity(120, "mm[Hg]") },
          { code: coded("8867-4"), dataAbsentReason: coded("unknown") },
          { code: coded("8867-4") },
          { code: coded("8867-4"), valueString: "61" },
        ],
        contained: [glucose(quantity(101, "mg/dL")), { resourceType: "Patient" }],
      }),
    );
    expect(readings.map(({ metric }) => metric)).to.deep.equal(["glucose", "heart-rate", "spo2"]);
    expect(report).to.deep.include({
      entries: 7,
      skipped: { "LOINC 8480-6": 1, "data absent": 1, "no value": 1 },
      refused: { "value is not a quantity": 1 },
    });
  });

  it("skips what has no result by its status, and refuses times that are no instant", async () => {
    const value = quantity(101, "mg/dL");
    const { report, readings } = await readWith(
      fhir,
      bundle(
        ...["registered", "cancelled", "entered-in-error", "amended", "done", undefined].map((status) =>
          glucose(value, { status }),
        ),
        ...["2024", "2024-01", "2024-01-01", "2024-01-01T08:00:00", "2024-02-30T08:00:00Z", 5].map((time) =>
          glucose(value, { effectiveDateTime: time }),
        ),
        glucose(value, { effectiveDateTime: undefined, effectiveInstant: "2024-01-01T08:00:00.25Z" }),
        ...[
          { start: "2024-01-01T08:00:00Z", end: "2024-01-01T08:05:00Z" },
          { start: "2024-01-01T08:00:00Z", end: "2024-01-01T08:05:01Z" },
          { start: "2024-01-01T08:00:00Z", end: "2024-01-01T07:59:59Z" },
          { end: "2024-01-01T08:05:01Z" },
        ].map((effectivePeriod) => glucose(value, { effectiveDateTime: undefined, effectivePeriod })),
      ),
    );
    expect(report.skipped).to.deep.equal({
      "status registered": 1,
      "status cancelled": 1,
      "status entered-in-error": 1,
      "stands for more than 5 minutes": 1,
    });
    expect(report.refused).to.deep.equal({
      "no status of R4": 2,
      "date without a time": 3,
      "time without a zone": 1,
      "no time": 3,
      "ends before it starts": 1,
    });
    expect(readings).to.have.length(3);
    expect(readings[1]!.time).to.equal(seconds("2024-01-01T08:00:00.250Z"));
  });

  it("keeps decimals; counts zeros, negatives and what is not a number", async () => {
    const text = JSON.stringify(
      bundle(
        glucose(quantity(-1, "mg/dL")),
        glucose(quantity("101", "mg/dL")),
        glucose(quantity(0, "mg/dL")),
        glucose(quantity(777, "mg/dL")),
      ),
    );
    const { readings, report } = await readWith(fhir, text.replace("777", "69.999990"));
    expect(readings.map(({ value }) => value)).to.deep.equal(["69.999990"]);
    expect(report).to.deep.include({
      skipped: { "sentinel zero": 1 },
      refused: { "value below zero": 1, "value is not a number": 1 },
    });
  });

  it("never fails on resources of any shape but by its own error, and counts each value once", async () => {
    const junk = fc.dictionary(
      fc.constantFrom(
        "status",
        "code",
        "component",
        "contained",
        "valueQuantity",
        "valueSampledData",
        "effectivePeriod",
      ),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(junk), async (list) => {
        const resources = list.map((one) => observation("2339-0", { ...one }));
        const { report } = await readWith(fhir, resources);
        expect(report.taken + sum(report.skipped) + sum(report.refused)).to.equal(report.entries);
        expect(report.entries).to.be.at.least(resources.length);
      }),
    );
  });

  it("says where a file is not what it says", async () => {
    const cases: [unknown, string][] = [
      [{}, "$"],
      [[1], "$[0]"],
      [{ resourceType: 5 }, "$"],
      [{ resourceType: "Bundle", entry: {} }, "$.entry"],
      [{ resourceType: "Bundle", entry: [{ resource: { id: "x" } }] }, "$.entry[0].resource"],
    ];
    for (const [content, path] of cases) {
      const error = await refusal(fhir, content);
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include({ path });
    }
    expect((await refusal(fhir, '{"resourceType": "Observation",\n "status"}')).details).to.include({
      line: 2,
    });
  });
});
