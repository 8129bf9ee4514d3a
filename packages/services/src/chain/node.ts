// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { isHexString } from "ethers";
import type { ChainLog } from "./state.ts";

/** What asks a node: ethers' `JsonRpcProvider` and Hardhat's provider of ethers are ones. */
export interface NodeConnection {
  send(method: string, params: unknown[]): Promise<unknown>;
}

export interface Block {
  readonly number: number;
  readonly hash: string;
  /** Wei for each gas; undefined on chains without a base fee. */
  readonly baseFee: bigint | undefined;
}

export interface Receipt {
  readonly hash: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly succeeded: boolean;
  readonly gasUsed: number;
  readonly logs: readonly ChainLog[];
}

/** What a call gives: some bytes, or what the contract reverted with. */
export type Called<T> = { readonly value: T } | { readonly reverted: string };

/** What a node answered in place of a result, or that it did not answer; the cause is the library's error. */
export class NodeFailure extends Error {
  constructor(method: string, cause: unknown) {
    super(`The node did not give ${method}.`, { cause });
  }
}

/** A node's answers, each read and bounded in time. A node that answers nonsense does not answer. */
export class Node {
  readonly #connection: NodeConnection;
  readonly #timeout: number;

  /** @param timeout milliseconds for one answer */
  constructor(connection: NodeConnection, timeout: number) {
    this.#connection = connection;
    this.#timeout = timeout;
  }

  /** @throws NodeFailure for an error of the node or of the way to it; CHAIN_UNREACHABLE when it does not answer in time */
  async ask(method: string, ...params: unknown[]): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unreachable(method)), this.#timeout);
    });
    try {
      return await Promise.race([this.#connection.send(method, params), late]);
    } catch (error) {
      throw error instanceof VitalproofError ? error : new NodeFailure(method, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async chainId(): Promise<bigint> {
    return BigInt(quantity("eth_chainId", await this.ask("eth_chainId")));
  }

  /** @param block a number, or `latest`, `finalized` */
  async block(block: number | string): Promise<Block | undefined> {
    const method = "eth_getBlockByNumber";
    const found = await this.ask(method, tagOf(block), false);
    if (found === null || found === undefined) return undefined;
    const { number, hash, baseFeePerGas } = found as Record<string, unknown>;
    if (!isHexString(hash, 32)) throw unreadable(method);
    return {
      number: Number(quantity(method, number)),
      hash,
      baseFee: baseFeePerGas == null ? undefined : BigInt(quantity(method, baseFeePerGas)),
    };
  }

  /** Number of the account's transactions as of a block: its next nonce then. */
  async count(address: string, block: number | "latest" = "latest"): Promise<number> {
    const method = "eth_getTransactionCount";
    return Number(quantity(method, await this.ask(method, address, tagOf(block))));
  }

  async balance(address: string): Promise<bigint> {
    return BigInt(quantity("eth_getBalance", await this.ask("eth_getBalance", address, "latest")));
  }

  async receipt(hash: string): Promise<Receipt | undefined> {
    const method = "eth_getTransactionReceipt";
    const found = await this.ask(method, hash);
    if (found === null || found === undefined) return undefined;
    const { transactionHash, blockNumber, blockHash, status, gasUsed, logs } = found as Record<
      string,
      unknown
    >;
    if (transactionHash !== hash || !isHexString(blockHash, 32) || !Array.isArray(logs))
      throw unreadable(method);
    return {
      hash,
      blockNumber: Number(quantity(method, blockNumber)),
      blockHash,
      succeeded: BigInt(quantity(method, status)) === 1n,
      gasUsed: Number(quantity(method, gasUsed)),
      logs: (logs as ChainLog[]).map(({ address, topics, data }) => ({ address, topics, data })),
    };
  }

  /** Who used a nonce in a block. */
  async senderIn(block: number, address: string, nonce: number): Promise<string | undefined> {
    const found = (await this.ask("eth_getBlockByNumber", tagOf(block), true)) as {
      transactions?: readonly Record<string, unknown>[];
    } | null;
    const used = found?.transactions?.find(
      (each) => String(each.from).toLowerCase() === address && Number(each.nonce) === nonce,
    );
    return used === undefined ? undefined : String(used.hash);
  }

  /** Gas that a transaction would use now, or what the contract would refuse it with. */
  async estimate(call: Record<string, unknown>): Promise<Called<bigint>> {
    try {
      return { value: BigInt(quantity("eth_estimateGas", await this.ask("eth_estimateGas", call))) };
    } catch (error) {
      const reverted = revertOf(error);
      if (reverted === undefined) throw error;
      return { reverted };
    }
  }

  /** What a transaction that was mined reverted with, as far as running it again shows. Empty where it does not. */
  async revertDataOf(call: Record<string, unknown>, block: number): Promise<string> {
    try {
      await this.ask("eth_call", call, tagOf(Math.max(0, block - 1)));
      return "";
    } catch (error) {
      return revertOf(error) ?? "";
    }
  }
}

export function unreachable(method: string, cause?: unknown): VitalproofError {
  return new VitalproofError("CHAIN_UNREACHABLE", `The node does not answer ${method}.`, {
    details: { method },
    hint: "Check the node's address and whether it runs.",
    cause,
  });
}

function unreadable(method: string): VitalproofError {
  return new VitalproofError("CHAIN_UNREACHABLE", `The node's answer to ${method} cannot be read.`, {
    details: { method },
    hint: "Use another node, or a newer version of it.",
  });
}

function quantity(method: string, value: unknown): string {
  if (typeof value === "string" && /^0x[0-9a-f]+$/i.test(value)) return value;
  throw unreadable(method);
}

function tagOf(block: number | string): string {
  return typeof block === "number" ? `0x${block.toString(16)}` : block;
}

/** Data of a revert, wherever a library put it; "" for a revert without data; undefined for any other error. */
export function revertOf(error: unknown): string | undefined {
  let isRevert = false;
  for (const { code, message, data } of layers(error)) {
    if (typeof data === "string" && /^0x([0-9a-f]{2}){4,}$/i.test(data)) return data;
    if (code === 3 || (typeof message === "string" && /revert(ed)?\b/i.test(message))) isRevert = true;
  }
  return isRevert ? "" : undefined;
}

type Layer = { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown };

/** An error and everything that libraries wrap in it, outermost first. */
export function* layers(error: unknown, depth = 0): Generator<Layer> {
  if (typeof error !== "object" || error === null || depth > 6) return;
  yield error as Layer;
  for (const key of ["error", "info", "data", "cause"]) {
    yield* layers((error as Record<string, unknown>)[key], depth + 1);
  }
}
