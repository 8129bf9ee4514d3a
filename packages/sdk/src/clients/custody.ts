// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { CUSTODY_ABI } from "../generated/abi.ts";
import { argumentOf, atBlock, connect, read, type Sent, send } from "./call.ts";
import type { CustodyContract } from "./contractTypes.ts";

/** Money of one owner in one token. Amounts are in the token's smallest unit. */
export type Escrow = {
  token: string;
  /** Who may withdraw what is free. */
  owner: string;
  /** The contract that opened the escrow: only it commits, releases and pays. */
  module: string;
  /** What the owner may withdraw and the module may commit. */
  free: bigint;
  /** What the module promised to others. */
  committed: bigint;
};

/** The money of every product, in escrows. A program's is `escrow` of `ClaimsClient.program`. */
export class Custody {
  readonly address: string;
  readonly #contract: CustodyContract;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#contract = connect<CustodyContract>(CUSTODY_ABI, address, runner);
  }

  /** Adds the caller's tokens to what is free. Needs an allowance for custody. @returns the amount that arrived */
  fund(escrow: bigint, amount: bigint): Promise<Sent<bigint>> {
    return send(
      this.#contract,
      "fund",
      () => this.#contract.fund(escrow, amount),
      (events) => argumentOf(events, "EscrowFunded", "amount") as bigint,
    );
  }

  /** Sends free money; owner only. */
  withdraw(escrow: bigint, amount: bigint, to: string): Promise<Sent> {
    return send(this.#contract, "withdraw", () => this.#contract.withdraw(escrow, amount, to));
  }

  /** @param block now when left out @throws CONTRACT_REVERTED for an unknown escrow */
  async escrow(escrow: bigint, block?: number): Promise<Escrow> {
    const { token, owner, module, free, committed } = await read(this.#contract, "escrow", () =>
      this.#contract.escrow(escrow, atBlock(block)),
    );
    return { token, owner, module, free, committed };
  }

  /** Escrows count from 1. */
  escrowCount(): Promise<bigint> {
    return read(this.#contract, "escrowCount", () => this.#contract.escrowCount());
  }

  /** What all escrows of a token have together, free and committed. @param block now when left out */
  accountedIn(token: string, block?: number): Promise<bigint> {
    return read(this.#contract, "accountedIn", () => this.#contract.accountedIn(token, atBlock(block)));
  }
}
