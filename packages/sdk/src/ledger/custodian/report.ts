// SPDX-License-Identifier: GPL-3.0-or-later
import { eventOfBatch } from "./batches.ts";
import type { Look } from "./look.ts";
import { type MissedReason, type PlanLimits, versionOf } from "./plan.ts";
import type { PostedAccess } from "./queue.ts";
import type { Room } from "./room.ts";
import type { BatchKind } from "./state.ts";

/** One thing that `advance` did or found. */
export type Happened = {
  /**
   * `sent`: a new batch is on the chain. `sent-again`: one that was made before is, with the same calldata. `lost`: the
   * chain does not have one any more that it had.
   */
  readonly what: "sent" | "sent-again" | "lost";
  readonly kind: BatchKind;
  /** Of the transaction: what `settled` takes. */
  readonly hash: string;
  /** Accesses, or new consents and revocations. */
  readonly count: number;
  /** Accesses under a version that ended. */
  readonly late: boolean;
};

/** An access that was accepted and cannot be logged as the chain is now. It stays in the store. */
export type MissedAccess = {
  readonly access: PostedAccess;
  readonly reason: MissedReason;
  /** Whether somebody decided that it stays missed. */
  readonly isLeft: boolean;
};

export type Report = {
  readonly happened: readonly Happened[];
  /** Accesses that are not on the chain yet, missed ones included. */
  readonly waiting: number;
  readonly missed: readonly MissedAccess[];
  /** Transactions on the chain that are not known to be final. */
  readonly unsettled: readonly string[];
};

export type RoundOptions = {
  /** Kinds of which also what does not fill a batch goes. */
  readonly closing: ReadonlySet<BatchKind>;
  /** Kinds that are left alone. */
  readonly without: ReadonlySet<BatchKind>;
};

/** What one round did, and what kept a kind of batch from going on. */
export type Round = { readonly report: Report; readonly faults: ReadonlyMap<BatchKind, unknown> };

export function reportOf(
  { state: { batches }, queue }: Room,
  happened: readonly Happened[],
  { view, events }: Look,
  limits: PlanLimits,
): Report {
  const seen = batches.flatMap((batch) => {
    const event = eventOfBatch(batch, events);
    return event === undefined ? [] : [{ batch, hash: event.hash }];
  });
  const logged = new Set(seen.flatMap(({ batch }) => (batch.kind === "accesses" ? batch.ids : [])));
  const waiting = queue.waiting.filter(({ id }) => !logged.has(id));
  const missed = waiting.flatMap((queued) => {
    const { id: _id, leaf: _leaf, order: _order, isLeft = false, ...access } = queued;
    const found = versionOf(queued, view, limits);
    return typeof found === "string" ? [{ access, reason: found, isLeft }] : [];
  });
  return { happened, waiting: waiting.length, missed, unsettled: [...new Set(seen.map(({ hash }) => hash))] };
}
