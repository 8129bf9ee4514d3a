// SPDX-License-Identifier: GPL-3.0-or-later
import type { Signer } from "ethers";
import type { VerificationKey } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import { scopeOf } from "../hashes/scope.ts";
import type { Proof } from "../prove/proof.ts";
import { verifyProof } from "../prove/verify.ts";
import { type ClaimsDomain, type HolderAttestation, policyHashOf, signAttestation } from "./attestation.ts";

export type AttestHolderRequest = {
  attestation: HolderAttestation;
  /** Number of the program's scope, as the claims contract says. Read it there rather than from the applicant. */
  scopeNumber: bigint;
  /** The name under which the attester knows the person who asks. */
  subject: bigint;
  proof: Proof;
  /** What the proof says about itself: `holder, subject, scope, policyHash`. */
  publicInputs: readonly bigint[];
};

export type AttestHolderOptions = {
  domain: ClaimsDomain;
  /** Address of the scope registry; a verifier off chain has its own account here. */
  scopes: string;
  /** The group's attester account. */
  signer: Signer;
  /** Verification key of the circuit `enrolment`. */
  verificationKey: VerificationKey;
  /** Whether intake knows a person under this subject; `Intake` has it. */
  people: { knows(subject: bigint): Promise<boolean> };
  /** Unix seconds; the system's when left out. */
  now?: number;
};

/**
 * Signs a holder attestation for a person whom the attester knows, after checking that the holder and the subject come
 * from one secret and that the proof was made for this very attestation. The caller has established that who asks is
 * the person filed under `subject`: no proof can do that.
 *
 * @returns the EIP-712 signature that `issuePolicy` takes
 * @throws INTAKE_SUBJECT_UNKNOWN; ATTESTATION_EXPIRED; ATTESTATION_MISMATCH naming the public input that is not the
 *         expected one (another holder, subject, scope or attestation); PROOF_INVALID, PROOF_MALFORMED
 */
export async function attestHolder(
  request: AttestHolderRequest,
  options: AttestHolderOptions,
): Promise<string> {
  const { attestation, subject } = request;
  if (!(await options.people.knows(subject))) {
    throw new VitalproofError("INTAKE_SUBJECT_UNKNOWN", "No person is registered under this subject.", {
      hint: "Register the person first, after checking who it is.",
    });
  }
  const now = BigInt(Math.floor(options.now ?? Date.now() / 1000));
  if (attestation.expiry < now) {
    throw new VitalproofError(
      "ATTESTATION_EXPIRED",
      `The attestation expired at ${attestation.expiry}, now it is ${now}.`,
      {
        details: { expiry: attestation.expiry, now },
        hint: "Make a new attestation and a new enrolment proof.",
      },
    );
  }
  const expected: [string, bigint][] = [
    ["holder", attestation.holder],
    ["subject", subject],
    [
      "scope",
      scopeOf({ chainId: options.domain.chainId, scopes: options.scopes, scopeNumber: request.scopeNumber }),
    ],
    ["policyHash", policyHashOf(options.domain, attestation)],
  ];
  if (request.publicInputs.length !== expected.length) {
    throw new VitalproofError(
      "PROOF_MALFORMED",
      `An enrolment proof has 4 public inputs, not ${request.publicInputs.length}.`,
    );
  }
  expected.forEach(([name, wanted], i) => {
    if (request.publicInputs[i] === wanted) return;
    throw new VitalproofError("ATTESTATION_MISMATCH", `The enrolment proof is for another ${name}.`, {
      details: { input: name },
      hint: "The patient proves over the digest of exactly the attestation that is to be signed.",
    });
  });
  verifyProof(
    options.verificationKey,
    expected.map(([, value]) => value),
    request.proof,
  );
  return signAttestation(options.signer, options.domain, attestation);
}
