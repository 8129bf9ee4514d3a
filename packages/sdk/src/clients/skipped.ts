// SPDX-License-Identifier: GPL-3.0-or-later
import type { LogDescription } from "ethers";
import { SKIP_REASONS, type SkipReason } from "../claimStates.ts";
import { CLAIMS_PAYOUT_ABI } from "../generated/abi.ts";
import { interfaceOf } from "./interfaces.ts";

/** An item of a batch that the contract left out. */
export type SkippedClaim = { index: number; reason: SkipReason; detail: bigint };

/** The items that a transaction with claims left out, by its events. */
export function skippedOf(events: readonly LogDescription[]): SkippedClaim[] {
  return events
    .filter(({ name }) => name === "ClaimSkipped")
    .map(({ args }) => ({
      index: Number(args.getValue("index")),
      reason: SKIP_REASONS[Number(args.getValue("reason"))]!,
      detail: args.getValue("detail") as bigint,
    }));
}

/**
 * As `skippedOf`, from the logs of a receipt.
 * @param claims address of the claims contract
 */
export function skippedIn(
  logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[],
  claims: string,
): SkippedClaim[] {
  const abi = interfaceOf(CLAIMS_PAYOUT_ABI);
  const own = logs.filter(({ address }) => address.toLowerCase() === claims.toLowerCase());
  return skippedOf(own.flatMap((log) => abi.parseLog(log) ?? []));
}
