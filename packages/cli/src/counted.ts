// SPDX-License-Identifier: GPL-3.0-or-later
import { CONTRADICTING, IN_FUTURE, TOO_EARLY } from "@vitalproof/readers";

/** "1 record", "2 records"; `several` for a word that does not just take an s. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** Why readings were left out, as it reads after their number. What is not here reads as it is: "3 other rows". */
const REASONS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  [CONTRADICTING]: [
    "that contradicts another reading of the same time",
    "that contradict another reading of the same time",
  ],
  [TOO_EARLY]: ["with a time before 1990", "with a time before 1990"],
  [IN_FUTURE]: ["with a time in the future", "with a time in the future"],
  "impossible value": ["impossible value", "impossible values"],
  "other rows": ["other row", "other rows"],
  "unit without UCUM code": ["unit without UCUM code", "units without UCUM code"],
};

/** "2 with a time before 1990", "1 other row". */
export function countedReason(count: number, reason: string): string {
  const [one, several] = REASONS[reason] ?? [reason, reason];
  return counted(count, one, several);
}
