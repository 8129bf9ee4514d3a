// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the chain has of the story, read from its blocks.
import { ANCHOR_REGISTRY_ABI, CLAIMS_PAYOUT_ABI, CONSENT_REGISTRY_ABI } from "@vitalproof/sdk";
import { Interface } from "ethers";
import type { World } from "../../simulation/index.ts";

const ABI = {
  anchors: new Interface(ANCHOR_REGISTRY_ABI),
  claims: new Interface(CLAIMS_PAYOUT_ABI),
  consents: new Interface(CONSENT_REGISTRY_ABI),
} as const;

/** Transactions that call one function. */
export interface Calls {
  readonly call: string;
  readonly count: number;
  readonly gas: number;
}

export interface ChainFacts {
  readonly transactions: readonly Calls[];
  /** How often the claims of a policy were settled, by policy. */
  readonly settled: ReadonlyMap<string, number>;
}

/** Reads every block. */
export async function chainFacts({ connection, addresses }: World): Promise<ChainFacts> {
  const { provider } = connection.ethers;
  const byAddress = new Map(
    Object.entries(ABI).map(([name, abi]) => [addresses[name as keyof typeof ABI].toLowerCase(), abi]),
  );
  const calls = new Map<string, { count: number; gas: number }>();
  const settled = new Map<string, number>();
  const latest = await provider.getBlockNumber();
  for (let number = 0; number <= latest; number++) {
    for (const { to, data, hash } of (await provider.getBlock(number, true))!.prefetchedTransactions) {
      const abi = byAddress.get(to?.toLowerCase() ?? "");
      const call = abi?.parseTransaction({ data })?.name;
      if (call === undefined) continue;
      const receipt = (await provider.getTransactionReceipt(hash))!;
      const { count, gas } = calls.get(call) ?? { count: 0, gas: 0 };
      calls.set(call, { count: count + 1, gas: gas + Number(receipt.gasUsed) });
      for (const log of receipt.logs) {
        const event = log.address === addresses.claims ? ABI.claims.parseLog(log) : null;
        if (event?.name !== "ClaimSettled") continue;
        const policy = String(event.args[0]);
        settled.set(policy, (settled.get(policy) ?? 0) + 1);
      }
    }
  }
  return { transactions: [...calls].map(([call, facts]) => ({ call, ...facts })), settled };
}
