// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the services take in: the command's own fields, so that a value is read here as it is in a file.
import { VitalproofError } from "@vitalproof/sdk";
import { isAddress } from "ethers";
import {
  attestation,
  device,
  profileName,
  proofField,
  signedHead,
} from "../../packages/cli/src/documents.ts";
import {
  accountSignature,
  bytes32,
  type Field,
  fieldElement,
  integer,
  list,
  object,
  uint256,
  wrong,
} from "../../packages/cli/src/fields.ts";
import { Refusal } from "./refusal.ts";

const UINT32 = 2 ** 32 - 1;

/** An address that ethers takes too: in one case, or with the right checksum. */
const account: Field<string> = (value, at) => {
  if (typeof value === "string" && value.startsWith("0x") && isAddress(value)) return value;
  throw wrong(at, "an address with a right checksum");
};

const checkedAttestation: Field<ReturnType<typeof attestation>> = (value, at) => {
  const parsed = attestation(value, at);
  account(parsed.controller, `${at}.controller`);
  account(parsed.payee, `${at}.payee`);
  return parsed;
};

export const ENROLMENT = object({
  subject: fieldElement,
  device,
  profile: profileName,
  offset: integer(0, 255),
  firstEpoch: integer(0, UINT32),
});

export const HEAD = signedHead;

export const ATTESTATION_REQUEST = object({
  attestation: checkedAttestation,
  scopeNumber: uint256,
  subject: fieldElement,
  proof: proofField,
  publicInputs: list(fieldElement, { length: 4 }),
});

export const GRANT = object({
  consent: object({
    patient: account,
    grantee: account,
    purpose: bytes32,
    program: uint256,
    from: integer(),
    until: integer(),
    receiptHash: bytes32,
    nonce: uint256,
  }),
  deadline: uint256,
  signature: accountSignature,
});

export const REVOCATION = object({
  patient: account,
  consentId: bytes32,
  deadline: uint256,
  signature: accountSignature,
});

export const CLAIM = object({
  policy: uint256,
  period: integer(0, UINT32),
  consentId: bytes32,
  circuit: bytes32,
  anchorRoot: uint256,
  proof: proofField,
});

export const PAYMENT = object({ policy: uint256 });

export const APPLICATION = object({ attestation: checkedAttestation, signature: accountSignature });

/** Unix seconds. */
export const PASSAGE = object({ to: integer() });

/** Days since 1970-01-01 UTC, as it stands in a path. */
export const DAY_NUMBER: Field<number> = (value, at) => {
  if (typeof value === "string" && /^(0|[1-9]\d{0,6})$/.test(value)) return Number(value);
  throw wrong(at, "a number of days since 1970-01-01");
};

export const LEAF = fieldElement;

/** Checks a value. @throws INVALID_ARGUMENT naming the place, never what stands there */
export function parsed<T>(field: Field<T>, value: unknown, at = "body"): T {
  try {
    return field(value, at);
  } catch (error) {
    if (!(error instanceof VitalproofError) || error.code !== "DOCUMENT_INVALID") throw error;
    throw new Refusal(400, "INVALID_ARGUMENT", error.shortMessage, {
      details: error.details,
      hint: "Write large numbers as decimal strings, and every member that belongs there.",
    });
  }
}
