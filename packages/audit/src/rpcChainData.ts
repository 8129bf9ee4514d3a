// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { BlockInfo, ChainData, LogEntry, LogFilter, TransactionInfo } from "./chainData.ts";

/** One JSON-RPC request; throws `RpcAnswerError` for an answer that is an error. */
export type RpcRequest = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** The node answered, with an error. */
export class RpcAnswerError extends Error {
  override readonly name = "RpcAnswerError";
  readonly rpcCode: number;

  constructor(message: string, rpcCode: number) {
    super(message);
    this.rpcCode = rpcCode;
  }
}

export type RpcOptions = {
  /** Most blocks in one question for events; halved when the node refuses, doubled again when it does not. */
  readonly blockRange?: number;
  /** Tries before giving up. */
  readonly tries?: number;
  /** Milliseconds before the second try; doubles from try to try. */
  readonly pause?: number;
  readonly onProgress?: (done: number, total: number) => void;
};

const TRIES = 6;
const PAUSE = 250;
const RANGE = 10_000;

/** JSON-RPC over HTTP, with back-off for whatever a busy or limiting node does. */
export function httpRequest(url: string, options: RpcOptions = {}): RpcRequest {
  const tries = options.tries ?? TRIES;
  let id = 0;
  return async (method, params) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask(url, ++id, method, params);
      } catch (error) {
        if (error instanceof RpcAnswerError) throw error;
        if (attempt >= tries) {
          // The URL is left out: it often carries a provider's key.
          throw new VitalproofError("CONTRACT_CALL_FAILED", `The node does not answer ${method}.`, {
            details: { method, tries },
            hint: "Check the URL, and that the node runs and is reachable from here.",
            cause: error,
          });
        }
        await sleep((options.pause ?? PAUSE) * 2 ** (attempt - 1));
      }
    }
  };
}

async function ask(url: string, id: number, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
    signal: AbortSignal.timeout(60_000),
  });
  if (response.status === 429 || response.status >= 500) {
    // Some nodes put a proper JSON-RPC error under status 500.
    const text = await response.text();
    const answer = errorOf(text);
    if (response.status !== 429 && answer !== undefined) throw answer;
    throw new Error(`HTTP ${response.status}`);
  }
  const text = await response.text();
  const answer = errorOf(text);
  if (answer !== undefined) throw answer;
  const body = JSON.parse(text) as { result?: unknown };
  return body.result;
}

function errorOf(text: string): RpcAnswerError | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown; code?: unknown } };
    return error === undefined || error === null
      ? undefined
      : new RpcAnswerError(String(error.message), Number(error.code));
  } catch {
    return undefined;
  }
}

type RawLog = {
  address: string;
  topics: string[];
  data: string;
  blockNumber: string;
  blockHash: string;
  transactionHash: string;
  logIndex: string;
};

/** Chain data from a node. Events are asked for in ranges of blocks, since nodes limit what one answer may hold. */
export function rpcChainData(request: RpcRequest, options: RpcOptions = {}): ChainData {
  const blocks = new Map<number, Promise<BlockInfo>>();

  async function blockOf(tag: string): Promise<BlockInfo> {
    const raw = (await request("eth_getBlockByNumber", [tag, false])) as {
      number: string;
      hash: string;
      timestamp: string;
    } | null;
    if (raw === null || raw === undefined) {
      throw new VitalproofError("CONTRACT_CALL_FAILED", `The node has no block ${tag}.`, {
        details: { block: tag },
        hint: "Use a node that is synchronised and keeps the chain's history.",
      });
    }
    return { number: Number(raw.number), hash: raw.hash.toLowerCase(), timestamp: Number(raw.timestamp) };
  }

  async function logsOf(filter: LogFilter): Promise<LogEntry[]> {
    const found: LogEntry[] = [];
    const most = options.blockRange ?? RANGE;
    let range = most;
    let failures = 0;
    for (let from = filter.fromBlock; from <= filter.toBlock; ) {
      const to = Math.min(filter.toBlock, from + range - 1);
      try {
        const raw = (await request("eth_getLogs", [
          {
            address: [...filter.addresses],
            fromBlock: hex(from),
            toBlock: hex(to),
            ...(filter.topics === undefined ? {} : { topics: filter.topics }),
          },
        ])) as RawLog[];
        for (const log of raw) found.push(logOf(log));
      } catch (error) {
        failures++;
        if (!(error instanceof RpcAnswerError) || (range === 1 && failures >= (options.tries ?? TRIES))) {
          throw error instanceof VitalproofError
            ? error
            : new VitalproofError(
                "CONTRACT_CALL_FAILED",
                `The node refuses to give the events of blocks ${from} to ${to}.`,
                {
                  details: { from, to },
                  hint: "Use a node that keeps the chain's history and answers eth_getLogs.",
                  cause: error,
                },
              );
        }
        await sleep((options.pause ?? PAUSE) * Math.min(failures, 8));
        range = Math.max(1, Math.floor(range / 2));
        continue;
      }
      failures = 0;
      from = to + 1;
      range = Math.min(most, range * 2);
      options.onProgress?.(from - filter.fromBlock, filter.toBlock - filter.fromBlock + 1);
    }
    return found;
  }

  return {
    chainId: async () => BigInt((await request("eth_chainId", [])) as string),
    block: (block) => {
      if (block === "latest") return blockOf("latest");
      const known = blocks.get(block) ?? blockOf(hex(block));
      blocks.set(block, known);
      return known;
    },
    logs: logsOf,
    transaction: async (hash) => transactionOf(request, hash),
    call: async (to, data, block) => String(await request("eth_call", [{ to, data }, hex(block)])),
    code: async (address, block) => String(await request("eth_getCode", [address, hex(block)])).toLowerCase(),
  };
}

async function transactionOf(request: RpcRequest, hash: string): Promise<TransactionInfo | undefined> {
  const [transaction, receipt] = (await Promise.all([
    request("eth_getTransactionByHash", [hash]),
    request("eth_getTransactionReceipt", [hash]),
  ])) as [
    { hash: string; from: string; to: string | null; input: string } | null,
    { blockNumber: string; status: string; logs: RawLog[] } | null,
  ];
  if (!transaction || !receipt) return undefined;
  return {
    hash: transaction.hash.toLowerCase(),
    blockNumber: Number(receipt.blockNumber),
    from: transaction.from.toLowerCase(),
    to: transaction.to?.toLowerCase(),
    input: transaction.input.toLowerCase(),
    succeeded: Number(receipt.status) === 1,
    logs: receipt.logs.map(logOf),
  };
}

function logOf(log: RawLog): LogEntry {
  return {
    address: log.address.toLowerCase(),
    topics: log.topics.map((topic) => topic.toLowerCase()),
    data: log.data.toLowerCase(),
    blockNumber: Number(log.blockNumber),
    blockHash: log.blockHash.toLowerCase(),
    transactionHash: log.transactionHash.toLowerCase(),
    logIndex: Number(log.logIndex),
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
