// SPDX-License-Identifier: GPL-3.0-or-later
import type { Interface } from "ethers";
import type { BlockInfo, ChainData, LogEntry, TransactionInfo } from "./chainData.ts";
import { ChainEvent, type ContractAddresses, type ContractName, parseEvent } from "./events.ts";
import type { Findings } from "./findings.ts";
import { inParallel } from "./parallel.ts";

export type Progress = (step: string) => void;

type Range = { readonly fromBlock: number; readonly toBlock: number };

/** All events of the contracts in the order of the chain, each with its block's time. */
export async function collectEvents(
  data: ChainData,
  addresses: ContractAddresses,
  interfaces: Readonly<Record<ContractName, Interface>>,
  range: Range,
  findings: Findings,
  progress: Progress,
): Promise<ChainEvent[]> {
  progress("events of the contracts");
  const names = new Map(Object.entries(addresses).map(([name, address]) => [address, name as ContractName]));
  const logs = ordered(await data.logs({ addresses: Object.values(addresses), ...range }), findings);
  const known = logs.filter(({ address }) => names.has(address));
  const blocks = await blocksOf(data, known, findings, progress);
  return known.flatMap((log) => {
    const contract = names.get(log.address)!;
    const parsed = parseEvent(interfaces[contract], log);
    const block = blocks.get(log.blockNumber);
    if (parsed !== undefined && block !== undefined) {
      return [new ChainEvent(contract, parsed.name, parsed.args, log, block.timestamp)];
    }
    findings.add(
      "DATA_EVENT_UNREADABLE",
      `An event of the ${contract} contract in block ${log.blockNumber} is not one it can emit (topic ${log.topics[0] ?? "none"}).`,
      { block: log.blockNumber, transaction: log.transactionHash },
    );
    return [];
  });
}

/** The token's transfers to and from an account. */
export async function collectTransfers(
  data: ChainData,
  token: string,
  account: string,
  abi: Interface,
  range: Range,
  findings: Findings,
  progress: Progress,
): Promise<ChainEvent[]> {
  progress("transfers of the token");
  const topic = abi.getEvent("Transfer")!.topicHash;
  const padded = `0x${account.slice(2).padStart(64, "0")}`;
  const [out, into] = await Promise.all([
    data.logs({ addresses: [token], topics: [topic, padded], ...range }),
    data.logs({ addresses: [token], topics: [topic, null, padded], ...range }),
  ]);
  const logs = ordered([...out, ...into], findings);
  const blocks = await blocksOf(data, logs, findings, progress);
  return logs.flatMap((log) => {
    const parsed = parseEvent(abi, log);
    const block = blocks.get(log.blockNumber);
    if (parsed === undefined || block === undefined) return [];
    return [new ChainEvent("token", parsed.name, parsed.args, log, block.timestamp)];
  });
}

/**
 * The transactions behind events. Each receipt is compared with the events that were given for it. If only one of the
 * two has an event, their source left it out or invented it.
 *
 * @param concerns whether a log of a receipt belongs to what was asked for as events
 */
export async function collectTransactions(
  data: ChainData,
  events: readonly ChainEvent[],
  all: readonly ChainEvent[],
  concerns: (log: LogEntry) => boolean,
  findings: Findings,
  progress: Progress,
): Promise<Map<string, TransactionInfo>> {
  const hashes = [...new Set(events.map(({ log }) => log.transactionHash))];
  const given = new Map<string, Map<string, ChainEvent>>();
  for (const event of all) {
    const list = given.get(event.log.transactionHash) ?? new Map<string, ChainEvent>();
    list.set(fingerprint(event.log), event);
    given.set(event.log.transactionHash, list);
  }
  const found = new Map<string, TransactionInfo>();
  await inParallel(
    hashes,
    async (hash) => {
      const transaction = await data.transaction(hash);
      if (transaction === undefined || !transaction.succeeded) {
        findings.add(
          "DATA_TRANSACTION_MISSING",
          `Transaction ${hash} has events and ${transaction === undefined ? "is unknown" : "failed"}.`,
          { transaction: hash },
        );
        return;
      }
      found.set(hash, transaction);
      const inEvents = given.get(hash) ?? new Map<string, ChainEvent>();
      const inReceipt = new Set(transaction.logs.map(fingerprint));
      for (const [print, { name, log }] of inEvents) {
        if (inReceipt.has(print)) continue;
        findings.add(
          "DATA_RECEIPT_DISAGREES",
          `${name} (log ${log.logIndex} of block ${log.blockNumber}) is not, or not like that, in its transaction's receipt.`,
          { transaction: hash, block: log.blockNumber },
        );
      }
      for (const log of transaction.logs.filter(concerns)) {
        if (inEvents.has(fingerprint(log))) continue;
        findings.add(
          "DATA_RECEIPT_DISAGREES",
          `Log ${log.logIndex} of block ${log.blockNumber} is in its transaction's receipt and was not, or not like that, among the events.`,
          { transaction: hash, block: log.blockNumber },
        );
      }
    },
    (done, total) => progress(`transactions, ${done} of ${total}`),
  );
  return found;
}

async function blocksOf(
  data: ChainData,
  logs: readonly LogEntry[],
  findings: Findings,
  progress: Progress,
): Promise<Map<number, BlockInfo>> {
  const numbers = [...new Set(logs.map(({ blockNumber }) => blockNumber))];
  const blocks = await inParallel(
    numbers,
    (number) => data.block(number),
    (done, total) => progress(`blocks, ${done} of ${total}`),
  );
  const byNumber = new Map(blocks.map((block, i) => [numbers[i]!, block]));
  for (const log of logs) {
    const block = byNumber.get(log.blockNumber);
    if (block?.hash === log.blockHash) continue;
    findings.add(
      "DATA_BLOCK_MISMATCH",
      `Log ${log.logIndex} says it is in block ${log.blockHash}; block ${log.blockNumber} is ${block?.hash ?? "none"}.`,
      { block: log.blockNumber, transaction: log.transactionHash },
    );
  }
  return byNumber;
}

/** By block and place; two in one place are reported, and the first is kept. */
function ordered(logs: readonly LogEntry[], findings: Findings): LogEntry[] {
  const sorted = [...logs].sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  return sorted.filter((log, i) => {
    const previous = sorted[i - 1];
    if (previous?.blockNumber !== log.blockNumber || previous.logIndex !== log.logIndex) return true;
    findings.add(
      "DATA_EVENT_TWICE",
      `Two events have the place ${log.logIndex} of block ${log.blockNumber}.`,
      { block: log.blockNumber, transaction: log.transactionHash },
    );
    return false;
  });
}

function fingerprint({ address, topics, data, logIndex }: LogEntry): string {
  return [address, logIndex, ...topics, data].join("|");
}
