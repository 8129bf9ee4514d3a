// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { bytesInput, readAccessLog, textInput } from "../../src/accessLogs/index.ts";
import { rejected } from "../support.ts";
import { fixture, leftOf, MAPPING, placesOf, read } from "./support.ts";

type Event = Record<string, unknown>;

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
const AS = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const REST = "http://hl7.org/fhir/restful-interaction";
const PATIENT = { what: { reference: "Patient/p1" } };
const staff = (value: string) => ({ identifier: { system: "https://hospital.example/staff", value } });
const AGENT = { requestor: true, who: staff("lab-7") };
const EVENT: Event = {
  resourceType: "AuditEvent",
  id: "e",
  code: coded(REST, "read"),
  recorded: "2026-03-02T08:00:00Z",
  outcome: "0",
  authorization: [coded(AS, "TREAT")],
  agent: [AGENT],
  entity: [PATIENT],
};
const without = (name: string): Event =>
  Object.fromEntries(Object.entries(EVENT).filter(([key]) => key !== name));
const lines = (...events: Event[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join("");
const oneLeft = async (
  changes: Event,
  mapping: Parameters<typeof read>[1] = {},
): Promise<string | undefined> => {
  const reading = await read(lines({ ...EVENT, ...changes }), mapping);
  return reading.left[0]?.reason;
};

describe("access logs: what is left", () => {
  it("the event that all of these change is an access", async () => {
    expect((await read(lines(EVENT))).accesses).to.have.length(1);
  });

  it("times: none, a date alone, one that does not exist, before 1970, without a zone, twice in the zone", async () => {
    const berlin = { zone: "Europe/Berlin" };
    expect((await read(lines(without("recorded")))).left[0]!.reason).to.equal("no-time");
    expect(await oneLeft({ occurredDateTime: "2026-03-02" })).to.equal("no-time");
    expect(await oneLeft({ recorded: "2026-02-30T08:00:00Z" })).to.equal("no-time");
    expect(await oneLeft({ recorded: "1969-12-31T08:00:00Z" })).to.equal("no-time");
    expect(await oneLeft({ recorded: "2026-03-02T08:00:00" })).to.equal("no-zone");
    expect(await oneLeft({ recorded: "2026-03-02T08:00:00" }, berlin)).to.equal(undefined);
    expect(await oneLeft({ recorded: "2026-10-25T02:30:00" }, berlin)).to.equal("ambiguous-time");
    expect(await oneLeft({ recorded: "2026-03-29T02:30:00" }, berlin)).to.equal("no-time");
    // A zone in the log counts before the mapping's.
    const { accesses } = await read(lines({ ...EVENT, recorded: "2026-10-25T02:30:00+01:00" }), berlin);
    expect(accesses[0]!.at).to.equal(Date.parse("2026-10-25T01:30:00Z") / 1000);
  });

  it("outcomes: absent is assumed to be success only where the mapping says so; a warning never is", async () => {
    expect((await read(lines(without("outcome")))).left[0]!.reason).to.equal("unknown-outcome");
    expect((await read(lines(without("outcome")), { absentOutcome: "success" })).left).to.deep.equal([]);
    const warning = { outcome: { code: { code: "warning" } } };
    expect(await oneLeft(warning, { absentOutcome: "success" })).to.equal("unknown-outcome");
    for (const outcome of ["4", "8", "12"]) expect(await oneLeft({ outcome })).to.equal("failed");
    expect(await oneLeft({ outcome: { code: { code: "error" } } })).to.equal("failed");
  });

  it("events: a change is not an access unless the mapping says so; an unknown type without a reading action is left", async () => {
    const update = { code: coded(REST, "update"), action: "U" };
    expect(await oneLeft(update)).to.equal("not-an-access");
    const events = [{ system: REST, code: "update", access: true }];
    expect(await oneLeft(update, { events })).to.equal(undefined);
    expect(await oneLeft({}, { events: [{ code: "read", action: "E", access: false }] })).to.equal(undefined);
    expect(await oneLeft({}, { events: [{ code: "read", access: false }] })).to.equal("not-an-access");
    expect(await oneLeft({ code: coded("http://x.example", "peek") })).to.equal("unknown-event");
    expect(await oneLeft({ code: coded("http://x.example", "peek"), action: "R" })).to.equal(undefined);
    expect(await oneLeft({ code: coded(REST, "read"), action: "D" })).to.equal("not-an-access");
  });

  it("patients: none, one without a name that counts, two names of one kind", async () => {
    expect(await oneLeft({ entity: [{ what: { reference: "Condition/c" } }] })).to.equal("no-patient");
    const other = { what: { type: "Patient", identifier: { system: "http://x.example", value: "1" } } };
    expect(await oneLeft({ entity: [other] })).to.equal("no-patient");
    // Somebody who has no name that counts could be anyone.
    expect(await oneLeft({ entity: [PATIENT, other] })).to.equal("no-patient");
    const twice = ["1", "2"].map((value) => ({ system: "1.2.276.0.76.99.1", value }));
    const contained = [{ resourceType: "Patient", id: "p", identifier: twice }];
    expect(await oneLeft({ contained, entity: [{ what: { reference: "#p" } }] })).to.equal(
      "several-patients",
    );
  });

  it("patients: several entries are one where they share an identifier", async () => {
    const identifier = { system: "urn:oid:1.2.276.0.76.99.1", value: "P-1" };
    const entity = [
      { what: { reference: "Patient/p1", identifier } },
      { what: { reference: "Condition/c" } },
    ];
    const { accesses } = await read(lines({ ...EVENT, patient: { reference: "Patient/p1" }, entity }));
    expect(accesses.map(({ patient }) => patient)).to.deep.equal(["P-1"]);
  });

  it("identifiers by type alone keep their system: two authorities give one number to two people", async () => {
    const patients = [{ type: "MR" }];
    const who = (system: string): Event => ({
      ...EVENT,
      id: system,
      entity: [
        { what: { type: "Patient", identifier: { system, value: "7", type: { coding: [{ code: "MR" }] } } } },
      ],
    });
    const classes = [{ event: "read", class: "demographics" as const }];
    const { accesses } = await read(lines(who("urn:oid:1.2"), who("urn:oid:1.3")), { patients, classes });
    expect(accesses.map(({ patient }) => patient)).to.deep.equal(["urn:oid:1.2|7", "urn:oid:1.3|7"]);
  });

  it("actors: none who asked, none with a name that counts, several", async () => {
    const away = { ...AGENT, requestor: false };
    expect(await oneLeft({ agent: [away] })).to.equal("no-actor");
    expect(await oneLeft({ agent: [away, { who: staff("lab-7") }] })).to.equal("no-actor");
    expect(await oneLeft({ agent: [{ requestor: true, who: { display: "Someone" } }] })).to.equal("no-actor");
    expect(await oneLeft({ agent: [AGENT, { ...AGENT, who: staff("b") }] })).to.equal("several-actors");
    expect(await oneLeft({ agent: [AGENT, AGENT] })).to.equal(undefined);
  });

  it("roles: none, unknown, two that contradict each other; a program's role is one where the mapping says so", async () => {
    const role = (...codes: string[]) => codes.map((code) => coded("http://snomed.info/sct", code));
    const by = (value: string, roles: unknown[]) => ({
      agent: [{ requestor: true, who: staff(value), role: roles }],
    });
    expect(await oneLeft(by("x", []))).to.equal("no-role");
    expect(await oneLeft(by("x", role("1")))).to.equal("unknown-role");
    expect(await oneLeft(by("x", role("1", "309343006")))).to.equal(undefined);
    expect(await oneLeft(by("x", role("106292003", "309343006")))).to.equal("several-roles");
    expect(await oneLeft(by("lab-7", role("309343006")))).to.equal("several-roles");
    const machine = by("x", [coded("http://dicom.nema.org/resources/ontology/DCM", "110150")]);
    expect(await oneLeft(machine)).to.equal("no-actor");
    const roles = [{ system: "DCM", code: "110150", role: "researcher" as const }];
    expect(await oneLeft(machine, { roles })).to.equal(undefined);
  });

  it("purposes: none, unknown, an unknown one next to a known one, two that contradict each other", async () => {
    const authorization = (...codes: string[]) => ({ authorization: codes.map((code) => coded(AS, code)) });
    expect((await read(lines(without("authorization")))).left[0]!.reason).to.equal("no-purpose");
    expect(await oneLeft(authorization("HMARKT"))).to.equal("unknown-purpose");
    expect(await oneLeft(authorization("TREAT", "HMARKT"))).to.equal("unknown-purpose");
    expect(await oneLeft(authorization("TREAT", "HRESCH"))).to.equal("several-purposes");
    // A code of another system is another code.
    expect(await oneLeft({ authorization: [coded("http://x.example", "TREAT")] })).to.equal(
      "unknown-purpose",
    );
    // Codes of one concept are translations: one that is known is enough.
    const both = { coding: [{ code: "X" }, { system: AS, code: "TREAT" }] };
    expect(await oneLeft({ authorization: [both] })).to.equal(undefined);
  });

  it("purposes: the mapping's come before HL7's", async () => {
    const emergency = lines({ ...EVENT, authorization: [coded(AS, "ERTREAT")] });
    expect((await read(emergency)).accesses[0]!.emergency).to.equal(true);
    const purposes = [{ system: "ActReason", code: "ERTREAT", purpose: "treatment" as const }];
    expect((await read(emergency, { purposes })).accesses[0]!.emergency).to.equal(false);
  });

  it("classes: one unknown object is enough; a search with included resources says nothing of them", async () => {
    const of = (...entity: unknown[]) => ({ entity: [PATIENT, ...entity] });
    const condition = { what: { reference: "Condition/c" } };
    expect(await oneLeft(of(condition, { what: { reference: "Observation/o" } }))).to.equal("unknown-class");
    const query = (text: string) => ({ role: coded("object-role", "24"), query: btoa(text) });
    expect(await oneLeft(of(query("Condition?patient=p1")))).to.equal(undefined);
    expect(await oneLeft(of(query("Condition?patient=p1&_include=x")))).to.equal("unknown-class");
    expect(await oneLeft(of(query("Observation?patient=p1")))).to.equal("unknown-class");
  });

  it("one id twice with one content is a duplicate; `meta` and narrative are not content", async () => {
    const again = { ...EVENT, meta: { versionId: "2" }, text: { div: "changed" } };
    const reading = await read(lines(EVENT, again));
    expect(reading.accesses).to.have.length(1);
    expect(leftOf(reading)).to.deep.equal({ duplicate: 1 });
  });

  it("one id with two contents is a conflict, and none of both counts, whatever follows", async () => {
    const other = { ...EVENT, recorded: "2026-03-02T09:00:00Z" };
    const reading = await read(lines(EVENT, { ...EVENT, id: "f" }, other, EVENT));
    expect(reading.accesses.map(({ id }) => id)).to.deep.equal(["f"]);
    expect(leftOf(reading)).to.deep.equal({ conflict: 3 });
    expect(placesOf(reading, "conflict")).to.deep.equal(["line 1", "line 3", "line 4"]);
  });

  it("events in a list, in a Bundle on one line and without brackets are the same", async () => {
    const events = [EVENT, { ...EVENT, id: "f" }, { ...EVENT, id: "g", outcome: "8" }];
    const bundle = { resourceType: "Bundle", entry: events.map((resource) => ({ resource })) };
    const wanted = (await read(lines(...events))).accesses;
    expect(wanted).to.have.length(2);
    for (const text of [
      JSON.stringify(events),
      JSON.stringify(events, null, 2),
      JSON.stringify(bundle),
      JSON.stringify(bundle, null, 1),
      `${JSON.stringify(bundle)}\n${JSON.stringify({ ...bundle, entry: [] })}\n`,
      events.map((event) => JSON.stringify(event, null, 2)).join("\n"),
    ]) {
      const reading = await read(text);
      expect(reading.accesses).to.deep.equal(wanted);
      expect(leftOf(reading)).to.deep.equal({ failed: 1 });
    }
  });

  it("bytes that are not UTF-8 cost their message alone; UTF-16 is read", async () => {
    const bytes = new TextEncoder().encode(lines(EVENT, { ...EVENT, id: "f" }));
    bytes[20] = 0xff;
    const reading = await read(bytes);
    expect(reading.accesses.map(({ id }) => id)).to.deep.equal(["f"]);
    expect(leftOf(reading)).to.deep.equal({ unreadable: 1 });
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(lines(EVENT), "utf16le")]);
    expect((await read(wide)).accesses).to.have.length(1);
  });

  it("says nothing of patients in what it leaves", async () => {
    for (const name of ["r4-bundle.json", "r5.ndjson", "sequence.xml", "atna.log"]) {
      const { left } = await read(fixture(name));
      expect(JSON.stringify(left)).not.to.match(/P-\d|Patient|weber|meier|Muster/);
    }
  });
});

describe("access logs: files", () => {
  const refusal = async (text: string): Promise<string> => {
    const error = await rejected(readAccessLog(textInput(text), MAPPING));
    return `${error.code}: ${String(error.details.reason)}`;
  };

  it("refuses what is not a log, a document type, another encoding, and JSON that ends too soon", async () => {
    expect(await refusal("")).to.equal("FILE_NOT_UNDERSTOOD: it is empty");
    expect(await refusal("time;user\n1;2\n")).to.match(/begins neither as JSON/);
    expect(await refusal('<!DOCTYPE a [<!ENTITY b "c">]><AuditMessage/>')).to.match(/document type/);
    expect(await refusal('<?xml version="1.0" encoding="ISO-8859-1"?><AuditMessage/>')).to.match(
      /another encoding/,
    );
    expect(await refusal(`{"resourceType":"Bundle","entry":[{"resource":{`)).to.match(
      /ends inside a document/,
    );
    expect(await refusal(`{"resourceType":"Bundle","entry":[{}}`)).to.match(/bracket does not fit/);
    expect(await refusal("[".repeat(300))).to.match(/too deep/);
  });

  it("counts what an XML file has outside of its messages, and a file that was cut off", async () => {
    expect(leftOf(await read("<log><header>x</header></log>"))).to.deep.equal({ unreadable: 1 });
    const message = fixture("dicom.xml")
      .toString()
      .replace(/<\?xml[^>]*>/, "");
    const cut = await read(`<log>${message}${message.slice(0, 400)}`);
    expect(cut.accesses).to.have.length(1);
    expect(leftOf(cut)).to.deep.equal({ unreadable: 1 });
    const open = await read(`<log>${message}`);
    expect(open.accesses).to.have.length(1);
    expect(leftOf(open)).to.deep.equal({ unreadable: 1 });
  });

  it("a part that audit messages do not have makes one unreadable: what was lost with it could matter", async () => {
    const message = fixture("dicom.xml").toString();
    const damaged = message.replaceAll("ParticipantObjectIdentification", "ParticipantObjectIdentificatio");
    expect(leftOf(await read(damaged))).to.deep.equal({ unreadable: 1 });
  });

  it("streams: pieces of any size give the same, and an async iterable is a source", async () => {
    for (const name of ["r4-bundle.json", "r5.ndjson", "wrapped.xml", "sequence.xml", "atna.log"]) {
      const bytes = fixture(name);
      const whole = await readAccessLog(bytesInput(bytes), MAPPING);
      for (const size of [1, 7, 1000]) {
        async function* pieces(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        }
        expect(await readAccessLog(pieces(), MAPPING), `${name} by ${size}`).to.deep.equal(whole);
      }
    }
  });

  it("streams: a large Bundle on one line is never in memory as a text, and reading it can be stopped", async function () {
    this.timeout(60_000);
    const COUNT = 20_000;
    async function* bundle(): AsyncGenerator<Uint8Array> {
      const encoder = new TextEncoder();
      yield encoder.encode('{"resourceType":"Bundle","entry":[');
      for (let i = 0; i < COUNT; i++)
        yield encoder.encode(
          `${i === 0 ? "" : ","}${JSON.stringify({ resource: { ...EVENT, id: `e${i}` } })}`,
        );
      yield encoder.encode("]}");
    }
    const reading = await readAccessLog(bundle(), MAPPING);
    expect(reading.accesses).to.have.length(COUNT);
    expect(reading.total).to.equal(COUNT);
    const error = await rejected(readAccessLog(bundle(), MAPPING, { signal: AbortSignal.abort() }));
    expect(error.code).to.equal("ABORTED");
  });
});
