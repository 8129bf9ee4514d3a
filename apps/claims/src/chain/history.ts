// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** The head of a block. */
export type BlockHead = {
  readonly number: number;
  readonly hash: string /** Unix seconds. */;
  readonly timestamp: number;
};

/** A log, as little of it as events need. */
export type RawLog = {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  /** Place in the block. */
  readonly index: number;
  readonly topics: readonly string[];
  readonly data: string;
};

/** A log with the time of its block. */
export type TimedLog = RawLog & { readonly timestamp: number };

/** What is asked of a chain; a test makes its own. */
export type ChainSource = {
  head(): Promise<BlockHead>;
  /** The block of this number on the chain as it is now; undefined when there is none. */
  block(number: number): Promise<BlockHead | undefined>;
  /** All logs of the contract in the blocks `from` to `to`, both included. */
  logs(from: number, to: number): Promise<RawLog[]>;
};

export type HistoryOptions = {
  /** First block that can hold a log. */
  fromBlock: number;
  /** Blocks asked for at once; halved where a node refuses, down to `smallestRange`. */
  range?: number;
  smallestRange?: number;
};

/** Heads of blocks without a log that are remembered, to find out how deep a reorganisation went. */
const REMEMBERED = 256;

/**
 * The logs of one contract, read by ranges and kept in memory by the hash of their block. What a reorganisation took
 * away is dropped and read again, so that `logs()` is always the history of one chain up to `tip()`.
 */
export class History {
  readonly #source: ChainSource;
  readonly #fromBlock: number;
  readonly #smallest: number;
  #range: number;
  /** Blocks whose logs are held and blocks known to be on the chain, by number, ascending. */
  #blocks = new Map<number, { head: BlockHead; logs: readonly RawLog[] }>();
  #tip: BlockHead | undefined;
  #running: Promise<boolean> | undefined;

  constructor(source: ChainSource, { fromBlock, range = 5000, smallestRange = 16 }: HistoryOptions) {
    this.#source = source;
    this.#fromBlock = fromBlock;
    this.#range = range;
    this.#smallest = smallestRange;
  }

  /** The block up to which everything was read; undefined before the first refresh. */
  tip(): BlockHead | undefined {
    return this.#tip;
  }

  /** All logs, in the chain's order. */
  logs(): TimedLog[] {
    return [...this.#blocks.values()].flatMap(({ head, logs }) =>
      logs.map((log) => ({ ...log, timestamp: head.timestamp })),
    );
  }

  /**
   * Reads what is new. Calls at the same time share one reading.
   * @returns whether anything changed, the tip included
   * @throws what the source throws when a range of `smallestRange` blocks cannot be read; what was read stays
   */
  refresh(): Promise<boolean> {
    this.#running ??= this.#refresh().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #refresh(): Promise<boolean> {
    const head = await this.#source.head();
    if (this.#tip !== undefined && head.hash === this.#tip.hash) return false;
    await this.#dropRemoved();
    let from = this.#tip === undefined ? this.#fromBlock : this.#tip.number + 1;
    while (from <= head.number) {
      const to = Math.min(head.number, from + this.#range - 1);
      let logs: RawLog[];
      try {
        logs = await this.#source.logs(from, to);
      } catch (error) {
        if (to - from + 1 <= this.#smallest) throw error;
        this.#range = Math.max(this.#smallest, Math.floor((to - from + 1) / 2));
        continue;
      }
      // If the chain changed while it was read, nothing of this range is kept; the next refresh finds out how far.
      if (!(await this.#take(logs, to, head))) return true;
      from = to + 1;
    }
    return true;
  }

  /** Forgets blocks, the highest first, until one that the chain still has. */
  async #dropRemoved(): Promise<void> {
    for (const { head } of [...this.#blocks.values()].reverse()) {
      if ((await this.#source.block(head.number))?.hash === head.hash) {
        this.#tip = head;
        return;
      }
      this.#blocks.delete(head.number);
    }
    this.#tip = undefined;
  }

  async #take(logs: readonly RawLog[], to: number, head: BlockHead): Promise<boolean> {
    const byBlock = new Map<number, RawLog[]>();
    for (const log of logs) {
      const same = byBlock.get(log.blockNumber);
      if (same === undefined) byBlock.set(log.blockNumber, [log]);
      else same.push(log);
    }
    const numbers = [...new Set([...byBlock.keys(), to])].sort((a, b) => a - b);
    const heads: (BlockHead | undefined)[] = [];
    // Eight at a time: a first reading may hold thousands of blocks.
    for (let i = 0; i < numbers.length; i += 8) {
      heads.push(...(await Promise.all(numbers.slice(i, i + 8).map((number) => this.#source.block(number)))));
    }
    const same = (found: BlockHead | undefined, i: number): found is BlockHead =>
      found !== undefined &&
      (byBlock.get(numbers[i]!) ?? []).every(({ blockHash }) => blockHash === found.hash) &&
      (found.number !== head.number || found.hash === head.hash);
    if (!heads.every(same)) return false;
    for (const found of heads as BlockHead[]) {
      const own = (byBlock.get(found.number) ?? []).sort((a, b) => a.index - b.index);
      this.#blocks.set(found.number, { head: found, logs: own });
      this.#tip = found;
    }
    this.#prune();
    return true;
  }

  /** Blocks with logs are kept for ever, empty ones as far as a reorganisation may go. */
  #prune(): void {
    const empty = [...this.#blocks].filter(([, { logs }]) => logs.length === 0).map(([number]) => number);
    for (const number of empty.slice(0, Math.max(0, empty.length - REMEMBERED))) this.#blocks.delete(number);
  }
}

/** @throws CONTRACT_CALL_FAILED for a block that a node describes without number, hash or time */
export function blockHead(raw: unknown): BlockHead {
  const { number, hash, timestamp } = (raw ?? {}) as Record<string, unknown>;
  if (typeof number === "string" && typeof hash === "string" && typeof timestamp === "string") {
    return { number: Number(number), hash, timestamp: Number(timestamp) };
  }
  throw new VitalproofError(
    "CONTRACT_CALL_FAILED",
    "The node described a block without number, hash or time.",
    {
      hint: "Check `chain.rpc` in config.json.",
    },
  );
}
