// SPDX-License-Identifier: GPL-3.0-or-later
//
// Records that documents and HTTP bodies share. None of them holds a reading, a salt or a secret.

import type { CircuitName } from "../circuits/circuit.ts";
import { CIRCUITS, MAX_DEPTH, PROFILES } from "../generated/protocol.ts";
import type { ProfileName } from "../profiles/profile.ts";
import {
  accountSignature,
  address,
  bytes32,
  dayNumber,
  epochNumber,
  fieldElement,
  integer,
  list,
  object,
  oneOf,
  pair,
  seconds,
  text,
  uint256,
} from "./fields.ts";

export const profileName = oneOf(Object.keys(PROFILES) as ProfileName[]);
export const circuitName = oneOf(Object.keys(CIRCUITS) as CircuitName[]);

/** Quarters of an hour by which an epoch's day begins after midnight UTC. */
export const dayOffset = integer(0, 255);

export const device = object({
  curve: oneOf(["p256", "ed25519"]),
  publicKey: text(/^[0-9a-f]{64,66}$/, "a public key in hex"),
});

export const anchorDomain = object({ chainId: uint256, anchors: address });
export const claimsDomain = object({ chainId: uint256, claims: address });

export const logOpening = object({
  group: uint256,
  subject: fieldElement,
  profile: profileName,
  offset: dayOffset,
  firstEpoch: epochNumber,
  genesis: fieldElement,
});

export const signedHead = object({
  group: uint256,
  subject: fieldElement,
  previous: fieldElement,
  inner: fieldElement,
  context: fieldElement,
  device,
  signature: text(/^[0-9a-f]{128}$/, "a signature of 64 bytes in hex"),
});

export const signedReceipt = object({
  group: uint256,
  leaf: fieldElement,
  context: fieldElement,
  receivedAt: seconds,
  anchorDay: dayNumber,
  signature: accountSignature,
});

/** The way from a leaf to its day's root. */
export const anchorPath = {
  root: fieldElement,
  leaf: fieldElement,
  index: integer(0, 2 ** MAX_DEPTH - 1),
  siblings: list(fieldElement, { max: MAX_DEPTH }),
};

export const attestation = object({
  program: uint256,
  offerHash: bytes32,
  holder: fieldElement,
  controller: address,
  payee: address,
  firstEpoch: epochNumber,
  periods: epochNumber,
  nonce: uint256,
  expiry: uint256,
});

const point = pair(uint256);
/** Groth16 over BN254; `b` with the real part first, as snarkjs writes it. */
export const proof = object({ a: point, b: pair(point), c: point });

/** What is handed to a relayer: a claim, and what its proof was made against. */
export const claimItem = object({
  policy: uint256,
  period: epochNumber,
  consentId: bytes32,
  /** `circuitIdOf(name, version)`. */
  circuit: bytes32,
  anchorRoot: uint256,
  proof,
});

/** What an enrolment proof says of itself: holder, subject, scope, policy hash. */
export const enrolmentInputs = list(fieldElement, { length: 4 });

export const consent = object({
  patient: address,
  grantee: address,
  purpose: bytes32,
  program: uint256,
  from: seconds,
  until: seconds,
  receiptHash: bytes32,
  nonce: uint256,
});
