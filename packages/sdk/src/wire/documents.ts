// SPDX-License-Identifier: GPL-3.0-or-later
import * as v from "valibot";
import { VitalproofError } from "../errors.ts";
import {
  accountSignature,
  address,
  bytes32,
  dayNumber,
  epochNumber,
  errorCode,
  type Field,
  fieldElement,
  integer,
  list,
  type Of,
  object,
  oneLine,
  oneOf,
  optional,
  reason,
  seconds,
  sha256Hex,
  text,
  UINT32,
  uint256,
} from "./fields.ts";
import { type Json, jsonOf } from "./json.ts";
import { parse, wrong } from "./parse.ts";
import {
  anchorDomain,
  anchorPath,
  attestation,
  circuitName,
  claimItem,
  claimsDomain,
  dayOffset,
  device,
  enrolmentInputs,
  logOpening,
  profileName,
  proof,
  signedHead,
  signedReceipt,
} from "./records.ts";

/**
 * The files that a patient, an attester, an insurer and a verifier exchange: JSON with a `kind` and a `version`, bigint
 * as decimal strings, and only the members listed here. None of them holds a reading, a log's salt or a secret.
 */
export type Document<T> = {
  readonly kind: string;
  readonly version: number;
  /** What it is, for messages: "an anchor path". */
  readonly title: string;
  readonly body: Field<T>;
};
export type Body<D> = D extends Document<infer T> ? T : never;

function define<T>(kind: string, title: string, body: Field<T>, version = 1): Document<T> {
  return { kind: `vitalproof/${kind}`, version, title, body };
}

/** Version of the documents with an attestation; those of version 1 did not name the offer. */
const ATTESTATION_VERSION = 2;
const MOST_RECORDS = 100_000;

/** Patient to attester: open a log for this subject and device, with days that begin at this offset. */
export const ENROLMENT_REQUEST = define(
  "enrolment-request",
  "an enrolment request",
  object({ subject: fieldElement, profile: profileName, offset: dayOffset, device }),
);

/** Attester to patient: the log is open, and this account signs for it. */
export const LOG_OPENING = define(
  "log-opening",
  "a log opening",
  object({ opening: logOpening, domain: anchorDomain, attester: address }),
);

/** Patient to attester, epoch by epoch. */
export const SIGNED_HEADS = define(
  "signed-heads",
  "a file of signed heads",
  object({ heads: list(signedHead, { max: MOST_RECORDS }) }),
);

/** Attester to patient: which heads were accepted, which refused and why, and the log's state now. */
export const RECEIPTS = define(
  "receipts",
  "a file of receipts",
  object({
    domain: anchorDomain,
    group: uint256,
    subject: fieldElement,
    profile: profileName,
    receipts: list(signedReceipt, { max: MOST_RECORDS }),
    refused: list(object({ epoch: epochNumber, code: errorCode, message: oneLine }), { max: MOST_RECORDS }),
    state: object({ head: fieldElement, nextEpoch: epochNumber }),
  }),
);

/** Attester to patient: the ways from leaves to the roots of their days. */
export const ANCHOR_PATHS = define(
  "anchor-paths",
  "a file of anchor paths",
  object({
    group: uint256,
    paths: list(object({ day: dayNumber, ...anchorPath }), { max: MOST_RECORDS }),
  }),
);

/** Patient to attester: please sign this attestation. The proof says that holder and subject are one person. */
export const POLICY_APPLICATION = define(
  "policy-application",
  "a policy application",
  object({
    domain: claimsDomain,
    attestation,
    subject: fieldElement,
    proof,
    publicInputs: enrolmentInputs,
  }),
  ATTESTATION_VERSION,
);

/** Attester to insurer, through the patient: the attestation, signed. */
export const HOLDER_ATTESTATION = define(
  "holder-attestation",
  "a holder attestation",
  object({ domain: claimsDomain, attestation, signature: accountSignature }),
  ATTESTATION_VERSION,
);

/** Patient to insurer or verifier: one statement, proven. */
export const CLAIM = define(
  "claim",
  "a claim",
  object({
    circuit: text(/^[a-z0-9-]{1,64}$/, "a circuit's name"),
    circuitVersion: integer(1, UINT32),
    /** SHA-256 of the verification key's file, as the manifest has it. */
    verificationKey: sha256Hex,
    publicInputs: list(fieldElement, { max: 16 }),
    proof,
  }),
);

/** Patient to anyone who pays gas: claims with all that sending them takes. Any account can send them, and gains nothing. */
export const CLAIMS = define(
  "claims",
  "a file of claims",
  object({ claims: list(claimItem, { max: MOST_RECORDS }) }),
);

/** Verifier to patient and attester: what to prove off chain, to whom, how fresh. Terms packed, first epoch 0. */
export const PRESENTATION_REQUEST = define(
  "presentation-request",
  "a presentation request",
  object({
    verifier: object({ chainId: uint256, account: address }),
    scopeNumber: uint256,
    group: uint256,
    /** Seconds after the period's end. */
    maxAge: optional(seconds),
    statements: list(object({ circuit: circuitName, terms: fieldElement }), { max: 16 }),
  }),
);

/** Patient to verifier: the answer. Each proof's evidence is either a receipt or an anchored day. */
export const PRESENTATION = define(
  "presentation",
  "a presentation",
  object({
    holder: fieldElement,
    proofs: list(
      object({
        circuit: circuitName,
        /** SHA-256 of the verification key's file. */
        verificationKey: sha256Hex,
        terms: fieldElement,
        proof,
        receipt: optional(signedReceipt),
        anchorDay: optional(dayNumber),
      }),
      { max: 16 },
    ),
  }),
);

/** A verifier's own file: whom it trusts, and the attester's signature for one holder. */
export const PRESENTATION_TRUST = define(
  "presentation-trust",
  "a verifier's trust",
  object({ attester: address, anchors: anchorDomain, attestation, signature: accountSignature }),
  ATTESTATION_VERSION,
);

const instant = text(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, "a time in UTC, such as 2026-03-01T23:00:00Z");

/** A patient's own file: what was agreed to, with the fields of ISO/IEC TS 27560 that apply. The chain has its hash. */
export const CONSENT_RECEIPT = define(
  "consent-receipt",
  "a consent receipt",
  object({
    schema: oneOf(["ISO/IEC TS 27560:2023"]),
    recordId: text(/^0x[0-9a-f]{32}$/, "16 bytes in hex after 0x"),
    piiPrincipal: address,
    piiController: address,
    purposes: list(
      object({
        purpose: oneLine,
        purposeId: bytes32,
        lawfulBasis: oneOf(["consent"]),
        piiCategories: list(oneLine, { max: 16 }),
        processing: oneLine,
        terms: list(oneLine, { max: 64 }),
      }),
      { max: 16 },
    ),
    contract: object({ chainId: uint256, claims: address, program: uint256 }),
    validFrom: instant,
    validUntil: instant,
    withdrawal: reason,
    nonce: uint256,
    salt: bytes32,
  }),
);

/** Every kind of document that claims and presentations need. */
export const DOCUMENTS: readonly Document<unknown>[] = [
  ENROLMENT_REQUEST,
  LOG_OPENING,
  SIGNED_HEADS,
  RECEIPTS,
  ANCHOR_PATHS,
  POLICY_APPLICATION,
  HOLDER_ATTESTATION,
  CLAIM,
  CLAIMS,
  PRESENTATION_REQUEST,
  PRESENTATION,
  PRESENTATION_TRUST,
  CONSENT_RECEIPT,
];

/** @param file for messages @throws DOCUMENT_INVALID */
export function parseDocument<T>(document: Document<T>, content: string, file: string): T {
  let raw: unknown;
  try {
    raw = JSON.parse(content);
  } catch {
    throw wrong(file, "JSON");
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw wrong(file, document.title);
  const { kind, version, ...body } = raw as { kind?: unknown; version?: unknown };
  if (kind !== document.kind || version !== document.version) {
    const isOther = typeof kind === "string" && /^vitalproof\/[a-z-]{1,40}$/.test(kind);
    const shown = Number.isInteger(version) && Number(version) < 1000 ? `, version ${Number(version)}` : "";
    const given = isOther ? `${kind}${shown}` : "of another kind";
    throw new VitalproofError("DOCUMENT_INVALID", `${file} is ${given}; expected ${document.title}.`, {
      details: {
        file,
        wanted: `${document.kind}/${document.version}`,
        given: isOther ? String(kind) : undefined,
      },
      hint: kind === document.kind ? "It comes from another version of vitalproof." : "Name the right file.",
    });
  }
  return parse(document.body, body, file);
}

/** The text of a document's file. */
export function documentText<T extends Json>(document: Document<T>, body: T): string {
  return `${jsonOf(headed(document, body), 2)}\n`;
}

/** Everything that a document's file has. */
export type Headed<T> = T & { readonly kind: string; readonly version: number };

/** A document inside a message, exactly as in its file. */
export function headed<T>({ kind, version }: Document<T>, body: T): Headed<T> {
  return { kind, version, ...body };
}

/** The schema of `headed`. @param document whose body is an `object` */
export function headedField<T>({ kind, version, title, body }: Document<T>): Field<Headed<T>> {
  const { entries } = body as unknown as { readonly entries: v.ObjectEntries };
  const header = { kind: v.literal(kind, title), version: v.literal(version, `version ${version}`) };
  return object({ ...header, ...entries }) as unknown as Field<Headed<T>>;
}

export type PolicyApplication = Of<typeof POLICY_APPLICATION.body>;
