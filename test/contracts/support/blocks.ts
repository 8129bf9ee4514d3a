// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import { ethers, networkHelpers } from "./network.ts";

type Send = (overrides: { gasLimit: bigint; gasPrice: bigint }) => Promise<ContractTransactionResponse>;

/** Sends transactions that are mined in one block, in this order, whether they succeed or not. */
export async function inOneBlock(
  sends: readonly Send[],
  gasLimit = 1_000_000n,
): Promise<ContractTransactionReceipt[]> {
  await ethers.provider.send("evm_setAutomine", [false]);
  try {
    const sent: ContractTransactionResponse[] = [];
    for (const [i, send] of sends.entries()) {
      // The dearer comes first.
      sent.push(await send({ gasLimit, gasPrice: 10n ** 12n - BigInt(i) * 10n ** 9n }));
    }
    await networkHelpers.mine();
    const receipts = await Promise.all(sent.map(({ hash }) => ethers.provider.getTransactionReceipt(hash)));
    if (receipts.some((receipt, i) => receipt?.index !== i)) throw new Error("Mined in another order.");
    return receipts as unknown as ContractTransactionReceipt[];
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
  }
}
