// SPDX-License-Identifier: GPL-3.0-or-later
import { isLive } from "../page.ts";
import { type Report, reportOf } from "./report.ts";
import type { Room } from "./room.ts";
import { limitsOf } from "./run.ts";

/** A page as the chain has it, and what waits for it in the store. Minutes are since 1970-01-01 UTC. */
export type PageStatus = Omit<Report, "happened"> & {
  /** 0, or the packed rights that every consent of the page has. */
  readonly form: bigint;
  /** Slots in use on the chain. */
  readonly filled: number;
  /** Of them, those whose consent is not revoked. */
  readonly live: number;
  readonly version: number;
  /** Minute up to which accesses of this version are logged. */
  readonly logged: number;
  /** Slots that were offered, answered or not: the next offer has this one. */
  readonly offered: number;
  /** Offers without an answer; `expires` in Unix seconds. */
  readonly open: readonly { readonly slot: number; readonly expires: number }[];
  /** Slots of consents that were taken and that the chain does not have. */
  readonly toGive: readonly number[];
  /** Slots of revocations that were taken and that the chain does not have. */
  readonly toRevoke: readonly number[];
};

/** Looks at the chain, and makes and sends nothing. @param now Unix seconds */
export async function statusOf(room: Room, now: number): Promise<PageStatus> {
  const limits = await limitsOf(room, now, false);
  const look = await room.look();
  const { state } = room;
  const { leaves, current } = look.view;
  const { happened: _, ...report } = reportOf(room, [], look, limits);
  const isWaiting = ({ slot }: { readonly slot: number }) => slot >= leaves.length;
  return {
    ...report,
    form: state.form,
    filled: leaves.length,
    live: leaves.filter((_leaf, slot) => isLive(current.live, slot)).length,
    version: current.number,
    logged: current.logged,
    offered: state.offered,
    open: state.offers.map(({ slot, expires }) => ({ slot, expires })),
    toGive: state.given.filter(isWaiting).map(({ slot }) => slot),
    toRevoke: state.revocations
      .filter((each) => isWaiting(each) || isLive(current.live, each.slot))
      .map(({ slot }) => slot),
  };
}
