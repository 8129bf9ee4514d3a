// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI, TOKEN_ABI } from "@vitalproof/sdk";
import { type ContractRunner, Interface, type TransactionRequest } from "ethers";
import { HASH, INSURER, TOKEN, ZERO } from "./story.ts";

const claims = new Interface(CLAIMS_PAYOUT_ABI);
const tokens = new Interface(TOKEN_ABI);

/** Answers the views about money, as the contract would encode them. */
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
    const call = claims.parseTransaction({ data: data! }) ?? tokens.parseTransaction({ data: data! })!;
    switch (call.name) {
      case "program": {
        const program = [2, HASH, INSURER, 1, 86_400, 25, 1, 86_400, 0, free, committed, TOKEN, 0, ZERO];
        return claims.encodeFunctionResult("program", [program]);
      }
      case "accountedIn":
        return claims.encodeFunctionResult("accountedIn", [accounted]);
      case "balanceOf":
        return tokens.encodeFunctionResult("balanceOf", [balance]);
    }
    throw new Error(`${call.name} is not asked for here`);
  }
}
