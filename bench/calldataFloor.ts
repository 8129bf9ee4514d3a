// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a transaction costs at least for its calldata: today's rule, and two that may come.

/** A floor price: gas for a zero byte and for any other, besides what every transaction costs. */
export interface FloorRule {
  readonly eip: number;
  /** Of the EIP, on the day that `FLOORS_LOOKED_UP` has. */
  readonly status: string;
  readonly zero: number;
  readonly other: number;
}

export const FLOORS_LOOKED_UP = "2026-11-30";
export const FLOORS: readonly [FloorRule, ...FloorRule[]] = [
  { eip: 7623, status: "in force", zero: 10, other: 40 },
  {
    eip: 7976,
    status: "in last call until 2026-11-01, scheduled for the upgrade Glamsterdam (EIP-7773)",
    zero: 64,
    other: 64,
  },
  { eip: 8311, status: "a draft", zero: 96, other: 96 },
];

const TRANSACTION = 21_000;

/** Bytes of a transaction's calldata. */
export interface CalldataBytes {
  readonly zero: number;
  readonly other: number;
}

export function calldataBytesOf(data: Uint8Array): CalldataBytes {
  const zero = data.reduce((sum, byte) => sum + (byte === 0 ? 1 : 0), 0);
  return { zero, other: data.length - zero };
}

/** The least gas that a call with this calldata uses. */
export function floorOf({ zero, other }: CalldataBytes, rule: FloorRule): number {
  return TRANSACTION + zero * rule.zero + other * rule.other;
}

/** @param gas of the call, under a rule whose floor is nowhere above this one's */
export function gasUnder(rule: FloorRule, gas: number, calldata: CalldataBytes): number {
  return Math.max(gas, floorOf(calldata, rule));
}

/**
 * From how many units of one kind the floor is what a call costs, where cost and calldata grow by the unit as between two
 * measured calls. Undefined where the floor grows no faster than the cost.
 */
export function bindsFrom(rule: FloorRule, [smaller, larger]: readonly [Sized, Sized]): number | undefined {
  const units = larger.units - smaller.units;
  const gap = ({ gas, calldata }: Sized) => gas - floorOf(calldata, rule);
  const closing = (gap(smaller) - gap(larger)) / units;
  return closing > 0 ? Math.max(1, Math.ceil(smaller.units + gap(smaller) / closing)) : undefined;
}

interface Sized {
  readonly units: number;
  readonly gas: number;
  readonly calldata: CalldataBytes;
}
