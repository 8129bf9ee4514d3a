// SPDX-License-Identifier: GPL-3.0-or-later
import { type CallOptions, callService, type ServiceOptions } from "../services/call.ts";
import { headed } from "../wire/documents.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { OfferRequest } from "./custodian/desk.ts";
import type { PostedAccess } from "./custodian/queue.ts";
import type { MissedAccess } from "./custodian/report.ts";
import { CUSTODIAN_ENDPOINTS } from "./custodianEndpoints.ts";
import { REVOCATION_REQUEST, type RevocationRequest, SIGNED_GRANT, type SignedGrant } from "./documents.ts";
import type { PageAddress } from "./page.ts";
import type { ConsentOffer } from "./wallet.ts";

/** What a custodian still has to do. */
export type CustodianFigures = {
  readonly address: PageAddress;
  /** Accesses that are not on the chain, missed ones included. */
  readonly waiting: number;
  readonly missed: number;
  /** Transactions that are not final. */
  readonly unsettled: readonly string[];
  /** Unix second. */
  readonly closesAt: number;
};

/** A custodian's service over HTTP. Its methods throw what `callService` throws. */
export type HttpCustodian = ReturnType<typeof httpCustodian>;

/** @param base URL of the custodian's routes, without a slash at its end: its address and `/custodian` */
export function httpCustodian(base: string, options: ServiceOptions = {}) {
  const { record, offer, accept, revoke, missed, decide, status } = CUSTODIAN_ENDPOINTS;
  const ask = <S, A>(
    endpoint: Endpoint<Record<never, never>, S, A>,
    body: S,
    call: CallOptions,
  ): Promise<A> => callService({ base, endpoint, params: {}, body }, { ...options, ...call });
  return {
    /**
     * Records an access. It is stored when the promise resolves: from then on it is logged or reported as missed.
     * @returns "known" if the key was recorded before
     * @throws ACCESS_NOT_ALLOWED with `fault` in its details; INVALID_ARGUMENT for the key of another access
     */
    record: async (access: PostedAccess, call: CallOptions = {}): Promise<"recorded" | "known"> =>
      (await ask(record, access, call)).outcome,

    /** Offers the next slot to a patient. @returns with its audit key, for the patient alone; `expires` in Unix seconds */
    offer: async (
      request: OfferRequest,
      call: CallOptions = {},
    ): Promise<{ offer: ConsentOffer; expires: number }> => {
      const { offer: document, expires } = await ask(offer, request, call);
      const { kind: _kind, version: _version, ...body } = document;
      return { offer: body, expires };
    },

    /** Takes a consent that was offered and signed. @throws GRANT_NOT_SIGNED */
    accept: async (grant: SignedGrant, call: CallOptions = {}): Promise<void> => {
      await ask(accept, headed(SIGNED_GRANT, grant), call);
    },

    /** Queues a revocation that its patient asks for. @throws REVOCATION_NOT_POSSIBLE */
    revoke: async (request: RevocationRequest, call: CallOptions = {}): Promise<void> => {
      await ask(revoke, headed(REVOCATION_REQUEST, request), call);
    },

    /** Accesses that were accepted and cannot be logged. @returns `more`: how many more there are than are listed */
    missed: async (call: CallOptions = {}): Promise<{ missed: readonly MissedAccess[]; more: number }> => {
      const { accesses, more } = await ask(missed, undefined, call);
      return { missed: accesses.map(({ reason, isLeft, ...access }) => ({ access, reason, isLeft })), more };
    },

    /** Decides whether an access that was missed as not-live was an emergency. @throws INVALID_ARGUMENT for any other access */
    decide: async (
      key: string,
      decision: "emergency" | "leave-out",
      call: CallOptions = {},
    ): Promise<void> => {
      await ask(decide, { key, decision }, call);
    },

    status: (call: CallOptions = {}): Promise<CustodianFigures> => ask(status, undefined, call),
  };
}
