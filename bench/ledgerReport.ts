// SPDX-License-Identifier: GPL-3.0-or-later
import type { CalldataBytes } from "./calldataFloor.ts";
import type { Dated, Measured } from "./measured.ts";
import type { Spread } from "./statistics.ts";

/** A circuit as its committed manifest has it. */
export interface LedgerCircuitRow {
  readonly name: string;
  readonly constraints: number;
  /** k of the Groth16 domain 2^k. */
  readonly domain: number;
  readonly zkeyBytes: number;
}

/** One prover of one circuit, each proof in processes of its own. Milliseconds. */
export interface ProverFigures {
  readonly witness: Spread;
  /** With reading the key, and for a native prover the SDK's check of the proof. */
  readonly proof: Spread;
  /** With starting processes. */
  readonly total: Spread;
  /** Processor time of all threads; null where the system does not tell. */
  readonly cpu: Spread | null;
  /** Most memory that the prover's processes held together in any round, bytes; null where the system does not tell. */
  readonly peakMemory: number | null;
}

/** A full batch of one circuit, by snarkjs and, where one is named, a native prover, in turns. */
export interface LedgerProofRow extends Dated {
  readonly circuit: string;
  /** Of the circuit that was proven. */
  readonly constraints: number;
  readonly rounds: number;
  /** Of the machine, the average of the minute before the run. */
  readonly load: number;
  readonly snarkjs: ProverFigures;
  /** snarkjs's processor time, else its whole time, by that of `access-batch-64` in the same run. */
  readonly ratio: number;
  readonly native?: ProverFigures & {
    readonly program: string;
    /** Medians of snarkjs's by medians of this one's: how many times faster it is. */
    readonly faster: { readonly proof: number; readonly total: number; readonly cpu: number | null };
  };
}

/** One transaction. */
export interface LedgerGasRow {
  readonly operation: string;
  /** What it is divided by: accesses, or consents and revocations. */
  readonly units: number;
  /** gasUsed. */
  readonly gas: number;
  readonly calldata: CalldataBytes;
}

export interface LedgerPart extends Measured {
  readonly circuits: readonly LedgerCircuitRow[];
  readonly proofs: readonly LedgerProofRow[];
  readonly transactions: readonly LedgerGasRow[];
}
