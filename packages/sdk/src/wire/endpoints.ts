// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an attester, a relayer and a gateway offer over HTTP: method, path, who may call it, what goes there and what comes back.
// Client, server and OpenAPI are made from this one table. A service may see everything here: a head, a proof and a
// signature say nothing about readings.
import { SKIP_REASONS } from "../claimStates.ts";
import { MAX_DEPTH } from "../generated/protocol.ts";
import { ROLES, type Rule } from "./access.ts";
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
  text,
  uint256,
  variant,
} from "./fields.ts";
import {
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

/** One thing that a service does. `Params` are the parts of the path, `Sends` the body, `Answers` what comes back. */
export type Endpoint<Params, Sends, Answers> = {
  readonly method: "GET" | "POST";
  /** Below the service's address, such as `/paths/:day/:leaf`; empty for the address itself. */
  readonly path: string;
  /** One sentence, as OpenAPI shows it. */
  readonly summary: string;
  readonly access: Rule<Params, Sends>;
  readonly params: Field<Params>;
  /** Of a POST. */
  readonly sends: Field<Sends> | undefined;
  readonly answers: Field<Answers>;
  /** Whether asking twice does what asking once does, so that a lost answer can be asked for again. */
  readonly repeatable: boolean;
  /** Bytes of a body. */
  readonly bodyLimit: number;
};
/** What all endpoints have in common: their messages' schemas, whatever their types. */
export type AnyEndpoint = Pick<
  Endpoint<unknown, unknown, unknown>,
  "method" | "path" | "summary" | "params" | "sends" | "answers" | "repeatable" | "bodyLimit"
> & { readonly access: Pick<Rule<unknown, unknown>, "roles"> };
export type ParamsOf<E> = E extends { readonly params: Field<infer P> } ? P : never;
export type SendsOf<E> = E extends { readonly sends: Field<infer S> | undefined } ? S : never;
export type AnswersOf<E> = E extends { readonly answers: Field<infer A> } ? A : never;

const nothing = object({});
type Nothing = Record<never, never>;

/** Bytes that the longest message of an endpoint stays well below. */
const BODY = 16 * 1024;

type About<P, S> = Rule<P, S> & { readonly summary: string; readonly repeatable?: boolean };

function get<A, P = Nothing>(
  path: string,
  { summary, ...access }: About<NoInfer<P>, undefined>,
  answers: Field<A>,
  params: Field<P> = nothing as unknown as Field<P>,
): Endpoint<P, undefined, A> {
  const method = "GET";
  return {
    method,
    path,
    summary,
    access,
    params,
    sends: undefined,
    answers,
    repeatable: true,
    bodyLimit: BODY,
  };
}

function post<S, A, P = Nothing>(
  path: string,
  { summary, repeatable = false, ...access }: About<NoInfer<P>, NoInfer<S>>,
  sends: Field<S>,
  answers: Field<A>,
  params: Field<P> = nothing as unknown as Field<P>,
): Endpoint<P, S, A> {
  return {
    method: "POST",
    path,
    summary,
    access,
    params,
    sends,
    answers,
    repeatable,
    bodyLimit: BODY,
  };
}

/** The person that a body names. */
const named = ({ body }: { body: { subject: bigint } }): bigint => body.subject;

const transaction = bytes32;
const sent = object({ transaction });
const signature = object({ signature: accountSignature });

export const ATTESTER_ENDPOINTS = {
  /** Its account is read from the chain and not from here. Times in seconds. */
  info: get(
    "",
    { summary: "What the attester says of itself", roles: ROLES },
    object({
      group: uint256,
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

/** A person's local name and a profile, such as `p17.glucose-mg-dl-5min`. */
const logName = text(
  /^[a-z0-9_-]{1,60}\.[a-z0-9-]{1,60}$/,
  "the name of a log, such as p17.glucose-mg-dl-5min",
);

/** What a gateway's operator does while it runs. Everything else about a log is in its configuration. */
export const GATEWAY_ENDPOINTS = {
  confirmClock: post(
    "/clock/confirm",
    {
      summary: "Says that the clock of the gateway's machine is right",
      roles: ["operator"],
      repeatable: true,
    },
    nothing,
    object({ now: seconds }),
  ),
  openLog: post(
    "/logs/:log/open",
    {
      summary: "Opens a log with what its attester said, or lets one that was stopped go on from there",
      roles: ["operator"],
      subject: ({ body }) => body.opening.subject,
    },
    object({ opening: logOpening }),
    object({ log: logName, firstEpoch: epochNumber }),
    object({ log: logName }),
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
