// SPDX-License-Identifier: GPL-3.0-or-later
import { passphraseProblem } from "@vitalproof/sdk";

/** What a patient types before the identity is removed. */
export const REMOVAL_WORD = "remove";

/** Why the identity is not removed yet; undefined where the word is typed. */
export function removalProblem(word: string): string | undefined {
  return word.trim().toLowerCase() === REMOVAL_WORD ? undefined : `Type “${REMOVAL_WORD}” first.`;
}

/** Why a new passphrase cannot be used yet: it is weak, or was not typed twice alike. */
export function newPassphraseProblem(value: string, again: string): string | undefined {
  return passphraseProblem(value) ?? (again === value ? undefined : "Enter the new passphrase twice.");
}
