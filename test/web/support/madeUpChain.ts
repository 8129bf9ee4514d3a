// SPDX-License-Identifier: GPL-3.0-or-later
//
// A node's answers about a claims contract with 10,000 claims. A real chain would take hours to make them, so the events
// are made up here, encoded with the contract's own ABI, and served as a node serves them over JSON-RPC. Nothing can be
// sent to it.
import {
  CLAIMS_PAYOUT_ABI,
  CUSTODY_ABI,
  distributionTerms,
  packTerms,
  SCOPE_REGISTRY_ABI,
} from "@vitalproof/sdk";
import { type Server, startServer } from "@vitalproof/services";
import { Interface, id, toQuantity, ZeroAddress, ZeroHash } from "ethers";
import { siteOf } from "../../../scripts/dapp/files.ts";

const abi = new Interface([...CLAIMS_PAYOUT_ABI, ...CUSTODY_ABI, ...SCOPE_REGISTRY_ABI]);
const erc20 = new Interface(["function balanceOf(address) view returns (uint256)"]);
const address = (digit: string) => `0x${digit.repeat(40)}`;
const [CLAIMS, TOKEN, INSURER, PATIENT, CUSTODY] = "1234a".split("").map(address) as [
  string,
  string,
  string,
  string,
  string,
];
const TERMS = packTerms(
  distributionTerms({
    circuit: "glucose-day",
    offset: 0,
    band: { atLeast: 70, atMost: 180 },
    share: { atLeast: 70 },
  }),
);
const START = Date.parse("2024-03-01T00:00Z") / 1000;
const HOUR = 3600;
export const BENEFIT = 25_000_000n;
export const POLICIES = 100;
/** Claims of each policy; it has ten periods more. */
export const CLAIMS_EACH = 100;
/** Claims settled in one transaction, which has a block of its own. */
export const BATCH = 4;
/** Blocks from one with events to the next. */
const SPACE = 10;
const GAS = 400_000n;
const PRICE = 1_000_000_000n;

type Event = [name: string, ...args: unknown[]];
type Log = { block: number; index: number; topics: readonly string[]; data: string };
type Call = { jsonrpc: "2.0"; id: number; method: string; params: unknown[] };

export class MadeUpChain {
  /** Requests by method since `forget`, the ranges of blocks that logs were asked for, and the blocks asked by number. */
  asked = new Map<string, number>();
  ranges: [from: number, to: number][] = [];
  blocks: number[] = [];
  /** What custody says of program 1, as the events have it. */
  money = { free: 0n, committed: 0n };
  readonly #logs: Log[] = [];
  /** Blocks by the hash of their transaction. */
  readonly #transactions = new Map<string, number>();
  #head = 0;
  /** From this block on another branch is the chain. */
  #forked: { at: number; name: string } | undefined;
  #server: Server | undefined;

  constructor() {
    const periods = CLAIMS_EACH + 10;
    const funded = BigInt(POLICIES * periods) * BENEFIT;
    this.#mine(
      ["ScopeCreated", 1, INSURER, 1, 9],
      [
        "ProgramCreated",
        1,
        INSURER,
        1,
        1,
        1,
        [ZeroHash, 1, 2, TERMS, TOKEN, BENEFIT, ZeroAddress, 86_400 * 30, 0, 0],
      ],
      ["EscrowFunded", 1, INSURER, funded],
    );
    for (let policy = 1; policy <= POLICIES; policy++) {
      this.#mine(["PolicyIssued", policy, 1, PATIENT, policy, ZeroAddress, 20_000, periods, ZeroHash]);
    }
    let paid = 0n;
    for (let period = 0; period < CLAIMS_EACH; period++) {
      for (let policy = 1; policy <= POLICIES; policy += BATCH) {
        this.#mine(...Array.from({ length: BATCH }, (_, i) => settled(policy + i, period)));
      }
      // Every policy is paid out after each tenth period, but for the last ten.
      if (period % 10 !== 9 || period === CLAIMS_EACH - 1) continue;
      for (let policy = 1; policy <= POLICIES; policy++) {
        this.#mine(["PolicyPaid", policy, PATIENT, 10, 10n * BENEFIT]);
        paid += 10n * BENEFIT;
      }
    }
    this.money = { free: 0n, committed: funded - paid };
  }

  /** One more claim in a block of its own: period 100 and on of the policy. */
  claim(policy: number, period: number): void {
    this.#mine(settled(policy, period));
  }

  /** The last block with events and all after it are replaced by an empty block. */
  reorganise(): void {
    const at = this.#logs.at(-1)!.block;
    while (this.#logs.at(-1)!.block === at) this.#logs.pop();
    this.#forked = { at, name: `fork ${at}` };
    this.#head = at + 1;
  }

  forget(): void {
    this.asked = new Map();
    this.ranges = [];
    this.blocks = [];
  }

  /** Serves the chain and the page that was built in `site`. @returns the address */
  async open(site: string): Promise<string> {
    const config = {
      name: "Ten thousand claims",
      chain: {
        id: 31_338,
        name: "Made-up chain",
        rpc: "/rpc",
        explorer: null,
        currency: { name: "Ether", symbol: "ETH", decimals: 18 },
      },
      contracts: {
        claims: CLAIMS,
        anchors: address("5"),
        consents: address("6"),
        circuits: address("7"),
        scopes: address("8"),
        pauses: address("9"),
        custody: CUSTODY,
      },
      tokens: [{ address: TOKEN, symbol: "tUSDC", decimals: 6 }],
      artifacts: "/artifacts",
      groups: [],
    };
    this.#server = await startServer(
      (app) => {
        app.get("/config.json", async () => config);
        app.post("/rpc", async ({ body }) =>
          Array.isArray(body) ? body.map((call: Call) => this.#reply(call)) : this.#reply(body as Call),
        );
      },
      { port: 0, access: "open", otherwise: siteOf(site) },
    );
    return this.#server.url;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #mine(...events: Event[]): void {
    this.#head += SPACE;
    this.#transactions.set(id(`transaction ${this.#head}`), this.#head);
    events.forEach(([name, ...args], index) => {
      this.#logs.push({ block: this.#head, index, ...abi.encodeEventLog(name, args) });
    });
  }

  #hash(block: number): string {
    const { at = Number.POSITIVE_INFINITY, name = "" } = this.#forked ?? {};
    return id(`block ${block}${block >= at ? name : ""}`);
  }

  #reply({ id: number, method, params }: Call) {
    this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
    const reply = { jsonrpc: "2.0", id: number };
    try {
      return { ...reply, result: this.#result(method, params) };
    } catch (error) {
      return { ...reply, error: { code: -32_601, message: (error as Error).message } };
    }
  }

  #result(method: string, [first]: unknown[]): unknown {
    switch (method) {
      case "eth_chainId":
        return toQuantity(31_338);
      case "eth_blockNumber":
        return toQuantity(this.#head);
      case "eth_getBlockByNumber":
        if (first === "latest") return this.#block(this.#head);
        this.blocks.push(Number(first));
        return this.#block(Number(first));
      case "eth_getLogs": {
        const { fromBlock, toBlock } = first as { fromBlock: string; toBlock: string };
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        this.ranges.push([from, to]);
        return this.#logs.filter(({ block }) => block >= from && block <= to).map((log) => this.#log(log));
      }
      case "eth_getTransactionReceipt":
        return this.#receipt(String(first));
      case "eth_call":
        return this.#call((first as { data: string }).data);
    }
    throw new Error(`The made-up chain does not know ${method}.`);
  }

  #block(number: number) {
    if (number > this.#head) return null;
    // Seven hours from one block with events to the next: the claims last for two years.
    const timestamp = START + Math.floor((number * 7 * HOUR) / SPACE);
    return { number: toQuantity(number), hash: this.#hash(number), timestamp: toQuantity(timestamp) };
  }

  #log({ block, index, topics, data }: Log) {
    return {
      address: CLAIMS,
      blockHash: this.#hash(block),
      blockNumber: toQuantity(block),
      transactionHash: id(`transaction ${block}`),
      transactionIndex: "0x0",
      logIndex: toQuantity(index),
      removed: false,
      topics,
      data,
    };
  }

  #receipt(hash: string) {
    const at = this.#transactions.get(hash);
    const logs = this.#logs.filter(({ block }) => block === at).map((log) => this.#log(log));
    if (logs.length === 0) return null;
    return {
      transactionHash: hash,
      transactionIndex: "0x0",
      blockHash: logs[0]!.blockHash,
      blockNumber: logs[0]!.blockNumber,
      from: INSURER,
      to: CLAIMS,
      contractAddress: null,
      gasUsed: toQuantity(GAS),
      cumulativeGasUsed: toQuantity(GAS),
      effectiveGasPrice: toQuantity(PRICE),
      logsBloom: `0x${"00".repeat(256)}`,
      status: "0x1",
      type: "0x2",
      logs,
    };
  }

  #call(data: string): string {
    const { free, committed } = this.money;
    const call = abi.parseTransaction({ data }) ?? erc20.parseTransaction({ data });
    switch (call?.name) {
      case "escrow":
        return abi.encodeFunctionResult("escrow", [[TOKEN, INSURER, CLAIMS, free, committed]]);
      case "accountedIn":
        return abi.encodeFunctionResult("accountedIn", [free + committed]);
      case "balanceOf":
        return erc20.encodeFunctionResult("balanceOf", [free + committed]);
    }
    throw new Error(`The made-up chain does not know ${call?.name ?? data}.`);
  }
}

function settled(policy: number, period: number): Event {
  return ["ClaimSettled", policy, period, ZeroHash, 1, ZeroHash, 0];
}
