// SPDX-License-Identifier: GPL-3.0-or-later
import { type Proof, proofCalldata } from "../prove/proof.ts";

/** What a patient hands to a relayer: a claim and what its proof was made against. All of it is public. */
export type ClaimItem = {
  policy: bigint;
  period: number;
  consentId: string;
  /** `circuitIdOf(name, version)` that it was proven under. */
  circuit: string;
  /** Root that it was proven against. */
  anchorRoot: bigint;
  proof: Proof;
};

/** As `submitClaims` takes it. */
export function itemCalldata({ policy, period, consentId, circuit, anchorRoot, proof }: ClaimItem) {
  return { policyId: policy, period, consentId, circuit, anchorRoot, proof: proofCalldata(proof) };
}
