// SPDX-License-Identifier: GPL-3.0-or-later
import type { ArtifactLoader } from "../../artifacts/artifacts.ts";
import { VitalproofError } from "../../errors.ts";
import { Mutex } from "../../mutex.ts";
import type { Prover } from "../../prove/prover.ts";
import type { Store } from "../../store.ts";
import type { LedgerChain, LedgerEvents } from "./chain.ts";
import { ConsentShelf } from "./consentShelf.ts";
import { type Look, lookAt } from "./look.ts";
import { bookedChain, PadBook } from "./pads.ts";
import { AccessQueue } from "./queue.ts";
import { type CustodianState, prefixOf, saveState } from "./state.ts";
import type { PageView, Version } from "./view.ts";

export type CustodianOptions = {
  /**
   * Where everything is kept. It holds the audit master, audit keys, revocation secrets and accesses: give a sealed one.
   * One process at a time.
   */
  readonly store: Store;
  readonly chain: LedgerChain;
  readonly events: LedgerEvents;
  readonly prover: Prover;
  readonly artifacts: ArtifactLoader;
  /** Circuits of circuits.json, in force at the ledger. */
  readonly circuits: { readonly accesses: string; readonly consents: string };
  /** Minutes after which a window may be closed, at least 1 and by default 1: so late may accesses be posted. */
  readonly lag?: number;
  /** Minutes for which accesses wait behind a missed one that may be called an emergency; by default 1,440. */
  readonly decisionTime?: number;
  /** Seconds for which an offer is open; by default 900. */
  readonly offerTime?: number;
  /** Unix seconds; the machine's clock when left out. */
  readonly clock?: () => number;
};

/** A page in the memory of its process, and the rules of changing it. */
export class Room {
  readonly options: CustodianOptions;
  readonly state: CustodianState;
  readonly queue: AccessQueue;
  readonly shelf: ConsentShelf;
  /** Books nonces before it sends. */
  readonly chain: LedgerChain;
  readonly book: PadBook;
  /** As last seen. */
  view: PageView;
  /** The window of a batch that is being proven: accesses before its end come too late. */
  closing: { readonly from: number; readonly end: number } | undefined;
  readonly #store: Store;
  readonly #turn = new Mutex();
  #isBroken = false;

  constructor(options: CustodianOptions, state: CustodianState) {
    const prefix = prefixOf(state.address);
    this.options = options;
    this.state = state;
    this.view = state.final;
    this.#store = this.#watched(options.store);
    this.queue = new AccessQueue(this.#store, prefix);
    this.shelf = new ConsentShelf(this.#store, prefix);
    this.book = new PadBook(this.#store, `${prefix}nonce/`);
    this.chain = bookedChain(options.chain, this.book);
  }

  /** Whether a write failed: then memory is ahead of the store, and nothing goes on. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** One change after the other, and none after a write that failed: then memory is ahead of the store. */
  change<T>(step: () => T | Promise<T>): Promise<T> {
    return this.#turn.run(async () => {
      this.#requireWhole();
      return step();
    });
  }

  /** Stores the state as a whole. */
  save(): Promise<void> {
    return saveState(this.#store, this.state);
  }

  async look(): Promise<Look> {
    this.#requireWhole();
    const look = await lookAt({ chain: this.chain, events: this.options.events }, this.state);
    this.view = look.view;
    return look;
  }

  /** Unix seconds. */
  now(): number {
    return Math.floor(this.options.clock?.() ?? Date.now() / 1000);
  }

  /**
   * Whether a minute is in a window that was closed. Batches of any version count that were made and are not final: the view
   * may be older than they are.
   */
  isClosed(minute: number, version: Version): boolean {
    const made = this.state.batches.flatMap((batch) =>
      batch.kind === "accesses" ? [{ from: batch.logged, end: batch.header.base + batch.header.span }] : [],
    );
    if (this.closing !== undefined) made.push(this.closing);
    return minute < version.logged || made.some(({ from, end }) => from <= minute && minute < end);
  }

  #requireWhole(): void {
    if (!this.#isBroken) return;
    throw new VitalproofError("STORE_FAILED", "The store did not take a change of this page.", {
      details: { page: this.state.address.page },
      hint: "Open the page again from its store.",
    });
  }

  #watched(store: Store): Store {
    const watch = async (write: Promise<void>) => {
      try {
        await write;
      } catch (error) {
        this.#isBroken = true;
        throw error;
      }
    };
    return {
      read: (key) => store.read(key),
      keys: (prefix) => store.keys(prefix),
      write: (key, text) => watch(store.write(key, text)),
      remove: (key) => watch(store.remove(key)),
    };
  }
}
