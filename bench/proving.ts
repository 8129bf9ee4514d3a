// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { InstanceFiles } from "@vitalproof/hardhat-circom/circuits";
import type { CircuitInput } from "@vitalproof/sdk";
import { shapeOf } from "../test/circuits/support/shapes.ts";
import { built, builtInstance, type Comparison, countOf, guideLoop, guideShare, plain } from "./circuits.ts";
import { measureInstances } from "./instanceTimes.ts";
import { type Say, step } from "./progress.ts";
import type { ProvingJob, ProvingMessage, Run } from "./provingMain.ts";
import type { InstanceRow, ProvingPart, SideFigures } from "./report.ts";
import { mergeRows, type PairRow } from "./report.ts";
import { median, round, spreadOf } from "./statistics.ts";
import { DAY_PAIR, HOUR_PAIR } from "./targets.ts";
import { guideShareInput, loopInput, witnessOf } from "./witness.ts";

interface Pair {
  readonly name: string;
  readonly instance: string;
  readonly other: Comparison;
  readonly input: CircuitInput;
  /** Only in full runs. */
  readonly full: boolean;
}

/** Rounds that are counted, after one that warms up; of five the medians still move by a twentieth. */
const ROUNDS = 9;

function pairs(): Pair[] {
  return [
    {
      name: HOUR_PAIR,
      instance: "heart-rate-hour",
      other: guideLoop(3_600),
      input: loopInput(shapeOf("heart-rate-hour")),
      full: false,
    },
    {
      name: DAY_PAIR,
      instance: "glucose-day",
      other: guideShare(288),
      input: guideShareInput(shapeOf("glucose-day")),
      full: false,
    },
    ...["glucose-day", "heart-rate-hour"].map((instance) => ({
      name: `${instance} against plain circomlib`,
      instance,
      other: plain(instance),
      input: witnessOf(instance).circuitInput(),
      full: true,
    })),
  ];
}

/** Ours and others in turns in one process. Full runs also measure every circuit alone. */
export async function measureProving(
  before: ProvingPart | undefined,
  { full, today }: { full: boolean; today: string },
  instances: readonly InstanceRow[],
): Promise<Pick<ProvingPart, "pairs" | "instances">> {
  const rows: PairRow[] = [];
  for (const { name, instance, other, input } of pairs().filter((pair) => full || !pair.full)) {
    const files = await step(`keys for ${name}`, async (say) => [
      await builtInstance(instance, say),
      await built(other, say),
    ]);
    const sides = [
      sideOf(instance, files[0]!, witnessOf(instance).circuitInput()),
      sideOf(other.name, files[1]!, input),
    ] as const;
    const [a, b] = await step(`${name}: ${ROUNDS} rounds`, async (say) => {
      const { runs } = await proveInTurns({ sides, rounds: ROUNDS, warm: true }, say);
      return runs as [Run[], Run[]];
    });
    const memory = await step(`${name}: memory`, async (say) => [
      (await proveInTurns({ sides: [sides[0]], rounds: 1, warm: false }, say)).peakMemory,
      (await proveInTurns({ sides: [sides[1]], rounds: 1, warm: false }, say)).peakMemory,
    ]);
    const known = instances.find((row) => row.name === instance)!;
    const ours = figures(instance, known, files[0]!, a, memory[0]!);
    const others = figures(other.name, await countOf(other), files[1]!, b, memory[1]!);
    const ratio = (pick: (side: SideFigures) => number) => round(pick(others) / pick(ours), 2);
    rows.push({
      name,
      rounds: ROUNDS,
      ours,
      other: others,
      ratio: {
        witness: ratio(({ witness }) => witness.median),
        proof: ratio(({ proof }) => proof.median),
        total: ratio(({ total }) => total.median),
        cpu: ratio(({ cpu }) => cpu.median),
      },
      measured: today,
    });
  }
  const names = pairs().map(({ name }) => name);
  const kept = before?.pairs.filter(({ name }) => names.includes(name));
  return {
    pairs: mergeRows(
      kept,
      rows,
      ({ name }) => name,
      (x, y) => names.indexOf(x.name) - names.indexOf(y.name),
    ),
    instances: full ? await measureInstances(instances, today) : (before?.instances ?? []),
  };
}

function sideOf(name: string, files: InstanceFiles, input: CircuitInput): ProvingJob["sides"][number] {
  const { wasm, zkey, verificationKey } = files;
  return { name, wasm, zkey, verificationKey, input };
}

function figures(
  circuit: string,
  { constraints, domain }: { constraints: number; domain: number },
  files: InstanceFiles,
  runs: readonly Run[],
  peakMemory: number,
): SideFigures {
  return {
    circuit,
    constraints,
    domain,
    zkeyBytes: statSync(files.zkey).size,
    wasmBytes: statSync(files.wasm).size,
    witness: spreadOf(runs.map(({ witness }) => witness)),
    proof: spreadOf(runs.map(({ proof }) => proof)),
    total: spreadOf(runs.map(({ witness, proof }) => witness + proof)),
    cpu: spreadOf(runs.map(({ cpu }) => cpu)),
    peakMemory,
  };
}

/** Median total time of a circuit alone, warm; for plots of growth. */
export async function medianTotal(
  circuit: Comparison,
  input: CircuitInput,
  rounds: number,
  say: Say,
): Promise<number> {
  const side = sideOf(circuit.name, await built(circuit, say), input);
  const { runs } = await proveInTurns({ sides: [side], rounds, warm: true }, say);
  return round(median(runs[0]!.map(({ witness, proof }) => witness + proof)));
}

/** Proves A B A B … in a process of its own. @throws Error with snarkjs's words when a proof fails */
function proveInTurns(job: ProvingJob, say: Say): Promise<Extract<ProvingMessage, { type: "result" }>> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "provingMain.ts"), [], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (message: ProvingMessage) => {
      if (message.type === "progress")
        say(`${message.side}, ${message.round === 0 ? "warming up" : `round ${message.round}`}`);
      if (message.type === "result") resolve(message);
      if (message.type === "error") reject(new Error(message.message));
    });
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      reject(new Error(`the proving process ended early (${signal ?? `code ${code}`})`)),
    );
    child.send(job);
  });
}
