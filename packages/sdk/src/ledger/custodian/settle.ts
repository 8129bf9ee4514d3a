// SPDX-License-Identifier: GPL-3.0-or-later
import { isLive } from "../page.ts";
import { eventOfBatch, takenUnder } from "./batches.ts";
import { addedBy } from "./look.ts";
import type { Room } from "./room.ts";
import { foldEvents, minuteOf, withoutOld } from "./view.ts";

/**
 * Moves what is final up to the block of a transaction, and forgets what was kept for a reorganisation before it.
 * @returns false for a transaction that is not on the chain, or final already
 */
export async function settleUpTo(room: Room, hash: string): Promise<boolean> {
  const lateTime = await room.chain.lateTime();
  const { view, events } = await room.look();
  const block = events.find((event) => event.hash.toLowerCase() === hash.toLowerCase())?.blockNumber;
  if (block === undefined) return false;
  const settled = events.filter(({ blockNumber }) => blockNumber <= block);
  const minute = minuteOf(room.now());
  await room.change(async () => {
    const { state, queue } = room;
    const done = state.batches.filter((batch) => eventOfBatch(batch, settled) !== undefined);
    const ids = done.flatMap((batch) => (batch.kind === "accesses" ? batch.ids : []));
    // First that they were logged, last that they waited: after a crash in between it is done again.
    await queue.markDone(ids);
    const last = Math.max(...done.map((batch) => state.batches.indexOf(batch)));
    const isOver = new Set(ids);
    state.final = withoutOld(foldEvents(state.final, settled, addedBy(state)), minute, lateTime);
    state.batches = state.batches.filter((batch, i) => {
      if (done.includes(batch)) return false;
      if (batch.kind === "accesses" && batch.ids.some((id) => isOver.has(id))) return false;
      const isSeen = eventOfBatch(batch, events) !== undefined;
      return i > last || isSeen || takenUnder(batch, view, { minute, lateTime }) !== undefined;
    });
    const { leaves, current } = state.final;
    state.given = state.given.filter(({ slot }) => slot >= leaves.length);
    state.revocations = state.revocations.filter(
      ({ slot, leaf }) => leaves[slot] !== leaf || isLive(current.live, slot),
    );
    await room.save();
    await queue.clear(ids);
  });
  return true;
}
