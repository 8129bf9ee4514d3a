// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every command that looks at a page asks the node what is final, so nobody has to remember transactions.
import { VitalproofError } from "@vitalproof/sdk";
import type { CustodianPage, PageStatus } from "@vitalproof/sdk/ledger";
import type { Chain } from "../../connect.ts";
import type { Vault } from "../../vault.ts";
import { knowsFinalized, noteFinalized } from "./vaultPages.ts";

/** The last final block, and how that is known. */
export type Final = {
  readonly block: number | undefined;
  /** `unknown`: the node does not say, and no number of confirmations was given. */
  readonly by: "node" | "confirmations" | "unknown";
};

/**
 * The last final block: the node's own, or so many before the latest where no node of this chain ever had one. A node that
 * does not say for a moment makes nothing final early.
 */
async function finalBlock(
  vault: Vault,
  { provider }: Chain,
  confirmations: number | undefined,
): Promise<Final> {
  const { finalizedBlock } = await import("@vitalproof/services");
  const finalized = await finalizedBlock(provider).catch((cause: unknown) => {
    if (cause instanceof VitalproofError) throw cause;
    throw new VitalproofError("CONTRACT_CALL_FAILED", "The node does not say which block is final.", {
      hint: "Try again, or name another node with --rpc. Nothing is lost.",
      cause,
    });
  });
  if (finalized !== undefined) {
    await noteFinalized(vault);
    return { block: finalized, by: "node" };
  }
  if (confirmations === undefined || (await knowsFinalized(vault)))
    return { block: undefined, by: "unknown" };
  const last = (await provider.getBlockNumber()) - confirmations;
  return { block: last < 0 ? undefined : last, by: "confirmations" };
}

/** Settles what is final, and gives the page as it is then. @param now Unix seconds */
export async function settleFinal(
  vault: Vault,
  chain: Chain,
  page: CustodianPage,
  { confirmations, now }: { readonly confirmations: number | undefined; readonly now: number },
): Promise<{ readonly status: PageStatus; readonly final: Final }> {
  const status = await page.look(now);
  const final = await finalBlock(vault, chain, confirmations);
  const { block } = final;
  if (block === undefined || status.unsettled.length === 0) return { status, final };
  const receipts = await Promise.all(
    status.unsettled.map((hash) => chain.provider.getTransactionReceipt(hash)),
  );
  const settled = receipts
    .filter((receipt) => receipt !== null && receipt.blockNumber <= block)
    .sort((a, b) => a!.blockNumber - b!.blockNumber || a!.index - b!.index);
  const last = settled.at(-1);
  if (!last) return { status, final };
  await page.settled(last.hash);
  return { status: await page.look(now), final };
}
