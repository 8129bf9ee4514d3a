// SPDX-License-Identifier: GPL-3.0-or-later
import type { SetupFigures } from "@vitalproof/hardhat-circom/measure";
import type { Assumptions, ChainCost, TransactionCost } from "./chains.ts";
import type { LedgerPart } from "./ledgerReport.ts";
import type { Dated, Measured } from "./measured.ts";
import type { ServicesPart } from "./servicesReport.ts";
import type { Spread } from "./statistics.ts";

export type * from "./ledgerReport.ts";
export type * from "./measured.ts";
export type * from "./servicesReport.ts";

/** One of our circuits; nothing here depends on the machine. */
export interface InstanceRow {
  readonly name: string;
  readonly template: string;
  readonly epochs: number;
  readonly slots: number;
  /** Bits of a slot in its word. */
  readonly base: number;
  readonly constraints: number;
  readonly domain: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly zkeyBytes: number;
  readonly wasmBytes: number;
  /** SHA-256 of the sources that the figures are of. */
  readonly sources: string;
  /** The guide's circuits over as many readings, and plain circomlib for the same circuit where it was compiled. */
  readonly guideLoop?: number;
  readonly guideBelow?: number;
  readonly guideShare?: number;
  readonly plain?: number;
}

/** A circuit that ours are compared with. */
export interface ComparisonRow extends Dated {
  readonly name: string;
  readonly call: string;
  readonly constraints: number;
  readonly domain: number;
  /** Empty where the count is worked out rather than compiled. */
  readonly parts: Readonly<Record<string, number>>;
  readonly how: "compiled" | "computed";
}

export interface ConstraintsPart extends Measured {
  readonly instances: readonly InstanceRow[];
  readonly comparisons: readonly ComparisonRow[];
}

/** Times in milliseconds. */
export interface SideFigures {
  readonly circuit: string;
  readonly constraints: number;
  readonly domain: number;
  readonly zkeyBytes: number;
  readonly wasmBytes: number;
  readonly witness: Spread;
  readonly proof: Spread;
  readonly total: Spread;
  /** Processor time of the process, all threads, witness and proof together. */
  readonly cpu: Spread;
  /** Most memory that a process of its own held while it proved this circuit once, bytes. */
  readonly peakMemory: number;
}

export interface PairRow extends Dated {
  readonly name: string;
  readonly rounds: number;
  readonly ours: SideFigures;
  readonly other: SideFigures;
  /** Medians of the other's by medians of ours: how many times faster ours is. */
  readonly ratio: {
    readonly witness: number;
    readonly proof: number;
    readonly total: number;
    readonly cpu: number;
  };
}

/** Medians in milliseconds of an instance proved in a process of its own, as `childProcessProver` runs it. */
export interface InstanceTimes extends Dated {
  readonly name: string;
  readonly runs: number;
  readonly witness: number;
  readonly proof: number;
  readonly total: number;
  /** Processor time of the proving process, all threads; absent where the system does not tell. */
  readonly cpu?: number;
  /** That of `cpu`, or else of `total`, to the first instance's of the same run. */
  readonly ratio: number;
}

export interface ProvingPart extends Measured {
  readonly pairs: readonly PairRow[];
  readonly instances: readonly InstanceTimes[];
}

export interface ReadingsRow extends Dated {
  readonly readings: number;
  readonly ours: number;
  readonly construction: "direct" | "histogram";
  readonly domain: number;
  readonly guideLoop: number;
  readonly guideBelow: number;
  readonly how: "compiled" | "computed";
  /** Milliseconds, medians of a run with few rounds. */
  readonly oursMs?: number;
  readonly guideLoopMs?: number;
}

export interface PeopleRow extends Dated {
  readonly people: number;
  readonly anchorGas: number;
  /** Building the day's tree out of its leaves, and one path, milliseconds. */
  readonly treeMs: number;
  readonly pathMs: number;
  readonly depth: number;
}

export interface CrowdRow extends Dated {
  /** Consents and policies that are there already. */
  readonly crowd: number;
  readonly gas: Readonly<Record<string, number>>;
}

/** N claims in one transaction. */
export interface BatchRow extends Dated {
  readonly batch: {
    readonly claims: number;
    /** Execution of the verifier, without calldata, storage and all else. */
    readonly verificationGasPerProof: number;
    /** gasUsed by the claims. */
    readonly totalGasPerClaim: number;
    readonly totalGas: number;
    readonly calldataGasPerClaim: number;
    /** Storage writes, and how many of them fill an empty slot; known for small batches, the same for each claim. */
    readonly storageGasPerClaim?: number;
    readonly newSlotsPerClaim?: number;
    readonly calldataGas: number;
    readonly calldataBytes: number;
    readonly transactionBytes: number;
    /** Proofs of the circuit, of one policy's periods; otherwise from the published trapdoor, of many policies. */
    readonly real: boolean;
  };
}

export interface GrowthPart extends Measured {
  readonly readings: readonly ReadingsRow[];
  readonly people: readonly PeopleRow[];
  readonly crowd: readonly CrowdRow[];
  readonly batches: readonly BatchRow[];
}

export interface KeyRow extends Dated, SetupFigures {}

export interface KeysPart extends Measured {
  readonly rows: readonly KeyRow[];
}

export interface OperationRow extends TransactionCost {
  readonly operation: string;
  readonly chains: readonly ChainCost[];
}

export interface GasPart extends Measured {
  readonly assumptions: Assumptions;
  readonly operations: readonly OperationRow[];
}

/** First visits of a view on a slow phone, as Lighthouse's mobile runs have it. Times in milliseconds. */
export interface ViewRow {
  readonly view: string;
  readonly runs: number;
  readonly requests: number;
  /** What came over the network, compressed and with heads. */
  readonly bytes: number;
  readonly firstContentfulPaint: Spread;
  readonly largestContentfulPaint: Spread;
  readonly totalBlockingTime: Spread;
  readonly cumulativeLayoutShift: Spread;
}

/** Milliseconds from the press of the button to the checked proof, without any slowing down. */
export interface PageProof {
  readonly circuit: string;
  /** With the key to load, from the same machine; median with the key kept by the browser. */
  readonly first: number;
  readonly kept: number;
  /** Median of the same circuit in a process of Node's, in turns with the page. */
  readonly node: number;
  /** `kept` by `node`. */
  readonly ratio: number;
}

export interface PagePart extends Measured {
  readonly chromium: string;
  readonly views: readonly ViewRow[];
  readonly proof: PageProof;
}

/** A table of a million rows. */
export interface TableRow {
  readonly name: string;
  readonly rows: number;
  readonly milliseconds: Spread;
  /** Processor time of the process, all threads; milliseconds. */
  readonly cpu: Spread;
  readonly rowsPerSecond: number;
  /** Most memory that the process held, bytes. */
  readonly peakMemory: number;
  /** Processor time of csv-parse, which only finds the cells, by ours. */
  readonly ratio: number;
}

export interface FilesPart extends Measured {
  readonly tables: readonly TableRow[];
  /** The first table with more rows. */
  readonly many: { readonly rows: number; readonly peakMemory: number };
}

/** A day's tree; processor time of the process, all threads, in milliseconds. */
export interface TreeRow {
  readonly leaves: number;
  readonly rounds: number;
  readonly fast: Spread;
  readonly poseidonLite: Spread;
  /** Median of poseidon-lite's by median of the fast one's: how many times faster it is. */
  readonly ratio: number;
  /** Microseconds of the fast one by leaf. */
  readonly perLeaf: number;
  /** The paths of so many leaves, medians. */
  readonly paths: { readonly paths: number; readonly fast: number; readonly poseidonLite: number };
}

export interface TreePart extends Measured {
  readonly rows: readonly TreeRow[];
}

/** Processes that prove through one queue. */
export interface WorkersRow {
  readonly workers: number;
  readonly proofs: number;
  readonly rounds: number;
  readonly perMinute: Spread;
  /** Median of the proofs per minute by that of one worker. */
  readonly ratio: number;
  /** Processor time of a proof with all threads, milliseconds; null where the system does not tell. */
  readonly cpuPerProof: number | null;
}

export interface WorkersPart extends Measured {
  readonly circuit: string;
  readonly rows: readonly WorkersRow[];
}

export interface TargetRow {
  readonly target: string;
  readonly wanted: string;
  /** Null: the part that measures it has not run. */
  readonly value: number | null;
  readonly met: boolean | null;
}

export interface Report {
  readonly schema: 1;
  readonly targets: readonly TargetRow[];
  readonly constraints?: ConstraintsPart;
  readonly proving?: ProvingPart;
  readonly growth?: GrowthPart;
  readonly keys?: KeysPart;
  readonly gas?: GasPart;
  readonly page?: PagePart;
  readonly files?: FilesPart;
  readonly tree?: TreePart;
  readonly workers?: WorkersPart;
  readonly services?: ServicesPart;
  readonly ledger?: LedgerPart;
}

/** Rows of an earlier run that this one did not measure stay, with their day; the order is that of `compare`. */
export function mergeRows<T>(
  before: readonly T[] | undefined,
  now: readonly T[],
  keyOf: (row: T) => string | number,
  compare: (a: T, b: T) => number,
): T[] {
  const rows = new Map<string | number, T>();
  for (const row of [...(before ?? []), ...now]) rows.set(keyOf(row), row);
  return [...rows.values()].sort(compare);
}
