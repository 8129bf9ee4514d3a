// SPDX-License-Identifier: GPL-3.0-or-later
import { isHexString } from "ethers";
import type { SkipReason } from "../claimStates.ts";
import type { ClaimItem } from "../clients/claimItem.ts";
import type { Detail, ErrorCode } from "../errors.ts";

/**
 * What became of a claim. `settled`: on chain. `skipped`: cannot be settled at present, and was left out; `reason`
 * and `detail` as the contract gives them. `refused`: its proof is false, or it is not a claim at all. `failed`: not
 * sent, or sent without an answer; trying again does no harm.
 */
export type ClaimOutcome =
  | { outcome: "settled"; transaction: string; blockNumber: number }
  | { outcome: "skipped"; reason: SkipReason; detail: bigint; transaction?: string }
  | { outcome: "refused"; code: ErrorCode; message: string }
  | { outcome: "failed"; code: ErrorCode; message: string };

/** Whether every part of a claim is of the contract's type. Its sender may have written anything. */
export function isReadable({ policy, period, consentId, circuit, anchorRoot, proof }: ClaimItem): boolean {
  const isUint = (value: unknown, bits: bigint) =>
    typeof value === "bigint" && value >= 0n && value < 1n << bits;
  const coordinates: readonly unknown[] = [proof?.a, proof?.b, proof?.c].flat(2);
  return (
    isUint(policy, 64n) &&
    Number.isInteger(period) &&
    isUint(BigInt(period), 32n) &&
    isHexString(consentId, 32) &&
    isHexString(circuit, 32) &&
    isUint(anchorRoot, 256n) &&
    coordinates.length === 8 &&
    coordinates.every((value) => isUint(value, 256n))
  );
}

export type SettledTransaction = {
  hash: string;
  blockNumber: number;
  /** Claims settled and skipped by it. */
  settled: number;
  skipped: number;
  gasUsed: bigint;
  calldataBytes: number;
};

export type SettlementReport = {
  /** In the order in which the claims were given. */
  claims: (Pick<ClaimItem, "policy" | "period"> & ClaimOutcome)[];
  transactions: SettledTransaction[];
};

export function countOutcomes(report: SettlementReport): Record<ClaimOutcome["outcome"], number> {
  const counts = { settled: 0, skipped: 0, refused: 0, failed: 0 };
  for (const { outcome } of report.claims) counts[outcome]++;
  return counts;
}

export type SettleProgress = {
  phase: "checking" | "verifying" | "sending";
  done: number;
  of: number;
  elapsedMs: number;
  details?: Record<string, Detail>;
};
