// SPDX-License-Identifier: GPL-3.0-or-later
import type { Movement } from "./ledger.ts";

/** A day's claims and payouts and their sums so far. */
export type DaySum = {
  /** Unix seconds of the day's beginning, UTC. */
  readonly day: number;
  readonly claims: number;
  /** Smallest units. */
  readonly claimed: bigint;
  readonly paid: bigint;
  readonly claimedSoFar: bigint;
  readonly paidSoFar: bigint;
};

const DAY = 86_400;

/** Claims and payouts by UTC day, days without any left out, ascending. */
export function daySums(movements: readonly Movement[]): DaySum[] {
  const days = new Map<number, { claims: number; claimed: bigint; paid: bigint }>();
  for (const { kind, amount, at } of movements) {
    if (kind !== "claimed" && kind !== "paid") continue;
    const day = Math.floor(at.time / DAY) * DAY;
    const sum = days.get(day) ?? { claims: 0, claimed: 0n, paid: 0n };
    if (kind === "claimed") {
      sum.claims += 1;
      sum.claimed += amount;
    } else sum.paid += amount;
    days.set(day, sum);
  }
  let claimedSoFar = 0n;
  let paidSoFar = 0n;
  return [...days.entries()]
    .sort(([a], [b]) => a - b)
    .map(([day, sum]) => {
      claimedSoFar += sum.claimed;
      paidSoFar += sum.paid;
      return { day, ...sum, claimedSoFar, paidSoFar };
    });
}
