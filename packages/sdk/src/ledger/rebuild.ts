// SPDX-License-Identifier: GPL-3.0-or-later
import type { PageRecord } from "./client.ts";
import { gapsOf, type Stretch } from "./gaps.ts";
import type { HistoryEntry, LoggedBatch, PageHistory, PageOpening } from "./history.ts";
import { mismatch } from "./mismatch.ts";
import type { PageAddress } from "./page.ts";
import { PageReplay } from "./replay.ts";
import type { EndedVersion } from "./version.ts";

/** A page as its history gives it, all of it as the contract has it. Times are minutes since 1970-01-01 UTC. */
export type RebuiltPage = {
  readonly address: PageAddress;
  /** Of the slots in use. */
  readonly leaves: readonly bigint[];
  /** Bit s: the consent in slot s is given and not revoked. */
  readonly live: bigint;
  /** Of now: as many ended before it. */
  readonly version: number;
  readonly since: number;
  readonly logged: number;
  /** Those that ended, version 0 first. `slice(batch.version)` is what `logLate` takes. */
  readonly versions: readonly EndedVersion[];
  /** In the order in which they were logged. */
  readonly batches: readonly LoggedBatch[];
  /**
   * Between the page's opening and `logged`: what no batch speaks for. What can still come late is among them; the time after
   * `logged` is not.
   */
  readonly gaps: readonly Stretch[];
};

/**
 * The page that a history gives: every rule of the contract kept again, the root computed anew after each change, and the
 * outcome compared with the contract's page.
 * @param onProgress is called after each transaction, with how many there are
 * @throws LEDGER_MISMATCH naming version and transaction of the first difference
 */
export function rebuildPage(
  history: PageHistory,
  onProgress: (done: number, of: number) => void = () => {},
): RebuiltPage {
  let done = 1;
  return replayed(history, () => () => {
    done += 1;
    onProgress(done, history.entries.length);
  });
}

/**
 * As `rebuildPage`.
 * @param check is called for each entry after the opening, with the page as it was before it; what it returns is called
 *        when the entry fits
 */
export function replayed(
  history: PageHistory,
  check: (entry: Exclude<HistoryEntry, PageOpening>, before: PageReplay) => (() => void) | undefined,
): RebuiltPage {
  const { address, entries, state } = history;
  const replay = new PageReplay(history);
  for (const entry of entries.slice(1)) {
    if (entry.kind === "opened") {
      const place = { page: address.page, transaction: entry.transaction, version: replay.version };
      throw mismatch(place, "the page is opened again");
    }
    const proven = check(entry, replay);
    replay.apply(entry);
    proven?.();
  }
  compare(replay, state);
  const { leaves, live, version, since, logged, versions, batches } = replay;
  const gaps = gapsOf(batches, { from: replay.opened, until: logged });
  return { address, leaves, live, version, since, logged, versions, batches, gaps };
}

function compare(replay: PageReplay, state: PageRecord): void {
  const { root, live, custodian, version, since, logged, form, history } = replay;
  const own = { version, root, live, filled: replay.leaves.length, since, history, logged, form, custodian };
  for (const [name, value] of Object.entries(own)) {
    const found = state[name as keyof PageRecord];
    if (String(found).toLowerCase() === String(value).toLowerCase()) continue;
    const place = { page: replay.address.page, transaction: replay.last.transaction, version };
    throw mismatch(place, `after it ${name} is ${value}, and the contract's page has ${found}`);
  }
}
