// SPDX-License-Identifier: GPL-3.0-or-later
import { CUSTODY_ABI, TOKEN_ABI } from "@vitalproof/sdk";
import { type ContractRunner, Interface, type TransactionRequest } from "ethers";
import { INSURER, TOKEN, ZERO } from "./story.ts";

const custody = new Interface(CUSTODY_ABI);
const tokens = new Interface(TOKEN_ABI);

/** Answers the views about money, as custody and the token would encode them. */
export class FakeRunner implements ContractRunner {
  readonly provider = null;
  readonly blocks: number[] = [];
  readonly #money: { free: bigint; committed: bigint; accounted: bigint; balance: bigint };

  constructor(money: { free: bigint; committed: bigint; accounted: bigint; balance: bigint }) {
    this.#money = money;
  }

  async call({ blockTag, data = "0x" }: TransactionRequest): Promise<string> {
    this.blocks.push(Number(blockTag));
    const { free, committed, accounted, balance } = this.#money;
    const call = custody.parseTransaction({ data: data! }) ?? tokens.parseTransaction({ data: data! })!;
    switch (call.name) {
      case "escrow":
        return custody.encodeFunctionResult("escrow", [[TOKEN, INSURER, ZERO, free, committed]]);
      case "accountedIn":
        return custody.encodeFunctionResult("accountedIn", [accounted]);
      case "balanceOf":
        return tokens.encodeFunctionResult("balanceOf", [balance]);
    }
    throw new Error(`${call.name} is not asked for here`);
  }
}
