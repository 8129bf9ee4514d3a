// SPDX-License-Identifier: GPL-3.0-or-later
import { type ClaimsDomain, type HolderAttestation, policyHashOf } from "../attester/attestation.ts";
import type { AttestHolderRequest } from "../attester/attestHolder.ts";
import { randomFieldElement } from "../field.ts";
import type { Identity } from "../identity/identity.ts";
import { presentationAttestation } from "../presentation/presentationAttestation.ts";
import type { ProveOptions } from "../prove/prover.ts";
import { DAY } from "../time/epochs.ts";
import type { ProofMaker } from "./proofTask.ts";

/** An application: what the attester is asked to sign, and the enrolment proof over it. */
export type Application = AttestHolderRequest & { domain: ClaimsDomain };

/** Where an application is good: the contract or verifier, and its scope. */
export type ApplicationScope = { domain: ClaimsDomain; scope: bigint; scopeNumber: bigint };

/** Proves that holder and subject are one person, over the digest of exactly this attestation. */
export async function proveApplication<Options = ProveOptions>(
  identity: Identity,
  { domain, scope, scopeNumber }: ApplicationScope,
  attestation: HolderAttestation,
  prove: ProofMaker<Options>,
  options?: Options,
): Promise<Application> {
  const policyHash = policyHashOf(domain, attestation);
  const { proof, publicInputs } = await prove(
    { kind: "enrolment", secret: identity.secret(), scope, policyHash },
    options,
  );
  return { domain, attestation, scopeNumber, subject: identity.subject, proof, publicInputs };
}

/**
 * Applies to be attested to a verifier that asks for presentations. It needs no chain.
 * @param on `now`: Unix seconds; `validFor`: seconds for which the verifier may use the attestation
 */
export function applyToVerifier<Options = ProveOptions>(
  identity: Identity,
  to: ApplicationScope,
  on: { now: number; validFor?: number },
  prove: ProofMaker<Options>,
  options?: Options,
): Promise<Application> {
  const attestation = presentationAttestation({
    holder: identity.holder(to.scope),
    nonce: randomFieldElement(),
    expiry: BigInt(on.now + (on.validFor ?? DAY)),
  });
  return proveApplication(identity, to, attestation, prove, options);
}
