// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type AnchorPath,
  type AttestHolderRequest,
  type ClaimItem,
  type ClaimOutcome,
  type DeviceKey,
  type HolderAttestation,
  type LogOpening,
  type ProfileName,
  type SignedHead,
  type SignedReceipt,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Carrier, Grant, Revocation } from "./carrier.ts";
import { type CallOptions, callService, type ServiceOptions } from "./serviceCall.ts";
import type { Shape } from "./shape.ts";

const DEVICE: Shape = { curve: "text", publicKey: "hex" };
const PROOF: Shape = {
  a: ["bigint", "list"],
  b: [["bigint", "list"], "list"],
  c: ["bigint", "list"],
};
const ATTESTATION: Shape = {
  program: "bigint",
  holder: "bigint",
  controller: "hex",
  payee: "hex",
  firstEpoch: "integer",
  periods: "integer",
  nonce: "bigint",
  expiry: "bigint",
};
const CONSENT: Shape = {
  patient: "hex",
  grantee: "hex",
  purpose: "hex",
  program: "bigint",
  from: "integer",
  until: "integer",
  receiptHash: "hex",
  nonce: "bigint",
};

/**
 * Everything that may leave the page, by what it is for. A head, a proof and a signature say nothing about readings; a
 * member that is not here is not sent (`outgoing`).
 */
export const LEAVES = {
  enrolment: {
    subject: "bigint",
    device: DEVICE,
    profile: "text",
    offset: "integer",
    firstEpoch: "integer",
  },
  head: {
    group: "bigint",
    subject: "bigint",
    previous: "bigint",
    head: "bigint",
    context: "bigint",
    device: DEVICE,
    signature: "hex",
  },
  attestation: {
    attestation: ATTESTATION,
    scopeNumber: "bigint",
    subject: "bigint",
    proof: PROOF,
    publicInputs: ["bigint", "list"],
  },
  consent: { consent: CONSENT, deadline: "bigint", signature: "hex" },
  revocation: { patient: "hex", consentId: "hex", deadline: "bigint", signature: "hex" },
  claim: {
    policy: "bigint",
    period: "integer",
    consentId: "hex",
    circuit: "hex",
    anchorRoot: "bigint",
    proof: PROOF,
  },
  application: { attestation: ATTESTATION, signature: "hex" },
  payment: { policy: "bigint" },
  clock: { to: "integer" },
} as const satisfies Record<string, Shape>;

const OPENING: Shape = {
  group: "bigint",
  subject: "bigint",
  profile: "text",
  offset: "integer",
  firstEpoch: "integer",
  genesis: "bigint",
};
const RECEIPT: Shape = {
  group: "bigint",
  leaf: "bigint",
  context: "bigint",
  receivedAt: "integer",
  anchorDay: "integer",
  signature: "hex",
};

/** What a clinic says about itself. The group's attester is read from the chain, not from here. */
export type ClinicInfo = {
  group: bigint;
  attester: string;
  /** Seconds. */
  times: { intakeTime: number; graceTime: number; correctionTime: number };
};

export type EnrolmentRequest = {
  subject: bigint;
  device: DeviceKey;
  profile: ProfileName;
  offset: number;
  firstEpoch: number;
};

/** A clinic over HTTP; its methods throw what `callService` throws. */
export type ClinicService = ReturnType<typeof clinicService>;

/** @param base URL of the clinic, without a slash at its end */
export function clinicService(base: string, options: ServiceOptions = {}) {
  const post = <T>(path: string, shape: Shape, value: unknown, answers: Shape, call: CallOptions = {}) =>
    callService<T>(
      { method: "POST", url: base + path, sends: { shape, value }, answers },
      { ...options, ...call },
    );
  return {
    info: (call: CallOptions = {}) =>
      callService<ClinicInfo>(
        {
          method: "GET",
          url: base,
          answers: {
            group: "bigint",
            attester: "hex",
            times: { intakeTime: "integer", graceTime: "integer", correctionTime: "integer" },
          },
        },
        { ...options, ...call },
      ),

    /** Files the person and the device, and opens the log. */
    async enrol(request: EnrolmentRequest, call?: CallOptions): Promise<LogOpening> {
      const { opening } = await post<{ opening: LogOpening }>(
        "/people",
        LEAVES.enrolment,
        // A device object may hold its key: only its public half is taken.
        { ...request, device: { curve: request.device.curve, publicKey: request.device.publicKey } },
        { opening: OPENING },
        call,
      );
      return opening;
    },

    submitHead: (head: SignedHead, call?: CallOptions) =>
      post<SignedReceipt>("/heads", LEAVES.head, head, RECEIPT, call),

    /** @returns the attester's signature */
    async attest(request: AttestHolderRequest, call?: CallOptions): Promise<string> {
      const answers: Shape = { signature: "hex" };
      return (await post<{ signature: string }>("/attestations", LEAVES.attestation, request, answers, call))
        .signature;
    },

    /** @param day counted from 1970-01-01 UTC @throws INVALID_ARGUMENT */
    path(day: number, leaf: bigint, call: CallOptions = {}): Promise<AnchorPath> {
      if (!Number.isSafeInteger(day) || day < 0 || typeof leaf !== "bigint") {
        throw new VitalproofError("INVALID_ARGUMENT", "A path is asked for by day and leaf.");
      }
      return callService<AnchorPath>(
        {
          method: "GET",
          url: `${base}/paths/${day}/${leaf}`,
          answers: { root: "bigint", leaf: "bigint", index: "integer", siblings: ["bigint", "list"] },
        },
        { ...options, ...call },
      );
    },
  };
}

/** A relayer over HTTP, trusted with nothing; its methods throw what `callService` throws. */
export type RelayerService = ReturnType<typeof relayerService>;

/** @param base URL of the relayer, without a slash at its end */
export function relayerService(base: string, options: ServiceOptions = {}) {
  const post = <T>(path: string, shape: Shape, value: unknown, answers: Shape, call: CallOptions = {}) =>
    callService<T>(
      { method: "POST", url: base + path, sends: { shape, value }, answers },
      { ...options, ...call },
    );
  return {
    consent: (grant: Grant, call?: CallOptions) =>
      post<{ consentId: string; transaction: string }>(
        "/consents",
        LEAVES.consent,
        grant,
        { consentId: "hex", transaction: "hex" },
        call,
      ),

    revoke: (revocation: Revocation, call?: CallOptions) =>
      post<{ transaction: string }>(
        "/revocations",
        LEAVES.revocation,
        revocation,
        { transaction: "hex" },
        call,
      ),

    pay: (policy: bigint, call?: CallOptions) =>
      post<{ transaction: string }>("/payments", LEAVES.payment, { policy }, { transaction: "hex" }, call),

    claim: (item: ClaimItem, call?: CallOptions) =>
      post<ClaimOutcome>(
        "/claims",
        LEAVES.claim,
        item,
        {
          outcome: "text",
          transaction: ["optional", "hex"],
          blockNumber: ["optional", "integer"],
          reason: ["optional", "text"],
          detail: ["optional", "bigint"],
          code: ["optional", "text"],
          message: ["optional", "text"],
        },
        call,
      ),
  } satisfies Carrier;
}

/** What a demonstration has besides: a clock to turn and a mailbox to the insurer. */
export type DemoService = ReturnType<typeof demoService>;

/** @param urls of the clock and of the mailbox, where there is one */
export function demoService(
  urls: { clock: string; applications?: string | undefined },
  options: ServiceOptions = {},
) {
  return {
    /** The chain's Unix seconds. */
    now: async (call: CallOptions = {}): Promise<number> => {
      const answers: Shape = { now: "integer" };
      return (
        await callService<{ now: number }>(
          { method: "GET", url: urls.clock, answers },
          { ...options, ...call },
        )
      ).now;
    },
    /** Lets the chain's time pass; the clinic anchors what is due. @param to Unix seconds */
    passUntil: async (to: number, call: CallOptions = {}): Promise<void> => {
      const sends = { shape: LEAVES.clock, value: { to } };
      await callService({ method: "POST", url: urls.clock, sends, answers: {} }, { ...options, ...call });
    },
    /** @throws NOT_THERE without a mailbox */
    leaveApplication: async (
      application: { attestation: HolderAttestation; signature: string },
      call: CallOptions = {},
    ): Promise<void> => {
      if (urls.applications === undefined) {
        throw new VitalproofError("NOT_THERE", "This page names no mailbox of the insurer.", {
          hint: "Save the signed application as a file and hand it to the insurer.",
        });
      }
      const sends = { shape: LEAVES.application, value: application };
      await callService(
        { method: "POST", url: urls.applications, sends, answers: {} },
        { ...options, ...call },
      );
    },
  };
}
