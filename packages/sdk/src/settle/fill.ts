// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { ChainLimits } from "./limits.ts";

// A model to fill batches by, a little above what bench/REPORT.md measures. What counts is the node's own estimate,
// which `settle` asks for before it sends; a batch that turns out too large is halved.
const TRANSACTION_GAS = 40_000n;
/** Of each circuit in a batch: its key, three pairs and the multiplications of the key's points. */
const CIRCUIT_GAS = 240_000n;
const CLAIM_GAS = 120_000n;

/** `submitClaims(ClaimItem[])`: selector, offset and length, and 13 words for each item. */
export function calldataBytesOf(claims: number): number {
  return 4 + 32 * (2 + 13 * claims);
}

export function estimatedGasOf(claims: number, circuits: number): bigint {
  return TRANSACTION_GAS + CIRCUIT_GAS * BigInt(circuits) + CLAIM_GAS * BigInt(claims);
}

/**
 * Puts claims into as few batches as fit, those of one statement side by side.
 *
 * @returns batches in the order in which to send them; inside a circuit the given order stays
 * @throws INVALID_ARGUMENT for limits in which not even one claim fits
 */
export function fillBatches<T extends { circuit: string }>(claims: readonly T[], limits: ChainLimits): T[][] {
  const fits = (count: number, circuits: number) =>
    estimatedGasOf(count, circuits) <= limits.gas &&
    (limits.calldataBytes === undefined || calldataBytesOf(count) <= limits.calldataBytes);
  if (!fits(1, 1)) {
    throw new VitalproofError("INVALID_ARGUMENT", "Not even one claim fits into a transaction.", {
      details: { gas: limits.gas, calldataBytes: limits.calldataBytes },
      hint: `One claim needs about ${estimatedGasOf(1, 1)} gas and ${calldataBytesOf(1)} bytes.`,
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
  let circuits = new Set<string>();
  for (const claim of [...byCircuit.values()].flat()) {
    const more = new Set(circuits).add(claim.circuit);
    if (batch.length > 0 && !fits(batch.length + 1, more.size)) {
      batches.push(batch);
      batch = [];
      circuits = new Set();
    }
    batch.push(claim);
    circuits.add(claim.circuit);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
