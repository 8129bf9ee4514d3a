// SPDX-License-Identifier: GPL-3.0-or-later
import type { ArtifactLoader } from "../artifacts/artifacts.ts";
import { type ProofOf, type ProveOptions, type Prover, prove } from "../prove/prover.ts";
import { type ClaimRequest, claimWitness } from "../witness/claim.ts";
import { enrolmentWitness } from "../witness/enrolment.ts";
import type { Witness } from "../witness/witness.ts";

/**
 * A proof that a holder needs, as plain data that structured cloning takes. It holds readings, salts and the identity
 * secret: it goes to a prover that the holder trusts with them, and nowhere else.
 */
export type ProofTask =
  | { readonly kind: "claim"; readonly secret: bigint; readonly request: ClaimRequest }
  | {
      readonly kind: "enrolment";
      readonly secret: bigint;
      readonly scope: bigint;
      readonly policyHash: bigint;
    };

/** Makes and verifies a proof: here, in a worker, or in another process. */
export type ProofMaker<Options = ProveOptions> = (task: ProofTask, options?: Options) => Promise<ProofOf>;

/** Name of the circuit that a task is proven with. */
export function circuitOfTask(task: ProofTask): string {
  return task.kind === "claim" ? task.request.circuit : "enrolment";
}

/** @throws what `claimWitness` throws */
export function witnessOf(task: ProofTask): Witness {
  return task.kind === "claim"
    ? claimWitness(task.secret, task.request)
    : enrolmentWitness(task.secret, { scope: task.scope, policyHash: task.policyHash });
}

/** A maker over any prover and the artifacts it needs. */
export function proofMaker(prover: Prover, artifacts: ArtifactLoader): ProofMaker {
  return async (task, options) => {
    const witness = witnessOf(task);
    return prove(prover, await artifacts.load(witness.circuit), witness, options);
  };
}
