// SPDX-License-Identifier: GPL-3.0-or-later
import { type ContractRunner, type Log, type Provider, toBeHex } from "ethers";
import { connect, read } from "../clients/call.ts";
import type { HealthLedger } from "../clients/contractTypes.ts";
import { type BlockRange, eventsOf } from "../clients/events.ts";
import { type Detail, VitalproofError } from "../errors.ts";
import { HEALTH_LEDGER_ABI } from "../generated/ledgerAbi.ts";
import { invalid } from "../invalid.ts";
import { LedgerClient } from "./client.ts";
import { entriesOf, HISTORY_TOPICS, historyEventOf, isInInput } from "./decode.ts";
import type { LedgerTransaction, PageHistory } from "./history.ts";

export type ReadHistoryOptions = BlockRange & {
  /** What is known already, such as from `historyFromArchive`: only later blocks are read. */
  readonly known?: PageHistory;
};

/** Transactions that are asked for at once. */
const AT_ONCE = 16;

/**
 * Reads everything about a page: its events and, for batches, the transactions' inputs. Each input is checked against its
 * event. `rebuildPage` checks that all of it together gives the page.
 * @param ledger address of the contract
 * @param options.fromBlock where to begin to read, at most the block in which the page was opened
 * @throws CONTRACT_REVERTED for an unknown page; LEDGER_MISMATCH naming a transaction that does not fit its event;
 *         CONTRACT_CALL_FAILED where the node no longer has a transaction, a block or the page's first event; INVALID_ARGUMENT for a known history
 *         of another page or of later blocks
 */
export async function readHistory(
  ledger: string,
  runner: ContractRunner,
  page: bigint,
  { fromBlock, toBlock, known }: ReadHistoryOptions = {},
): Promise<PageHistory> {
  const client = new LedgerClient(ledger, runner);
  const address = await client.pageAddress(page);
  if (known !== undefined) assertSamePage(known, address);
  const contract = connect<HealthLedger>(HEALTH_LEDGER_ABI, ledger, runner);
  // `pageAddress` has asked the chain for its number, so that there is a provider.
  const provider = runner.provider!;
  const block = toBlock ?? (await read(contract, "blockNumber", () => provider.getBlockNumber()));
  if (known !== undefined && known.block > block)
    throw invalid("the last block", block, `at least ${known.block}, up to which the history is known`);
  const state = await client.page(page, block);
  const first = known === undefined ? fromBlock : known.block + 1;
  const topics = [[...HISTORY_TOPICS], toBeHex(page, 32)];
  const isKnown = first !== undefined && first > block;
  const logs = isKnown
    ? []
    : await eventsOf(contract, "events", { fromBlock: first, toBlock: block }, (from, to) =>
        provider.getLogs({ address: ledger, topics, fromBlock: from, toBlock: to }),
      );
  const found = await transactionsOf(logs);
  const transactions = [...(known?.transactions ?? []), ...found];
  const entries = entriesOf(page, transactions);
  if (entries[0]?.kind !== "opened") throw gone(`the opening of page ${page}`, { page });
  return { address, block, state, entries, transactions };

  async function transactionsOf(all: readonly Log[]): Promise<LedgerTransaction[]> {
    const ordered = all.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
    const byHash = new Map<string, Log[]>();
    for (const log of ordered) {
      const group = byHash.get(log.transactionHash);
      if (group === undefined) byHash.set(log.transactionHash, [log]);
      else group.push(log);
    }
    const groups = [...byHash.values()];
    const read: LedgerTransaction[] = [];
    for (let i = 0; i < groups.length; i += AT_ONCE)
      read.push(...(await Promise.all(groups.slice(i, i + AT_ONCE).map(transactionOf))));
    return read;
  }

  async function transactionOf(events: readonly Log[]): Promise<LedgerTransaction> {
    const { transactionHash: hash, blockNumber } = events[0]!;
    const isCall = events.some((event) => isInInput(historyEventOf(event)!));
    const [time, input] = await Promise.all([
      timeOf(blockNumber),
      isCall ? inputOf(hash, blockNumber) : undefined,
    ]);
    return {
      ...{ hash, block: blockNumber, time },
      ...(input === undefined ? {} : { input }),
      events: events.map(({ index, topics: own, data }) => ({ index, topics: [...own], data })),
    };
  }

  /** Undefined if the transaction is not a direct call of the ledger. */
  async function inputOf(hash: string, blockNumber: number): Promise<string | undefined> {
    const transaction = await ask("transaction", (node) => node.getTransaction(hash));
    if (transaction === null) throw gone(`transaction ${hash}`, { transaction: hash, block: blockNumber });
    return transaction.to?.toLowerCase() === ledger.toLowerCase() ? transaction.data : undefined;
  }

  /** Unix seconds. */
  async function timeOf(blockNumber: number): Promise<number> {
    const found = await ask("block", (node) => node.getBlock(blockNumber));
    if (found === null) throw gone(`block ${blockNumber}`, { block: blockNumber });
    return found.timestamp;
  }

  function ask<T>(what: string, question: (node: Provider) => Promise<T>): Promise<T> {
    return read(contract, what, () => question(provider));
  }
}

function assertSamePage(known: PageHistory, address: PageHistory["address"]): void {
  const same =
    known.address.chainId === address.chainId &&
    known.address.page === address.page &&
    known.address.ledger.toLowerCase() === address.ledger.toLowerCase();
  if (same) return;
  throw new VitalproofError("INVALID_ARGUMENT", "The known history is of another page.", {
    details: { known: { ...known.address }, wanted: { ...address } },
    hint: "Pass the archive of this page of this contract.",
  });
}

function gone(what: string, details: Record<string, Detail>): VitalproofError {
  return new VitalproofError("CONTRACT_CALL_FAILED", `The node no longer has ${what}.`, {
    details,
    hint: "Use the page's archive (historyFromArchive), or a node that keeps the whole chain. Read from an early enough block.",
  });
}
