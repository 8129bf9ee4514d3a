// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an attester and a relayer offer over HTTP: method, path, who may call it, what goes there and what comes back.
// Client, server and OpenAPI are made from this one table. A service may see everything here: a head, a proof and a
// signature say nothing about readings.
import { SKIP_REASONS } from "../claimStates.ts";
import { MAX_DEPTH } from "../generated/protocol.ts";
import { ROLES } from "./access.ts";
import { get, post } from "./endpoint.ts";
import {
  accountSignature,
  address,
  bytes32,
  dayInPath,
  epochNumber,
  errorCode,
  type Field,
  fieldElement,
  integer,
  list,
  object,
  oneOf,
  optional,
  reason,
  seconds,
  uint256,
  variant,
} from "./fields.ts";
import {
  anchorDomain,
  anchorPath,
  attestation,
  claimItem,
  consent,
  dayOffset,
  device,
  enrolmentInputs,
  logOpening,
  profileName,
  proof,
  signedHead,
  signedReceipt,
} from "./records.ts";

/** The person that a body names. */
const named = ({ body }: { body: { subject: bigint } }): bigint => body.subject;

const transaction = bytes32;
const sent = object({ transaction });
const signature = object({ signature: accountSignature });

export const ATTESTER_ENDPOINTS = {
  /** Who believes a chain reads account and domain there and not from here. Times in seconds. */
  info: get(
    "",
    { summary: "What the attester says of itself", roles: ROLES },
    object({
      group: uint256,
      domain: anchorDomain,
      attester: address,
      times: object({ intakeTime: seconds, graceTime: seconds, correctionTime: seconds }),
    }),
  ),
  enrol: post(
    "/people",
    {
      summary: "Registers a person and a device, and opens the log",
      roles: ["enroller", "operator"],
      subject: named,
    },
    object({
      subject: fieldElement,
      device,
      profile: profileName,
      offset: dayOffset,
      firstEpoch: optional(epochNumber),
    }),
    object({ opening: logOpening }),
  ),
  continueLog: post(
    "/people/continue",
    {
      summary: "Registers a new device and continues the log of a person who lost the old one",
      roles: ["enroller", "operator"],
      subject: named,
      repeatable: true,
    },
    object({ subject: fieldElement, device, profile: profileName }),
    object({ opening: logOpening }),
  ),
  submitHead: post(
    "/heads",
    {
      summary: "Accepts a signed head; one that was accepted before gets its first receipt again",
      roles: ["patient", "sealer"],
      subject: named,
      repeatable: true,
    },
    signedHead,
    signedReceipt,
  ),
  attest: post(
    "/attestations",
    {
      summary: "The attester's signature on a holder attestation",
      roles: ["patient"],
      subject: named,
      repeatable: true,
    },
    object({
      attestation,
      scopeNumber: uint256,
      subject: fieldElement,
      proof,
      publicInputs: enrolmentInputs,
    }),
    signature,
  ),
  path: get(
    "/paths/:day/:leaf",
    {
      summary: "The way from a leaf to the root of its day",
      roles: ["patient", "sealer", "operator"],
      // A leaf names no one. The attester's records say whose it is.
      subject: "recorded",
    },
    object(anchorPath),
    object({ day: dayInPath, leaf: fieldElement }),
  ),
  /** Only an attester that publishes them has it. A leaf hides subject and head. */
  leaves: get(
    "/days/:day/leaves",
    { summary: "All leaves of a closed day, in the order of its tree", roles: "everyone" },
    object({ leaves: list(fieldElement, { max: 2 ** MAX_DEPTH }) }),
    object({ day: dayInPath }),
  ),
} as const;

const outcome = <const O extends string, E extends Record<string, Field<unknown>>>(name: O, members: E) =>
  object({ policy: uint256, period: epochNumber, outcome: oneOf([name]), ...members });
const unsettled = { code: errorCode, message: reason };

/** A relayer learns no subject. Signatures and proofs say what may happen; roles only decide who spends its gas. */
const PAID = ["relayer-client"] as const;

export const RELAYER_ENDPOINTS = {
  consent: post(
    "/consents",
    { summary: "Grants a consent with a patient's signature", roles: PAID },
    object({ consent, deadline: uint256, signature: accountSignature }),
    object({ consentId: bytes32, transaction }),
  ),
  revoke: post(
    "/revocations",
    { summary: "Revokes a consent with a patient's signature", roles: PAID },
    object({ patient: address, consentId: bytes32, deadline: uint256, signature: accountSignature }),
    sent,
  ),
  claim: post(
    "/claims",
    { summary: "Settles a claim, or says why not", roles: PAID },
    claimItem,
    variant("outcome", [
      outcome("settled", { transaction, blockNumber: integer() }),
      outcome("skipped", {
        reason: oneOf(SKIP_REASONS),
        detail: uint256,
        transaction: optional(transaction),
      }),
      outcome("refused", unsettled),
      outcome("failed", unsettled),
    ]),
  ),
  pay: post(
    "/payments",
    { summary: "Has everything paid out that is owed on a policy", roles: PAID },
    object({ policy: uint256 }),
    sent,
  ),
} as const;

const application = object({ attestation, signature: accountSignature });
const applications = object({ applications: list(application, { max: 1000 }) });
const clock = object({ now: seconds });

/** Only a demonstration has it: the chain's clock. */
export const CLOCK_ENDPOINTS = {
  now: get("", { summary: "The chain's time", roles: ROLES }, clock),
  passUntil: post(
    "",
    { summary: "Lets the chain's time pass until a Unix second", roles: ["operator"] },
    object({ to: seconds }),
    clock,
  ),
} as const;

/** Only a demonstration has it: a mailbox from patients to the insurer. */
export const MAILBOX_ENDPOINTS = {
  applications: get("", { summary: "Every application that was left", roles: ["operator"] }, applications),
  leave: post(
    "",
    { summary: "Leaves an application; one that is left twice is there once", roles: ["operator"] },
    application,
    applications,
  ),
} as const;
