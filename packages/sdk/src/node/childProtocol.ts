// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileLike, ProofRunResult } from "../prove/snarkjs.ts";
import type { CircuitInput } from "../witness/witness.ts";

/** One proof for the child program, `proverChildMain`. Everything travels through the pipe between the two. */
export type ChildRequest = {
  /** What the files are kept under in the child. */
  circuit: string;
  /** Absent when the child has them from an earlier proof. */
  files?: { wasm: FileLike; zkey: FileLike };
  /** Circuits to let go of before this one is loaded. */
  forget?: readonly string[];
  input: CircuitInput;
  /** Has a native prover make the proof, from files in a folder that only this user can read. */
  native?: NativeRun;
};

export type NativeRun = {
  binary: string;
  /** There already; the child writes the witness into it, and removes it if the parent dies. */
  folder: string;
};

/** How a native prover ended, or why it did not begin. Its output is left out, because it has seen the witness. */
export type NativeEnd =
  | { started: true; code: number | null; signal: string | null }
  | { started: false; system: string };

/** What the child sends back: progress and its memory at any time, and one result or end for each request. */
export type ChildMessage =
  | { type: "progress"; phase: "witness" | "proof"; detail?: string }
  | { type: "memory"; rss: number }
  | { type: "result"; result: ProofRunResult }
  | { type: "native"; end: NativeEnd };

export type ChildResult = Exclude<ChildMessage, { type: "progress" | "memory" }>;

/** Names of the files in a native prover's folder, in the order of its arguments. */
export const NATIVE_FILES = {
  zkey: "circuit.zkey",
  witness: "witness.wtns",
  proof: "proof.json",
  publics: "public.json",
} as const;
