// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { LEDGER_CLASSES, LEDGER_PURPOSES } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { DEFAULT_PURPOSES, DEFAULT_RESOURCES } from "../../src/accessLogs/defaults.ts";
import {
  MAPPING_SCHEMA,
  parseAccessLogMapping,
  readAccessLog,
  textInput,
} from "../../src/accessLogs/index.ts";
import { rejected } from "../support.ts";
import { MAPPING } from "./support.ts";

function faultsOf(value: unknown): string[] {
  try {
    parseAccessLogMapping(value);
    return [];
  } catch (error) {
    if (!(error instanceof VitalproofError) || error.code !== "DOCUMENT_INVALID") throw error;
    return (error.details.faults as { at: string; wanted: string }[]).map(
      ({ at, wanted }) => `${at}: ${wanted}`,
    );
  }
}

describe("access logs: mapping", () => {
  it("all faults of its form are said at once, each with its place", () => {
    expect(
      faultsOf({
        kind: "vitalproof/access-log",
        version: 1,
        patients: [],
        actors: [{ name: "x" }, { system: 7 }, { type: "a", reference: "b" }],
        roles: [
          { code: "1", role: "doctor" },
          { text: "\n", role: "nurse" },
        ],
        purposes: [{ code: "1", purpose: "treatment", emergency: "yes" }],
        classes: "none",
        zones: "UTC",
      }),
    ).to.deep.equal([
      'kind: "vitalproof/access-log-mapping"',
      "patients: a list of 1 to 100",
      "actors[0]: an object with one of system, type, reference",
      "actors[1].system: a text of 1 to 300 characters, on one line",
      "actors[2].reference: a known member (type)",
      "roles[0].role: one of physician, nurse, pharmacist, therapist, laboratory, administration, researcher, insurer",
      "roles[1].text: a text of 1 to 300 characters, on one line",
      "purposes[0].emergency: true or false",
      "classes: a list",
      "zones: a known member (kind, version, zone, absentOutcome, patients, actors, roles, purposes, classes, events)",
    ]);
    expect(faultsOf(null)).to.deep.equal(["the mapping: an object"]);
    expect(faultsOf({})).to.have.length(5);
  });

  it("rules with one condition are refused, by whichever name of a code system", () => {
    const roles = [
      { code: "1", system: "SNOMED CT", role: "nurse" },
      { system: "http://snomed.info/sct", code: "1", role: "physician" },
      { text: "Nurse", role: "nurse" },
      { text: " nurse", role: "nurse" },
      { code: "1", role: "nurse" },
    ];
    expect(faultsOf({ ...MAPPING, roles, zone: "Mars/Base" })).to.deep.equal([
      'zone: a time zone, such as "Europe/Berlin" or "+01:00"',
      "roles[1]: another rule than roles[0], whose condition it has",
      "roles[3]: another rule than roles[2], whose condition it has",
    ]);
  });

  it("is checked before a log is read", async () => {
    const mapping = { ...MAPPING, roles: [] };
    expect((await rejected(readAccessLog(textInput("{}"), mapping))).code).to.equal("DOCUMENT_INVALID");
  });

  it("standard tables use the ledger's names, and no code twice", () => {
    expect(Object.keys(DEFAULT_PURPOSES).sort()).to.deep.equal(
      LEDGER_PURPOSES.map(({ name }) => name).sort(),
    );
    for (const { name, code } of LEDGER_PURPOSES) expect(DEFAULT_PURPOSES[name]).to.include(code);
    const codes = Object.values(DEFAULT_PURPOSES).flat();
    expect(new Set(codes).size).to.equal(codes.length);
    const resources = Object.values(DEFAULT_RESOURCES).flat();
    expect(new Set(resources).size).to.equal(resources.length);
    expect(LEDGER_CLASSES).to.include.members(Object.keys(DEFAULT_RESOURCES));
  });

  it("docs: the schema is the one that is checked, and the example's mapping fits it", () => {
    const root = join(import.meta.dirname, "../../../..");
    const published = readFileSync(join(root, "docs/schemas/access-log-mapping.json"), "utf8");
    expect(JSON.parse(published)).to.deep.equal(JSON.parse(JSON.stringify(MAPPING_SCHEMA)));
    const example = /```json\n([\s\S]*?)```/.exec(
      readFileSync(join(root, "docs/access-logs.md"), "utf8"),
    )![1]!;
    expect(faultsOf(JSON.parse(example))).to.deep.equal([]);
  });
});
