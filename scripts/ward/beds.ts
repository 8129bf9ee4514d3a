// SPDX-License-Identifier: GPL-3.0-or-later
//
// The beds: what the sensor there measures in a day, and how the device sends that.
import { PROFILE } from "../../simulation/index.ts";

/** Places of a reading in the day: `from` included, `to` not. */
type Span = { readonly from: number; readonly to: number };

export interface Bed {
  readonly name: string;
  /** For the table. */
  readonly told: string;
  /** mg/dL at a place in the day. */
  readonly value: (place: number) => number;
  /** Sends every message five times in any order, and contradicts every second reading later. */
  readonly floods?: true;
  /** Measures without a network, and sends all of it a while after the day's end: before or after it is sealed. */
  readonly offline?: Span & { readonly sends: "in-time" | "too-late" };
  readonly expected: "paid" | "unmet";
}

/** Readings in a day: one every five minutes. */
export const READINGS = PROFILE.samples;
/** How often a device that floods sends a message. */
export const REPEATS = 5;
/** mg/dL, far out of range. */
export const CONTRADICTION = 320;

const inRange = (place: number): number => Math.round(118 + 32 * Math.sin(place / 17));

export const BEDS: readonly Bed[] = [
  { name: "bed-1", told: "quiet, in range", value: inRange, expected: "paid" },
  {
    name: "bed-2",
    told: "glucose out of range",
    value: (place) => (place % 3 === 0 ? inRange(place) : 240 + (place % 20)),
    expected: "unmet",
  },
  { name: "bed-3", told: "a device that floods", value: inRange, floods: true, expected: "paid" },
  {
    name: "bed-4",
    told: "offline for hours, then late",
    value: inRange,
    offline: { from: 150, to: READINGS, sends: "in-time" },
    expected: "paid",
  },
  {
    name: "bed-5",
    told: "away for too long",
    value: inRange,
    offline: { from: 110, to: READINGS, sends: "too-late" },
    expected: "unmet",
  },
];

export function isOffline({ offline }: Bed, place: number): boolean {
  return offline !== undefined && offline.from <= place && place < offline.to;
}

/** Whether a device that floods says something else of this reading later. */
export function isContradicted({ floods }: Bed, place: number): boolean {
  return floods === true && place % 2 === 1;
}
