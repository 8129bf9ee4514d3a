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

/** Follows the logs: `add` in the chain's order, after `reset` all of them once more. */
export type LogFollower = { reset(): void; add(logs: readonly TimedLog[]): void };

/** A block that is remembered, with the contract's logs in it. */
export type StoredBlock = { readonly head: BlockHead; readonly logs: readonly RawLog[] };

/** Where a history is kept between visits. */
export type BlockStore = {
  /**
   * What was kept of the chain with this first block, ascending. What was kept of another one is removed: a development
   * chain that began anew has the same number and the same addresses.
   */
  load(genesis: string): Promise<StoredBlock[]>;
  /** At once or not at all: forgets the blocks from `from` on, keeps `blocks`, forgets the numbers `empty`. */
  write(from: number, blocks: readonly StoredBlock[], empty: readonly number[]): Promise<void>;
};

export type HistoryOptions = {
  /** First block that can hold a log. */
  fromBlock: number;
  /** Blocks asked for at once; halved where a node refuses, down to `smallestRange`. */
  range?: number;
  smallestRange?: number;
  /** Where it is kept between visits; in memory only when left out, or when it fails. */
  store?: BlockStore;
  follower?: LogFollower;
};

/** Heads of blocks without a log that are remembered, to find out how deep a reorganisation went. */
const REMEMBERED = 256;
/** Heads asked for at once: a first reading may hold thousands of blocks, and ethers makes one batch of these. */
const HEADS = 100;
/** Logs handed on at once: adding them up takes time in which a page answers to nothing. */
const SLICE = 500;

/**
 * The logs of one contract, read by ranges and kept by the hash of their block, in memory and where one is given in a
 * store. What a reorganisation took away is dropped and read again, so that `logs()` is always the history of one chain
 * up to `tip()`. What the store had kept goes through the same check before it is used.
 */
export class History {
  readonly #source: ChainSource;
  readonly #fromBlock: number;
  readonly #smallest: number;
  readonly #follower: LogFollower | undefined;
  #range: number;
  /** Undefined when there is none, or it failed: a private window, no space left. Reading goes on without. */
  #store: BlockStore | undefined;
  #loaded = false;
  /** Blocks whose logs are held and blocks known to be on the chain, by number, ascending. */
  #blocks = new Map<number, StoredBlock>();
  #tip: BlockHead | undefined;
  #running: Promise<boolean> | undefined;

  constructor(source: ChainSource, options: HistoryOptions) {
    const { fromBlock, range = 5000, smallestRange = 16, store, follower } = options;
    this.#source = source;
    this.#fromBlock = fromBlock;
    this.#range = range;
    this.#smallest = smallestRange;
    this.#store = store;
    this.#follower = follower;
  }

  /** The block up to which everything was read; undefined before the first refresh. */
  tip(): BlockHead | undefined {
    return this.#tip;
  }

  /** All logs, in the chain's order. */
  logs(): TimedLog[] {
    return [...this.#blocks.values()].flatMap(timed);
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

  /** Forgets everything, also in the store; the next refresh reads it again. */
  async forget(): Promise<void> {
    await this.#running?.catch(() => undefined);
    this.#blocks.clear();
    this.#tip = undefined;
    this.#follower?.reset();
    await this.#stored((store) => store.write(0, [], []));
  }

  async #refresh(): Promise<boolean> {
    const head = await this.#source.head();
    if (this.#tip !== undefined && head.hash === this.#tip.hash) return false;
    if (!this.#loaded) await this.#load();
    else if (await this.#dropRemoved()) await this.#handOver();
    let from = this.#tip === undefined ? this.#fromBlock : this.#tip.number + 1;
    while (from <= head.number) {
      const to = Math.min(head.number, from + this.#range - 1);
      let logs: RawLog[];
      const before = await this.#source.block(to);
      try {
        logs = await this.#source.logs(from, to);
      } catch (error) {
        if (to - from + 1 <= this.#smallest) throw error;
        this.#range = Math.max(this.#smallest, Math.floor((to - from + 1) / 2));
        continue;
      }
      // If the chain changed while it was read, nothing of this range is kept; the next refresh finds out how far.
      if (!(await this.#take(logs, to, before))) return true;
      from = to + 1;
    }
    return true;
  }

  /** Loads what the store kept, as far as the chain still has it. */
  async #load(): Promise<void> {
    const genesis = await this.#source.block(0);
    const kept = genesis === undefined ? [] : await this.#stored((store) => store.load(genesis.hash));
    this.#blocks = new Map((kept ?? []).map((block) => [block.head.number, block]));
    await this.#dropRemoved();
    await this.#handOver();
    this.#loaded = true;
  }

  /** Everything that is held, to a follower that begins anew. */
  async #handOver(): Promise<void> {
    if (this.#follower === undefined) return;
    this.#follower.reset();
    const logs = this.logs();
    for (let i = 0; i < logs.length; i += SLICE) {
      this.#follower.add(logs.slice(i, i + SLICE));
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /**
   * Forgets blocks that the chain no longer has. A block's hash stands for all blocks before it, so the last one that
   * the chain still has is found by halving.
   * @returns whether a log went with them
   */
  async #dropRemoved(): Promise<boolean> {
    const held = [...this.#blocks.values()];
    const isThere = async ({ head }: StoredBlock): Promise<boolean> =>
      (await this.#source.block(head.number))?.hash === head.hash;
    // Of the first `low` blocks every one is there, of those from `high` on none.
    let low = 0;
    let high = held.length;
    // Mostly the last one is there.
    for (let at = high - 1; low < high; at = (low + high) >> 1) {
      if (await isThere(held[at]!)) low = at + 1;
      else high = at;
    }
    const removed = held.slice(low);
    for (const { head } of removed) this.#blocks.delete(head.number);
    this.#tip = held[low - 1]?.head;
    if (removed.length > 0) await this.#stored((store) => store.write(removed[0]!.head.number, [], []));
    return removed.some(({ logs }) => logs.length > 0);
  }

  async #take(logs: readonly RawLog[], to: number, before: BlockHead | undefined): Promise<boolean> {
    const byBlock = new Map<number, RawLog[]>();
    for (const log of logs) {
      const same = byBlock.get(log.blockNumber);
      if (same === undefined) byBlock.set(log.blockNumber, [log]);
      else same.push(log);
    }
    const numbers = [...new Set([...byBlock.keys(), to])].sort((a, b) => a - b);
    const heads: (BlockHead | undefined)[] = [];
    for (let i = 0; i < numbers.length; i += HEADS) {
      const some = numbers.slice(i, i + HEADS);
      heads.push(...(await Promise.all(some.map((number) => this.#source.block(number)))));
    }
    const same = (found: BlockHead | undefined, i: number): found is BlockHead =>
      found !== undefined &&
      (byBlock.get(numbers[i]!) ?? []).every(({ blockHash }) => blockHash === found.hash);
    if (!heads.every(same) || heads.at(-1)!.hash !== before?.hash) return false;
    const fresh = heads.map((head) => ({
      head,
      logs: (byBlock.get(head.number) ?? []).sort((a, b) => a.index - b.index),
    }));
    for (const block of fresh) this.#blocks.set(block.head.number, block);
    const from = this.#tip === undefined ? this.#fromBlock : this.#tip.number + 1;
    this.#tip = fresh.at(-1)!.head;
    const empty = this.#prune();
    await this.#stored((store) => store.write(from, fresh, empty));
    if (logs.length > 0) this.#follower?.add(fresh.flatMap(timed));
    return true;
  }

  /** Keeps blocks with logs, and empty ones as far back as a reorganisation may reach. @returns the numbers removed */
  #prune(): number[] {
    const empty = [...this.#blocks].filter(([, { logs }]) => logs.length === 0).map(([number]) => number);
    const gone = empty.slice(0, Math.max(0, empty.length - REMEMBERED));
    for (const number of gone) this.#blocks.delete(number);
    return gone;
  }

  async #stored<T>(act: (store: BlockStore) => Promise<T>): Promise<T | undefined> {
    if (this.#store === undefined) return undefined;
    try {
      return await act(this.#store);
    } catch {
      // It is a cache: the chain has everything.
      this.#store = undefined;
      return undefined;
    }
  }
}

function timed({ head, logs }: StoredBlock): TimedLog[] {
  return logs.map((log) => ({ ...log, timestamp: head.timestamp }));
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
