// SPDX-License-Identifier: GPL-3.0-or-later
//
// Slots and live bits of a page, for those who hash nothing.
import { assertInteger } from "../invalid.ts";

export const PAGE_SLOTS = 256;

export function isLive(live: bigint, slot: number): boolean {
  assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
  return ((live >> BigInt(slot)) & 1n) === 1n;
}
