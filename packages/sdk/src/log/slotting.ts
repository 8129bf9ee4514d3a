// SPDX-License-Identifier: GPL-3.0-or-later
import { MISSING } from "../profiles/codes.ts";
import type { Profile } from "../profiles/profile.ts";
import type { PendingReadings } from "./pendingReadings.ts";
import { decideSlots, slotAt } from "./slots.ts";

/** Where the slots of a log are: its profile and the start of its day. */
type Slots = { profile: Profile; offset: number };

/** What pending readings make of one epoch. */
export type EpochContent = {
  /** One code per slot. */
  codes: number[];
  /** Places of the readings that are in the epoch, or that found no slot in it. In order; nearly always the first. */
  used: number[];
  moved: number;
  dropped: number;
};

/** Fills an epoch, the first one not sealed yet. Nothing in `pending` changes. */
export function contentOf({ profile, offset }: Slots, pending: PendingReadings, epoch: number): EpochContent {
  const { slots, samples, channels } = profile;
  const first = epoch * samples;
  const end = first + samples;
  const content: EpochContent = {
    codes: new Array<number>(slots).fill(MISSING),
    used: [],
    moved: 0,
    dropped: 0,
  };
  const times = {
    count: pending.length,
    timeAt: pending.time.bind(pending),
    wanted: upTo({ profile, offset }, pending, end),
  };
  /** Whether the last reading that counts is used here. */
  let lastUsed = false;
  decideSlots(profile, offset, times, first, (place, slot, close) => {
    const own = slotAt(profile, offset, pending.time(place));
    const isLater = (slot ?? own) >= end;
    if (!close) lastUsed = !isLater;
    // A dropped reading stays pending while its slot is in a later epoch: later readings may still make room. But what is
    // too close to a reading of this epoch goes with it.
    if (isLater && !(close && lastUsed)) return;
    content.used.push(place);
    if (slot === undefined) {
      content.dropped += 1;
      return;
    }
    for (const [channel, code] of pending.codes(place).entries()) {
      content.codes[(slot - first) * channels + channel] = code;
    }
    if (own !== slot) content.moved += 1;
  });
  return content;
}

/** How many samples of each epoch pending readings fill, from the first one on that is not sealed. */
export function filledSamples(
  { profile, offset }: Slots,
  pending: PendingReadings,
  firstEpoch: number,
): Map<number, number> {
  const { samples } = profile;
  const filled = new Map<number, number>();
  const times = { count: pending.length, timeAt: pending.time.bind(pending) };
  decideSlots(profile, offset, times, firstEpoch * samples, (_, slot) => {
    if (slot === undefined) return;
    const epoch = Math.floor(slot / samples);
    filled.set(epoch, (filled.get(epoch) ?? 0) + 1);
  });
  return filled;
}

/** How many of the pending readings may take a slot before `end`: those of later slots than `end` move back one at most. */
function upTo({ profile, offset }: Slots, pending: PendingReadings, end: number): number {
  let count = 0;
  while (count < pending.length && slotAt(profile, offset, pending.time(count)) <= end) count += 1;
  return count;
}
