// SPDX-License-Identifier: GPL-3.0-or-later
import type { AttesterServices, ContinueRequest, EnrolmentRequest } from "../attester/attester.ts";
import type { AttestHolderRequest } from "../attester/attestHolder.ts";
import type { AnchorPath } from "../hashes/tree.ts";
import type { LogOpening, SignedHead } from "../log/intakeMessages.ts";
import type { SignedReceipt } from "../log/receipt.ts";
import type { AnswersOf } from "../wire/endpoint.ts";
import { ATTESTER_ENDPOINTS } from "../wire/endpoints.ts";
import { type CallOptions, callService, type ServiceOptions } from "./call.ts";

/** What an attester says of itself. The group's attester account is read from the chain, not from here. */
export type AttesterInfo = AnswersOf<typeof ATTESTER_ENDPOINTS.info>;

/** An attester over HTTP. Its methods throw what `callService` throws. */
export type HttpAttester = ReturnType<typeof httpAttester>;

/** @param base URL of the attester, without a slash at its end */
export function httpAttester(base: string, options: ServiceOptions = {}) {
  const { info, enrol, continueLog, submitHead, attest, path } = ATTESTER_ENDPOINTS;
  return {
    info: (call: CallOptions = {}): Promise<AttesterInfo> =>
      callService({ base, endpoint: info, params: {}, body: undefined }, { ...options, ...call }),

    /** Registers the person and the device, and opens the log. */
    async enrol(request: EnrolmentRequest, call: CallOptions = {}): Promise<LogOpening> {
      // A device object may hold its key: only its public half is sent.
      const { curve, publicKey } = request.device;
      const body = { ...request, device: { curve, publicKey } };
      return (await callService({ base, endpoint: enrol, params: {}, body }, { ...options, ...call }))
        .opening;
    },

    /** Registers the new device, and continues the log of a patient who lost it. */
    async continueLog(request: ContinueRequest, call: CallOptions = {}): Promise<LogOpening> {
      const { subject, profile, device } = request;
      const { curve, publicKey } = device;
      const body = { subject, profile, device: { curve, publicKey } };
      return (await callService({ base, endpoint: continueLog, params: {}, body }, { ...options, ...call }))
        .opening;
    },

    submitHead: (head: SignedHead, call: CallOptions = {}): Promise<SignedReceipt> =>
      callService({ base, endpoint: submitHead, params: {}, body: head }, { ...options, ...call }),

    /** @returns the attester's signature */
    async attest(request: AttestHolderRequest, call: CallOptions = {}): Promise<string> {
      const body = { ...request, publicInputs: [...request.publicInputs] };
      return (await callService({ base, endpoint: attest, params: {}, body }, { ...options, ...call }))
        .signature;
    },

    /** @param day counted from 1970-01-01 UTC @throws INVALID_ARGUMENT */
    path: (day: number, leaf: bigint, call: CallOptions = {}): Promise<AnchorPath> =>
      callService({ base, endpoint: path, params: { day, leaf }, body: undefined }, { ...options, ...call }),
  } satisfies AttesterServices & { info: unknown };
}
