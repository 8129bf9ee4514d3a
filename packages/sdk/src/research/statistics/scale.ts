// SPDX-License-Identifier: GPL-3.0-or-later
import { invalid } from "../../invalid.ts";
import { type Moments, quotient } from "./moments.ts";

/** What a code means: `minimum + (code - 1) × step`, in the unit of the profile. */
export type Scale = { readonly minimum: number; readonly step: number };

/** Far beyond any unit; within it no square rounds to 0 or Infinity. */
const MOST = 1e15;

/** @throws INVALID_ARGUMENT for a step that is not above 0, and for numbers beyond 10^15 or nearer to 0 than 10^-15 */
export function assertScale(name: string, { minimum, step }: Scale): void {
  if (!(Math.abs(minimum) <= MOST)) throw invalid(`${name}.minimum`, minimum, "a number within ±1e15");
  if (!(step >= 1 / MOST && step <= MOST))
    throw invalid(`${name}.step`, step, "a number above 0, from 1e-15 to 1e15");
}

/** The mean of a group in its unit. Defined for one value too, and where all values are equal. */
export function meanOf({ n, sum }: Moments, { minimum, step }: Scale): number {
  return minimum + quotient(sum - n, n) * step;
}
