// SPDX-License-Identifier: GPL-3.0-or-later

import type { ClaimItem } from "../clients/claimItem.ts";
import type { Consent } from "../clients/consents.ts";
import type { ClaimOutcome } from "../settle/claim.ts";

/** A consent with the signature of the policy's account, good until `deadline` (Unix seconds). */
export type Grant = { readonly consent: Consent; readonly deadline: bigint; readonly signature: string };

/** A revocation with the signature of the policy's account. */
export type Revocation = {
  readonly patient: string;
  readonly consentId: string;
  readonly deadline: bigint;
  readonly signature: string;
};

/**
 * Sends what a holder signed or proved and pays the gas. A relayer can change nothing of it: consents and revocations
 * carry the signature of the policy's own account, and money goes to the policy's payee.
 */
export type Relayer = {
  consent(grant: Grant): Promise<{ transaction: string }>;
  revoke(revocation: Revocation): Promise<{ transaction: string }>;
  claim(item: ClaimItem): Promise<ClaimOutcome>;
  /** Pays out everything that is owed on a policy. */
  pay(policy: bigint): Promise<{ transaction: string }>;
};
