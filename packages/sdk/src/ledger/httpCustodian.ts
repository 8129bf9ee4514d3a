// SPDX-License-Identifier: GPL-3.0-or-later
import { type CallOptions, callService, type ServiceOptions } from "../services/call.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { OfferRequest } from "./custodian/desk.ts";
import type { PostedAccess } from "./custodian/queue.ts";
import type { MissedAccess } from "./custodian/report.ts";
import { CUSTODIAN_ENDPOINTS } from "./custodianEndpoints.ts";
import type { RevocationRequest, SignedGrant } from "./documents.ts";
import type { PageAddress } from "./page.ts";
import type { ConsentOffer } from "./wallet.ts";

/** What waits at a custodian. */
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
     * Records an access. Stored when it resolves: from then on it is logged or reported as missed.
     * @returns "known" where the key came before
     * @throws ACCESS_NOT_ALLOWED with `fault` in its details; INVALID_ARGUMENT for a key that was another access's
     */
    record: async (access: PostedAccess, call: CallOptions = {}): Promise<"recorded" | "known"> =>
      (await ask(record, access, call)).outcome,

    /** Offers the next slot to a patient. @returns with its audit key, for the patient alone; `expires` in Unix seconds */
    offer: (
      request: OfferRequest,
      call: CallOptions = {},
    ): Promise<{ offer: ConsentOffer; expires: number }> => ask(offer, request, call),

    /** Takes a consent that was offered and signed. @throws GRANT_NOT_SIGNED */
    accept: async (grant: SignedGrant, call: CallOptions = {}): Promise<void> => {
      await ask(accept, grant, call);
    },

    /** Queues a revocation that its patient asks for. @throws REVOCATION_NOT_POSSIBLE */
    revoke: async (request: RevocationRequest, call: CallOptions = {}): Promise<void> => {
      await ask(revoke, request, call);
    },

    /** Accesses that were accepted and cannot be logged. @returns `more`: how many are beyond those that are listed */
    missed: async (call: CallOptions = {}): Promise<{ missed: readonly MissedAccess[]; more: number }> => {
      const { accesses, more } = await ask(missed, undefined, call);
      return { missed: accesses.map(({ reason, isLeft, ...access }) => ({ access, reason, isLeft })), more };
    },

    /** Says of an access that is missed as not-live whether it was an emergency. @throws INVALID_ARGUMENT for another one */
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
