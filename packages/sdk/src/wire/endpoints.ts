// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an attester and a relayer offer over HTTP: method, path, what goes there and what comes back. Client and server
// are made from this one table. A service may see everything here: a head, a proof and a signature say nothing about
// readings.
import { SKIP_REASONS } from "../claimStates.ts";
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
  anchorPath,
  attestation,
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

/** One thing that a service does. `Params` are the parts of the path, `Sends` the body, `Answers` what comes back. */
export type Endpoint<Params, Sends, Answers> = {
  readonly method: "GET" | "POST";
  /** Below the service's address, such as `/paths/:day/:leaf`; empty for the address itself. */
  readonly path: string;
  readonly params: Field<Params>;
  /** Of a POST. */
  readonly sends: Field<Sends> | undefined;
  readonly answers: Field<Answers>;
  /** Whether asking twice does what asking once does, so that a lost answer can be asked for again. */
  readonly repeatable: boolean;
};
export type ParamsOf<E> = E extends { readonly params: Field<infer P> } ? P : never;
export type SendsOf<E> = E extends { readonly sends: Field<infer S> | undefined } ? S : never;
export type AnswersOf<E> = E extends { readonly answers: Field<infer A> } ? A : never;

const nothing = object({});
type Nothing = Record<never, never>;

function get<A, P = Nothing>(
  path: string,
  answers: Field<A>,
  params: Field<P> = nothing as unknown as Field<P>,
): Endpoint<P, undefined, A> {
  return { method: "GET", path, params, sends: undefined, answers, repeatable: true };
}

function post<S, A>(
  path: string,
  sends: Field<S>,
  answers: Field<A>,
  { repeatable = false } = {},
): Endpoint<Nothing, S, A> {
  return { method: "POST", path, params: nothing, sends, answers, repeatable };
}

const transaction = bytes32;
const sent = object({ transaction });
const signature = object({ signature: accountSignature });

export const ATTESTER_ENDPOINTS = {
  /** What an attester says of itself. Its account is read from the chain and not from here. Times in seconds. */
  info: get(
    "",
    object({
      group: uint256,
      attester: address,
      times: object({ intakeTime: seconds, graceTime: seconds, correctionTime: seconds }),
    }),
  ),
  /** Registers a person and a device, and opens the log. */
  enrol: post(
    "/people",
    object({
      subject: fieldElement,
      device,
      profile: profileName,
      offset: dayOffset,
      firstEpoch: optional(epochNumber),
    }),
    object({ opening: logOpening }),
  ),
  /** Registers a new device and continues the log of a person who lost the old one. */
  continueLog: post(
    "/people/continue",
    object({ subject: fieldElement, device, profile: profileName }),
    object({ opening: logOpening }),
    { repeatable: true },
  ),
  /** A head that was accepted before gets its first receipt again. */
  submitHead: post("/heads", signedHead, signedReceipt, { repeatable: true }),
  /** The attester's signature on a holder attestation. */
  attest: post(
    "/attestations",
    object({
      attestation,
      scopeNumber: uint256,
      subject: fieldElement,
      proof,
      publicInputs: enrolmentInputs,
    }),
    signature,
    { repeatable: true },
  ),
  /** The way from a leaf to the root of its day. */
  path: get("/paths/:day/:leaf", object(anchorPath), object({ day: dayInPath, leaf: fieldElement })),
} as const;

const outcome = <const O extends string, E extends Record<string, Field<unknown>>>(name: O, members: E) =>
  object({ policy: uint256, period: epochNumber, outcome: oneOf([name]), ...members });
const unsettled = { code: errorCode, message: reason };

export const RELAYER_ENDPOINTS = {
  consent: post(
    "/consents",
    object({ consent, deadline: uint256, signature: accountSignature }),
    object({ consentId: bytes32, transaction }),
  ),
  revoke: post(
    "/revocations",
    object({ patient: address, consentId: bytes32, deadline: uint256, signature: accountSignature }),
    sent,
  ),
  claim: post(
    "/claims",
    object({
      policy: uint256,
      period: epochNumber,
      consentId: bytes32,
      circuit: bytes32,
      anchorRoot: uint256,
      proof,
    }),
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
  /** Has everything paid out that is owed on a policy. */
  pay: post("/payments", object({ policy: uint256 }), sent),
} as const;

const application = object({ attestation, signature: accountSignature });
const applications = object({ applications: list(application, { max: 1000 }) });
const clock = object({ now: seconds });

/** Only a demonstration has it: the chain's clock. */
export const CLOCK_ENDPOINTS = {
  now: get("", clock),
  /** Lets the chain's time pass until a Unix second. */
  passUntil: post("", object({ to: seconds }), clock),
} as const;

/** Only a demonstration has it: a mailbox from patients to the insurer. */
export const MAILBOX_ENDPOINTS = {
  applications: get("", applications),
  /** What is left twice is there once. */
  leave: post("", application, applications),
} as const;
