// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { AttesterConfig } from "../../attester.ts";

/** @throws NOT_ALLOWED where the node is on another chain than the group */
export function assertChain(chainId: bigint, { domain }: AttesterConfig): void {
  if (chainId === domain.chainId) return;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `The node is on chain ${chainId}; the group is on ${domain.chainId}.`,
    {
      details: { given: chainId, wanted: domain.chainId },
      hint: "Name a node of the group's chain with --rpc.",
    },
  );
}
