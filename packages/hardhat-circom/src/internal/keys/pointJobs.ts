// SPDX-License-Identifier: GPL-3.0-or-later

import type { CurveModule } from "../vendor.ts";

export type GroupName = "G1" | "G2";

/** Bytes of an affine point in a zkey: coordinates in Montgomery form, little endian; zeros are infinity. */
export const POINT_BYTES: Readonly<Record<GroupName, number>> = { G1: 64, G2: 128 };
export const SCALAR_BITS = 254;

/**
 * Fixed-base tables of one generator: for every window j the multiples 1 … 2^(bits-1) of 2^(bits·j)·G. Digits are
 * signed, so half of the multiples is enough.
 */
export interface TableLayout {
  readonly group: GroupName;
  /** Bits per window. */
  readonly bits: number;
  readonly windows: number;
  readonly shared: SharedArrayBuffer;
}

export type PointJob =
  | { readonly kind: "table"; readonly group: GroupName; readonly window: number }
  | {
      readonly kind: "points";
      readonly group: GroupName;
      /** Scalars, 32 bytes each, little endian, below r. */
      readonly scalars: SharedArrayBuffer;
      /** Receives the affine points. */
      readonly points: SharedArrayBuffer;
      readonly from: number;
      readonly to: number;
    };

export interface PointWorkerData {
  readonly curve: CurveModule;
  readonly tables: readonly TableLayout[];
}

/** Answer to a job: null, or the reason it failed. */
export type PointReply = string | null;

/** Signed digits need one more bit than the scalars. */
export function windowCount(bits: number): number {
  return Math.ceil((SCALAR_BITS + 1) / bits);
}

/** The window width with the fewest additions for this many points, tables included. */
export function bestWindowBits(points: number): number {
  let best = 4;
  let cost = Number.POSITIVE_INFINITY;
  for (let bits = 4; bits <= 15; bits++) {
    const additions = windowCount(bits) * (2 ** (bits - 1) + points);
    if (additions < cost) {
      best = bits;
      cost = additions;
    }
  }
  return best;
}
