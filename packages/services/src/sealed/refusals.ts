// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

// None of these names the person: the caller knows whom it asked about, and a log need not.

/** @param at Unix seconds */
export function personErased(at: number): VitalproofError {
  const when = new Date(at * 1_000).toISOString();
  return new VitalproofError("PERSON_ERASED", `This person was erased at ${when}.`, {
    details: { erasedAt: at },
    hint: "Nothing of them can be opened any more. A person who comes back gets a new name.",
  });
}

export function keyMissing(): VitalproofError {
  return new VitalproofError("PERSON_KEY_MISSING", "There is no key for this person.", {
    hint: "Create the person's key first, or check which store this is.",
  });
}

export function valueChanged(table: string, key: string): VitalproofError {
  return new VitalproofError("SEALED_VALUE_CHANGED", `A sealed value of ${table} does not open.`, {
    details: { table, key },
    hint: "It was changed, or moved from another row or person. Restore the row from a backup.",
  });
}

export function rolledBack(table: string, key: string): VitalproofError {
  return new VitalproofError("SEALED_VALUE_ROLLED_BACK", `A value of ${table} is older than it was before.`, {
    details: { table, key },
    hint: "Somebody put an older row back in its place. Restore the whole store from a backup.",
  });
}
