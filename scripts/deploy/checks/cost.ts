// SPDX-License-Identifier: GPL-3.0-or-later
import { formatEther } from "ethers";
import type { EthereumProvider } from "hardhat/types/providers";
import { Refusal } from "../refusal.ts";
import type { PlannedCreation } from "./creations.ts";

/** EIP-7825: what one transaction may use. */
const TRANSACTION_GAS_CAP = 16_777_216n;

export interface Cost {
  /** Gas of everything that is still to be deployed, by the dearer of the rehearsal and the chain's own estimate. */
  readonly gas: bigint;
  /** Wei per gas: what the chain asks now, and what a transaction must be able to pay. */
  readonly gasPrice: bigint;
  readonly priceLimit: bigint;
  /** Wei. */
  readonly expected: bigint;
  readonly required: bigint;
  readonly balance: bigint;
}

export async function price(
  provider: EthereumProvider,
  deployer: string,
  creations: readonly PlannedCreation[],
) {
  // Rollups count gas their own way. The chain itself can estimate the contracts that need no others; the others are
  // scaled by the worst ratio seen there. In parts of a thousand, rounded up.
  let scale = 1000n;
  for (const { contract, data, gas, standsAlone } of creations) {
    if (!standsAlone) continue;
    let answer: bigint;
    try {
      const params = [{ from: deployer, data }];
      answer = BigInt(String(await provider.request({ method: "eth_estimateGas", params })));
    } catch (cause) {
      throw new Refusal(
        "DRY_RUN",
        `The chain refuses to create ${contract}: ${(cause as Error).message}`,
        "If the message is about the EVM version or the size, this chain cannot hold the contracts.",
        { cause: cause as Error },
      );
    }
    const ratio = (answer * 1000n + gas - 1n) / gas;
    if (ratio > scale) scale = ratio;
  }
  const scaled = (gas: bigint) => (gas * scale) / 1000n;
  for (const { contract, gas } of creations) {
    if (scaled(gas) <= TRANSACTION_GAS_CAP) continue;
    throw new Refusal(
      "GAS_CAP",
      `${contract} needs ${scaled(gas)} gas; one transaction may use ${TRANSACTION_GAS_CAP} (EIP-7825).`,
      "Start with fewer --circuits; governance adds the others later.",
    );
  }
  const remaining = creations.filter(({ deployedAt }) => deployedAt === undefined);
  const gas = remaining.reduce((sum, creation) => sum + scaled(creation.gas), 0n);
  const [gasPrice, funds, block] = await Promise.all([
    provider.request({ method: "eth_gasPrice" }),
    provider.request({ method: "eth_getBalance", params: [deployer, "latest"] }),
    provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] }),
  ]);
  const now = BigInt(String(gasPrice));
  const base = (block as { baseFeePerGas?: string } | null)?.baseFeePerGas;
  // A transaction must be able to pay twice the base fee and the tip, whatever it pays in the end.
  const limit = base === undefined ? now : now + BigInt(base);
  const value: Cost = {
    gas,
    gasPrice: now,
    priceLimit: limit,
    expected: gas * now,
    required: (gas * limit * 5n) / 4n,
    balance: BigInt(String(funds)),
  };
  return {
    detail: `${gas} gas at ${formatEther(now * 1_000_000_000n)} gwei: about ${formatEther(value.expected)} native units${scale > 1000n ? `; the chain counts up to ${Number(scale) / 1000} times the EVM's gas` : ""}`,
    value,
  };
}

export async function balance(cost: Cost, deployer: string) {
  const [has, needs] = [formatEther(cost.balance), formatEther(cost.required)];
  if (cost.balance < cost.required) {
    throw new Refusal(
      "BALANCE",
      `${deployer} has ${has} native units; ${needs} must be there, with a margin for rising fees and data fees.`,
      `Send at least ${formatEther(cost.required - cost.balance)} to ${deployer} and run the command again.`,
    );
  }
  return { detail: `${has} native units, ${needs} needed with a margin`, value: true };
}
