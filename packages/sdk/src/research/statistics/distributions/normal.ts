// SPDX-License-Identifier: GPL-3.0-or-later
import { chiSquare, criticalChiSquare } from "./chiSquare.ts";
import { atLevel } from "./split.ts";

/** Probability that a standard normal value is at least as far from 0 as z, on both sides. */
export function normalPValue(z: number): number {
  return z === 0 ? 1 : chiSquare(z * z, 1).above;
}

/** The z for which a standard normal value is in [-z, z] with probability `level`: 1.96 for 0.95. @param level in (0, 1) */
export function criticalZ(level: number): number {
  return Math.sqrt(criticalChiSquare(atLevel(level), 1));
}
