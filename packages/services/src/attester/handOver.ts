// SPDX-License-Identifier: GPL-3.0-or-later
import { ANCHOR_REGISTRY_ABI, type AnchorClient } from "@vitalproof/sdk";
import { Interface } from "ethers";
import { stateOf, want } from "../chain/index.ts";
import type { Database } from "../store/index.ts";
import { type GroupSigner, isSame } from "./groupSigner.ts";

const ABI = new Interface(ANCHOR_REGISTRY_ABI);

export interface HandOverOptions {
  readonly anchors: AnchorClient;
  readonly database: Database;
  readonly signer: GroupSigner;
  readonly group: bigint;
  readonly chainId: bigint;
  readonly clock: () => number;
}

/**
 * Follows a change of attester to the next key: accepts the nomination as soon as the chain allows it, and signs with the new
 * key once the chain has it.
 * @returns whether there may be more to do now
 */
export async function handOver(options: HandOverOptions): Promise<boolean> {
  const { anchors, database, signer, group, chainId, clock } = options;
  const { next } = signer;
  if (next === undefined) return false;
  if (signer.follow((await anchors.group(group)).attester)) return false;
  const nomination = await anchors.nominationOf(group);
  const isDue =
    nomination !== undefined &&
    isSame(nomination.nominee, next.address) &&
    nomination.acceptableFrom < clock();
  if (!isDue) return false;
  const purpose = `accept/${group}/${next.address.toLowerCase()}/${nomination.acceptableFrom}`;
  if ((await stateOf(database.reads, purpose)) !== undefined) return false;
  const data = ABI.encodeFunctionData("acceptAttester", [group]);
  const from = { chainId, address: next.address };
  await database.step((queries) => want(queries, { purpose, from, to: anchors.address, data }, clock()));
  return false;
}
