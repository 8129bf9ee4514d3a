// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimItem, ClaimOutcome, Consent, HolderAttestation, LogOpening } from "@vitalproof/sdk";
import type { PatientChain } from "./chain.ts";
import type { Vault } from "./vault.ts";

/** What the vault keeps besides identity and log. */
export type Enrolment = { readonly opening: LogOpening };
export type KeptApplication = {
  readonly offer: bigint;
  readonly attestation: HolderAttestation;
  readonly signature: string;
};
export type GivenConsent = {
  readonly program: bigint;
  readonly consentId: string;
  readonly consent: Consent;
  /** The receipt to keep. */
  readonly receipt: string;
  readonly transaction: string;
};
/** A proof that was begun. What is left of it after the page was closed says what to offer again. */
export type Begun =
  | { readonly kind: "application" }
  | { readonly kind: "claim"; readonly policy: bigint; readonly period: number };
export type KeptProof = { readonly item: ClaimItem; readonly outcome?: ClaimOutcome };

/** Where a period's proof is kept. */
export function proofKey(policy: bigint, period: number): string {
  return `proof/${policy}/${period}`;
}

/** The latest consent that was sent, or one that was being sent when the page was closed and has arrived. */
export async function latestConsent(vault: Vault, chain: PatientChain): Promise<GivenConsent | undefined> {
  const given = await vault.recall<GivenConsent>("consent");
  const asked = await vault.recall<GivenConsent>("consent/asked");
  if (asked === undefined || asked.consentId === given?.consentId) return given;
  if (!(await chain.isGranted(asked.consentId))) return given;
  await vault.keep("consent", asked);
  return asked;
}
