// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { fhir } from "../src/formats/fhir.ts";
import { readFile, textInput } from "../src/index.ts";
import { coded, glucose, observation, quantity } from "./fhirSupport.ts";
import { readWith } from "./jsonSupport.ts";

type Facts = {
  id?: string;
  version?: string;
  updated?: string;
  status?: string;
  url?: string;
  minute?: number;
};

const at = (minute: number) => `2024-03-02T08:${String(minute).padStart(2, "0")}:00Z`;
const entryOf = (value: number, { id, version, updated, status, url, minute = 0 }: Facts) => ({
  ...(url === undefined ? {} : { fullUrl: url }),
  resource: {
    ...glucose(quantity(value, "mg/dL"), { effectiveDateTime: at(minute), status: status ?? "final" }),
    ...(id === undefined ? {} : { id }),
    meta: {
      ...(version === undefined ? {} : { versionId: version }),
      ...(updated === undefined ? {} : { lastUpdated: updated }),
    },
  },
});
const history = (...entry: unknown[]) => ({ resourceType: "Bundle", type: "history", entry });
const valuesOf = async (...entries: unknown[]) => {
  const { readings, report } = await readWith(fhir, history(...entries));
  return { values: readings.map(({ value }) => value), skipped: report.skipped, refused: report.refused };
};

describe("FHIR versions and sources", () => {
  it("the last version of an id counts, in whichever order the entries are", async () => {
    const first = entryOf(310, { id: "a", version: "1", updated: "2024-03-03T01:00:00Z" });
    const second = entryOf(110, { id: "a", version: "2", updated: "2024-03-04T01:00:00Z" });
    const tenth = entryOf(111, { id: "a", version: "10", updated: "2024-03-05T01:00:00Z" });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([first, second, tenth], { minLength: 3 }), async (entries) => {
        expect(await valuesOf(...entries)).to.deep.equal({
          values: ["111"],
          skipped: { "older version": 2 },
          refused: {},
        });
      }),
      { numRuns: 6 },
    );
    const lines = [second, first].map(({ resource }) => JSON.stringify(resource)).join("\n");
    expect((await readWith(fhir, lines)).readings.map(({ value }) => value)).to.deep.equal(["110"]);
  });

  it("versions are ordered by their time or number alone, by answers' tags, and by both where both are there", async () => {
    const byNumber = [entryOf(310, { id: "a", version: "9" }), entryOf(110, { id: "a", version: "10" })];
    expect((await valuesOf(...byNumber)).values).to.deep.equal(["110"]);
    const byTime = [
      entryOf(310, { id: "a", version: "x", updated: "2024-03-03T01:00:00+01:00" }),
      entryOf(110, { id: "a", version: "y", updated: "2024-03-03T00:30:00Z" }),
    ];
    expect((await valuesOf(...byTime)).values).to.deep.equal(["110"]);
    const byTag = [
      { ...entryOf(110, { id: "a" }), response: { status: "200", etag: 'W/"2"' } },
      { ...entryOf(310, { id: "a" }), response: { status: "201", etag: 'W/"1"' } },
    ];
    expect((await valuesOf(...byTag)).values).to.deep.equal(["110"]);
  });

  it("refuses versions whose order is not known, and takes the same version twice once", async () => {
    const none = [entryOf(310, { id: "a" }), entryOf(110, { id: "a" })];
    const both = { values: [], skipped: {}, refused: { "versions of one id whose order is not known": 2 } };
    expect(await valuesOf(...none)).to.deep.equal(both);
    const crossed = [
      entryOf(310, { id: "a", version: "2", updated: "2024-03-03T01:00:00Z" }),
      entryOf(110, { id: "a", version: "1", updated: "2024-03-04T01:00:00Z" }),
    ];
    expect(await valuesOf(...crossed)).to.deep.equal(both);
    const same = entryOf(110, { id: "a", version: "2" });
    expect(await valuesOf(same, same)).to.deep.equal({
      values: ["110"],
      skipped: { "older version": 1 },
      refused: {},
    });
    const others = [entryOf(110, {}), entryOf(111, { minute: 5 }), entryOf(112, { id: "b", minute: 10 })];
    expect((await valuesOf(...others)).values).to.deep.equal(["110", "111", "112"]);
  });

  it("what was withdrawn counts in no version", async () => {
    const first = entryOf(45, { id: "a", version: "1", updated: "2024-03-03T01:00:00Z" });
    for (const status of ["entered-in-error", "cancelled"]) {
      const last = entryOf(45, { id: "a", version: "2", updated: "2024-03-04T01:00:00Z", status });
      expect(await valuesOf(last, first)).to.deep.equal({
        values: [],
        skipped: { [`status ${status}`]: 1, withdrawn: 1 },
        refused: {},
      });
    }
    const deletion = (url: string, response: object) => ({ request: { method: "DELETE", url }, response });
    const gone = { lastModified: "2024-03-04T01:00:00Z", status: "204" };
    for (const url of ["Observation/a", "Observation/a/_history/2"]) {
      expect(await valuesOf(first, deletion(url, gone))).to.deep.equal({
        values: [],
        skipped: { "entry without resource": 1, withdrawn: 1 },
        refused: {},
      });
    }
    // Written again after it was deleted.
    const again = entryOf(46, { id: "a", version: "3", updated: "2024-03-05T01:00:00Z" });
    expect((await valuesOf(again, deletion("Observation/a", gone), first)).values).to.deep.equal(["46"]);
    expect((await valuesOf(first, deletion("Observation/b", gone))).values).to.deep.equal(["45"]);
  });

  it("the same id on two servers is not the same resource", async () => {
    const of = (server: string, value: number, minute: number) =>
      entryOf(value, { id: "a", version: "1", url: `https://${server}/fhir/Observation/a`, minute });
    expect((await valuesOf(of("one", 110, 0), of("two", 111, 5))).values).to.deep.equal(["110", "111"]);
  });

  it("the source is the device, then who performed it, then the system", async () => {
    const sourceOf = async (more: object) =>
      (await readWith(fhir, glucose(quantity(100, "mg/dL"), more))).readings[0]!.source;
    const device = { reference: "Device/1", display: "G7" };
    expect(await sourceOf({ device, performer: [{ reference: "Practitioner/1" }] })).to.equal("Device/1");
    expect(await sourceOf({ device: { display: "G7" } })).to.equal("G7");
    expect(await sourceOf({ device: { identifier: { value: "SN1" } } })).to.equal("SN1");
    expect(await sourceOf({ performer: [{ reference: "Organization/2" }] })).to.equal("Organization/2");
    const contained = [{ resourceType: "Device", id: "d", serialNumber: "SN2" }];
    expect(await sourceOf({ contained, device: { reference: "#d" } })).to.equal("SN2");
    expect(await sourceOf({ meta: { source: "https://app.example#a1b2" } })).to.equal("https://app.example");
    expect(await sourceOf({ meta: { source: "#a1b2" } })).to.equal(undefined);
  });

  it("the origin comes from the LOINC term, then from method and specimen; in a sensor's file blood does not come from the sensor", async () => {
    const originOf = async (loinc: string, more: object = {}, code = "mg/dL") =>
      (await readWith(fhir, observation(loinc, { valueQuantity: quantity(5, code), ...more }))).readings[0]!
        .origin;
    expect(await originOf("2345-7")).to.equal("laboratory");
    expect(await originOf("14749-6", {}, "mmol/L")).to.equal("laboratory");
    expect(await originOf("41653-7")).to.equal("meter");
    expect(await originOf("14743-9", {}, "mmol/L")).to.equal("meter");
    expect(await originOf("99504-3")).to.equal(undefined);
    expect(await originOf("2339-0")).to.equal(undefined);
    expect(await originOf("2339-0", { specimen: { display: "Venous blood" } })).to.equal("laboratory");
    expect(await originOf("2339-0", { method: { text: "Glucometer" } })).to.equal("meter");
    expect(
      await originOf("2339-0", { method: coded("463729000", "http://snomed.info/sct") }),
      "a code without words",
    ).to.equal(undefined);
    const serum = { resourceType: "Specimen", id: "s", type: coded("119364003", "http://snomed.info/sct") };
    expect(await originOf("2339-0", { contained: [serum], specimen: { reference: "#s" } })).to.equal(
      "laboratory",
    );
    const of = (loinc: string, minute: number, value: number) =>
      observation(loinc, { effectiveDateTime: at(minute), valueQuantity: quantity(value, "mg/dL") });
    const mixed = [
      of("99504-3", 0, 100),
      of("2339-0", 5, 300),
      of("99504-3", 10, 102),
      of("2345-7", 15, 301),
    ];
    const { readings, report } = await readFile(textInput(JSON.stringify(mixed)));
    expect(readings.map(({ value }) => value)).to.deep.equal(["100", "102"]);
    expect(report.skipped).to.deep.equal({ "meter next to a sensor": 1, "laboratory next to a sensor": 1 });
  });
});
