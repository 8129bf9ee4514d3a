// SPDX-License-Identifier: GPL-3.0-or-later
import { type ProofOf, VitalproofError } from "@vitalproof/sdk";
import {
  circuitOf,
  errorOfFailure,
  memoryHint,
  type PageTask,
  type ProofProgress,
  type WorkerLike,
} from "./proverProtocol.ts";

export type ProverClientOptions = {
  /** Absolute address of the artifacts: a worker has another base than the page. */
  artifacts: string;
  /** Texts of the manifests that came with the page, by circuit. */
  manifests: Readonly<Record<string, string>>;
  /** A fresh worker for each proof. */
  worker: () => WorkerLike;
};

export type ProofOptions = { signal?: AbortSignal; onProgress?: (progress: ProofProgress) => void };

export type ProverClient = { prove(task: PageTask, options?: ProofOptions): Promise<ProofOf> };

let jobs = 0;

/**
 * Proves in workers, one fresh one per proof. It is terminated when the proof is done, has failed or is stopped, so that
 * a stop is at once and nothing of the person stays in its memory.
 *
 * `prove` throws what the SDK's `claimWitness`, `enrolmentWitness`, loader and `prove` throw; PROVING_FAILED when memory
 * is short, the worker dies or the browser lacks something; ABORTED
 */
export function proverClient({ artifacts, manifests, worker }: ProverClientOptions): ProverClient {
  return {
    prove: (task, { signal, onProgress } = {}) =>
      new Promise<ProofOf>((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(aborted());
          return;
        }
        const lacking = missingFeatures();
        if (lacking.length > 0) {
          reject(
            new VitalproofError("PROVING_FAILED", `This browser has no ${lacking.join(" and no ")}.`, {
              details: { lacking },
              hint: "Use a current version of Firefox, Chrome, Edge or Safari.",
            }),
          );
          return;
        }
        const id = ++jobs;
        const circuit = circuitOf(task);
        const died = (cause: unknown): VitalproofError =>
          ended(memoryHint(circuit, manifests[circuit]), cause);
        let running: WorkerLike;
        try {
          running = worker();
        } catch (cause) {
          reject(died(cause));
          return;
        }
        const end = (): void => {
          running.terminate();
          signal?.removeEventListener("abort", stop);
        };
        const stop = (): void => {
          end();
          reject(aborted());
        };
        signal?.addEventListener("abort", stop, { once: true });
        running.addEventListener("message", ({ data }) => {
          if (data.id !== id || signal?.aborted === true) return;
          if (data.type === "progress") {
            onProgress?.(data.progress);
            return;
          }
          end();
          if (data.type === "done") resolve(data.result);
          else reject(errorOfFailure(data));
        });
        for (const type of ["error", "messageerror"] as const) {
          running.addEventListener(type, (event) => {
            end();
            reject(died(event));
          });
        }
        running.postMessage({ type: "prove", id, task, artifacts, manifests });
      }),
  };
}

/** What proofs need that this place does not have. */
export function missingFeatures(scope: object = globalThis): string[] {
  const needed: [string, string][] = [
    ["WebAssembly", "WebAssembly"],
    ["crypto", "Web Crypto"],
    ["BigInt", "big integers"],
    ["ReadableStream", "streams"],
    ["TransformStream", "streams that transform"],
  ];
  return needed
    .filter(([name]) => (scope as Record<string, unknown>)[name] === undefined)
    .map(([, what]) => what);
}

/** Browsers kill a worker that takes too much memory without saying so. */
function ended(hint: string, cause: unknown): VitalproofError {
  return new VitalproofError("PROVING_FAILED", "The browser ended the proof, or could not begin it.", {
    hint: `Mostly memory is short. ${hint}`,
    cause,
  });
}

function aborted(): VitalproofError {
  return new VitalproofError("ABORTED", "The proof was stopped.");
}
