// SPDX-License-Identifier: GPL-3.0-or-later
import { type Detail, VitalproofError } from "@vitalproof/sdk";

/** A place in a text, counted from 1 as editors do; columns in UTF-16 units. */
export type Place = { readonly line: number; readonly column: number };

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
          ? "Export the file again, and use it as it comes."
          : "Look at this place in the file. Correct it, or export the file again."),
    },
  );
}
