// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";
import type { Database } from "./types.ts";

/**
 * Opens a store; `migrate` makes its tables.
 * @param url `sqlite:` and a path, such as `sqlite:/var/lib/vitalproof/attester.db`, or `postgres://USER@HOST/NAME`
 * @throws INVALID_ARGUMENT for another URL, STORE_FAILED when it cannot be opened
 */
export async function openDatabase(url: string): Promise<Database> {
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url);
  const path = fileOf(url);
  if (path !== undefined) return openSqlite(path);
  throw new VitalproofError("INVALID_ARGUMENT", "The store's address is not one of SQLite or PostgreSQL.", {
    hint: "Use sqlite:/path/to/file.db or postgres://USER@HOST/NAME.",
  });
}

/** The file of an SQLite store; undefined for another one. @param url as `openDatabase` has it */
export function fileOf(url: string): string | undefined {
  return /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
}
