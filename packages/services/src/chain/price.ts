// SPDX-License-Identifier: GPL-3.0-or-later
import type { Block, Node } from "./node.ts";

/** What a transaction pays for each gas, in wei. Without `tip`: a chain without a base fee. */
export interface Price {
  readonly maxFee: bigint;
  readonly tip: bigint | undefined;
}

/** Of the account's transactions, in wei for each gas. */
export interface PriceLimits {
  /** No transaction pays more. */
  readonly maxFee: bigint;
  /** Highest part for the block's proposer. */
  readonly maxTip: bigint;
}

/** Where the node does not say what proposers want. */
const TIP = 1_000_000_000n;

/** What a transaction should pay now: room for the base fee to double. @returns undefined when the cap is below the price */
export async function priceNow(
  node: Node,
  { baseFee }: Block,
  limits: PriceLimits,
): Promise<Price | undefined> {
  if (baseFee === undefined) {
    const price = BigInt(String(await node.ask("eth_gasPrice")));
    return price > limits.maxFee ? undefined : { maxFee: price, tip: undefined };
  }
  const asked = await node.ask("eth_maxPriorityFeePerGas").then(
    (answer) => BigInt(String(answer)),
    () => TIP,
  );
  const tip = asked > limits.maxTip ? limits.maxTip : asked;
  if (baseFee + tip > limits.maxFee) return undefined;
  const wished = 2n * baseFee + tip;
  return { maxFee: wished > limits.maxFee ? limits.maxFee : wished, tip };
}

/**
 * What replaces a transaction: an eighth more in both parts, of which nodes want a tenth, or the price now where that is
 * higher. @returns undefined when the caps leave no room
 */
export function replacing(earlier: Price, now: Price | undefined, limits: PriceLimits): Price | undefined {
  const more = (value: bigint) => value + value / 8n + 1n;
  const least = (value: bigint) => value + (value + 9n) / 10n;
  const raise = (from: bigint, current: bigint, cap: bigint): bigint | undefined => {
    const wished = more(from) > current ? more(from) : current;
    if (wished <= cap) return wished;
    return cap >= least(from) ? cap : undefined;
  };
  const maxFee = raise(earlier.maxFee, now?.maxFee ?? 0n, limits.maxFee);
  if (maxFee === undefined) return undefined;
  if (earlier.tip === undefined) return { maxFee, tip: undefined };
  const tip = raise(earlier.tip, now?.tip ?? 0n, limits.maxTip < maxFee ? limits.maxTip : maxFee);
  return tip === undefined ? undefined : { maxFee, tip };
}
