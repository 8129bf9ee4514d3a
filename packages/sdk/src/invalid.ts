// SPDX-License-Identifier: GPL-3.0-or-later
import { type Detail, VitalproofError } from "./errors.ts";

/** The error for an argument out of its range; names the value and what would be right. */
export function invalid(name: string, value: Detail, wanted: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", `${name} is ${String(value)}; it must be ${wanted}.`, {
    details: { name, value, wanted },
  });
}

/** Refuses what is not an integer in `[min, max]`. */
export function assertInteger(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw invalid(name, value, `an integer in [${min}, ${max}]`);
  }
}
