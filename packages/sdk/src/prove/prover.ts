// SPDX-License-Identifier: GPL-3.0-or-later
import type { Artifacts } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import type { Witness } from "../witness/witness.ts";
import type { Proof } from "./proof.ts";
import { verifyProof } from "./verify.ts";

/** What a proof run is doing. `detail` names a step of the proving system; it never holds inputs. */
export type Progress = { phase: "witness" | "proof" | "verification"; detail?: string; elapsedMs: number };

export type ProveOptions = {
  /** Stops the run; the promise rejects with code ABORTED. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
};

/** A machine that makes Groth16 proofs: snarkjs here or in a process of its own, or whatever a user plugs in. */
export type Prover = {
  /**
   * @returns the proof and the public signals that it is for
   * @throws WITNESS_REJECTED when the inputs do not satisfy the circuit, PROVING_FAILED, ABORTED
   */
  prove(
    artifacts: Artifacts,
    witness: Witness,
    options?: ProveOptions,
  ): Promise<{ proof: Proof; publicInputs: bigint[] }>;
};

export type ProofOf = { circuit: string; proof: Proof; publicInputs: readonly bigint[] };

/**
 * Proves and then verifies, so that nothing goes out that a verifier would refuse.
 *
 * @throws ARTIFACT_MISMATCH for the artifacts of another circuit, WITNESS_MISMATCH when the prover's public signals are
 *         not the witness's, what the prover throws, PROOF_INVALID
 */
export async function prove(
  prover: Prover,
  artifacts: Artifacts,
  witness: Witness,
  options: ProveOptions = {},
): Promise<ProofOf> {
  if (artifacts.circuit !== witness.circuit) {
    throw new VitalproofError(
      "ARTIFACT_MISMATCH",
      `The artifacts are those of ${artifacts.circuit}, the witness is for ${witness.circuit}.`,
      { details: { artifacts: artifacts.circuit, witness: witness.circuit } },
    );
  }
  const started = Date.now();
  const { proof, publicInputs } = await prover.prove(artifacts, witness, options);
  assertPublicInputs(witness, publicInputs);
  options.onProgress?.({ phase: "verification", elapsedMs: Date.now() - started });
  verifyProof(artifacts.verificationKey, publicInputs, proof);
  return { circuit: witness.circuit, proof, publicInputs };
}

/** @throws WITNESS_MISMATCH when a prover's public signals are not the witness's */
export function assertPublicInputs(witness: Witness, publicInputs: readonly bigint[]): void {
  const same =
    publicInputs.length === witness.publicInputs.length &&
    publicInputs.every((value, i) => value === witness.publicInputs[i]);
  if (same) return;
  throw new VitalproofError(
    "WITNESS_MISMATCH",
    "The prover's public signals are not the witness's public inputs.",
    {
      details: { circuit: witness.circuit },
      hint: "Check that the artifacts are of the same version as this package.",
    },
  );
}
