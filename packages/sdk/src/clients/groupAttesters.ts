// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { VitalproofError } from "../errors.ts";
import { ANCHOR_REGISTRY_ABI } from "../generated/abi.ts";
import type { GroupAttesters, PreviousAttester } from "../log/receipt.ts";
import { AnchorClient } from "./anchors.ts";
import { connect, read } from "./call.ts";
import type { AnchorRegistry } from "./contractTypes.ts";
import { eventsOf } from "./events.ts";

/**
 * A group's attester and those before it, oldest first, from the contract's events: whose receipts count, and of what time
 * (`verifyReceipt`, `SealerTrust`).
 * @param anchors address of the registry
 * @param fromBlock where to begin to read; attesters whose time ended before it are left out
 * @throws CONTRACT_REVERTED for an unknown group; CONTRACT_CALL_FAILED where the node does not have a block any more
 */
export async function groupAttesters(
  anchors: string,
  runner: ContractRunner,
  group: bigint,
  fromBlock = 0,
): Promise<Required<GroupAttesters>> {
  const contract = connect<AnchorRegistry>(ANCHOR_REGISTRY_ABI, anchors, runner);
  const { AttesterChanged, GroupCreated } = contract.filters;
  const [created, changes] = await Promise.all([
    eventsOf(contract, "GroupCreated", { fromBlock }, (from, to) =>
      contract.queryFilter(GroupCreated(group), from, to),
    ),
    eventsOf(contract, "AttesterChanged", { fromBlock }, (from, to) =>
      contract.queryFilter(AttesterChanged(group), from, to),
    ),
  ]);
  const last = changes.at(-1);
  if (last === undefined)
    return { attester: (await new AnchorClient(anchors, runner).group(group)).attester, previous: [] };
  // Who was the attester before `fromBlock` is not known.
  let since = created.length > 0 ? 0 : await timeOf(fromBlock);
  const previous: PreviousAttester[] = [];
  for (const { args, blockNumber } of changes) {
    const until = await timeOf(blockNumber);
    previous.push({ attester: args.previous, since, until });
    since = until;
  }
  return { attester: last.args.attester, previous };

  /** Unix seconds. */
  async function timeOf(block: number): Promise<number> {
    const found = await read(contract, "block", async () => runner.provider?.getBlock(block));
    if (found !== null && found !== undefined) return found.timestamp;
    throw new VitalproofError("CONTRACT_CALL_FAILED", `The node has no block ${block}.`, {
      details: { block },
      hint: "Ask a node that keeps the chain from there on.",
    });
  }
}
