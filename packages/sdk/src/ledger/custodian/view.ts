import { VitalproofError } from "../../errors.ts";
import { LEDGER_WORDS } from "../../generated/ledgerProtocol.ts";
import { unpackWord } from "../../internal/word.ts";
import type { PageRecord } from "../client.ts";
import { PAGE_SLOTS, pageRootOf } from "../page.ts";
import { type EndedVersion, historyAfter, NO_HISTORY } from "../version.ts";
import type { PageEvent } from "./chain.ts";

/** Root and live bits of a version: on one chain no two versions of a page share both. */
export type VersionKey = { readonly root: bigint; readonly live: bigint };

/** A version of a page. Minutes are since 1970-01-01 UTC. */
export type Version = VersionKey & {
  readonly number: number;
  /** Slots in use. */
  readonly filled: number;
  /** Unix seconds. */
  readonly begins: number;
  /** Minute. */
  readonly since: number;
  /** Minute up to which accesses under it are logged, late ones included. */
  readonly logged: number;
};

/** One that ended. */
export type PastVersion = Version & {
  readonly before: string;
  /** Unix seconds. */
  readonly ends: number;
  /** Minute. */
  readonly until: number;
  /** `logged` as it was when the version ended: what its hash has. */
  readonly loggedThen: number;
};

/** A page as of a block. */
export type PageView = {
  /** Up to and including it. */
  readonly block: number;
  /** Of the slots in use. */
  readonly leaves: readonly bigint[];
  readonly current: Version;
  readonly history: string;
  /** Oldest first; those for which accesses can still come. */
  readonly past: readonly PastVersion[];
};

/** The new leaves that lead to a root; undefined if they are not known. */
export type AddedBy = (root: bigint, granted: number) => readonly bigint[] | undefined;

/** A page before it was opened. @param block the last one before */
export function unopenedPage(block: number): PageView {
  const current = { number: 0, filled: 0, root: pageRootOf([]), live: 0n, begins: 0, since: 0, logged: 0 };
  return { block, leaves: [], current, history: NO_HISTORY, past: [] };
}

/** A version in the contract's form. */
export function endedVersion({ before, root, live, since, until, loggedThen }: PastVersion): EndedVersion {
  return { before, root, live, since, until, logged: loggedThen };
}

/**
 * Applies more events to a view.
 * @throws PAGE_DIVERGED for new consents that this custodian did not make
 */
export function foldEvents(view: PageView, events: readonly PageEvent[], addedBy: AddedBy): PageView {
  let [{ leaves, current, history }, past] = [view, [...view.past]];
  const end = (time: number, next: VersionKey & { readonly filled: number }) => {
    const { logged: loggedThen } = current;
    const ended = { ...current, before: history, ends: time, until: minuteOf(time), loggedThen };
    history = historyAfter(endedVersion(ended));
    past = [...past, ended];
    const since = minuteOf(time);
    current = { ...next, number: current.number + 1, begins: time, since, logged: since };
  };
  for (const event of events) {
    if (event.kind === "opened") {
      const since = minuteOf(event.time);
      current = { ...current, begins: event.time, since, logged: since };
    } else if (event.kind === "changed") {
      const { root, live, granted } = event;
      const added = granted === 0 ? [] : addedBy(root, granted);
      if (added === undefined)
        throw diverged(`${granted} consents of transaction ${event.hash} are not in this store`);
      leaves = [...leaves, ...added];
      end(event.time, { root, live, filled: leaves.length });
    } else if (event.kind === "forced") {
      const { root, live, filled } = current;
      end(event.time, { root, live: live & ~(1n << BigInt(event.slot)), filled });
    } else {
      const { end: logged } = windowOf(event.header);
      if (event.version === current.number) current = { ...current, logged };
      else past = past.map((each) => (each.number === event.version ? { ...each, logged } : each));
    }
  }
  const block = events.at(-1)?.blockNumber ?? view.block;
  return { block, leaves, current, history, past };
}

/** Whether a view matches the contract's state. It does not if a node answered from two blocks. */
export function agrees({ current, history, leaves }: PageView, page: PageRecord): boolean {
  return (
    current.root === page.root &&
    current.live === page.live &&
    current.number === page.version &&
    current.since === page.since &&
    current.logged === page.logged &&
    leaves.length === page.filled &&
    history.toLowerCase() === page.history.toLowerCase()
  );
}

/** A view without versions that ended more than `lateTime` minutes before a minute: nothing can come for them any more. */
export function withoutOld(view: PageView, minute: number, lateTime: number): PageView {
  return { ...view, past: view.past.filter(({ until }) => until + lateTime >= minute) };
}

/** Window and nonce of a header. */
export function windowOf(header: bigint): { base: number; end: number; nonce: bigint } {
  const [count, emergencies, base, span, nonce] = LEDGER_WORDS.accessHeader;
  const below = (1n << BigInt(nonce.shift)) - 1n;
  const numbers = unpackWord([count, emergencies, base, span], header & below)!;
  return { base: numbers.base, end: numbers.base + numbers.span, nonce: header >> BigInt(nonce.shift) };
}

/** Minutes since 1970-01-01 UTC, as the contract counts them. @param time Unix seconds */
export function minuteOf(time: number): number {
  return Math.floor(time / 60);
}

export function diverged(what: string): VitalproofError {
  return new VitalproofError("PAGE_DIVERGED", `The page on the chain is not the one that is kept: ${what}.`, {
    hint: `A page of ${PAGE_SLOTS} consents has one store. Restore it, or stop what else adds consents with the custodian's account.`,
  });
}
