// SPDX-License-Identifier: GPL-3.0-or-later

import type { Profile } from "../profiles/profile.ts";
import { assertOffset, OFFSET_STEP } from "../time/epochs.ts";

/** A reading whose value has become codes: what the slotting rule works on. */
export type CodedReading = {
  /** Unix seconds; fractions allowed. */
  time: number;
  /** One per channel of the profile, each in [1, n]. */
  codes: readonly number[];
};

export type Slotting<R extends CodedReading> = {
  /** Number of the sample's place, counted from epoch 0 on through all epochs, to the reading that took it. */
  placed: Map<number, R>;
  /** How many of `placed` are in the neighbouring slot instead of their own. */
  moved: number;
  /** Readings for which neither slot was free. */
  dropped: R[];
};

/** Times are compared in whole microseconds: 20 samples a second fall on places that no binary fraction can name. */
const MICROSECONDS = 1e6;

/**
 * The slot whose interval contains a time, counted from epoch 0 on through all epochs. Where a sample takes several
 * slots side by side, it is the number of the sample's place: its first slot is `channels` times that.
 */
export function slotAt(profile: Profile, offset: number, time: number): number {
  return placeOf(profile, offset, time).slot;
}

/** The slot of a time, and whether the time is in the slot's earlier half. */
function placeOf(profile: Profile, offset: number, time: number): { slot: number; early: boolean } {
  const since = Math.round((time - OFFSET_STEP * offset) * MICROSECONDS);
  const interval = Math.round(profile.interval * MICROSECONDS);
  const slot = Math.floor(since / interval);
  return { slot, early: 2 * (since - slot * interval) < interval };
}

/**
 * The slotting rule.
 *
 * 1. A reading belongs to the slot whose half-open interval contains its time.
 * 2. Sensors jitter by seconds, so two readings can fall into one slot and none into the next. A reading may
 *    then take the neighbouring slot on the side of the border it is nearer to (at most half an interval
 *    away; a reading exactly in the middle counts to the later side). It never moves further than one slot.
 * 3. Order is kept: of two readings, the later one has the later slot.
 * 4. Among all placements under 1 to 3, one that drops the fewest readings is taken, and among those one that
 *    moves the fewest. Ties are broken by a fixed order, so the same readings always give the same placement.
 *
 * So nothing is lost while there are no more readings than slots around, and nothing moves without need.
 * Why not simply "first come, first served": a reading pushed into the next slot pushes all that follow until one
 * falls out, although the slot before was free.
 *
 * A slot here is the place of one sample, however many channels it has.
 *
 * @param readings in any order; those with equal times keep their order
 * @param firstFree slots below it are sealed already and take nothing
 */
export function assignSlots<R extends CodedReading>(
  profile: Profile,
  offset: number,
  readings: readonly R[],
  firstFree = 0,
): Slotting<R> {
  assertOffset(profile, offset);
  const ordered = readings
    .map((reading, order) => ({ reading, order }))
    .sort((a, b) => a.reading.time - b.reading.time || a.order - b.order);

  // Dynamic programming over the last slot taken. Each reading has two slots at most, so that there are
  // never more than four states; a state that is not better than one with a lower last slot is left out.
  type Step = { reading: R; slot: number | undefined; before: Step | undefined };
  type State = { last: number; dropped: number; moved: number; steps: Step | undefined };
  const better = (a: State, b: State): boolean =>
    a.dropped < b.dropped || (a.dropped === b.dropped && a.moved < b.moved);

  let states: State[] = [{ last: firstFree - 1, dropped: 0, moved: 0, steps: undefined }];
  for (const { reading } of ordered) {
    const { slot: own, early } = placeOf(profile, offset, reading.time);
    const neighbour = early ? own - 1 : own + 1;
    // This reading and all later ones want slot own - 1 or above: what was taken below that is all the same.
    const floor = own - 2;
    const next = new Map<number, State>();
    const offer = (state: State): void => {
      const rival = next.get(state.last);
      if (rival === undefined || better(state, rival)) next.set(state.last, state);
    };
    for (const state of states) {
      for (const slot of [own, neighbour]) {
        if (slot <= state.last) continue;
        offer({
          last: slot,
          dropped: state.dropped,
          moved: state.moved + (slot === own ? 0 : 1),
          steps: { reading, slot, before: state.steps },
        });
      }
      offer({
        last: Math.max(state.last, floor),
        dropped: state.dropped + 1,
        moved: state.moved,
        steps: { reading, slot: undefined, before: state.steps },
      });
    }
    states = [];
    for (const state of [...next.values()].sort((a, b) => a.last - b.last)) {
      const rival = states.at(-1);
      if (rival === undefined || better(state, rival)) states.push(state);
    }
  }

  const best = states.at(-1)!;
  const result: Slotting<R> = { placed: new Map(), moved: best.moved, dropped: [] };
  for (let step = best.steps; step !== undefined; step = step.before) {
    if (step.slot === undefined) result.dropped.push(step.reading);
    else result.placed.set(step.slot, step.reading);
  }
  result.dropped.reverse();
  return result;
}
