// SPDX-License-Identifier: GPL-3.0-or-later
import { invalid } from "../../invalid.ts";

/** A confidence interval, both ends included. */
export type Interval = {
  readonly low: number;
  readonly high: number;
  /** Its confidence: 0.95 for 95 %. */
  readonly level: number;
};

export const DEFAULT_LEVEL = 0.95;
/** Beyond these a double cannot tell the level from 0 or 1 with enough digits. */
const [LEAST, MOST] = [1e-6, 1 - 1e-12];

/** @throws INVALID_ARGUMENT */
export function assertLevel(level: number): void {
  if (!(level >= LEAST && level <= MOST))
    throw invalid("confidence level", level, "between 0 and 1, such as 0.95, and from 1e-6 to 1 - 1e-12");
}

/** `estimate ± margin`. */
export function around(estimate: number, margin: number, level: number): Interval {
  return { low: estimate - margin, high: estimate + margin, level };
}
