// SPDX-License-Identifier: GPL-3.0-or-later
import {
  decideSlots,
  encodeReading,
  NumberColumn,
  OFFSET_STEP,
  type Order,
  type Profile,
  type ProfileName,
  type RefusalReason,
  slotAt,
  stepRounder,
} from "@vitalproof/sdk";
import type { MeasuredReading } from "./format.ts";
import type { ReadingSeries } from "./series.ts";

const DAY = 86_400;

export type SlottingInspection = {
  readonly profile: ProfileName;
  /** Quarter hours. */
  readonly offset: number;
  /** Readings that have a slot, how many of them have a neighbouring one, and how many have none. */
  readonly kept: number;
  readonly moved: number;
  readonly dropped: number;
  /** Readings that the profile cannot hold, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Readings that were rounded to the profile's step; 0 unless that was asked for. */
  readonly rounded: number;
  /** Slots (of several channels: samples) from the first filled one to the last one, and the share that is filled. */
  readonly slots: number;
  readonly coverage: number;
  /** Epochs that those slots touch, all their slots, and the share of these that are filled. */
  readonly epochs: number;
  readonly epochSlots: number;
  readonly epochCoverage: number;
  /** Days, from that of the first filled slot to that of the last one. */
  readonly days: readonly DayInspection[];
};

/** One day of the profile's slots. */
export type DayInspection = {
  /** Unix seconds. Days begin where epochs do, `offset` quarter hours after midnight UTC. */
  readonly from: number;
  /** Slots of the day (samples), and how many are filled. */
  readonly slots: number;
  readonly kept: number;
};

/** Why a profile cannot hold a value; undefined where it can. */
function refusalOf(
  profile: Profile,
  value: MeasuredReading["value"],
  unit: string,
): RefusalReason | undefined {
  const outcome = encodeReading(profile, { time: 0, value, unit });
  return "refused" in outcome ? outcome.refused : undefined;
}

/** What sealing a series under a profile would do. */
export function slotInspection(
  series: ReadingSeries,
  order: Order,
  profile: Profile,
  offset: number,
  round: boolean,
  progress?: (share: number) => void,
): SlottingInspection {
  const { unit, times, numbers } = series;
  const rounder = stepRounder(profile);
  const given = series.examples.map((value) => ({ time: 0, value, unit }));
  const steps = round ? given.map(rounder) : given;
  const refusals = steps.map(({ value }) => refusalOf(profile, value, unit));
  // With several channels a sample takes as many slots side by side, and all of them or none are filled.
  const samples = profile.slots / profile.channels;
  const refused: Record<string, number> = {};
  let rounded = 0;
  let kept = 0;
  let dropped = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  const taken = new NumberColumn();
  const byDay = new Map<number, number>();
  const dayOf = (place: number): number => Math.floor((place * profile.interval) / DAY);
  for (let place = 0; place < order.length; place++) {
    const at = order.at(place);
    const number = numbers.at(at);
    const reason = times.at(at) < 0 ? "impossible-time" : refusals[number];
    if (reason !== undefined) {
      refused[reason] = (refused[reason] ?? 0) + 1;
      continue;
    }
    if (steps[number] !== given[number]) rounded += 1;
    taken.push(at);
  }
  const count = taken.length;
  const timeAt = (place: number): number => times.at(taken.at(place));
  const decided = (_: number, place: number | undefined): void => {
    if (place === undefined) {
      dropped += 1;
      return;
    }
    kept += 1;
    lowest = Math.min(lowest, place);
    highest = Math.max(highest, place);
    byDay.set(dayOf(place), (byDay.get(dayOf(place)) ?? 0) + 1);
  };
  // As in a log that begins with the first reading's epoch.
  const first = count === 0 ? 0 : Math.floor(slotAt(profile, offset, timeAt(0)) / samples) * samples;
  const moved = decideSlots(profile, offset, { count, timeAt }, first, decided, (looked) =>
    progress?.(looked / count),
  );
  const slots = kept === 0 ? 0 : highest - lowest + 1;
  const epochs = kept === 0 ? 0 : Math.floor(highest / samples) - Math.floor(lowest / samples) + 1;
  const epochSlots = epochs * samples;
  return {
    profile: profile.name,
    offset,
    kept,
    moved,
    dropped,
    refused,
    rounded,
    slots,
    coverage: slots === 0 ? 0 : kept / slots,
    epochs,
    epochSlots,
    epochCoverage: epochSlots === 0 ? 0 : kept / epochSlots,
    days: kept === 0 ? [] : daysOf(profile, offset, byDay),
  };
}

function daysOf(profile: Profile, offset: number, byDay: ReadonlyMap<number, number>): DayInspection[] {
  const first = Math.min(...byDay.keys());
  const count = Math.max(...byDay.keys()) - first + 1;
  return Array.from({ length: count }, (_, i) => ({
    from: OFFSET_STEP * offset + DAY * (first + i),
    slots: Math.round(DAY / profile.interval),
    kept: byDay.get(first + i) ?? 0,
  }));
}
