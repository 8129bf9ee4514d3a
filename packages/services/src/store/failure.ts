// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /disk is full|53100|No space left/,
    "Free space on the disk of the store. Nothing was lost: what was not stored was not confirmed.",
  ],
  [/locked|busy/, "Another process holds the store. End it, or use PostgreSQL for several processes."],
  [/malformed|not a database|corrupt/, "Restore the last backup; docs/operations.md says how."],
  [
    /ECONNREFUSED|ENOTFOUND|57P0|08\d\d\d|terminated|not queryable/,
    "Start PostgreSQL, or check host and port.",
  ],
  [/28P01|28000/, "Check name and password of the store's account."],
  [/read-?only/, "The store is read-only: check permissions and whether the disk was remounted."],
];

/**
 * What a database says, in our terms. Errors that are ours stay as they are. The database's own words can hold
 * values of rows, so only their kind goes into the message; the cause stays in the process.
 */
export function storeFailure(error: unknown): VitalproofError {
  if (error instanceof VitalproofError) return error;
  const { code = "", errcode, message = "" } = error as { code?: string; errcode?: number; message?: string };
  const kind = [code, errcode].filter((part) => part !== undefined && part !== "").join(" ");
  const hint = HINTS.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
  return new VitalproofError("STORE_FAILED", `The store failed${kind === "" ? "" : ` (${kind})`}.`, {
    details: { code: kind },
    hint: hint ?? "The service's log has the database's own words.",
    cause: error,
  });
}

/** Runs what works on a database. @throws `storeFailure` of what it throws, unless the error is the caller's own */
export async function orStoreFailure<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw isDatabaseError(error) ? storeFailure(error) : error;
  }
}

/** Errors of node:sqlite and of pg, and of the network below it. */
function isDatabaseError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof VitalproofError) return false;
  const { code, severity, syscall } = error as { code?: string; severity?: string; syscall?: string };
  return (
    code === "ERR_SQLITE_ERROR" ||
    severity !== undefined ||
    syscall !== undefined ||
    // The second is what a rollback on a broken connection says, in place of what broke it.
    /Connection terminated|is not queryable/.test(error.message)
  );
}
