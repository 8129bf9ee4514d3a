// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { fixture, leftOf, placesOf, read } from "./support.ts";

const at = (time: string): number => Date.parse(time) / 1000;

describe("access logs: FHIR AuditEvents", () => {
  it("R4 Bundle: reads, searches and broken glass are accesses, each in the ledger's words", async () => {
    const { format, accesses } = await read(fixture("r4-bundle.json"));
    expect(format).to.equal("fhir-json");
    expect(accesses).to.deep.equal([
      {
        id: "a1",
        // The identifier that the mapping names first, not the reference; the program that asked as well is not the actor.
        patient: "P-7",
        actor: "dr.meier",
        role: "physician",
        purpose: "treatment",
        class: "demographics",
        at: at("2026-03-02T07:15:30Z"),
        emergency: false,
      },
      {
        id: "a2",
        patient: "Patient/p8",
        actor: "bill",
        role: "administration",
        purpose: "payment",
        // The resource that the search asked for.
        class: "medication",
        // When it began, not when it was recorded.
        at: at("2026-03-02T09:00:00Z"),
        emergency: false,
      },
      {
        id: "a3",
        patient: "P-7",
        actor: "nurse.k",
        role: "nurse",
        purpose: "treatment",
        class: "clinical",
        at: at("2026-03-02T10:00:00Z"),
        emergency: true,
      },
    ]);
  });

  it("R4 Bundle: logins, updates, failures, unknown purposes and other resources are left, with their places", async () => {
    const reading = await read(fixture("r4-bundle.json"));
    expect(leftOf(reading)).to.deep.equal({
      "other-message": 2,
      "not-an-access": 2,
      failed: 1,
      "unknown-purpose": 1,
    });
    expect(placesOf(reading, "other-message")).to.deep.equal(["line 166, entry 8", "line 167, entry 9"]);
    expect(placesOf(reading, "failed")).to.deep.equal(["line 133, entry 6"]);
  });

  it("R5 in lines: occurred[x], authorization, category and code", async () => {
    const reading = await read(fixture("r5.ndjson"));
    const [first, second] = reading.accesses;
    expect(first).to.deep.equal({
      id: "n1",
      patient: "Patient/p1",
      // The only one who took part, where nothing says who asked.
      actor: "ph.1",
      role: "pharmacist",
      purpose: "research",
      class: "medication",
      at: at("2026-03-02T09:00:00Z"),
      emergency: false,
    });
    expect(second).to.deep.equal({
      id: "n2",
      patient: "Patient/p1",
      actor: "lab-7",
      role: "laboratory",
      purpose: "treatment",
      class: "laboratory",
      at: at("2026-03-02T12:00:00Z"),
      emergency: true,
    });
    expect(leftOf(reading)).to.deep.equal({
      unreadable: 1,
      failed: 1,
      "unknown-outcome": 1,
      "several-patients": 1,
      "unknown-role": 1,
      "unknown-class": 1,
    });
    expect(placesOf(reading, "unreadable")).to.deep.equal(["line 6"]);
  });

  it("a list of patients is one access each; patients next to other data are left, since nothing says whose it is", async () => {
    const reading = await read(fixture("r5.ndjson"));
    const both = reading.accesses.filter(({ id }) => id.startsWith("n8"));
    expect(both.map(({ id, patient, class: name }) => [id, patient, name])).to.deep.equal([
      ["n8/1", "Patient/p1", "demographics"],
      ["n8/2", "Patient/p2", "demographics"],
    ]);
    expect(placesOf(reading, "several-patients")).to.deep.equal(["line 8"]);
  });

  it("data of several classes is one access each; a label of sensitive data counts before the type", async () => {
    const { accesses } = await read(fixture("r5.ndjson"));
    expect(
      accesses.filter(({ id }) => id.startsWith("n9")).map((access) => [access.patient, access.class]),
    ).to.deep.equal([
      ["Patient/p1", "imaging"],
      ["Patient/p1", "mental-health"],
    ]);
  });

  it("a single resource over several lines, with a contained patient and without an id", async () => {
    const reading = await read(fixture("one-resource.json"), { zone: "Europe/Berlin" });
    const { id, ...access } = reading.accesses[0]!;
    expect(id).to.match(/^[0-9a-f]{64}$/);
    expect(access).to.deep.equal({
      patient: "P-9",
      actor: "desk",
      role: "administration",
      purpose: "legal",
      class: "clinical",
      at: at("2026-03-02T07:15:30Z"),
      emergency: false,
    });
    // Blanks and the order of members are no other content.
    const resource = JSON.parse(fixture("one-resource.json").toString()) as Record<string, unknown>;
    const turned = JSON.stringify(Object.fromEntries(Object.entries(resource).reverse()));
    expect((await read(turned, { zone: "Europe/Berlin" })).accesses[0]!.id).to.equal(id);
  });
});

describe("access logs: audit messages", () => {
  it("DICOM PS3.15: a study that was looked at; programs and media are not the actor", async () => {
    const { format, accesses, left } = await read(fixture("dicom.xml"));
    expect(format).to.equal("audit-xml");
    expect(left).to.deep.equal([]);
    const { id, ...access } = accesses[0]!;
    expect(id).to.match(/^[0-9a-f]{64}$/);
    expect(access).to.deep.equal({
      patient: "P-7",
      actor: "dr.weber",
      role: "physician",
      purpose: "treatment",
      class: "imaging",
      at: at("2026-03-02T07:00:00Z"),
      emergency: false,
    });
  });

  it("RFC 3881: code and displayName, code systems by OID, prefixes, no UserIsRequestor, inside of other elements", async () => {
    const reading = await read(fixture("wrapped.xml"));
    const { id: _, ...access } = reading.accesses[0]!;
    expect(access).to.deep.equal({
      patient: "P-8",
      actor: "nurse.k",
      role: "nurse",
      purpose: "treatment",
      // The object's type is not mapped; the event's is.
      class: "clinical",
      at: at("2026-03-02T09:00:00Z"),
      emergency: false,
    });
    // The message in a comment does not count.
    expect(reading.messages).to.equal(2);
    expect(leftOf(reading)).to.deep.equal({ "not-an-access": 1 });
  });

  it("several messages, each with its declaration: a damaged one costs no other one", async () => {
    const reading = await read(fixture("sequence.xml"));
    expect(reading.accesses).to.deep.equal([]);
    expect(leftOf(reading)).to.deep.equal({
      unreadable: 2,
      duplicate: 1,
      failed: 1,
      "no-purpose": 1,
      "unknown-class": 1,
    });
    expect(placesOf(reading, "unreadable")).to.deep.equal(["line 3", "line 4"]);
    // Other quotes, blanks and another order of attributes are no other content.
    expect(placesOf(reading, "duplicate")).to.deep.equal(["line 6"]);
  });

  it("syslog: with and without byte order mark, structured data, lengths in front, several lines, RFC 3164", async () => {
    const reading = await read(fixture("atna.log"));
    expect(reading.format).to.equal("syslog");
    const { id: _, ...access } = reading.accesses[0]!;
    expect(access).to.deep.equal({
      patient: "P-7",
      actor: "dr.weber",
      role: "physician",
      purpose: "treatment",
      class: "imaging",
      at: at("2026-03-02T08:00:00Z"),
      emergency: true,
    });
    expect(leftOf(reading)).to.deep.equal({
      // A message that lost its beginning, and one with a document type.
      unreadable: 2,
      "other-message": 1,
      // The same message by way of a relay.
      duplicate: 1,
      "not-an-access": 1,
      failed: 1,
      "no-zone": 1,
    });
    expect(placesOf(reading, "unreadable")).to.deep.equal(["line 10", "line 12"]);
    expect(placesOf(reading, "no-zone")).to.deep.equal(["line 11"]);
  });
});
