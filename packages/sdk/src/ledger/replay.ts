// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rules of HealthLedger.sol, kept again over the history of a page.
import type {
  AccessesLogged,
  ConsentChange,
  ForcedRevocation,
  HandOver,
  HistoryEntry,
  LedgerPlace,
  LoggedBatch,
  PageHistory,
  PageOpening,
} from "./history.ts";
import { mismatch } from "./mismatch.ts";
import { isLive, PAGE_SLOTS, type PageAddress, pageRootOf } from "./page.ts";
import { type EndedVersion, historyAfter, NO_HISTORY } from "./version.ts";

const MINUTE = 60;

/** A page while its history is gone through, entry by entry. */
export class PageReplay {
  readonly address: PageAddress;
  readonly leaves: bigint[] = [];
  readonly versions: EndedVersion[] = [];
  readonly batches: LoggedBatch[] = [];
  readonly form: bigint;
  /** Minutes since 1970-01-01 UTC, as all times here. */
  readonly opened: number;
  root = pageRootOf([]);
  live = 0n;
  custodian: string;
  since: number;
  logged: number;
  history = NO_HISTORY;
  /** By the number of an ended version: up to when accesses of it came late. */
  readonly #late = new Map<number, number>();
  #last: LedgerPlace;

  /** @throws LEDGER_MISMATCH for a history that does not begin with the page's opening */
  constructor({ address, entries }: Pick<PageHistory, "address" | "entries">) {
    this.address = address;
    const first = entries[0];
    if (first?.kind !== "opened") throw noOpening(address.page, first);
    this.#last = first;
    ({ custodian: this.custodian, form: this.form } = first);
    this.opened = minuteOf(first);
    this.since = this.opened;
    this.logged = this.opened;
  }

  get version(): number {
    return this.versions.length;
  }

  /** The last transaction that was gone through. */
  get last(): LedgerPlace {
    return this.#last;
  }

  /** Goes on by one entry. @throws LEDGER_MISMATCH for what the contract would not have let happen */
  apply(entry: Exclude<HistoryEntry, PageOpening>): void {
    if (entry.block < this.#last.block || entry.time < this.#last.time)
      throw this.#refused(entry, "it comes after a later one");
    this.#last = entry;
    if (entry.kind === "changed") this.#change(entry);
    else if (entry.kind === "forced") this.#force(entry);
    else if (entry.kind === "handed-over") this.#handOver(entry);
    else if (entry.batch.late) this.#logLate(entry);
    else this.#log(entry);
  }

  #change(entry: ConsentChange): void {
    this.#requireNext(entry);
    const { leaves, root, live, revoked } = entry;
    const filled = this.leaves.length;
    if (filled + leaves.length > PAGE_SLOTS) throw this.#refused(entry, "its consents do not fit the page");
    const fresh = ((1n << BigInt(leaves.length)) - 1n) << BigInt(filled);
    const most = this.live | fresh;
    if ((live & ~most) !== 0n)
      throw this.#refused(entry, "a slot is live that was neither live before nor is new");
    if (countOf(most) - countOf(live) !== revoked)
      throw this.#refused(entry, `${countOf(most) - countOf(live)} consents end, and it says ${revoked}`);
    const given = leaves.length === 0 ? this.root : pageRootOf([...this.leaves, ...leaves]);
    if (given !== root) throw this.#refused(entry, "its leaves do not give the page's root");
    this.#endVersion(entry);
    this.leaves.push(...leaves);
    this.root = root;
    this.live = live;
  }

  #force(entry: ForcedRevocation): void {
    this.#requireNext(entry);
    if (!isLive(this.live, entry.slot)) throw this.#refused(entry, `slot ${entry.slot} was not live`);
    this.#endVersion(entry);
    this.live &= ~(1n << BigInt(entry.slot));
  }

  #log(entry: AccessesLogged): void {
    const { version } = entry.batch;
    if (version !== this.version)
      throw this.#refused(entry, `it is under version ${version} while version ${this.version} lasts`);
    this.logged = this.#windowEnd(entry, this.logged, minuteOf(entry));
    this.batches.push(entry.batch);
  }

  #logLate(entry: AccessesLogged): void {
    const { version } = entry.batch;
    const shown = entry.versions;
    const own = this.versions.slice(version);
    const isSame = (each: EndedVersion, i: number) => historyAfter(each) === historyAfter(own[i]!);
    if (shown.length === 0 || shown.length !== own.length || !shown.every(isSame))
      throw this.#refused(entry, "the versions that it shows are not those of the page");
    const { logged, until } = own[0]!;
    this.#late.set(version, this.#windowEnd(entry, this.#late.get(version) ?? logged, until));
    this.batches.push(entry.batch);
  }

  #handOver(entry: HandOver): void {
    if (entry.previous !== this.custodian)
      throw this.#refused(entry, `it comes from ${entry.previous}, and ${this.custodian} keeps the page`);
    this.custodian = entry.custodian;
  }

  #windowEnd(entry: AccessesLogged, from: number, until: number): number {
    const { base, span } = entry.batch.header;
    if (base >= from && base + span <= until) return base + span;
    throw this.#refused(
      entry,
      `its window, minutes ${base} to ${base + span}, is not within ${from} to ${until}`,
    );
  }

  #requireNext(entry: ConsentChange | ForcedRevocation): void {
    if (entry.version === this.version + 1) return;
    throw this.#refused(entry, `it begins version ${entry.version} after version ${this.version}`);
  }

  #endVersion(entry: LedgerPlace): void {
    const { history: before, root, live, since, logged } = this;
    const until = minuteOf(entry);
    const ended = { before, root, live, since, until, logged };
    this.versions.push(ended);
    this.history = historyAfter(ended);
    this.since = until;
    this.logged = until;
  }

  #refused(entry: Exclude<HistoryEntry, PageOpening>, what: string): Error {
    const { page } = this.address;
    return mismatch(
      { page, transaction: entry.transaction, version: versionOf(entry) ?? this.version },
      what,
    );
  }
}

/** The version that an entry names. */
function versionOf(entry: HistoryEntry): number | undefined {
  if (entry.kind === "logged") return entry.batch.version;
  return entry.kind === "changed" || entry.kind === "forced" ? entry.version : undefined;
}

function noOpening(page: bigint, first: LedgerPlace | undefined): Error {
  return mismatch({ page, transaction: first?.transaction ?? "none" }, "the page's opening is missing");
}

function minuteOf({ time }: LedgerPlace): number {
  return Math.floor(time / MINUTE);
}

function countOf(bits: bigint): number {
  return bits.toString(2).replaceAll("0", "").length;
}
