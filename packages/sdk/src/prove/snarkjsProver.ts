// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { Mutex } from "../mutex.ts";
import type { Proof } from "./proof.ts";
import { proofFromSnarkjs } from "./proof.ts";
import type { Prover } from "./prover.ts";
import { endSnarkjsWorkers, type ProofRunResult, runSnarkjs } from "./snarkjs.ts";

/** One at a time: proofs of one process share snarkjs's curve, and ending one would end the other's workers. */
const turns = new Mutex();

/**
 * Proves with snarkjs inside this process or page, on its worker threads, and ends them afterwards. The prover for
 * browsers; in Node, `childProcessProver` leaves nothing behind and can be stopped at once.
 */
export function snarkjsProver(): Prover {
  return {
    prove: (artifacts, witness, { signal, onProgress } = {}) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(aborted(artifacts.circuit));
        if (signal?.aborted) {
          stop();
          return;
        }
        signal?.addEventListener("abort", stop, { once: true });
        // The caller hears of a stop at once; the turn lasts until the workers are really gone.
        const turn = turns.run(async () => {
          if (signal?.aborted) return;
          const started = Date.now();
          let settled = false;
          const run = runSnarkjs({
            wasm: artifacts.wasm,
            zkey: artifacts.zkey,
            input: witness.circuitInput(),
            isStopped: () => signal?.aborted === true,
            onPhase: (phase, detail) => onProgress?.({ phase, detail, elapsedMs: Date.now() - started }),
          }).finally(() => {
            settled = true;
          });
          const result = await Promise.race([run, stopped(signal, () => settled)]);
          await endSnarkjsWorkers();
          if (result !== undefined && signal?.aborted !== true) resolve(resultOf(artifacts.circuit, result));
        });
        turn.catch(reject).finally(() => signal?.removeEventListener("abort", stop));
      }),
  };
}

/** Resolves when a stopped run has no workers left; never when nobody stops it. */
function stopped(signal: AbortSignal | undefined, isSettled: () => boolean): Promise<undefined> {
  return new Promise((resolve) => {
    const end = async (): Promise<void> => {
      // The workers may be about to start: they are ended as soon as they are there.
      while (!(await endSnarkjsWorkers()) && !isSettled())
        await new Promise((later) => setTimeout(later, 20));
      resolve(undefined);
    };
    signal?.addEventListener("abort", () => void end(), { once: true });
  });
}

export function aborted(circuit: string): VitalproofError {
  return new VitalproofError("ABORTED", `Proving ${circuit} was stopped.`, { details: { circuit } });
}

/** @throws WITNESS_REJECTED, PROVING_FAILED */
export function resultOf(circuit: string, result: ProofRunResult): { proof: Proof; publicInputs: bigint[] } {
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
