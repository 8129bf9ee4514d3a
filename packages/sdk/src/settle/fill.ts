// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { type ChainLimits, exceeded, type Usage } from "./limits.ts";

// A model to fill batches by, a little above what bench/REPORT.md measures. What counts is the node's own estimate,
// which `settle` asks for before it sends; a batch that turns out too large is halved.
const TRANSACTION_GAS = 40_000n;
/** Of each circuit in a batch: its key, three pairs and the multiplications of the key's points. */
const CIRCUIT_GAS = 240_000n;
const CLAIM_GAS = 120_000n;

/** Public inputs of every claim circuit. */
const INPUTS = 4;

/** `submitClaims(ClaimItem[])`: selector, offset and length, and 13 words for each item. */
export function calldataBytesOf(claims: number): number {
  return 4 + 32 * (2 + 13 * claims);
}

export function estimatedGasOf(claims: number, circuits: number): bigint {
  return TRANSACTION_GAS + CIRCUIT_GAS * BigInt(circuits) + CLAIM_GAS * BigInt(claims);
}

/**
 * Calls of the curve's precompiles to verify so many claims of one circuit together. A single claim goes to the
 * circuit's own verifier: a multiplication and an addition for each input, and four pairs. More of them go to
 * `Groth16Batch`: each A and each C is multiplied, and each C added up. The key's alpha and its points IC_0 to IC_4 are
 * multiplied once, and those of IC added up. A pair for each claim is left, and three for the key.
 */
function curveCallsOf(claims: number): Pick<Usage, "ecAdd" | "ecMul" | "pairings" | "millerLoops"> {
  return claims === 1
    ? { ecAdd: INPUTS, ecMul: INPUTS, pairings: 1, millerLoops: 4 }
    : { ecAdd: claims + INPUTS + 1, ecMul: 2 * claims + INPUTS + 2, pairings: 1, millerLoops: claims + 3 };
}

/**
 * What a transaction with claims uses: gas by the model, everything else exactly.
 * @param claimsOfEach how many claims it has of each circuit, those of one circuit side by side
 */
export function usageOf(claimsOfEach: readonly number[]): Usage {
  const claims = claimsOfEach.reduce((sum, count) => sum + count, 0);
  const curve = claimsOfEach.map(curveCallsOf);
  const sum = (what: keyof (typeof curve)[number]) => curve.reduce((total, calls) => total + calls[what], 0);
  return {
    gas: estimatedGasOf(claims, claimsOfEach.length),
    calldataBytes: calldataBytesOf(claims),
    ecAdd: sum("ecAdd"),
    ecMul: sum("ecMul"),
    pairings: sum("pairings"),
    millerLoops: sum("millerLoops"),
  };
}

/**
 * Puts claims into as few batches as fit, those of one statement side by side.
 *
 * @returns batches in the order in which to send them; inside a circuit the given order stays
 * @throws INVALID_ARGUMENT for limits in which not even one claim fits
 */
export function fillBatches<T extends { circuit: string }>(claims: readonly T[], limits: ChainLimits): T[][] {
  const one = usageOf([1]);
  const tooTight = exceeded(one, limits);
  if (tooTight !== undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", "Not even one claim fits into a transaction.", {
      details: { limit: tooTight, allowed: limits[tooTight], needed: one[tooTight] },
      hint: `One claim needs about ${one.gas} gas and ${one.calldataBytes} bytes, and ${one.ecMul} multiplications and ${one.millerLoops} pairs of points.`,
    });
  }
  const byCircuit = new Map<string, T[]>();
  for (const claim of claims) {
    const others = byCircuit.get(claim.circuit);
    if (others === undefined) byCircuit.set(claim.circuit, [claim]);
    else others.push(claim);
  }
  const batches: T[][] = [];
  let batch: T[] = [];
  let counts = new Map<string, number>();
  for (const claim of [...byCircuit.values()].flat()) {
    const more = new Map(counts).set(claim.circuit, (counts.get(claim.circuit) ?? 0) + 1);
    if (batch.length > 0 && exceeded(usageOf([...more.values()]), limits) !== undefined) {
      batches.push(batch);
      batch = [];
      counts = new Map();
    }
    batch.push(claim);
    counts.set(claim.circuit, (counts.get(claim.circuit) ?? 0) + 1);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
