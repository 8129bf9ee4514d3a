// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { isLocalChain } from "@vitalproof/sdk/node";
import { withChain } from "./connect.ts";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";

/**
 * What time it is, in whole Unix seconds: the system's clock, or with `--clock chain` the time of a local chain's latest
 * block, under which old data can be sealed and anchored as if today.
 * @throws NOT_ALLOWED for the clock of a chain that others use
 */
export async function clockOf(io: Io, options: GlobalOptions): Promise<number> {
  if (options.clock !== "chain") return Math.floor(io.now());
  return withChain(io, options, async ({ provider, chainId }) => {
    if (isLocalChain(chainId)) return (await provider.getBlock("latest"))!.timestamp;
    throw new VitalproofError(
      "NOT_ALLOWED",
      `Chain ${chainId} is not local: its clock is not yours to follow.`,
      {
        details: { chainId },
        hint: "Leave --clock out; --clock chain is for development nodes that play the past.",
      },
    );
  });
}
