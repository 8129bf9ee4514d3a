// SPDX-License-Identifier: GPL-3.0-or-later
//
// An accounting as FHIR R4 (4.0.1): a Bundle with an AuditEvent for each access, and an OperationOutcome that says what is
// left out. http://hl7.org/fhir/R4/auditevent.html
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { LEDGER_PURPOSES } from "../generated/ledgerProtocol.ts";
import { invalid } from "../invalid.ts";
import { jsonOf } from "../wire/json.ts";
import type { Disclosure, LedgerPurpose, LedgerRole } from "./accounting.ts";
import { type AccountingReport, actorName, type Custodian, limitsOf, utcText } from "./accountingWords.ts";
import { pageNameOf } from "./pageName.ts";

export type FhirCoding = { system: string; code: string; display?: string };
export type FhirConcept = { coding?: FhirCoding[]; text?: string };
export type FhirReference = { identifier: { system: string; value: string }; display?: string };

export type FhirAuditEvent = {
  resourceType: "AuditEvent";
  type: FhirCoding;
  action: "R";
  period: { start: string; end: string };
  recorded: string;
  outcome: "0";
  purposeOfEvent: FhirConcept[];
  agent: { role: FhirConcept[]; who: FhirReference; requestor: boolean }[];
  source: { observer: FhirReference };
  entity: {
    what?: FhirReference;
    type: FhirCoding;
    role: FhirCoding;
    name?: string;
    detail?: { type: string; valueString: string }[];
  }[];
};

export type FhirOutcome = {
  resourceType: "OperationOutcome";
  issue: {
    severity: "warning" | "information";
    code: "incomplete" | "informational";
    diagnostics: string;
  }[];
};

export type FhirBundle = {
  resourceType: "Bundle";
  type: "collection";
  timestamp: string;
  entry: { fullUrl: string; resource: FhirAuditEvent | FhirOutcome }[];
};

export type FhirOptions = {
  /** The patient, where the accounting is that of one patient: `system` is an absolute URI. */
  readonly patient?: { readonly system: string; readonly value: string } | undefined;
};

const TERMINOLOGY = "http://terminology.hl7.org/CodeSystem";
const ACT_REASON = `${TERMINOLOGY}/v3-ActReason`;
/** "The record was opened for inspection or review": the ledger does not say through which interface, so it is not `rest`. */
const ACCESS: FhirCoding = {
  system: `${TERMINOLOGY}/iso-21089-lifecycle`,
  code: "access",
  display: "Access/View Record Lifecycle Event",
};
const EMERGENCY: FhirConcept = {
  coding: [{ system: ACT_REASON, code: "ETREAT", display: "Emergency Treatment" }],
};
/** Roles that FHIR's practitioner-role has. */
const ROLE_CODES: Readonly<Partial<Record<LedgerRole, string>>> = {
  physician: "doctor",
  nurse: "nurse",
  pharmacist: "pharmacist",
  researcher: "researcher",
};

/**
 * Identical accesses have identical addresses (`fullUrl`), so that an importer recognises what it has already.
 * @throws INVALID_ARGUMENT for an identifier's system that is not an absolute URI, or a value that is empty
 */
export function accountingFhir(report: AccountingReport, { patient }: FhirOptions = {}): FhirBundle {
  const { accounting, made, custodianOf } = report;
  if (patient !== undefined) assertIdentifier("identifier of the patient", patient);
  const events = accounting.rows.map((row) => {
    const custodian = custodianOf(row.address, row.at);
    assertIdentifier("identifier of the custodian", custodian.identifier);
    assertIdentifier("system of actors", { system: custodian.actors.system, value: "1" });
    return { fullUrl: uuidOf(nameOf(row)), resource: auditEventOf(row, custodian, patient) };
  });
  const gaps = accounting.gaps.map(({ address, from, until }) => ({
    severity: "warning" as const,
    code: "incomplete" as const,
    diagnostics: `Nothing was logged for page ${address.page} of ${address.ledger} on chain ${address.chainId} from ${utcText(from * 60)} until ${utcText(until * 60)}.`,
  }));
  const limits = limitsOf(accounting).map((diagnostics) => ({
    ...{ severity: "information" as const, code: "informational" as const, diagnostics },
  }));
  const outcome: FhirOutcome = { resourceType: "OperationOutcome", issue: [...gaps, ...limits] };
  const entry = [...events, { fullUrl: uuidOf(`outcome|${made}|${jsonOf(outcome)}`), resource: outcome }];
  return { resourceType: "Bundle", type: "collection", timestamp: utcText(made), entry };
}

function auditEventOf(
  row: Disclosure,
  custodian: Custodian,
  patient: FhirOptions["patient"],
): FhirAuditEvent {
  const name = actorName(custodian, row);
  const { chainId, ledger, page } = row.address;
  const details = {
    class: row.class,
    chain: chainId,
    ledger,
    page,
    slot: row.slot,
    transaction: row.transaction,
    record: row.index,
    block: row.block,
    late: row.late,
    doubtful: row.doubtful,
  };
  return {
    resourceType: "AuditEvent",
    type: ACCESS,
    action: "R",
    // Somewhere in this minute.
    period: { start: utcText(row.at), end: utcText(row.at + 59) },
    recorded: utcText(row.logged),
    outcome: "0",
    purposeOfEvent: [...(row.emergency ? [EMERGENCY] : []), purposeOf(row.purpose)],
    agent: [
      {
        role: [roleOf(row.role)],
        who: {
          identifier: { system: custodian.actors.system, value: String(row.actor) },
          ...(name === undefined ? {} : { display: textOf(name) }),
        },
        requestor: true,
      },
    ],
    source: { observer: referenceOf(custodian) },
    entity: [
      ...(patient === undefined ? [] : [patientOf(patient)]),
      {
        type: coding("audit-entity-type", "2", "System Object"),
        role: coding("object-role", "4", "Domain Resource"),
        name: row.class,
        detail: Object.entries(details).map(([type, value]) => ({ type, valueString: String(value) })),
      },
    ],
  };
}

function purposeOf(purpose: LedgerPurpose): FhirConcept {
  const { code } = LEDGER_PURPOSES.find(({ name }) => name === purpose)!;
  return { coding: [{ system: ACT_REASON, code }], text: purpose };
}

function roleOf(role: LedgerRole): FhirConcept {
  const code = ROLE_CODES[role];
  return { ...(code === undefined ? {} : { coding: [coding("practitioner-role", code)] }), text: role };
}

function referenceOf({ name, identifier: { system, value } }: Custodian): FhirReference {
  const display = textOf(name);
  return { identifier: { system, value: textOf(value) }, ...(display === "" ? {} : { display }) };
}

function patientOf({ system, value }: NonNullable<FhirOptions["patient"]>): FhirAuditEvent["entity"][number] {
  return {
    what: { identifier: { system, value: textOf(value) } },
    type: coding("audit-entity-type", "1", "Person"),
    role: coding("object-role", "1", "Patient"),
  };
}

function coding(system: string, code: string, display?: string): FhirCoding {
  return { system: `${TERMINOLOGY}/${system}`, code, ...(display === undefined ? {} : { display }) };
}

/** FHIR's texts have no signs below 32 but white space. */
function textOf(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, (sign) => (/\s/.test(sign) ? " " : "\ufffd")).trim();
}

/** The values are personal, so errors leave them out. */
function assertIdentifier(name: string, { system, value }: { system: string; value: string }): void {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s"<>\\^`{|}]+$/.test(system))
    throw invalid(`system in the ${name}`, "another text", "an absolute URI");
  if (textOf(value) === "") throw invalid(`value in the ${name}`, "empty", "a text");
}

function nameOf({ address, slot, transaction, index }: Disclosure): string {
  return `access|${pageNameOf(address)}|${slot}|${transaction.toLowerCase()}|${index}`;
}

/** A UUID of version 8 (RFC 9562) from a hash: the same name gives the same UUID. */
function uuidOf(name: string): string {
  const bytes = sha256(utf8ToBytes(`vitalproof/fhir/1|${name}`)).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytesToHex(bytes);
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
}
