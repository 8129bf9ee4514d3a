// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the chain says of a patient's consents, and who looked under them. No browser is needed.
import { VitalproofError } from "@vitalproof/sdk";
import {
  type Accounting,
  accountingOfPatient,
  assertGiven,
  type HistoryEntry,
  isLive,
  type KeptConsent,
  type LoggedBatch,
  type PageHistory,
  type PageLog,
  rebuildPage,
} from "@vitalproof/sdk/ledger";

/** A consent as the chain has it. Times are Unix seconds. */
export type Standing =
  /** Signed, and not entered by the hospital yet. */
  | { readonly name: "signed" }
  /** The hospital entered another consent in its place. */
  | { readonly name: "other" }
  | { readonly name: "given"; readonly since: number; readonly from: number }
  | {
      readonly name: "revoked";
      readonly since: number;
      readonly from: number;
      readonly at: number;
      readonly forced: boolean;
      readonly transaction: string;
    }
  /** What the chain has of the page does not fit together, or could not be read. */
  | { readonly name: "unreadable"; readonly error: VitalproofError };

export type ReadingJob = {
  readonly consents: readonly KeptConsent[];
  /** Of every page that has one of them. */
  readonly histories: readonly PageHistory[];
};

export type Reading = {
  /** In the order of the consents. */
  readonly standings: readonly Standing[];
  /** Under those that are or were given. Without gaps, which depend on the time of asking. */
  readonly accounting: Accounting;
};

/** A consent is given when its leaf was computed again and is the page's, whose root is the contract's. */
export function readConsents({ consents, histories }: ReadingJob): Reading {
  const pages = new Map(histories.map((history) => [history.address.page, standingsIn(history)]));
  const standings = consents.map((kept) => pages.get(kept.address.page)!(kept));
  const given = consents.filter((_, i) => "from" in standings[i]!);
  const logs = histories.flatMap((history): PageLog[] => {
    const { address } = history;
    const begins = standings.flatMap((standing, i) =>
      consents[i]!.address.page === address.page && "from" in standing ? [standing.from] : [],
    );
    if (begins.length === 0) return [];
    // No batch from before the first consent can hold an access under it.
    const from = Math.min(...begins);
    return [{ address, batches: batchesOf(history).filter(({ block }) => block >= from) }];
  });
  const { gaps: _, ...accounting } = accountingOfPatient(given, logs);
  return { standings, accounting: { ...accounting, gaps: [] } };
}

/** The batches of a history, in the order in which they were logged. */
export function batchesOf({ entries }: PageHistory): LoggedBatch[] {
  return entries.flatMap((entry) => (entry.kind === "logged" ? [entry.batch] : []));
}

/** The leaves of a page's places in use. */
export function leavesOf({ entries }: PageHistory): bigint[] {
  return entries.flatMap((entry) => (entry.kind === "changed" ? entry.leaves : []));
}

function standingsIn(history: PageHistory): (kept: KeptConsent) => Standing {
  let page: ReturnType<typeof rebuildPage>;
  try {
    page = rebuildPage(history);
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    return () => ({ name: "unreadable", error });
  }
  return ({ slot, consent }) => {
    if (page.leaves[slot] === undefined) return { name: "signed" };
    try {
      assertGiven(consent, slot, page.leaves);
    } catch (error) {
      if (VitalproofError.find(error, "CONSENT_NOT_GIVEN") === undefined) throw error;
      return { name: "other" };
    }
    const { entered, ended } = lifeOf(history.entries, slot);
    const given = { since: entered.time, from: entered.block };
    if (isLive(page.live, slot)) return { name: "given", ...given };
    const { time: at, transaction, kind } = ended!;
    return { name: "revoked", ...given, at, forced: kind === "forced", transaction };
  };
}

/** What entered the consent in a place that is in use, and what revoked it. */
function lifeOf(
  entries: readonly HistoryEntry[],
  slot: number,
): { entered: HistoryEntry; ended: HistoryEntry | undefined } {
  let filled = 0;
  let entered: HistoryEntry | undefined;
  for (const entry of entries) {
    if (entry.kind === "changed") filled += entry.leaves.length;
    if (filled <= slot) continue;
    entered ??= entry;
    const forced = entry.kind === "forced" && entry.slot === slot;
    if (forced || (entry.kind === "changed" && !isLive(entry.live, slot))) return { entered, ended: entry };
  }
  return { entered: entered!, ended: undefined };
}
