// SPDX-License-Identifier: GPL-3.0-or-later

import type { ClaimItem } from "../clients/claimItem.ts";
import type { Grant, Relayer, Revocation } from "../people/relayer.ts";
import type { ClaimOutcome } from "../settle/claim.ts";
import { RELAYER_ENDPOINTS } from "../wire/endpoints.ts";
import { type CallOptions, callService, type ServiceOptions } from "./call.ts";

/** A relayer over HTTP. It is trusted with nothing. Its methods throw what `callService` throws. */
export type HttpRelayer = ReturnType<typeof httpRelayer>;

/** @param base URL of the relayer, without a slash at its end */
export function httpRelayer(base: string, options: ServiceOptions = {}) {
  const { consent, revoke, claim, pay } = RELAYER_ENDPOINTS;
  return {
    consent: (body: Grant, call: CallOptions = {}): Promise<{ consentId: string; transaction: string }> =>
      callService({ base, endpoint: consent, params: {}, body }, { ...options, ...call }),

    revoke: (body: Revocation, call: CallOptions = {}): Promise<{ transaction: string }> =>
      callService({ base, endpoint: revoke, params: {}, body }, { ...options, ...call }),

    claim: (body: ClaimItem, call: CallOptions = {}): Promise<ClaimOutcome> =>
      callService({ base, endpoint: claim, params: {}, body }, { ...options, ...call }),

    /** Has everything paid out that is owed on a policy. */
    pay: (policy: bigint, call: CallOptions = {}): Promise<{ transaction: string }> =>
      callService({ base, endpoint: pay, params: {}, body: { policy } }, { ...options, ...call }),
  } satisfies Relayer;
}
