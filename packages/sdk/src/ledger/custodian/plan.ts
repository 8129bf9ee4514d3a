// SPDX-License-Identifier: GPL-3.0-or-later
//
// Decides which version an access belongs to, and which accesses go into the next batch.
import type { AccessFault } from "../accessBatch.ts";
import { isLive } from "../page.ts";
import { MAX_SPAN } from "../words.ts";
import type { QueuedAccess } from "./queue.ts";
import { minuteOf, type PageView, type PastVersion, type Version } from "./view.ts";

/** Why an accepted access cannot be logged. `too-late`: its version takes no more accesses. */
export type MissedReason = AccessFault | "too-late";

/** What bounds a batch. */
export type PlanLimits = {
  /** Most accesses of a batch. */
  readonly most: number;
  /** The current minute. */
  readonly minute: number;
  /** Minutes after which a window of the current version may end. */
  readonly lag: number;
  /** Minutes, of the contract. */
  readonly lateTime: number;
  /** Minutes for which windows wait behind an access whose consent was revoked on the chain. */
  readonly decisionTime: number;
  /** Whether to log accesses of the current version that do not fill a batch. */
  readonly close: boolean;
};

/** The next batch. */
export type Window = {
  readonly version: Version;
  /** Minute. */
  readonly base: number;
  /** Minute. */
  readonly end: number;
  readonly accesses: readonly QueuedAccess[];
};

/** The version at a given second: the current one, one that ended, or undefined before the first known one. */
export function versionAt({ past, current }: PageView, at: number): Version | undefined {
  if (at >= current.begins) return current;
  return past.find(({ begins, ends }) => begins <= at && at < ends);
}

/** The version under which to log an access, or the reason why it cannot be logged. */
export function versionOf(
  access: QueuedAccess,
  view: PageView,
  { minute: now, lateTime }: Pick<PlanLimits, "minute" | "lateTime">,
): Version | MissedReason {
  const minute = minuteOf(access.at);
  const exact = versionAt(view, access.at);
  // The contract knows minutes. In the minute of a change an access may be under the version before or after it.
  const covering = [view.current, ...view.past.toReversed()].filter(
    (each) => each.since <= minute && minute <= untilOf(each),
  );
  const all = [...covering.filter((each) => each === exact), ...covering.filter((each) => each !== exact)];
  const allowing = all.filter((each) => isAllowed(access, view, each));
  const open = allowing.filter((each) => each.logged <= minute);
  const found = open.find((each) => now <= untilOf(each) + lateTime);
  if (found !== undefined) return found;
  if (open.length > 0 || all.length === 0) return "too-late";
  if (allowing.length > 0) return "outside-window";
  const leaves = view.leaves.slice(0, (exact ?? all[0]!).filled);
  return leaves[access.slot] === access.leaf ? "not-live" : "not-in-page";
}

/** Checks what can have changed since the access came. A consent's rights and times were checked then, and never change. */
function isAllowed({ slot, leaf, glass }: QueuedAccess, { leaves }: PageView, version: Version): boolean {
  const isThere = slot < version.filled && leaves[slot] === leaf;
  return isThere && (glass === 1 || isLive(version.live, slot));
}

/** Accesses under versions that ended go first, since their time runs out. */
export function nextWindow(
  view: PageView,
  waiting: readonly QueuedAccess[],
  limits: PlanLimits,
): Window | undefined {
  const groups = new Map<number, QueuedAccess[]>();
  const holds = new Map<number, number>();
  for (const access of waiting) {
    const version = versionOf(access, view, limits);
    if (typeof version !== "string") {
      groups.set(version.number, [...(groups.get(version.number) ?? []), access]);
    } else if (version === "not-live" && isUndecided(access, limits)) {
      const own = versionAt(view, access.at);
      if (own !== undefined && !holds.has(own.number)) holds.set(own.number, minuteOf(access.at));
    }
  }
  const window = (version: Version, end: number): Window | undefined => {
    const limit = Math.min(end, holds.get(version.number) ?? end);
    const ready = (groups.get(version.number) ?? []).filter(({ at }) => minuteOf(at) <= limit);
    const isCurrent = version.number === view.current.number;
    if (isCurrent && !limits.close && ready.length < limits.most) return undefined;
    const found = windowUnder(version, ready, limit, limits);
    // A batch with an empty window fits the chain a second time, so it waits where it can still grow.
    const canGrow = isCurrent || limit < end;
    const isEmpty = found?.end === found?.base && ready.length <= limits.most;
    return isEmpty && canGrow ? undefined : found;
  };
  for (const version of view.past) {
    const found = window(version, version.until);
    if (found !== undefined) return found;
  }
  return window(view.current, limits.minute - limits.lag);
}

/** Whether somebody may still say that it was an emergency: then its minute must not be closed. */
function isUndecided({ at, isLeft }: QueuedAccess, { minute, decisionTime }: PlanLimits): boolean {
  return isLeft !== true && minute - minuteOf(at) < decisionTime;
}

/**
 * Windows follow each other. A silence longer than the longest window becomes a public gap before the first access, and not a
 * row of empty batches.
 */
function windowUnder(
  version: Version,
  accesses: readonly QueuedAccess[],
  limit: number,
  { most }: PlanLimits,
): Window | undefined {
  const first = accesses[0];
  if (first === undefined) return undefined;
  const minute = minuteOf(first.at);
  const base = minute - version.logged > MAX_SPAN ? minute : version.logged;
  const inReach = accesses.filter(({ at }) => minuteOf(at) <= base + MAX_SPAN);
  const taken = inReach.slice(0, most);
  const isCut = taken.length < inReach.length;
  const end = isCut ? minuteOf(taken.at(-1)!.at) : Math.min(limit, base + MAX_SPAN);
  return { version, base, end, accesses: taken };
}

/** Minute up to which a version takes accesses; infinite for the current one. */
export function untilOf(version: Version | PastVersion): number {
  return "until" in version ? version.until : Number.POSITIVE_INFINITY;
}
