// SPDX-License-Identifier: GPL-3.0-or-later
import { loadavg } from "node:os";
import type { Prover } from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { builtInstance, proofArtifacts } from "./circuits.ts";
import { type LedgerCircuit, ledgerWitnessOf } from "./ledgerWitness.ts";
import { configuredNativeProver, programOf } from "./nativeProgram.ts";
import { type Say, step } from "./progress.ts";
import { type ProofTimes, timeProof } from "./proofTimes.ts";
import type { LedgerCircuitRow, LedgerProofRow, ProverFigures } from "./report.ts";
import { round, spreadOf } from "./statistics.ts";

/** Proven in every run that proves: what the others are compared with. */
export const BASE_CIRCUIT = "access-batch-64";

/** Rounds that are counted; a large circuit's spread is small, and a round of it takes minutes. */
const roundsOf = ({ domain }: LedgerCircuitRow): number => (domain <= 17 ? 3 : domain <= 18 ? 2 : 1);

/**
 * Full batches of these circuits by snarkjs and, where the environment names one, by a native prover, in turns.
 * @param circuits the first is what the others are compared with
 * @param onRow called with each circuit's row once it is there
 */
export async function measureProofs(
  circuits: readonly (LedgerCircuitRow & { readonly name: LedgerCircuit })[],
  today: string,
  onRow: (row: LedgerProofRow) => void,
): Promise<void> {
  // Before this run adds to it.
  const load = round(loadavg()[0]!, 1);
  const native = configuredNativeProver();
  const program = native === undefined ? undefined : await programOf(native);
  if (native === undefined)
    console.error("  VITALPROOF_RAPIDSNARK names no native prover: figures of one are left out.");
  let base: ProverFigures | undefined;
  for (const circuit of circuits) {
    const { name, constraints } = circuit;
    await step(`build ${name}`, (say) => builtInstance(name, say));
    const rounds = roundsOf(circuit);
    const provers = [childProcessProver(), ...(native === undefined ? [] : [native])];
    const [snarkjs, other] = await step(`prove ${name}, ${rounds} rounds`, (say) =>
      proveInTurns(name, provers, rounds, say),
    );
    base ??= snarkjs!;
    onRow({
      ...{ circuit: name, constraints, rounds, load, snarkjs: snarkjs! },
      ratio: round(costOf(snarkjs!) / costOf(base), 2),
      ...(other === undefined
        ? {}
        : { native: { program: program!, ...other, faster: fasterThan(snarkjs!, other) } }),
      measured: today,
    });
  }
}

/** A B A B …; files are in the disk's cache by then. */
async function proveInTurns(
  circuit: LedgerCircuit,
  provers: readonly Prover[],
  rounds: number,
  say: Say,
): Promise<ProverFigures[]> {
  say("witness");
  // Loading compares hashes of whole files, and reads them into the disk's cache.
  const artifacts = await proofArtifacts.load(circuit);
  const witness = ledgerWitnessOf(circuit);
  const times: ProofTimes[][] = provers.map(() => []);
  for (let turn = 1; turn <= rounds; turn++) {
    for (const [i, prover] of provers.entries()) {
      say(`round ${turn}, ${i === 0 ? "snarkjs" : "native"}`);
      times[i]!.push(await timeProof(prover, artifacts, witness));
    }
  }
  return times.map(figuresOf);
}

function figuresOf(runs: readonly ProofTimes[]): ProverFigures {
  const all = (figure: keyof ProofTimes) =>
    runs.map((run) => run[figure]).filter((value) => value !== undefined);
  const [cpu, memory] = [all("cpu"), all("memory")];
  return {
    witness: spreadOf(all("witness")),
    proof: spreadOf(all("proof")),
    total: spreadOf(all("total")),
    cpu: cpu.length === 0 ? null : spreadOf(cpu),
    peakMemory: memory.length === 0 ? null : Math.max(...memory),
  };
}

function fasterThan(snarkjs: ProverFigures, other: ProverFigures) {
  const ratio = (figure: "proof" | "total") => round(snarkjs[figure].median / other[figure].median, 2);
  return {
    proof: ratio("proof"),
    total: ratio("total"),
    cpu: snarkjs.cpu === null || other.cpu === null ? null : round(snarkjs.cpu.median / other.cpu.median, 2),
  };
}

/** Processor time changes little with what else the machine does. */
const costOf = ({ cpu, total }: ProverFigures): number => (cpu ?? total).median;
