// SPDX-License-Identifier: GPL-3.0-or-later
//
// A row that was overwritten is not gone from the database's files. This makes it so, as far as a database can.
import { setTimeout } from "node:timers/promises";
import { VitalproofError } from "@vitalproof/sdk";
import { sql } from "kysely";
import type { Database } from "../store/index.ts";
import type { TableName } from "../store/tables.ts";
import { SEALED_TABLES } from "./sealedTables.ts";

/** What an erasure deletes or overwrites in them must not stay: on PostgreSQL they are written to new files. */
const REWRITTEN_TABLES: readonly TableName[] = [
  "person_key",
  "attester_head",
  "attester_log",
  "attester_device",
  "attester_erased_leaf",
];
/** Milliseconds for which others' steps, backups and long reads are waited for. */
const PATIENCE = 10_000;
const PAUSE = 50;
/** SQLite's numbers for a database that another one uses. */
const IN_USE = new Set([5, 6]);

/**
 * Removes what deleted and overwritten rows left in the files.
 *
 * SQLite: writes the database anew and empties its log. That takes as long as copying the file, and steps wait for it.
 * Copies by file systems, snapshots and disks are beyond it.
 *
 * PostgreSQL: writes `person_key` and the attester's tables anew, for which their users wait, and vacuums the tables of
 * sealed values. Its log (WAL) and the log's archive, replicas and the disk keep old bytes for as long as they are set up to.
 *
 * @param patience milliseconds
 * @returns whether it is done; false while a backup or a long read still sees the old rows: try again later
 * @throws STORE_FAILED
 */
export async function cleanFiles(database: Database, patience = PATIENCE): Promise<boolean> {
  const clean = database.kind === "sqlite" ? cleanSqlite : await cleanerOfPostgres(database);
  for (const end = Date.now() + patience; ; await setTimeout(PAUSE)) {
    if (await clean(database)) return true;
    if (Date.now() >= end) return false;
  }
}

async function cleanSqlite(database: Database): Promise<boolean> {
  try {
    // `secure_delete` overwrites what is deleted, but now and then a page keeps a copy of a row that was moved to another:
    // one of 2,000 wrapped keys was still found without this.
    await database.migrating((db) => sql`vacuum`.execute(db));
    const { rows } = await database.migrating((db) =>
      sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db),
    );
    return rows[0]?.busy === 0;
  } catch (error) {
    const { cause } = error as { cause?: { errcode?: number } };
    if (error instanceof VitalproofError && IN_USE.has(cause?.errcode ?? 0)) return false;
    throw error;
  }
}

/** Rows that an older transaction can see are copied along, so that there must be none that is older than now. */
async function cleanerOfPostgres(database: Database): Promise<(database: Database) => Promise<boolean>> {
  const { rows } = await sql<{ now: string }>`select now()::text as now`.execute(database.reads);
  const since = rows[0]!.now;
  return async (database) => {
    const older = await sql`
      select 1 from pg_stat_activity
      where pid <> pg_backend_pid() and datname = current_database()
        and xact_start < ${since}::timestamptz and (backend_xmin is not null or backend_xid is not null)
      limit 1`.execute(database.reads);
    if (older.rows.length > 0) return false;
    // `full` writes a new file. Plain vacuum leaves a row's bytes in the page until something else needs the place.
    for (const table of REWRITTEN_TABLES) {
      await database.migrating((db) => sql`vacuum full ${sql.table(table)}`.execute(db));
    }
    for (const table of SEALED_TABLES) {
      await database.migrating((db) => sql`vacuum ${sql.table(table)}`.execute(db));
    }
    return true;
  };
}
