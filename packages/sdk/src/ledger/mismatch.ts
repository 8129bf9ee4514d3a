// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";

/** The place in a page's history that does not fit. */
export type MismatchPlace = {
  readonly page: bigint;
  /** Hash of the transaction. */
  readonly transaction: string;
  /** Of the page; undefined where the transaction does not say it. */
  readonly version?: number | undefined;
};

/** The usual way out. */
const HINT = "Read the page again from another node or another archive, and do not rely on this one.";

/** @param what does not fit, as the end of a sentence */
export function mismatch(
  { page, transaction, version }: MismatchPlace,
  what: string,
  { cause, hint = HINT }: { readonly cause?: unknown; readonly hint?: string } = {},
): VitalproofError {
  const of = version === undefined ? "" : `, version ${version}`;
  return new VitalproofError("LEDGER_MISMATCH", `Page ${page}${of}, transaction ${transaction}: ${what}.`, {
    details: { page, version, transaction, what },
    hint,
    cause,
  });
}
