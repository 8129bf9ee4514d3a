// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CIRCUITS,
  type CircuitName,
  COMMAND_ERROR_CODES,
  ERROR_CODES,
  MAX_DEPTH,
  PROFILES,
  type ProfileName,
  VitalproofError,
} from "@vitalproof/sdk";
import {
  accountSignature,
  address,
  type Field,
  fieldElement,
  integer,
  list,
  type Of,
  object,
  oneOf,
  optional,
  sha256Hex,
  text,
  uint256,
  wrong,
} from "./fields.ts";
import { readText, writeText } from "./files.ts";
import { type Io, type Json, jsonText } from "./io.ts";

/**
 * The files that a patient, a clinic, an insurer and a verifier hand each other. JSON with a `kind` and a `version`,
 * bigint as decimal strings, nothing beside the members listed here. None of them holds a reading, a salt or a secret.
 */
export type Document<T> = {
  readonly kind: string;
  readonly version: number;
  /** What it is, for messages: "an anchor path". */
  readonly title: string;
  readonly body: Field<T>;
};
export type Body<D> = D extends Document<infer T> ? T : never;

function define<T>(kind: string, title: string, body: Field<T>): Document<T> {
  return { kind: `vitalproof/${kind}`, version: 1, title, body };
}

const epochNumber = integer(0, 2 ** 32 - 1);
export const profileName: Field<ProfileName> = oneOf(Object.keys(PROFILES) as ProfileName[]);
const curve = oneOf(["p256", "ed25519"]);
export const device = object({ curve, publicKey: text(/^[0-9a-f]{64,66}$/, "a public key in hex") });
const anchorDomain = object({ chainId: uint256, anchors: address });
const claimsDomain = object({ chainId: uint256, claims: address });

const opening = object({
  group: uint256,
  subject: fieldElement,
  profile: profileName,
  offset: integer(0, 255),
  firstEpoch: epochNumber,
  genesis: fieldElement,
});

export const signedHead = object({
  group: uint256,
  subject: fieldElement,
  previous: fieldElement,
  head: fieldElement,
  context: fieldElement,
  device,
  signature: text(/^[0-9a-f]{128}$/, "a signature of 64 bytes in hex"),
});

const receipt = object({
  group: uint256,
  leaf: fieldElement,
  context: fieldElement,
  receivedAt: integer(),
  anchorDay: integer(0, 2 ** 32 - 1),
  signature: accountSignature,
});

const errorCode = oneOf([...ERROR_CODES, ...COMMAND_ERROR_CODES]);

export const attestation = object({
  program: uint256,
  holder: fieldElement,
  controller: address,
  payee: address,
  firstEpoch: epochNumber,
  periods: epochNumber,
  nonce: uint256,
  expiry: uint256,
});

const pair = list(uint256, { length: 2 }) as unknown as Field<[bigint, bigint]>;
/** Groth16 over BN254; `b` with the real part first, as snarkjs writes it. */
export const proofField = object({
  a: pair,
  b: list(pair, { length: 2 }) as unknown as Field<[[bigint, bigint], [bigint, bigint]]>,
  c: pair,
});

/** Patient to clinic: file me under this subject, with this device, in days that begin so. */
export const ENROLMENT_REQUEST = define(
  "enrolment-request",
  "an enrolment request",
  object({ subject: fieldElement, profile: profileName, offset: integer(0, 255), device }),
);

/** Clinic to patient: the log is open, and this account signs for it. */
export const LOG_OPENING = define(
  "log-opening",
  "a log opening",
  object({ opening, domain: anchorDomain, attester: address }),
);

/** Patient to clinic, epoch by epoch. */
export const SIGNED_HEADS = define(
  "signed-heads",
  "a file of signed heads",
  object({ heads: list(signedHead, { max: 100_000 }) }),
);

/** Clinic to patient: what was taken in, what was not and why, and where the log stands now. */
export const RECEIPTS = define(
  "receipts",
  "a file of receipts",
  object({
    domain: anchorDomain,
    group: uint256,
    subject: fieldElement,
    profile: profileName,
    receipts: list(receipt, { max: 100_000 }),
    refused: list(
      object({ epoch: epochNumber, code: errorCode, message: text(/^[^\n]{0,500}$/, "one line") }),
      {
        max: 100_000,
      },
    ),
    state: object({ head: fieldElement, nextEpoch: epochNumber }),
  }),
);

/** Clinic to patient: the ways from leaves to the roots of their days. */
export const ANCHOR_PATHS = define(
  "anchor-paths",
  "a file of anchor paths",
  object({
    group: uint256,
    paths: list(
      object({
        day: integer(0, 2 ** 32 - 1),
        root: fieldElement,
        leaf: fieldElement,
        index: integer(0, 2 ** MAX_DEPTH - 1),
        siblings: list(fieldElement, { max: MAX_DEPTH }),
      }),
      { max: 100_000 },
    ),
  }),
);

/** Patient to clinic: please sign this attestation; the proof says that holder and subject are one person. */
export const POLICY_APPLICATION = define(
  "policy-application",
  "a policy application",
  object({
    domain: claimsDomain,
    attestation,
    subject: fieldElement,
    proof: proofField,
    publicInputs: list(fieldElement, { length: 4 }),
  }),
);

/** Clinic to insurer, through the patient: the attestation, signed. */
export const HOLDER_ATTESTATION = define(
  "holder-attestation",
  "a holder attestation",
  object({ domain: claimsDomain, attestation, signature: accountSignature }),
);

/** Patient to verifier: one statement, proven. */
export const CLAIM = define(
  "claim",
  "a claim",
  object({
    circuit: text(/^[a-z0-9-]{1,64}$/, "a circuit's name"),
    circuitVersion: integer(1, 2 ** 32 - 1),
    /** SHA-256 of the verification key's file, as the manifest has it. */
    verificationKey: sha256Hex,
    publicInputs: list(fieldElement, { max: 16 }),
    proof: proofField,
  }),
);

const circuitName: Field<CircuitName> = oneOf(Object.keys(CIRCUITS) as CircuitName[]);

/** Verifier to patient and attester: what is to be proven off chain, to whom, how fresh. Terms packed, first epoch 0. */
export const PRESENTATION_REQUEST = define(
  "presentation-request",
  "a presentation request",
  object({
    verifier: object({ chainId: uint256, account: address }),
    scopeNumber: uint256,
    group: uint256,
    /** Seconds after the period's end. */
    maxAge: optional(integer()),
    statements: list(object({ circuit: circuitName, terms: fieldElement }), { max: 16 }),
  }),
);

/** Patient to verifier: the answer. Each proof's evidence is a receipt or an anchored day, one of the two. */
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
        proof: proofField,
        receipt: optional(receipt),
        anchorDay: optional(integer(0, 2 ** 32 - 1)),
      }),
      { max: 16 },
    ),
  }),
);

/** A verifier's own: whom it trusts, and the attester's word for one holder. */
export const PRESENTATION_TRUST = define(
  "presentation-trust",
  "a verifier's trust",
  object({ attester: address, anchors: anchorDomain, attestation, signature: accountSignature }),
);

/** Reads a document. @throws FILE_UNREADABLE, DOCUMENT_INVALID naming the place */
export async function readDocument<T>(io: Io, document: Document<T>, file: string): Promise<T> {
  return parseDocument(document, await readText(io, file), file);
}

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
    throw new VitalproofError("DOCUMENT_INVALID", `${file} is ${given}; wanted is ${document.title}.`, {
      details: {
        file,
        wanted: `${document.kind}/${document.version}`,
        given: isOther ? String(kind) : undefined,
      },
      hint: kind === document.kind ? "It comes from another version of vitalproof." : "Name the right file.",
    });
  }
  return document.body(body, file);
}

/** Writes a document. @throws FILE_EXISTS, FILE_UNREADABLE */
export async function writeDocument<T extends Json>(
  io: Io,
  document: Document<T>,
  file: string,
  body: T,
  options: { force?: boolean } = {},
): Promise<void> {
  await writeText(io, file, documentText(document, body), options);
}

export function documentText<T extends Json>({ kind, version }: Document<T>, body: T): string {
  return jsonText({ kind, version, ...(body as Record<string, Json>) });
}

export type PolicyApplication = Of<typeof POLICY_APPLICATION.body>;
