// SPDX-License-Identifier: GPL-3.0-or-later
//
// What became of a request: a function of its row and of its transaction's. Nothing is kept in the process.
import {
  CLAIMS_PAYOUT_ABI,
  type ClaimOutcome,
  CONSENT_REGISTRY_ABI,
  type ErrorCode,
  skippedIn,
  VitalproofError,
} from "@vitalproof/sdk";
import { Interface } from "ethers";
import { type ChainError, stateOf, type TransactionState } from "../chain/index.ts";
import type { Queries } from "../store/index.ts";
import type { RequestRow } from "./requests.ts";

const ABIS = {
  claim: new Interface(CLAIMS_PAYOUT_ABI),
  payment: new Interface(CLAIMS_PAYOUT_ABI),
  consent: new Interface(CONSENT_REGISTRY_ABI),
  revocation: new Interface(CONSENT_REGISTRY_ABI),
};
export const abiOf = (kind: RequestRow["kind"]): Interface => ABIS[kind];

/** What became of something that is not a claim. */
export type Sent = { readonly transaction: string };

/** What is kept of a failure, and becomes a VitalproofError again. */
export type Failure = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Record<string, string | number | boolean>;
};

type Kept = { readonly claim: ClaimOutcome } | { readonly sent: Sent } | { readonly failure: Failure };

/** A big number as decimal text: only `detail` of a skipped claim is one. */
export function keptText(kept: Kept): string {
  return JSON.stringify(kept, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

export function keptOf(text: string): Kept {
  const kept = JSON.parse(text) as Kept;
  if (!("claim" in kept) || kept.claim.outcome !== "skipped") return kept;
  return { claim: { ...kept.claim, detail: BigInt(kept.claim.detail) } };
}

/** The state of a request's transaction; undefined before there is one. */
export function transactionOf(
  queries: Queries,
  { purpose, kind }: Pick<RequestRow, "purpose" | "kind">,
): Promise<TransactionState | undefined> {
  return purpose === null ? Promise.resolve(undefined) : stateOf(queries, purpose, abiOf(kind));
}

/** What became of the claim at a place of a transaction that was mined. @param claims address of the contract */
export function claimOutcome(
  mined: Extract<TransactionState, { state: "mined" | "final" }>,
  place: number,
  claims: string,
): ClaimOutcome {
  const { hash, blockNumber, logs } = mined;
  const skipped = skippedIn(logs, claims).find(({ index }) => index === place);
  if (skipped === undefined) return { outcome: "settled", transaction: hash, blockNumber };
  return { outcome: "skipped", reason: skipped.reason, detail: skipped.detail, transaction: hash };
}

/** What a transaction that did nothing failed with. @param action the contract's function */
export function failureOf(
  state: Extract<TransactionState, { state: "reverted" | "refused" }>,
  action: string,
): Failure {
  const { error } = state;
  if (error !== undefined) return revertFailure(error, action);
  const reason = state.state === "refused" ? state.reason : "contract";
  return {
    code: "CONTRACT_CALL_FAILED",
    message: `${action} was not sent (${reason}).`,
    details: { action, reason, ...(state.state === "refused" && state.words ? { words: state.words } : {}) },
  };
}

export function revertFailure({ data, name, values = {} }: ChainError, action: string): Failure {
  const plain = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
  return name === undefined
    ? { code: "CONTRACT_REVERTED", message: `${action} was refused.`, details: { action, data } }
    : {
        code: "CONTRACT_REVERTED",
        message: `${action} was refused: ${name}.`,
        details: { action, error: name, ...plain },
      };
}

export function errorOf({ code, message, details = {} }: Failure): VitalproofError {
  return new VitalproofError(code, message, { details });
}
