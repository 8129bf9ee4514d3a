// SPDX-License-Identifier: GPL-3.0-or-later
import { SCRYPT_COST, VitalproofError } from "@vitalproof/sdk";

/** Of `--scrypt-cost`, for help texts. */
export const COST_HELP = `scrypt's cost as a power of two, ${SCRYPT_COST.min} to ${SCRYPT_COST.max}; lower only on machines with little memory (default: ${SCRYPT_COST.default})`;

/** @throws USAGE for a cost out of range */
export function assertCost(logN: number | undefined): void {
  const { min, max } = SCRYPT_COST;
  if (logN === undefined || (Number.isInteger(logN) && logN >= min && logN <= max)) return;
  throw new VitalproofError("USAGE", `--scrypt-cost is ${logN}; it must be ${min} to ${max}.`, {
    details: { logN },
  });
}
