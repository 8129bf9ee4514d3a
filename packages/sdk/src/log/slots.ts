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
  /** Readings too close to the one before, and those for which neither slot was free. */
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

/** The slot of a time, whether the time is in the slot's earlier half, and its microseconds from the first slot of all. */
function placeOf(
  profile: Profile,
  offset: number,
  time: number,
): { slot: number; early: boolean; since: number } {
  const since = Math.round((time - OFFSET_STEP * offset) * MICROSECONDS);
  const interval = Math.round(profile.interval * MICROSECONDS);
  const slot = Math.floor(since / interval);
  return { slot, early: 2 * (since - slot * interval) < interval, since };
}

/**
 * The slotting rule.
 *
 * 1. A sensor gives one reading an interval. A reading that comes less than half an interval after one that counts is
 *    not another step of it (a copy, or another source), and is dropped. So a copy never fills the slot of a reading
 *    that was lost.
 * 2. A reading belongs to the slot whose half-open interval contains its time.
 * 3. Sensors jitter by seconds, so two readings can fall into one slot and none into the next. A reading may
 *    then take the neighbouring slot on the side of the border it is nearer to (at most half an interval
 *    away; a reading exactly in the middle counts to the later side). It never moves further than one slot.
 * 4. Order is kept: of two readings, the later one has the later slot.
 * 5. Among all placements under 1 to 4, one that drops the fewest readings is taken, and among those one that
 *    moves the fewest. Ties are broken by a fixed order, so the same readings always give the same placement.
 *
 * So nothing of one sensor is lost while there are no more readings than slots around, and nothing moves without need.
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
  const ordered = readings
    .map((reading, order) => ({ reading, order }))
    .sort((a, b) => a.reading.time - b.reading.time || a.order - b.order);
  const result: Slotting<R> = { placed: new Map(), moved: 0, dropped: [] };
  const times = { count: ordered.length, timeAt: (at: number) => ordered[at]!.reading.time };
  result.moved = decideSlots(profile, offset, times, firstFree, (at, slot) => {
    const { reading } = ordered[at]!;
    if (slot === undefined) result.dropped.push(reading);
    else result.placed.set(slot, reading);
  });
  return result;
}

/** What a placement does with a reading. */
const OWN = 0;
const NEIGHBOUR = 1;
const DROPPED = 2;
/** Two for what was done, two for the state: from two slots below the reading's own to one above it there are four. */
const STEP_BITS = 4;

type State = { slot: number; dropped: number; moved: number; step: number };

/** Readings after which it is first looked what has been decided. */
const SETTLED_AFTER = 65_536;
/** The same after the last reading that is asked about. */
const SETTLED_SOON_AFTER = 64;

/**
 * The slotting rule over times alone. One reading that finds no slot may move all those before it back to the last gap,
 * so what is before a gap is decided there, and nothing else before the end. That takes two bytes for each reading of
 * the longest stretch without a gap.
 * @param times in their order; each is asked for twice. `wanted`: it is enough to decide so many of the first ones, and
 *        later ones are only looked at where they matter to those; all when left out
 * @param decided called for each in order, with undefined for a reading that is too close to one that counts, which
 *        `close` says, or found neither slot free
 * @param progress told how many readings have been looked at
 * @returns how many of the decided readings are in a neighbouring slot instead of their own
 */
export function decideSlots(
  profile: Profile,
  offset: number,
  { count, timeAt, wanted = count }: { count: number; timeAt: (at: number) => number; wanted?: number },
  firstFree: number,
  decided: (at: number, slot: number | undefined, close: boolean) => void,
  progress: (looked: number) => void = () => {},
): number {
  assertOffset(profile, offset);
  // Dynamic programming over the last slot taken. Each reading has two slots at most, so that there are
  // never more than four states; a state that is not better than one with a lower last slot is left out.
  let states: State[] = [{ slot: firstFree - 1, dropped: 0, moved: 0, step: 0 }];
  // For each reading and state four bits: what was done with the reading, and the state before it that this came from.
  let steps = new Uint16Array(Math.min(count, SETTLED_AFTER));
  /** Readings before this one have been decided; `steps` begins with it. */
  let settled = 0;
  let neighbours = 0;
  let nextLook = Math.min(SETTLED_AFTER, wanted);
  const interval = Math.round(profile.interval * MICROSECONDS);
  /** Whether each reading is far enough from the last one that is; asked in order, twice over: to look and to decide. */
  const counter = () => {
    let last = Number.NEGATIVE_INFINITY;
    return (since: number): boolean => {
      if (2 * (since - last) < interval) return false;
      last = since;
      return true;
    };
  };
  const [lookedAt, decidedOn] = [counter(), counter()];

  const decide = (until: number, state: number): void => {
    for (let at = until - 1, from = state; at >= settled; at--) {
      const step = stepOf(steps[at - settled]!, from);
      steps[at - settled] = step & 3;
      from = step >> 2;
    }
    for (let at = settled; at < until; at++) {
      const { slot: own, early, since } = placeOf(profile, offset, timeAt(at));
      const choice = steps[at - settled];
      const close = !decidedOn(since);
      if (choice === NEIGHBOUR) neighbours += 1;
      if (choice === DROPPED) decided(at, undefined, close);
      else decided(at, choice === OWN ? own : early ? own - 1 : own + 1, close);
    }
  };

  /** Decides the readings up to the last one after which all states come from the same one. */
  const settle = (looked: number): void => {
    let from = states.map((_, state) => state);
    let until = looked;
    while (until > settled && from.some((state) => state !== from[0])) {
      from = from.map((state) => stepOf(steps[until - 1 - settled]!, state) >> 2);
      until -= 1;
    }
    if (until > settled) {
      decide(until, from[0]!);
      steps.copyWithin(0, until - settled, looked - settled);
      settled = until;
    }
    // Twice as long a stretch next time: where nothing is decided, looking back again and again would be slow.
    const distance = looked < wanted ? Math.min(SETTLED_AFTER, wanted - looked) : SETTLED_SOON_AFTER;
    nextLook = looked + Math.max(distance, looked - settled);
    if (nextLook - settled <= steps.length) return;
    const longer = new Uint16Array(nextLook - settled);
    longer.set(steps.subarray(0, looked - settled));
    steps = longer;
  };

  for (let at = 0; at < count; at++) {
    if (at === nextLook) {
      settle(at);
      if (settled >= wanted) return neighbours;
    }
    if (at % SETTLED_AFTER === 0) progress(at);
    const { slot: own, early, since } = placeOf(profile, offset, timeAt(at));
    const neighbour = early ? own - 1 : own + 1;
    const counts = lookedAt(since);
    // This reading and all later ones want slot own - 1 or above: what was taken below that is all the same.
    const floor = own - 2;
    const next: State[] = [];
    states.forEach(({ slot, dropped, moved }, from) => {
      const step = from << 2;
      if (counts && own > slot) offer(next, { slot: own, dropped, moved, step: step | OWN });
      if (counts && neighbour > slot) {
        offer(next, { slot: neighbour, dropped, moved: moved + 1, step: step | NEIGHBOUR });
      }
      offer(next, { slot: Math.max(slot, floor), dropped: dropped + 1, moved, step: step | DROPPED });
    });
    states = [];
    let all = 0;
    for (const state of next.sort((a, b) => a.slot - b.slot)) {
      const rival = states.at(-1);
      if (rival !== undefined && !isBetter(state, rival)) continue;
      all |= state.step << (STEP_BITS * states.length);
      states.push(state);
    }
    steps[at - settled] = all;
  }
  decide(count, states.length - 1);
  return neighbours;
}

/** What a reading's steps say about one state after it. */
function stepOf(all: number, state: number): number {
  return (all >> (STEP_BITS * state)) & 15;
}

/** Of the states with one last slot the better one counts; of equal ones the first. */
function offer(states: State[], state: State): void {
  const at = states.findIndex(({ slot }) => slot === state.slot);
  if (at < 0) states.push(state);
  else if (isBetter(state, states[at]!)) states[at] = state;
}

function isBetter(a: State, b: State): boolean {
  return a.dropped < b.dropped || (a.dropped === b.dropped && a.moved < b.moved);
}
