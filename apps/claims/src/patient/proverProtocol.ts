// SPDX-License-Identifier: GPL-3.0-or-later
import {
  COMMAND_ERROR_CODES,
  circuitOfTask,
  ERROR_CODES,
  type ProofOf,
  type ProofTask,
  VitalproofError,
} from "@vitalproof/sdk";
import type { OwnSlotRequest } from "@vitalproof/sdk/ledger";
import { needsOf } from "./needs.ts";

/** A proof that the page makes, as plain data: a holder's, or that a consent of the health ledger is the patient's own. */
export type PageTask = ProofTask | { readonly kind: "own-slot"; readonly request: OwnSlotRequest };

/** Name of the circuit that a task is proven with. */
export function circuitOf(task: PageTask): string {
  return task.kind === "own-slot" ? "own-slot" : circuitOfTask(task);
}

export type ProofJob = {
  readonly type: "prove";
  readonly id: number;
  readonly task: PageTask;
  /** Address of the artifacts, and the manifests that came with the page. */
  readonly artifacts: string;
  readonly manifests: Readonly<Record<string, string>>;
};

/** The progress of a proof. Bytes count all files of the circuit. `of` is unknown until each file's length is known. */
export type ProofProgress =
  | { readonly phase: "download"; readonly bytes: number; readonly of: number | undefined }
  | { readonly phase: "witness" | "proof" | "verification"; readonly elapsedMs: number };

export type FromWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: ProofProgress }
  | { readonly type: "done"; readonly id: number; readonly result: ProofOf }
  | {
      readonly type: "failed";
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    };

/** The page's end of a worker; `Worker` has it, tests make one. */
export type WorkerLike = {
  postMessage(message: ProofJob): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: { data: FromWorker }) => void): void;
  addEventListener(type: "error" | "messageerror", listener: (event: unknown) => void): void;
};

/**
 * What the engines of Chrome, Edge, Firefox and Safari say when an array, a heap or a WebAssembly memory does not fit.
 * None of them has a code for it.
 */
const SHORT_OF_MEMORY =
  /out of memory|allocation (failed|size overflow)|(could not|cannot|can't|failed to) (allocate|grow)|(invalid|too large).*array|array.*(length|too large|size)|memory access|(exceeds|exceeded).*(maximum|memory)|maximum memory size/i;

function isShortOfMemory(error: unknown, depth = 0): boolean {
  if (depth > 5 || error === undefined || error === null) return false;
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return SHORT_OF_MEMORY.test(said) || isShortOfMemory((error as { cause?: unknown }).cause, depth + 1);
}

/** Where memory ran out, or seems to have: what the circuit takes, and what to do. */
export function memoryHint(circuit: string, manifest: string | undefined): string {
  const needs = needsOf(manifest);
  const takes = needs === undefined ? "" : `The circuit ${circuit} takes about ${needs.memory} MiB. `;
  return `${takes}Close other tabs and programs and try again; or save a copy of your vault with its readings and prove on a machine with more memory. Nothing was sent.`;
}

/**
 * An error as plain data. Messages of the SDK hold no readings or secrets; those of others are not passed on.
 * @param job whose manifests say how much memory the circuit takes
 */
export function failureOf(
  { id, task, manifests }: Pick<ProofJob, "id" | "task" | "manifests">,
  error: unknown,
): Extract<FromWorker, { type: "failed" }> {
  if (isShortOfMemory(error)) {
    const circuit = circuitOf(task);
    return {
      type: "failed",
      id,
      code: "PROVING_FAILED",
      message: "There is not enough memory for the proof.",
      hint: memoryHint(circuit, manifests[circuit]),
    };
  }
  if (error instanceof VitalproofError) {
    const { code, shortMessage, hint } = error;
    return { type: "failed", id, code, message: shortMessage, hint };
  }
  return {
    type: "failed",
    id,
    code: "PROVING_FAILED",
    message: "The proof failed for a reason that this page does not know.",
    hint: "Reload the page and try again.",
  };
}

/** The inverse, on the page. */
export function errorOfFailure({
  code,
  message,
  hint,
}: Extract<FromWorker, { type: "failed" }>): VitalproofError {
  const known = [...ERROR_CODES, ...COMMAND_ERROR_CODES].find((each) => each === code);
  return new VitalproofError(known ?? "PROVING_FAILED", message, { hint });
}
