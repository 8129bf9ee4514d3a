// SPDX-License-Identifier: GPL-3.0-or-later
import type { CircuitInput } from "../witness/witness.ts";
import type { SnarkjsProof } from "./proof.ts";
import { calculateWitness } from "./witnessCalculator.ts";

/** A file as snarkjs takes it: its bytes, or in Node its path. */
export type FileLike = Uint8Array | string;

type Logger = { debug: (text: string) => void; info: (text: string) => void };

type MemoryFile = { type: "mem"; data?: Uint8Array };

type Snarkjs = {
  wtns: { calculate(input: CircuitInput, wasm: FileLike, witness: MemoryFile): Promise<void> };
  groth16: {
    prove(
      zkey: FileLike,
      witness: MemoryFile,
      logger?: Logger,
    ): Promise<{ proof: SnarkjsProof; publicSignals: string[] }>;
  };
};

/** snarkjs has no types of its own and costs a second to load, so it is loaded by the first proof. */
export async function loadSnarkjs(): Promise<Snarkjs> {
  // @ts-expect-error -- no declarations in the package
  return (await import("snarkjs")) as unknown as Snarkjs;
}

/**
 * Ends the worker threads of the curve that snarkjs keeps for itself; they would keep the process alive.
 * @returns whether there were any
 */
export async function endSnarkjsWorkers(): Promise<boolean> {
  const scope = globalThis as { curve_bn128?: { terminate(): Promise<void> } | null };
  const curve = scope.curve_bn128;
  if (curve === undefined || curve === null) return false;
  scope.curve_bn128 = null;
  await curve.terminate();
  return true;
}

export type ProofRun = {
  /** The witness calculator: bytes, compiled, or in Node a path. */
  wasm: FileLike | WebAssembly.Module;
  zkey: FileLike;
  input: CircuitInput;
  onPhase?: (phase: "witness" | "proof", detail?: string) => void;
  /** Asked between the phases. */
  isStopped?: () => boolean;
};

export type ProofRunResult =
  | { ok: true; proof: SnarkjsProof; publicSignals: string[] }
  | { ok: false; phase: "witness" | "proof"; message: string };

/** One proof from files and inputs. Failures come back as a phase and snarkjs's own words, which hold no inputs. */
export async function runSnarkjs({
  wasm,
  zkey,
  input,
  onPhase,
  isStopped,
}: ProofRun): Promise<ProofRunResult> {
  const snarkjs = await loadSnarkjs();
  const witness: MemoryFile = { type: "mem" };
  try {
    onPhase?.("witness");
    if (typeof wasm === "string") await snarkjs.wtns.calculate(input, wasm, witness);
    else witness.data = await calculateWitness(await compiled(wasm), input);
  } catch (error) {
    return { ok: false, phase: "witness", message: firstLine(error) };
  }
  if (isStopped?.()) return { ok: false, phase: "proof", message: "it was stopped" };
  try {
    onPhase?.("proof");
    const report = (text: string): void => onPhase?.("proof", text);
    const { proof, publicSignals } = await snarkjs.groth16.prove(zkey, witness, {
      debug: report,
      info: report,
    });
    return { ok: true, proof, publicSignals };
  } catch (error) {
    return { ok: false, phase: "proof", message: firstLine(error) };
  }
}

async function compiled(wasm: Uint8Array | WebAssembly.Module): Promise<WebAssembly.Module> {
  return wasm instanceof WebAssembly.Module ? wasm : WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>);
}

/** At most three lines, since WebAssembly adds none of its own: the error, and where in the circuit it was. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n").slice(0, 3).join(" ").slice(0, 300);
}
