// SPDX-License-Identifier: GPL-3.0-or-later
import type { BaseContract, ContractRunner } from "ethers";
import type { Unit } from "../amounts.ts";
import { VitalproofError } from "../errors.ts";
import type { TypedContractMethod } from "../generated/contracts/common.js";
import { atBlock, connect, read, type Sent, send } from "./call.ts";

/** Errors of OpenZeppelin's ERC-20s and of those that call them. */
export const TOKEN_ERRORS = [
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error SafeERC20FailedOperation(address token)",
  "error Error(string reason)",
];

/** What is asked of a token. `mint` is for tests: only tokens that anyone can make have it. */
export const TOKEN_ABI = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount)",
  "function mint(address to, uint256 amount)",
  ...TOKEN_ERRORS,
];

type Token = BaseContract & {
  symbol: TypedContractMethod<[], [string], "view">;
  decimals: TypedContractMethod<[], [bigint], "view">;
  balanceOf: TypedContractMethod<[account: string], [bigint], "view">;
  allowance: TypedContractMethod<[owner: string, spender: string], [bigint], "view">;
  approve: TypedContractMethod<[spender: string, amount: bigint], [], "nonpayable">;
  mint: TypedContractMethod<[to: string, amount: bigint], [], "nonpayable">;
};

/** An ERC-20 in which a program pays. Amounts are in the token's smallest unit. */
export class TokenClient {
  readonly address: string;
  readonly #contract: Token;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#contract = connect<Token>(TOKEN_ABI, address, runner);
  }

  /** How the token's amounts are written. @throws CONTRACT_CALL_FAILED for an address without an ERC-20 with decimals */
  async unit(): Promise<Unit> {
    try {
      const decimals = await this.decimals();
      return { decimals, symbol: await this.symbol() };
    } catch (cause) {
      throw new VitalproofError(
        "CONTRACT_CALL_FAILED",
        `${this.address} is not an ERC-20 token with decimals.`,
        { details: { address: this.address }, hint: "Check the address and the chain.", cause },
      );
    }
  }

  async decimals(): Promise<number> {
    return Number(await read(this.#contract, "decimals", () => this.#contract.decimals()));
  }

  /** Empty for a token without one: the standard does not ask for it. */
  async symbol(): Promise<string> {
    try {
      return await read(this.#contract, "symbol", () => this.#contract.symbol());
    } catch {
      return "";
    }
  }

  /** @param block now when left out */
  balanceOf(account: string, block?: number): Promise<bigint> {
    return read(this.#contract, "balanceOf", () => this.#contract.balanceOf(account, atBlock(block)));
  }

  /** What `spender` may still take from `owner`. */
  allowance(owner: string, spender: string): Promise<bigint> {
    return read(this.#contract, "allowance", () => this.#contract.allowance(owner, spender));
  }

  /** Lets `spender` take up to `amount` from the caller, in place of what was allowed before. */
  approve(spender: string, amount: bigint): Promise<Sent> {
    return send(this.#contract, "approve", () => this.#contract.approve(spender, amount));
  }

  /** Makes tokens, of a test token. */
  mint(to: string, amount: bigint): Promise<Sent> {
    return send(this.#contract, "mint", () => this.#contract.mint(to, amount));
  }
}
