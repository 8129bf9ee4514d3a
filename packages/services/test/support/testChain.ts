// SPDX-License-Identifier: GPL-3.0-or-later
//
// A chain in this process that mines when it is told to and can be reorganised, and a node in front of it that lies.
import { createServer, type Server } from "node:http";
import { ContractFactory, Interface, type InterfaceAbi, toBeHex, toQuantity } from "ethers";
import hre from "hardhat";
import type { NodeConnection } from "../../src/chain/index.ts";
import { ACCOUNTS, accountOf } from "./accounts.ts";

/** Blocks on top of one after which it is final, as `finalized` says here. */
export const FINALITY = 64;

type Request = <T>(method: string, ...params: unknown[]) => Promise<T>;
type Rpc = { readonly number: string; readonly hash: string; readonly timestamp: string };

export interface TestToken {
  readonly address: string;
  readonly abi: Interface;
  mint(to: string, amount: bigint): string;
  balanceOf(account: string): Promise<bigint>;
  totalSupply(): Promise<bigint>;
}

export class TestChain {
  readonly request: Request;
  readonly close: () => Promise<void>;
  /** Snapshots by the number of the last block in them. */
  readonly #snapshots = new Map<number, string>();
  #seed = 1;

  private constructor(request: Request, close: () => Promise<void>) {
    this.request = request;
    this.close = close;
  }

  static async start(): Promise<TestChain> {
    const connection = await hre.network.create({
      override: { mining: { auto: false, interval: 0 } } as never,
    });
    const request: Request = async (method, ...params) =>
      (await connection.provider.request({ method, params })) as never;
    const chain = await TestChain.over(request, () => connection.close());
    for (let i = 20; i < ACCOUNTS; i++)
      await request("hardhat_setBalance", accountOf(i).address, toQuantity(10n ** 21n));
    await chain.#keep();
    return chain;
  }

  /** A chain that is there already, and from now on mines when it is told to. It reorganises down to its block of now. */
  static async over(request: Request, close: () => Promise<void>): Promise<TestChain> {
    await request("evm_setAutomine", false);
    const chain = new TestChain(request, close);
    await chain.#keep();
    return chain;
  }

  async height(): Promise<number> {
    return Number(await this.request("eth_blockNumber"));
  }

  async mine(blocks = 1): Promise<void> {
    for (let i = 0; i < blocks; i++) {
      await this.request("evm_mine");
      await this.#keep();
    }
  }

  async #keep(): Promise<void> {
    this.#snapshots.set(await this.height(), await this.request("evm_snapshot"));
  }

  /** Transactions that wait for a block. */
  async waiting(): Promise<{ readonly hash: string; readonly nonce: string }[]> {
    const { transactions } = await this.request<{ transactions: { hash: string; nonce: string }[] }>(
      "eth_getBlockByNumber",
      "pending",
      true,
    );
    return transactions;
  }

  /** The node forgets what waits. */
  async forget(): Promise<void> {
    const pool = await this.request<Record<string, Record<string, Record<string, { hash: string }>>>>(
      "txpool_content",
    ).catch(() => ({}));
    for (const kind of Object.values(pool))
      for (const byNonce of Object.values(kind))
        for (const { hash } of Object.values(byNonce)) await this.request("hardhat_dropTransaction", hash);
    for (const { hash } of await this.waiting()) await this.request("hardhat_dropTransaction", hash);
  }

  /** Replaces the last blocks by others without transactions, one more than there were. */
  async reorganise(depth: number, { longer = 1 } = {}): Promise<void> {
    const base = (await this.height()) - depth;
    const snapshot = this.#snapshots.get(base);
    if (snapshot === undefined) throw new Error(`no snapshot at ${base}`);
    await this.request("evm_revert", snapshot);
    for (const number of this.#snapshots.keys()) if (number >= base) this.#snapshots.delete(number);
    await this.#keep();
    await this.forget();
    // Makes the hashes differ.
    await this.request("hardhat_setPrevRandao", toBeHex(++this.#seed, 32));
    await this.mine(depth + longer);
  }

  async deployToken(): Promise<TestToken> {
    const { abi, bytecode } = await hre.artifacts.readArtifact("TestToken");
    const factory = new ContractFactory(abi as unknown as InterfaceAbi, bytecode);
    const { data } = await factory.getDeployTransaction("Test", "T", 6);
    const from = accountOf(0).address;
    const hash = await this.request<string>("eth_sendTransaction", { from, data, gas: toBeHex(3_000_000) });
    await this.mine();
    const { contractAddress } = await this.request<{ contractAddress: string }>(
      "eth_getTransactionReceipt",
      hash,
    );
    const face = new Interface(abi as unknown as InterfaceAbi);
    const read = async (method: string, ...args: unknown[]): Promise<bigint> => {
      const call = { to: contractAddress, data: face.encodeFunctionData(method, args) };
      return BigInt(await this.request<string>("eth_call", call, "latest"));
    };
    return {
      address: contractAddress,
      abi: face,
      mint: (to, amount) => face.encodeFunctionData("mint", [to, amount]),
      balanceOf: (account) => read("balanceOf", account),
      totalSupply: () => read("totalSupply"),
    };
  }
}

/** An error as nodes answer it. */
export function rpcError(message: string, code = -32_000): Error {
  return Object.assign(new Error(message), { code });
}

/** What happens to one request; `pass` gives the chain's answer. */
export type Fault = (method: string, params: unknown[], pass: () => Promise<unknown>) => Promise<unknown>;

const honest: Fault = (_method, _params, pass) => pass();

/** A node of the chain whose answers a test may change. `finalized` is `FINALITY` blocks behind. */
export class TestNode implements NodeConnection {
  readonly chain: Pick<TestChain, "request" | "height">;
  fault: Fault = honest;
  readonly asked: string[] = [];
  #server: Server | undefined;

  constructor(chain: Pick<TestChain, "request" | "height">) {
    this.chain = chain;
  }

  behave(fault: Fault = honest): void {
    this.fault = fault;
  }

  async send(method: string, params: unknown[]): Promise<unknown> {
    this.asked.push(method);
    return this.fault(method, params, () => this.#pass(method, params));
  }

  async #pass(method: string, params: unknown[]): Promise<unknown> {
    if (method !== "eth_getBlockByNumber" || params[0] !== "finalized")
      return this.chain.request(method, ...params);
    const number = Math.max(0, (await this.chain.height()) - FINALITY);
    return this.chain.request<Rpc>(method, toQuantity(number), false);
  }

  /** The same over HTTP. @returns its address */
  async serve(): Promise<string> {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const {
        id,
        method,
        params = [],
      } = JSON.parse(body) as { id: number; method: string; params?: unknown[] };
      const answer = await this.send(method, params).then(
        (result) => ({ result: result ?? null }),
        (error: { code?: unknown; message: string; data?: unknown }) =>
          typeof error.code === "number"
            ? { error: { code: error.code, message: error.message, data: error.data } }
            : undefined,
      );
      if (answer === undefined) request.socket.destroy();
      else
        response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
