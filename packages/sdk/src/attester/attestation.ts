// SPDX-License-Identifier: GPL-3.0-or-later
import { type Signer, TypedDataEncoder, verifyTypedData } from "ethers";
import { VitalproofError } from "../errors.ts";
import { FIELD } from "../field.ts";

/**
 * What joins a person's policy to the person's log: the attester signs it after checking the patient's enrolment
 * proof over this digest. Anyone who changes a field, above all the controller or the payee, has neither.
 */
export type HolderAttestation = {
  program: bigint;
  /** The program's, from the claims contract: it voids the attestation if the number becomes another offer's. */
  offerHash: string;
  holder: bigint;
  controller: string;
  /** The zero address means the controller. */
  payee: string;
  firstEpoch: number;
  periods: number;
  nonce: bigint;
  /** Last Unix second at which a policy can be issued on it. */
  expiry: bigint;
};

/** Chain and claims contract under whose EIP-712 domain attestations are signed. */
export type ClaimsDomain = { chainId: bigint; claims: string };

export const ATTESTATION_TYPES = {
  HolderAttestation: [
    { name: "program", type: "uint256" },
    { name: "offerHash", type: "bytes32" },
    { name: "holder", type: "uint256" },
    { name: "controller", type: "address" },
    { name: "payee", type: "address" },
    { name: "firstEpoch", type: "uint32" },
    { name: "periods", type: "uint32" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
};

/** The EIP-712 digest that the attester signs. */
export function attestationDigest(domain: ClaimsDomain, attestation: HolderAttestation): string {
  return TypedDataEncoder.hash(attestationDomain(domain), ATTESTATION_TYPES, attestation);
}

/** The digest modulo r: the public input `policyHash` of the enrolment proof. */
export function policyHashOf(domain: ClaimsDomain, attestation: HolderAttestation): bigint {
  return BigInt(attestationDigest(domain, attestation)) % FIELD;
}

/** Signs without checking anything; `attestHolder` is what an attester calls. */
export function signAttestation(
  signer: Signer,
  domain: ClaimsDomain,
  attestation: HolderAttestation,
): Promise<string> {
  return signer.signTypedData(attestationDomain(domain), ATTESTATION_TYPES, attestation);
}

/**
 * Checks the signature of an attestation.
 * @param attester the account that has to have signed, from the anchor registry
 * @throws ATTESTATION_MISMATCH
 */
export function verifyAttestation(
  domain: ClaimsDomain,
  attestation: HolderAttestation,
  signature: string,
  attester: string,
): void {
  let signer: string | undefined;
  try {
    signer = verifyTypedData(attestationDomain(domain), ATTESTATION_TYPES, attestation, signature);
  } catch {
    signer = undefined;
  }
  if (signer?.toLowerCase() === attester.toLowerCase()) return;
  throw new VitalproofError(
    "ATTESTATION_MISMATCH",
    `The attestation is not signed by attester ${attester}.`,
    {
      details: { attester, signer, claims: domain.claims, chainId: domain.chainId },
      hint: "Check chain, claims contract and group, and ask the attester again.",
    },
  );
}

/** The EIP-712 domain of attestations. */
export function attestationDomain({ chainId, claims }: ClaimsDomain): object {
  return { name: "Vitalproof Claims", version: "1", chainId, verifyingContract: claims };
}
