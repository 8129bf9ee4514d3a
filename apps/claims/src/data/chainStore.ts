// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from "ethers";
import { indexedDbBlockStore } from "../chain/blockStore.ts";
import { type BlockHead, History } from "../chain/history.ts";
import { rpcSource } from "../chain/source.ts";
import type { Config } from "../config/config.ts";
import { type Sentence, sentenceOf } from "../words/sentences.ts";
import type { Ledger } from "./ledger.ts";
import { LedgerBook } from "./ledgerBook.ts";

/** The chain as it was read last. */
export type ChainState = {
  /** Undefined until the first reading. */
  readonly ledger: Ledger | undefined;
  readonly tip: BlockHead | undefined;
  /** Why the last reading failed; what was read before stays. */
  readonly error: Sentence | undefined;
};

/** Milliseconds between two looks at the chain's head. */
const POLL = 2000;

/** Whose events are followed. */
const WATCHED = ["claims", "custody", "scopes", "pauses", "circuits"] as const;

/** Follows the events of the contracts, as an external store for React. */
export class ChainStore {
  readonly #history: History;
  readonly #listeners = new Set<() => void>();
  #book = new LedgerBook();
  #changed = true;
  #state: ChainState = { ledger: undefined, tip: undefined, error: undefined };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ chain, contracts, fromBlock }: Config, rpc: JsonRpcProvider) {
    this.#history = new History(
      rpcSource(
        rpc,
        WATCHED.map((name) => contracts[name]),
      ),
      {
        fromBlock,
        store: indexedDbBlockStore(chain.id, contracts.claims),
        // A block adds its own events to what was added up before: 10,000 take a second to decode.
        follower: {
          reset: () => {
            this.#book = new LedgerBook();
            this.#changed = true;
          },
          add: (logs) => {
            this.#book.add(logs);
            this.#changed = true;
          },
        },
      },
    );
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#poll();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  };

  readonly state = (): ChainState => this.#state;

  /** Looks now, for example after a transaction. */
  async refresh(): Promise<void> {
    try {
      const moved = await this.#history.refresh();
      if (!moved && this.#state.error === undefined && this.#state.ledger !== undefined) return;
      const { ledger } = this.#state;
      this.#state = {
        ledger: ledger === undefined || this.#changed ? this.#book.ledger() : ledger,
        tip: this.#history.tip(),
        error: undefined,
      };
      this.#changed = false;
    } catch (error) {
      this.#state = { ...this.#state, error: sentenceOf(error) };
    }
    for (const listener of this.#listeners) listener();
  }

  /** Forgets what was read and kept, and reads all of it from the node again. */
  async reread(): Promise<void> {
    await this.#history.forget();
    await this.refresh();
  }

  async #poll(): Promise<void> {
    clearTimeout(this.#timer);
    // A page that nobody sees asks for nothing.
    if (globalThis.document?.visibilityState !== "hidden") await this.refresh();
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#poll(), POLL);
  }
}
