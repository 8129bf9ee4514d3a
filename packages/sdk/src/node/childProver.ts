// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { Prover } from "../prove/prover.ts";
import { aborted, resultOf } from "../prove/snarkjsProver.ts";
import { ChildDied, ProverChild } from "./proverChild.ts";

/**
 * Proves with snarkjs in a process of its own, which ends with the proof or at once when stopped, and takes its memory
 * and worker threads with it. For many proofs, `proverPool` keeps such processes.
 */
export function childProcessProver(): Prover {
  return {
    async prove(artifacts, witness, { signal, onProgress } = {}) {
      const { circuit, wasm, zkey } = artifacts;
      if (signal?.aborted) throw aborted(circuit);
      const child = new ProverChild();
      const stop = (): void => child.kill();
      signal?.addEventListener("abort", stop, { once: true });
      try {
        const request = { circuit, files: { wasm, zkey }, input: witness.circuitInput() };
        const answer = await child.run(request, onProgress);
        if (answer.type !== "result") throw new ChildDied("its process answered something else");
        return resultOf(circuit, answer.result);
      } catch (error) {
        if (signal?.aborted) throw aborted(circuit);
        if (error instanceof ChildDied) throw childDied(circuit, error);
        throw error;
      } finally {
        signal?.removeEventListener("abort", stop);
        child.kill();
      }
    },
  };
}

export function childDied(circuit: string, { message, cause }: ChildDied): VitalproofError {
  return new VitalproofError("PROVING_FAILED", `Proving ${circuit} failed: ${message}.`, {
    details: { circuit },
    hint: "If memory ran out, close other programs or prove on a larger machine.",
    cause,
  });
}
