// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  BATCH_KINDS,
  type BatchKind,
  type CustodianPage,
  type Happened,
  type Report,
} from "@vitalproof/sdk/ledger";
import type { JsonRpcProvider } from "ethers";
import { Finality } from "../chain/index.ts";
import { Refusal } from "../http/refusal.ts";
import { pauseAfter } from "../operate/loop.ts";
import { otherProcess, type PageStore } from "./pageStore.ts";

const MINUTE = 60;

export type KeeperOptions = {
  /** As this process claimed it. */
  readonly store: PageStore;
  /** Claims the page again, unless another process did. */
  readonly claim: (before: PageStore) => Promise<PageStore>;
  /** Opens the page of a store. */
  readonly open: (store: PageStore) => Promise<CustodianPage>;
  readonly provider: JsonRpcProvider;
  /** Minutes between two closings. */
  readonly closeEvery: number;
  /** Unix seconds. */
  readonly clock: () => number;
  readonly onHappened: (happened: Happened) => void;
  readonly onFault: (kind: BatchKind, fault: unknown) => void;
};

export type KindFault = { readonly kind: BatchKind; readonly fault: unknown };

/**
 * Runs a page: opens it, compares it with the chain, closes its batches by the clock, and settles what is final. Every
 * decision follows from store and chain, so the process may end at any point.
 */
export class PageKeeper {
  readonly #options: KeeperOptions;
  readonly #finality: Finality;
  #store: PageStore;
  #page: CustodianPage | undefined;
  #report: Report | undefined;
  /** Faults in a row of each kind. `until` is of `performance.now`. */
  readonly #faults = new Map<BatchKind, { fault: unknown; faults: number; until: number }>();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#finality = new Finality(options.provider);
  }

  /**
   * The page, compared with the chain since this process began.
   * @throws CHAIN_UNREACHABLE before that, NOT_ALLOWED when another process has it; HTTP status 503
   */
  get page(): CustodianPage {
    if (this.#store.isLost()) throw otherProcess();
    if (this.#page !== undefined) return this.#page;
    throw notYet();
  }

  /** Like `report`. @throws CHAIN_UNREACHABLE before the first successful round; HTTP status 503 */
  get known(): Report {
    if (this.#report !== undefined) return this.#report;
    throw notYet();
  }

  /** Report of the last round; undefined before the first successful one. */
  get report(): Report | undefined {
    return this.#report;
  }

  /** Unix second of the next closing. */
  get closesAt(): number {
    return this.#periodBegin() + this.#options.closeEvery * MINUTE;
  }

  /** Why a kind of batch cannot be made or sent now. It is tried again after a pause. */
  get faults(): readonly KindFault[] {
    return [...this.#faults].map(([kind, { fault }]) => ({ kind, fault }));
  }

  /**
   * One round over page and chain. What keeps one kind of batch from going on is in `faults`, and the other kind goes on.
   * @throws what keeps both from it; nothing is lost by it
   */
  async act(): Promise<void> {
    if (this.#store.isLost()) throw otherProcess();
    try {
      const page = await this.#opened();
      const begin = this.#periodBegin();
      const closing = await this.#kindsToClose(begin);
      const now = performance.now();
      const without = new Set(BATCH_KINDS.filter((kind) => (this.#faults.get(kind)?.until ?? 0) > now));
      const { report, faults } = await page.round({ closing, without });
      for (const each of report.happened) this.#options.onHappened(each);
      for (const kind of BATCH_KINDS) {
        if (without.has(kind)) continue;
        this.#noteFault(kind, faults.get(kind));
        if (closing.has(kind) && !faults.has(kind)) await this.#store.write(closedKey(kind), String(begin));
      }
      const settled = await this.#settle(page, report.unsettled);
      this.#report = { ...report, unsettled: report.unsettled.filter((hash) => !settled.has(hash)) };
    } catch (error) {
      // After a failed write the page in memory is ahead of the store, so it is opened again.
      if (VitalproofError.find(error, "STORE_FAILED") !== undefined) this.#page = undefined;
      throw error;
    }
  }

  async #opened(): Promise<CustodianPage> {
    if (this.#page !== undefined) return this.#page;
    // Whatever the earlier page had under way is stored by now, or is refused.
    this.#store = await this.#options.claim(this.#store);
    const page = await this.#options.open(this.#store);
    await page.look();
    this.#page = page;
    return page;
  }

  #noteFault(kind: BatchKind, fault: unknown): void {
    if (fault === undefined) {
      this.#faults.delete(kind);
      return;
    }
    const faults = (this.#faults.get(kind)?.faults ?? 0) + 1;
    this.#faults.set(kind, { fault, faults, until: performance.now() + pauseAfter(faults) });
    this.#options.onFault(kind, fault);
  }

  /** Unix second in which the period of now began. */
  #periodBegin(): number {
    const { closeEvery, clock } = this.#options;
    return Math.floor(clock() / (closeEvery * MINUTE)) * closeEvery * MINUTE;
  }

  /**
   * Kinds whose last closing was not in the period of now. Not "was before it": a clock that was wrong, or other periods in the
   * configuration, must not put closings off. Stored: otherwise a process that ends at every closing time would never close.
   */
  async #kindsToClose(now: number): Promise<Set<BatchKind>> {
    const due = new Set<BatchKind>();
    for (const kind of BATCH_KINDS) {
      const closed = await this.#store.read(closedKey(kind));
      if (closed === undefined) await this.#store.write(closedKey(kind), String(now));
      else if (closed !== String(now)) due.add(kind);
    }
    return due;
  }

  /** Settles what is final. @returns the transactions that it settled */
  async #settle(page: CustodianPage, unsettled: readonly string[]): Promise<ReadonlySet<string>> {
    const final = unsettled.length === 0 ? undefined : await this.#finality.block();
    if (final === undefined) return new Set();
    const blocks = new Map<string, number>();
    for (const hash of unsettled) {
      const block = (await this.#options.provider.getTransactionReceipt(hash))?.blockNumber;
      if (block !== undefined && block <= final) blocks.set(hash, block);
    }
    const last = [...blocks].sort(([, a], [, b]) => b - a)[0]?.[0];
    if (last === undefined || !(await page.settled(last))) return new Set();
    return new Set(blocks.keys());
  }
}

function notYet(): Refusal {
  return new Refusal(503, "CHAIN_UNREACHABLE", "The page was not compared with the chain yet.", {
    hint: "Ask again in some seconds. The service's status says what it waits for.",
  });
}

function closedKey(kind: BatchKind): string {
  return `service/closed/${kind}`;
}
