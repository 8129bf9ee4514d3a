// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { VitalproofError } from "../errors.ts";
import type { Prover } from "../prove/prover.ts";
import type { ProofRunResult } from "../prove/snarkjs.ts";
import { aborted, resultOf } from "../prove/snarkjsProver.ts";

/** What the child sends back. */
export type ChildMessage =
  | { type: "progress"; phase: "witness" | "proof"; detail?: string }
  | { type: "result"; result: ProofRunResult };

/**
 * Proves with snarkjs in a process of its own, which ends with the proof or at once when stopped, and takes its memory
 * and worker threads with it. Inputs go through a pipe: neither arguments nor environment hold them.
 */
export function childProcessProver(): Prover {
  return {
    prove(artifacts, witness, { signal, onProgress } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(aborted(artifacts.circuit));
          return;
        }
        const started = Date.now();
        // Run from source the file ends in .ts, from the published package in .js.
        const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
        const child = fork(fileURLToPath(new URL(`./childProverMain.${extension}`, import.meta.url)), [], {
          execArgv: [],
          serialization: "advanced",
          stdio: ["ignore", "ignore", "ignore", "ipc"],
        });
        const onAbort = (): void => {
          settle(() => reject(aborted(artifacts.circuit)));
        };
        let settled = false;
        const settle = (act: () => void): void => {
          if (settled) return;
          settled = true;
          signal?.removeEventListener("abort", onAbort);
          child.kill("SIGKILL");
          act();
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        child.on("message", (message: ChildMessage) => {
          if (message.type === "progress") {
            onProgress?.({ phase: message.phase, detail: message.detail, elapsedMs: Date.now() - started });
            return;
          }
          settle(() => {
            try {
              resolve(resultOf(artifacts.circuit, message.result));
            } catch (error) {
              reject(error);
            }
          });
        });
        const failed = (reason: string, cause?: unknown): void =>
          settle(() =>
            reject(
              new VitalproofError("PROVING_FAILED", `Proving ${artifacts.circuit} failed: ${reason}.`, {
                details: { circuit: artifacts.circuit },
                hint: "If memory ran out, close other programs or prove on a larger machine.",
                cause,
              }),
            ),
          );
        child.on("error", (error) => failed("its process cannot be started", error));
        child.on("exit", (code, killed) => failed(`its process ended early (${killed ?? `code ${code}`})`));
        child.send({ wasm: artifacts.wasm, zkey: artifacts.zkey, input: witness.circuitInput() });
      });
    },
  };
}
