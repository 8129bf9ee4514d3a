// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import type { DayReserve, Movement } from "./ledger.ts";

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

/** One day of a program: what was claimed and paid so far, and what was there at its end. Smallest units. */
export type ProgramDay = Omit<DaySum, "claimed" | "paid"> & Omit<DayReserve, "day">;

/** Every UTC day of a program on which its money moved or something was claimed, ascending. */
export function programDays(
  movements: readonly Movement[],
  reserves: readonly DayReserve[],
): readonly ProgramDay[] {
  const sums = new Map(daySums(movements).map((sum) => [sum.day, sum]));
  const held = new Map(reserves.map((reserve) => [reserve.day, reserve]));
  let so = { claimedSoFar: 0n, paidSoFar: 0n };
  let money = { free: 0n, reserved: 0n, owed: 0n };
  return [...new Set([...sums.keys(), ...held.keys()])]
    .sort((a, b) => a - b)
    .map((day) => {
      const sum = sums.get(day);
      if (sum !== undefined) so = { claimedSoFar: sum.claimedSoFar, paidSoFar: sum.paidSoFar };
      const reserve = held.get(day);
      if (reserve !== undefined)
        money = { free: reserve.free, reserved: reserve.reserved, owed: reserve.owed };
      return { day, claims: sum?.claims ?? 0, ...so, ...money };
    });
}
