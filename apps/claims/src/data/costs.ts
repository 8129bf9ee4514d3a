// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI } from "@vitalproof/sdk";
import { Interface, type JsonRpcProvider } from "ethers";
import { same } from "./addresses.ts";
import type { Moment } from "./ledger.ts";

/** A claim's share of the transaction that settled it. */
export type Cost = {
  readonly gas: bigint;
  /** Smallest units of the chain's currency. */
  readonly fee: bigint;
  /** Claims that share the transaction. */
  readonly claims: number;
};

const SETTLED = new Interface(CLAIMS_PAYOUT_ABI).getEvent("ClaimSettled")!.topicHash;

/**
 * Gas and fees of settled claims, by their transactions' receipts: read when they are asked for, kept with the page. A
 * batch's gas is divided by the claims that it settled, rounded down.
 */
export class CostBook {
  readonly #claims: string;
  readonly #rpc: Pick<JsonRpcProvider, "getTransactionReceipt">;
  readonly #listeners = new Set<() => void>();
  #known: ReadonlyMap<string, Cost> = new Map();
  readonly #asked = new Set<string>();

  constructor(claims: string, rpc: Pick<JsonRpcProvider, "getTransactionReceipt">) {
    this.#claims = claims;
    this.#rpc = rpc;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Costs by `costKey`; another map after every change. */
  readonly known = (): ReadonlyMap<string, Cost> => this.#known;

  /** Reads the receipts that are missing. One that the node does not give is asked for again next time. */
  async read(moments: readonly Moment[]): Promise<void> {
    const missing = new Map(moments.map((moment) => [costKey(moment), moment]));
    for (const key of missing.keys()) if (this.#known.has(key) || this.#asked.has(key)) missing.delete(key);
    if (missing.size === 0) return;
    for (const key of missing.keys()) this.#asked.add(key);
    const found = await Promise.all(
      [...missing].map(async ([key, { hash, block }]) => {
        const receipt = await this.#rpc.getTransactionReceipt(hash).catch(() => null);
        this.#asked.delete(key);
        // After a reorganisation it may be in another block, at another price.
        if (receipt === null || receipt.blockNumber !== block) return undefined;
        const claims = receipt.logs.filter(
          ({ address, topics }) => same(address, this.#claims) && topics[0] === SETTLED,
        ).length;
        if (claims === 0) return undefined;
        const gas = receipt.gasUsed / BigInt(claims);
        return [key, { gas, fee: (receipt.gasUsed * receipt.gasPrice) / BigInt(claims), claims }] as const;
      }),
    );
    const fresh = found.filter((each) => each !== undefined);
    if (fresh.length === 0) return;
    this.#known = new Map([...this.#known, ...fresh]);
    for (const listener of this.#listeners) listener();
  }
}

/** A transaction in a block. */
export function costKey({ hash, block }: Moment): string {
  return `${hash}/${block}`;
}

/** Middle values of gas and fee, the lower of two middle ones; undefined of none. */
export function medianCost(costs: readonly Cost[]): Pick<Cost, "gas" | "fee"> | undefined {
  const middle = (of: (cost: Cost) => bigint): bigint | undefined =>
    costs.map(of).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[(costs.length - 1) >> 1];
  const gas = middle((cost) => cost.gas);
  const fee = middle((cost) => cost.fee);
  return gas === undefined || fee === undefined ? undefined : { gas, fee };
}
