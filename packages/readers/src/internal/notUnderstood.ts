// SPDX-License-Identifier: GPL-3.0-or-later
import { type Detail, VitalproofError } from "@vitalproof/sdk";

/** A place in a text, counted from 1 as editors do; columns in UTF-16 units. */
export type Place = { readonly line: number; readonly column: number };

/** What to do about a file without content. */
export const EMPTY_HINT = "Pass a file with readings: this one may not have been saved or sent in full.";

/**
 * The error for a file that is not what it says. It names the place and the reason, never the content: a file of
 * readings is health data.
 */
export function notUnderstood(
  reason: string,
  options: { place?: Place | undefined; hint?: string; details?: Record<string, Detail> } = {},
): VitalproofError {
  const { place } = options;
  return new VitalproofError(
    "FILE_NOT_UNDERSTOOD",
    place === undefined
      ? `The file is not understood: ${reason}.`
      : `Line ${place.line}, column ${place.column} is not understood: ${reason}.`,
    {
      details: { ...(place === undefined ? {} : place), reason, ...options.details },
      hint:
        options.hint ??
        (place === undefined
          ? "Pass the file as the device or app wrote it, or name the columns of a table: --time, --value, --unit."
          : "Look at this place in the file. If it is the export's own, leave such rows of a table out with --where COLUMN=VALUE."),
    },
  );
}
