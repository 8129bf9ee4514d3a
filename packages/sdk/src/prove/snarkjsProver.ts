// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { Mutex } from "../internal/mutex.ts";
import { proofFromSnarkjs } from "./proof.ts";
import type { Prover } from "./prover.ts";
import { endSnarkjsWorkers, type ProofRunResult, runSnarkjs } from "./snarkjs.ts";

/** One at a time: proofs of one process share snarkjs's curve, and ending one would end the other's workers. */
const turns = new Mutex();

/**
 * Proves with snarkjs inside this process or page, on its worker threads, and ends them afterwards. The prover for
 * browsers; in Node, `ChildProcessProver` leaves nothing behind and can be stopped at once.
 */
export function snarkjsProver(): Prover {
  return {
    prove: (artifacts, witness, { signal, onProgress } = {}) =>
      turns.run(async () => {
        if (signal?.aborted) throw aborted(artifacts.circuit);
        const started = Date.now();
        let onAbort: (() => void) | undefined;
        const cancelled = new Promise<never>((_, reject) => {
          onAbort = () => reject(aborted(artifacts.circuit));
          signal?.addEventListener("abort", onAbort, { once: true });
        });
        try {
          const run = runSnarkjs({
            wasm: artifacts.wasm,
            zkey: artifacts.zkey,
            input: witness.circuitInput(),
            onPhase: (phase, detail) => onProgress?.({ phase, detail, elapsedMs: Date.now() - started }),
          });
          return resultOf(artifacts.circuit, await Promise.race([run, cancelled]));
        } finally {
          if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
          await endSnarkjsWorkers();
        }
      }),
  };
}

export function aborted(circuit: string): VitalproofError {
  return new VitalproofError("ABORTED", `Proving ${circuit} was stopped.`, { details: { circuit } });
}

/** @throws WITNESS_REJECTED, PROVING_FAILED */
export function resultOf(
  circuit: string,
  result: ProofRunResult,
): { proof: ReturnType<typeof proofFromSnarkjs>; publicInputs: bigint[] } {
  if (result.ok)
    return { proof: proofFromSnarkjs(result.proof), publicInputs: result.publicSignals.map(BigInt) };
  if (result.phase === "witness") {
    throw new VitalproofError("WITNESS_REJECTED", `The inputs do not satisfy ${circuit}: ${result.message}`, {
      details: { circuit },
      hint: "Build the witness with claimWitness or enrolmentWitness, which name what does not fit.",
    });
  }
  throw new VitalproofError("PROVING_FAILED", `Proving ${circuit} failed: ${result.message}`, {
    details: { circuit },
    hint: "Check that the proving key belongs to this circuit and is complete.",
  });
}
