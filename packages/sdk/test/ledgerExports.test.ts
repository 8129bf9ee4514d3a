// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type AccountingReport,
  accountingCsv,
  accountingFhir,
  accountingGapsCsv,
  accountingHtml,
  accountingJson,
  accountingOfCustodian,
  accountingOfPatient,
  type Custodian,
  type FhirAuditEvent,
  type FhirBundle,
  type FhirOutcome,
  LEDGER_PURPOSES,
} from "@vitalproof/sdk/ledger";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { ADDRESS } from "../../../test/support/ledgerPage.ts";
import { BASE, MASTER, TestCustodian } from "./ledgerSupport.ts";
import { codeThrown } from "./support.ts";

const HOSTILE = [
  `=HYPERLINK("http://evil.example","x")`,
  "+1",
  "-1+2",
  "@SUM(A1)",
  "\t=1",
  " =1",
  "＝1",
  "\u200b=1",
  'a,b"c\r\nd',
  `<script>alert(1)</script><img src=x onerror="a()">`,
  `'"></td><td>`,
  "\u202e\u0000abc",
  "&lt;b&gt;",
];

const MADE = 1_780_000_000;
const custodian = new TestCustodian();
for (const name of ["ada", "bob"]) custodian.enrol(name);
// Every role, purpose and class; half of the purposes are not allowed and break the glass.
custodian.log(
  BASE,
  60,
  HOSTILE.slice(0, 8).map((_, i) =>
    custodian.access(0, { actor: i, role: i, purpose: i, class: i, minute: 7 * i, glass: 1 }),
  ),
);
custodian.log(
  BASE + 100,
  60,
  HOSTILE.slice(8).map((_, i) => custodian.access(1, { actor: 8 + i, minute: i })),
  true,
);

function reportOf(custodianOf: AccountingReport["custodianOf"]): AccountingReport {
  return {
    accounting: accountingOfCustodian(MASTER, ADDRESS, 2, custodian.batches),
    made: MADE,
    custodianOf,
  };
}
const plain: Custodian = {
  name: "Lakeside Hospital",
  identifier: { system: "https://lakeside.example/organisations", value: "L1" },
  actors: { system: "urn:oid:2.999.1", names: new Map([[5, "Dr Lin"]]) },
};
const hostile: Custodian = {
  ...plain,
  name: HOSTILE[0]!,
  actors: { ...plain.actors, names: new Map(HOSTILE.entries()) },
};
const report = reportOf(() => plain);
const attacked = reportOf(() => hostile);
const nobody: AccountingReport = { ...report, accounting: accountingOfPatient([], []) };

/** RFC 4180, read by its grammar: cells of lines; throws for what is not in it. */
function readCsv(csv: string): string[][] {
  const lines: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let line: string[] = [];
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex;
    const found = cell.exec(csv);
    if (found === null) throw new Error(`not CSV at ${at}: ${csv.slice(at, at + 40)}`);
    line.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === ",") continue;
    lines.push(line);
    line = [];
  }
  return lines;
}

describe("ledger exports: CSV", () => {
  it("has one line for each access, with names and times", () => {
    const [head, ...lines] = readCsv(accountingCsv(report));
    expect(lines.length).to.equal(13);
    expect(Object.fromEntries(head!.map((name, i) => [name, lines[5]![i]]))).to.deep.equal({
      time_utc: "2026-02-01T03:15:00Z",
      custodian: "Lakeside Hospital",
      actor: "5",
      actor_name: "Dr Lin",
      role: "administration",
      purpose: "patient-request",
      class: "demographics",
      emergency: "true",
      late: "false",
      doubtful: "false",
      logged_utc: "2026-02-01T03:40:07Z",
      chain: "31337",
      ledger: ADDRESS.ledger,
      page: "1",
      slot: "0",
      transaction: custodian.batches[0]!.transaction,
      block: "100",
      record: "5",
    });
    expect(lines[12]!.slice(7, 9)).to.deep.equal(["false", "true"]);
    expect(readCsv(accountingCsv(nobody))).to.deep.equal([head]);
  });

  it("gives a spreadsheet no formula, and every text back", () => {
    const lines = readCsv(accountingCsv(attacked));
    const names = lines.slice(1).map((line) => line[3]!);
    expect(new Set(lines.map((line) => line.length))).to.deep.equal(new Set([18]));
    for (const cell of lines.flat())
      expect(cell).to.not.match(/^[\s\u200b\u202e\0]*[=+\-@＝＋－＠]|^[\t\r\n]/);
    names.forEach((name, i) => {
      const wanted = HOSTILE[i]!.trim();
      expect(name.replace(/^'/, "")).to.equal(wanted.replace(/^'/, ""));
      expect(name.startsWith("'")).to.equal(i < 8 || wanted.startsWith("'"));
    });
  });

  it("guards every sign of a formula, also behind what is not shown, and keeps texts as they are", () => {
    const signs = [..."=+-@＝＋－＠"].flatMap((sign) =>
      ["", " ", "\t", "\r\n", "\u200b", "\0"].map((before) => `${before}${sign}1`),
    );
    const cellOf = (name: string) => readCsv(accountingCsv(reportOf(() => ({ ...plain, name }))))[1]![1];
    for (const name of [...signs, "\tx", "\rx", "\nx"]) expect(cellOf(name)).to.equal(`'${name}`);
    for (const name of ["a=1", "1+1", " a", 'a,b"c\r\nd', "", "'", "Ü"]) expect(cellOf(name)).to.equal(name);
  });

  it("has the gaps in a file of their own", () => {
    expect(readCsv(accountingGapsCsv(report)).slice(1)).to.deep.equal([
      [
        ...["2026-02-01T03:40:00Z", "2026-02-01T04:20:00Z", "40", "Lakeside Hospital", "31337"],
        ...[ADDRESS.ledger, "1"],
      ],
    ]);
  });
});

describe("ledger exports: JSON", () => {
  it("has rows, gaps, counts and what is not shown", () => {
    const read = JSON.parse(accountingJson(attacked));
    expect([read.kind, read.version, read.made]).to.deep.equal([
      "vitalproof/accounting",
      1,
      "2026-05-28T20:26:40Z",
    ]);
    const { counts, tried, hidden, rows } = attacked.accounting;
    expect(read).to.deep.include({ counts, tried, hidden });
    expect(read.rows.map((row: { at: number }) => row.at)).to.deep.equal(rows.map(({ at }) => at));
    expect(read.rows.map((row: { actorName: string }) => row.actorName)).to.deep.equal(
      HOSTILE.map((name) => name.trim()),
    );
    expect(read.rows[0].address).to.deep.equal({ chainId: "31337", ledger: ADDRESS.ledger, page: "1" });
    expect(read.gaps[0].minutes).to.equal(40);
    expect(read.limits.length).to.be.greaterThan(3);
  });

  it("T33: has no audit key, in none of the formats", () => {
    const all = [
      accountingJson(report),
      accountingCsv(report),
      accountingHtml(report, { zone: "UTC" }),
      JSON.stringify(accountingFhir(report)),
    ].join();
    for (const secret of [MASTER, ...custodian.consents.map(({ consent }) => consent.audit)])
      for (const text of [secret.toString(), secret.toString(16)]) expect(all).to.not.contain(text);
  });
});

describe("ledger exports: HTML", () => {
  /** Elements in order; throws for what is not closed, an unknown tag, or a loose sign. */
  function elementsOf(html: string): { name: string; attributes: string; text: string }[] {
    const empty = new Set(["meta", "br"]);
    const known = new Set(
      "html head meta title style body main h1 h2 p table caption thead tbody tr th td time small bdi ul li br".split(
        " ",
      ),
    );
    const open: { name: string; attributes: string; text: string }[] = [];
    const all: typeof open = [];
    const token = /<(\/?)([a-z0-9]+)((?: [a-z-]+="[^"<>]*")*)>|([^<>]+)/y;
    token.lastIndex = "<!doctype html>".length;
    while (token.lastIndex < html.length) {
      const at = token.lastIndex;
      const found = token.exec(html);
      if (found === null) throw new Error(`not HTML at ${at}: ${html.slice(at, at + 60)}`);
      const [, close, name, attributes, text] = found;
      if (text !== undefined) {
        if (open.at(-1)?.name !== "style" && /&(?!(amp|lt|gt|quot|#39);)/.test(text))
          throw new Error(`loose & in ${text}`);
        for (const each of open) each.text += text;
      } else if (close === "/") {
        if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing at ${at}`);
      } else {
        if (!known.has(name!)) throw new Error(`<${name}> at ${at}`);
        const element = { name: name!, attributes: attributes!, text: "" };
        all.push(element);
        if (!empty.has(name!)) open.push(element);
      }
    }
    if (open.length > 0) throw new Error(`<${open.at(-1)!.name}> is open`);
    return all;
  }
  const texts = (html: string, name: string) =>
    elementsOf(html)
      .filter((element) => element.name === name)
      .map(({ text }) => text.replaceAll(/\s+/g, " "));

  it("is one file with a language, print rules and no script, and loads nothing", () => {
    const html = accountingHtml(report, { zone: "Europe/Berlin" });
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).to.equal(true);
    expect(html).to.match(/@media print/);
    expect(html).to.contain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).to.not.match(/<script|\bon\w+=|https?:|url\(|@import|src=|href=/i);
    expect(texts(html, "h1")).to.deep.equal(["Who looked, when, why"]);
    const heads = elementsOf(html).filter(({ name }) => name === "th");
    expect(heads.every(({ attributes }) => attributes.includes('scope="col"'))).to.equal(true);
  });

  it("says who, when and why in plain words, in the reader's zone and in UTC", () => {
    const rows = texts(accountingHtml(report, { zone: "Europe/Berlin" }), "tr");
    expect(rows.length).to.equal(1 + 13 + 1 + 1);
    expect(rows[6]).to.contain("2026-02-01 04:15 +01:00").and.contain("2026-02-01 03:15 UTC");
    expect(rows[6]).to.contain(
      "Dr LinNumber 5 of Lakeside HospitalAdministrationAt the patient&#39;s request",
    );
    expect(rows[6]).to.contain("Emergency: outside of the consent");
    expect(rows[13]).to.contain("Logged late").and.not.contain("Emergency");
    const kolkata = texts(accountingHtml(report, { zone: "Asia/Kolkata" }), "tr");
    expect(kolkata[6]).to.contain("2026-02-01 08:45 +05:30");
    expect(codeThrown(() => accountingHtml(report, { zone: "Mars/Olympus" }))).to.equal("ZONE_UNKNOWN");
    expect(codeThrown(() => accountingHtml(report, { zone: "" }))).to.equal("ZONE_REQUIRED");
  });

  it("tells the two same hours of a night in which clocks are set back apart", () => {
    const night = new TestCustodian();
    night.enrol("ada");
    // 2026-10-25 00:30 and 01:30 UTC are both 02:30 in Berlin.
    const base = Date.UTC(2026, 9, 25) / 60_000;
    night.log(base, 100, [night.access(0, { minute: 30 }), night.access(0, { minute: 90 })]);
    const accounting = accountingOfPatient(night.consents, [night]);
    const rows = texts(accountingHtml({ ...report, accounting }, { zone: "Europe/Berlin" }), "time");
    expect(rows.slice(0, 2)).to.deep.equal(["2026-10-25 02:30 +02:00", "2026-10-25 02:30 +01:00"]);
  });

  it("escapes every text", () => {
    const html = accountingHtml(attacked, { zone: "UTC" });
    expect(texts(html, "tr").length).to.equal(16);
    expect(texts(html, "bdi")).to.include(
      "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;a()&quot;&gt;",
    );
    expect(texts(html, "bdi")).to.include("&amp;lt;b&amp;gt;");
    expect(html).to.not.contain("\0");
  });

  it("says so when there is nothing", () => {
    const html = accountingHtml(nobody, { zone: "UTC" });
    expect(texts(html, "p")).to.include("No access was found.");
    expect(texts(html, "table")).to.deep.equal([]);
  });
});

describe("ledger exports: FHIR R4", () => {
  const TERMINOLOGY = "http://terminology.hl7.org/CodeSystem";
  const text = {
    type: "string",
    minLength: 1,
    pattern:
      "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]*\\S[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]*$",
  };
  const instant = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$" };
  const uri = { type: "string", pattern: "^[a-z][a-z0-9+.-]*:\\S+$" };
  const strict = (properties: object, required: string[]) => ({
    type: "object",
    properties,
    required,
    additionalProperties: false,
  });
  const some = (items: object) => ({ type: "array", items, minItems: 1 });
  /** Codes of one code system; `display` is checked where it is fixed. */
  const from = (system: string, codes: string[]) =>
    strict({ system: { const: system }, code: { enum: codes }, display: text }, ["system", "code"]);
  const identified = strict(
    { identifier: strict({ system: uri, value: text }, ["system", "value"]), display: text },
    ["identifier"],
  );
  const PURPOSES = [
    "TREAT",
    "HPAYMT",
    "HOPERAT",
    "HRESCH",
    "PUBHLTH",
    "PATRQT",
    "FAMRQT",
    "HLEGAL",
    "ETREAT",
  ];
  /** Elements of AuditEvent and their cardinalities in R4, as far as they are used; bindings by their value sets. */
  const auditEvent = strict(
    {
      resourceType: { const: "AuditEvent" },
      // http://hl7.org/fhir/ValueSet/audit-event-type
      type: {
        anyOf: [
          from(`${TERMINOLOGY}/audit-event-type`, ["rest"]),
          from(`${TERMINOLOGY}/iso-21089-lifecycle`, ["access"]),
        ],
      },
      action: { enum: ["C", "R", "U", "D", "E"] },
      period: strict({ start: instant, end: instant }, []),
      recorded: instant,
      outcome: { enum: ["0", "4", "8", "12"] },
      purposeOfEvent: some(strict({ coding: some(from(`${TERMINOLOGY}/v3-ActReason`, PURPOSES)), text }, [])),
      agent: some(
        strict(
          {
            role: some(
              strict(
                {
                  coding: some(
                    from(`${TERMINOLOGY}/practitioner-role`, [
                      "doctor",
                      "nurse",
                      "pharmacist",
                      "researcher",
                      "teacher",
                      "ict",
                    ]),
                  ),
                  text,
                },
                [],
              ),
            ),
            who: identified,
            requestor: { type: "boolean" },
          },
          ["requestor"],
        ),
      ),
      source: strict({ observer: identified }, ["observer"]),
      entity: some(
        strict(
          {
            what: identified,
            type: from(`${TERMINOLOGY}/audit-entity-type`, ["1", "2", "3", "4"]),
            role: from(
              `${TERMINOLOGY}/object-role`,
              Array.from({ length: 24 }, (_, i) => String(i + 1)),
            ),
            name: text,
            detail: some(strict({ type: text, valueString: text }, ["type", "valueString"])),
          },
          [],
        ),
      ),
    },
    ["resourceType", "type", "recorded", "agent", "source"],
  );
  const outcome = strict(
    {
      resourceType: { const: "OperationOutcome" },
      issue: some(
        strict(
          {
            severity: { enum: ["fatal", "error", "warning", "information"] },
            code: { enum: ["incomplete", "informational"] },
            diagnostics: text,
          },
          ["severity", "code"],
        ),
      ),
    },
    ["resourceType", "issue"],
  );
  const uuid = {
    type: "string",
    pattern: "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
  };
  const bundle = strict(
    {
      resourceType: { const: "Bundle" },
      type: { enum: ["document", "message", "transaction", "batch", "history", "searchset", "collection"] },
      timestamp: instant,
      entry: some(strict({ fullUrl: uuid, resource: { anyOf: [auditEvent, outcome] } }, ["resource"])),
    },
    ["resourceType", "type"],
  );
  const isBundle = new Ajv2020({ strict: false }).compile(bundle);
  const assertBundle = (value: unknown): void => {
    expect(isBundle(JSON.parse(JSON.stringify(value))), JSON.stringify(isBundle.errors)).to.equal(true);
  };
  const eventsOf = (value: FhirBundle): FhirAuditEvent[] =>
    value.entry.flatMap(({ resource }) =>
      resource.resourceType === "AuditEvent" ? [resource as FhirAuditEvent] : [],
    );
  const patient = { system: "https://lakeside.example/patients", value: "P 7" };

  it("has the required elements and the codes of the value sets, whatever the names", () => {
    for (const each of [report, attacked, nobody])
      for (const options of [{}, { patient }]) assertBundle(accountingFhir(each, options));
    // The check would notice.
    for (const name of ["type", "recorded", "agent", "source"]) {
      const broken = JSON.parse(JSON.stringify(accountingFhir(report)));
      delete broken.entry[0].resource[name];
      expect(isBundle(broken), name).to.equal(false);
    }
  });

  it("says who, when, what and why", () => {
    const events = eventsOf(accountingFhir(report, { patient }));
    expect(events.length).to.equal(13);
    const [, , , , , event] = events;
    expect(event!.type.code).to.equal("access");
    expect(event!.period).to.deep.equal({ start: "2026-02-01T03:15:00Z", end: "2026-02-01T03:15:59Z" });
    expect(event!.recorded).to.equal("2026-02-01T03:40:07Z");
    expect(event!.agent).to.deep.equal([
      {
        role: [{ text: "administration" }],
        who: { identifier: { system: "urn:oid:2.999.1", value: "5" }, display: "Dr Lin" },
        requestor: true,
      },
    ]);
    expect(event!.source.observer).to.deep.equal({
      identifier: plain.identifier,
      display: "Lakeside Hospital",
    });
    expect(event!.entity!.map(({ role, name }) => [role!.code, name])).to.deep.equal([
      ["1", undefined],
      ["4", "demographics"],
    ]);
    expect(event!.entity![0]!.what!.identifier).to.deep.equal(patient);
    expect(event!.entity![1]!.detail!.map(({ type }) => type)).to.include.members([
      "class",
      "transaction",
      "late",
    ]);
  });

  it("has the purpose of each access, and ETREAT before it for broken glass", () => {
    const codes = eventsOf(accountingFhir(report)).map(({ purposeOfEvent }) =>
      purposeOfEvent!.map(({ coding }) => coding![0]!.code),
    );
    expect(codes.slice(0, 8)).to.deep.equal(LEDGER_PURPOSES.map(({ code }) => ["ETREAT", code]));
    expect(codes.slice(8)).to.deep.equal(new Array(5).fill(["HOPERAT"]));
  });

  it("says what is left out, and gaps as incomplete", () => {
    const { resource } = accountingFhir(report).entry.at(-1)!;
    const { issue } = resource as FhirOutcome;
    expect(issue.filter(({ code }) => code === "incomplete").length).to.equal(1);
    expect(issue.filter(({ code }) => code === "informational").length).to.be.greaterThan(3);
  });

  it("gives each access an address of its own, and the same one each time", () => {
    const urls = (each: AccountingReport) => accountingFhir(each).entry.map(({ fullUrl }) => fullUrl);
    expect(new Set(urls(report)).size).to.equal(14);
    expect(urls(attacked).slice(0, 13)).to.deep.equal(urls(report).slice(0, 13));
    // Two keys that open one record.
    const [row] = report.accounting.rows;
    const rows = [row!, { ...row!, slot: 1 }];
    expect(new Set(urls({ ...report, accounting: { ...report.accounting, rows } })).size).to.equal(3);
  });

  it("refuses an identifier that FHIR would not take", () => {
    const under = (change: Partial<Custodian>) => () =>
      accountingFhir(reportOf(() => ({ ...plain, ...change })));
    for (const system of ["", "lakeside", "a b:c", "http://a b", "javascript"]) {
      expect(codeThrown(under({ identifier: { system, value: "1" } }))).to.equal("INVALID_ARGUMENT");
      expect(codeThrown(under({ actors: { system } }))).to.equal("INVALID_ARGUMENT");
    }
    expect(codeThrown(under({ identifier: { system: "urn:oid:1.2", value: " " } }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => accountingFhir(report, { patient: { system: "x", value: "1" } }))).to.equal(
      "INVALID_ARGUMENT",
    );
  });
});
