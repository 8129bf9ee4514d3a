// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rules of HealthLedger.sol for one page, without a chain: what it hashes is compared with the proven inputs, as the
// verifier would. test/contracts runs the same cases with the contract.
import {
  type AccessBatch,
  accessDomainOf,
  type ConsentBatch,
  consentDomainOf,
  type EndedVersion,
  evaluateWords,
  grantDomainOf,
  historyAfter,
  type LedgerChain,
  type LedgerEvents,
  type Mined,
  type PageEvent,
  pageRootOf,
  transcriptPoint,
} from "@vitalproof/sdk/ledger";
import { concat, toBeHex } from "ethers";
import { ADDRESS } from "./ledgerPage.ts";
import { type LedgerWorld, type LoggedBatch, minedAgain } from "./ledgerWorld.ts";

const LATE_TIME = 7 * 24 * 60;
const HALF = 1n << 128n;
type Step = { readonly act: () => void; readonly isOwn: boolean };

type State = {
  root: bigint;
  live: bigint;
  filled: number;
  version: number;
  since: number;
  logged: number;
  history: string;
  late: ReadonlyMap<string, number>;
  block: number;
  events: readonly (PageEvent & { readonly body?: string })[];
};

export class MemoryLedger implements LedgerWorld {
  readonly address = ADDRESS;
  readonly fromBlock = 1;
  clock = 1_700_000_000;
  /** Transactions that were refused. */
  refused = 0;
  readonly form: bigint;
  #state: State;
  #final: State;
  /** Since the last final block. */
  #steps: Step[] = [];
  #count = 0;

  constructor(form = 0n) {
    this.form = form;
    const now = this.#minute();
    const [hash, root] = [`0x${"00".repeat(32)}`, pageRootOf([])];
    this.#state = {
      ...{ root, live: 0n, filled: 0, version: 0, since: now, logged: now, history: `0x${"00".repeat(25)}` },
      ...{ late: new Map(), block: 1, events: [{ kind: "opened", hash, blockNumber: 1, time: this.clock }] },
    };
    this.#final = this.#state;
  }

  readonly chain: LedgerChain = {
    pageAddress: async () => this.address,
    lateTime: async () => LATE_TIME,
    page: async () => ({ ...this.#state, custodian: this.address.ledger, form: this.form }),
    changeConsents: (_page, batch) => this.#mine(true, (hash) => this.#change(hash, batch)),
    logAccesses: (_page, batch) => this.#mine(true, (hash) => this.#log(hash, batch)),
    logLate: (_page, versions, batch) => this.#mine(true, (hash) => this.#late(hash, versions, batch)),
  };

  readonly events: LedgerEvents = {
    pageEvents: async (_page, fromBlock) =>
      this.#state.events.filter(({ blockNumber }) => blockNumber >= fromBlock),
  };

  async forceRevoke(slot: number): Promise<void> {
    await this.#mine(false, (hash) => {
      const bit = 1n << BigInt(slot);
      if ((this.#state.live & bit) === 0n) throw new Error("NotLive");
      this.#end(this.#state.root, this.#state.live & ~bit);
      this.#emit({ ...this.#place(hash), kind: "forced", version: this.#state.version, slot });
    });
  }

  async finalise(): Promise<void> {
    this.#final = this.#state;
    this.#steps = [];
  }

  async reorganise(isAgain: () => boolean): Promise<void> {
    this.#state = this.#final;
    const before = this.#steps;
    this.#steps = [];
    for (const step of minedAgain(before, isAgain)) {
      try {
        this.#run(step);
      } catch {
        // As on a chain: it is mined, and changes nothing.
      }
    }
  }

  async logged(): Promise<LoggedBatch[]> {
    return this.#state.events.flatMap((event) =>
      event.kind === "logged" ? [{ ...event, body: event.body ?? "0x" }] : [],
    );
  }

  async #mine(isOwn: boolean, act: (hash: string) => void): Promise<Mined> {
    const hash = toBeHex(++this.#count, 32);
    try {
      this.#run({ act: () => act(hash), isOwn });
    } catch (error) {
      this.refused += 1;
      throw error;
    }
    return { hash, blockNumber: this.#state.block };
  }

  #run(step: Step): void {
    const before = this.#state;
    this.#state = { ...before, block: before.block + 1 };
    try {
      step.act();
      this.#steps.push(step);
    } catch (error) {
      this.#state = before;
      throw error;
    }
  }

  #change(hash: string, { root, page, leaves, revoked, digest, witness }: ConsentBatch): void {
    const { filled, root: before, live } = this.#state;
    if (leaves.length === 0 && revoked === 0) throw new Error("NothingChanges");
    const fresh = ((1n << BigInt(leaves.length)) - 1n) << BigInt(filled);
    if ((page.live & ~(live | fresh)) !== 0n) throw new Error("InvalidLiveBits");
    const header = BigInt(filled) | (BigInt(leaves.length) << 16n) | (BigInt(revoked) << 32n);
    const halves = [live % HALF, live / HALF, page.live % HALF, page.live / HALF];
    const words = [header, grantDomainOf(this.address), before, root, ...halves, this.form, ...leaves];
    const bytes = concat(words.map((word) => toBeHex(word, 32)));
    this.#require(
      witness.publicInputs,
      digest,
      transcriptPoint(consentDomainOf(this.address), digest, bytes),
      words,
    );
    this.#end(root, page.live);
    this.#state.filled += leaves.length;
    const { version } = this.#state;
    this.#emit({
      ...this.#place(hash),
      kind: "changed",
      version,
      root,
      live: page.live,
      granted: leaves.length,
    });
  }

  #log(hash: string, batch: AccessBatch): void {
    const { root, live, version } = this.#state;
    this.#state.logged = this.#windowEnd(batch, this.#state.logged, this.#minute());
    this.#record(hash, batch, root, live, version);
  }

  #late(hash: string, versions: readonly EndedVersion[], batch: AccessBatch): void {
    const [first] = versions;
    if (first === undefined) throw new Error("OtherHistory");
    const own = historyAfter(first);
    let history = own;
    for (const version of versions.slice(1)) {
      if (version.before !== history) throw new Error("OtherHistory");
      history = historyAfter(version);
    }
    if (history !== this.#state.history) throw new Error("OtherHistory");
    if (this.#minute() > first.until + LATE_TIME) throw new Error("TooLate");
    const logged = Math.max(first.logged, this.#state.late.get(own) ?? 0);
    this.#state.late = new Map(this.#state.late).set(own, this.#windowEnd(batch, logged, first.until));
    this.#record(hash, batch, first.root, first.live, this.#state.version - versions.length);
  }

  #record(hash: string, batch: AccessBatch, root: bigint, live: bigint, version: number): void {
    const head = [batch.headerWord, root, live % HALF, live / HALF];
    const bytes = concat([...head.map((word) => toBeHex(word, 32)), batch.body]);
    const words = batch.body.slice(2).match(/.{62}/g) ?? [];
    const x = transcriptPoint(accessDomainOf(this.address), batch.digest, bytes);
    this.#require(batch.witness.publicInputs, batch.digest, x, [
      ...head,
      ...words.map((word) => BigInt(`0x${word}`)),
    ]);
    this.#emit({ ...this.#place(hash), kind: "logged", version, header: batch.headerWord, body: batch.body });
  }

  #require(proven: readonly bigint[], digest: bigint, x: bigint, words: readonly bigint[]): void {
    const inputs = [digest, x, evaluateWords(words, x)];
    if (inputs.some((input, i) => input !== proven[i])) throw new Error("NotProven");
  }

  #windowEnd({ header: { base, span } }: AccessBatch, from: number, until: number): number {
    if (base < from || base + span > until) throw new Error("OutsideWindow");
    return base + span;
  }

  #end(root: bigint, live: bigint): void {
    const { history: before, root: old, live: bits, since, logged, version } = this.#state;
    const until = this.#minute();
    const history = historyAfter({ before, root: old, live: bits, since, until, logged });
    Object.assign(this.#state, { root, live, history, since: until, logged: until, version: version + 1 });
  }

  #emit(event: State["events"][number]): void {
    this.#state.events = [...this.#state.events, event];
  }

  #place(hash: string) {
    return { hash, blockNumber: this.#state.block, time: this.clock };
  }

  #minute(): number {
    return Math.floor(this.clock / 60);
  }
}
