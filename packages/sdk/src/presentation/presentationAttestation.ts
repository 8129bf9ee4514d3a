// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimsDomain, HolderAttestation } from "../attester/attestation.ts";
import { VitalproofError } from "../errors.ts";
import type { PresentationRequest } from "./presentation.ts";

const NOBODY = "0x0000000000000000000000000000000000000000";
const NO_OFFER = `0x${"0".repeat(64)}`;

/** The holder attestation's domain. The verifier is in the place of a policy's claims contract. */
export function attestationDomainOf({ verifier }: Pick<PresentationRequest, "verifier">): ClaimsDomain {
  return { chainId: verifier.chainId, claims: verifier.account };
}

/**
 * The attestation that a verifier needs of a holder. Program, offer, periods and accounts are all 0: it says that the
 * attester knows the holder, and no contract issues a policy on it.
 */
export function presentationAttestation({
  holder,
  nonce,
  expiry,
}: Pick<HolderAttestation, "holder" | "nonce" | "expiry">): HolderAttestation {
  return {
    program: 0n,
    offerHash: NO_OFFER,
    holder,
    controller: NOBODY,
    payee: NOBODY,
    firstEpoch: 0,
    periods: 0,
    nonce,
    expiry,
  };
}

/**
 * For the attester, before signing: a request comes from outside and may name a claims contract as its verifier. An
 * attestation for a policy that is asked for in this disguise is not signed.
 * @throws ATTESTATION_MISMATCH naming the member
 */
export function assertPresentationAttestation(attestation: HolderAttestation): void {
  const wanted = presentationAttestation(attestation);
  for (const name of ["program", "offerHash", "controller", "payee", "firstEpoch", "periods"] as const) {
    if (attestation[name] === wanted[name]) continue;
    throw new VitalproofError(
      "ATTESTATION_MISMATCH",
      `The attestation for a verifier has ${name} ${String(attestation[name])}; it must be 0.`,
      {
        details: { member: name },
        hint: "An attestation for a policy is asked for with the claims contract and its program.",
      },
    );
  }
}
