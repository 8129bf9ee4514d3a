// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import { type ProofOf, type Prover, prove, type VitalproofError, type Witness } from "@vitalproof/sdk";
import { childProcessProver, type NativeProverInfo, nativeProver } from "@vitalproof/sdk/node";
import { artifactsOf } from "./artifacts.ts";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";

type Options = Pick<GlobalOptions, "artifacts" | "rapidsnark">;

/** What made a proof; `fallback` says why it was not the native prover that was configured. */
export type ProverNote = {
  name: "snarkjs" | "native";
  native?: NativeProverInfo;
  fallback?: { code: string; message: string };
};

/**
 * Makes one proof, and verifies it: with the native prover that is configured, else with snarkjs in a process of its own.
 *
 * @throws NATIVE_PROVER_UNUSABLE when --rapidsnark names no program; one in VITALPROOF_RAPIDSNARK is only warned about
 */
export function proofOf(
  io: Io,
  options: Options,
  title: string,
  witness: Witness,
): Promise<ProofOf & { prover: ProverNote }> {
  return io.during(title, async (say) => {
    const { prover, note } = await proverOf(io, options);
    say("checking the artifacts");
    const artifacts = await artifactsOf(io, options).load(witness.circuit);
    const proof = await prove(prover, artifacts, witness, {
      signal: io.signal,
      onProgress: ({ phase }) => say(phase),
    });
    return { ...proof, prover: note };
  });
}

/** For people: nothing where snarkjs was meant to prove, else which program did. */
export function proverLines({ name, native }: ProverNote): string[] {
  if (name === "snarkjs" || native === undefined) return [];
  const said = native.banner === undefined ? "" : `, "${native.banner}"`;
  return [`Proven with ${native.path} (sha-256 ${native.sha256.slice(0, 16)}…${said}), and verified here.`];
}

/** What makes proofs; the note says at the end which one it was. @throws NATIVE_PROVER_UNUSABLE as `proofOf` */
export async function proverOf(io: Io, options: Options): Promise<{ prover: Prover; note: ProverNote }> {
  const snarkjs = childProcessProver();
  const note: ProverNote = { name: "snarkjs" };
  const named = options.rapidsnark ?? (io.env.VITALPROOF_RAPIDSNARK || undefined);
  if (named === undefined) return { prover: snarkjs, note };
  const onFallback = ({ code, shortMessage }: VitalproofError): void => {
    note.name = "snarkjs";
    note.fallback = { code, message: shortMessage };
    io.warn(`${shortMessage} [${code}] snarkjs proves instead.`);
  };
  const prover = nativeProver({ binary: resolve(io.cwd, named), fallback: snarkjs, onFallback });
  try {
    note.native = await prover.describe();
    note.name = "native";
  } catch (error) {
    // What is set for every command may be gone; what is on this command line is meant. `prove` finds the former too.
    if (options.rapidsnark !== undefined) throw error;
  }
  return { prover, note };
}
