// SPDX-License-Identifier: GPL-3.0-or-later
//
// A backup is an SQLite file, whatever the store is, so that it can be looked at anywhere, and restored on either database.
//
// The schema `vitalproof_jobs`, pg-boss's queue of steps, is not copied. It holds nothing that the store does not say: the
// services offer again what is due, and a step that a restored store no longer has is not due, so its handler ends at once.
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { sql } from "kysely";
import { openDatabase } from "./database.ts";
import { orStoreFailure } from "./failure.ts";
import { assertCurrent, migrate, schemaState } from "./migrate.ts";
import { assertStoreOf } from "./owner.ts";
import { KEYS, type TableName } from "./tables.ts";
import type { Database, Queries } from "./types.ts";

/** Rows that are copied at once. */
const ROWS = 2_000;

/** Rows of each table. */
export type Copied = Readonly<Record<TableName, number>>;

/**
 * Copies a store as it is at one moment, while services go on working with it.
 * @param path of the new file; it is there once it is complete and on disk
 * @throws ALREADY_THERE when something is at that path; STORE_FAILED, also for a store of another version
 */
export async function backup(
  from: Database,
  path: string,
  onRows: (rows: number) => void = () => {},
): Promise<Copied> {
  if (existsSync(path)) {
    throw new VitalproofError("ALREADY_THERE", `${path} exists already.`, {
      details: { path },
      hint: "A backup overwrites nothing. Name a new file.",
    });
  }
  await assertCurrent(from);
  const unfinished = `${path}.part`;
  await rm(unfinished, { force: true });
  const to = await openDatabase(`sqlite:${unfinished}`);
  let copied: Copied;
  try {
    await migrate(to);
    copied = await from.snapshot((rows) => copy(rows, to, onRows));
    // One file, without a log of changes next to it.
    await to.migrating((db) => sql`pragma journal_mode = delete`.execute(db));
  } finally {
    await to.close();
  }
  await flush(unfinished);
  await rename(unfinished, path);
  await flush(dirname(path));
  return copied;
}

/**
 * Fills an empty store from a backup, in one step: after a fault it is as empty as before.
 * @param service whose backup it must be, where a service ever ran on it
 * @throws ALREADY_THERE for a store that holds anything; NOT_THERE without the file; NOT_ALLOWED for another service's
 *         backup; DOCUMENT_INVALID for what is not a backup; STORE_FAILED for a backup that is damaged or written by a newer
 *         program
 */
export async function restore(
  path: string,
  to: Database,
  {
    service,
    onRows = () => {},
  }: { readonly service?: string; readonly onRows?: (rows: number) => void } = {},
): Promise<Copied> {
  if (!existsSync(path)) {
    throw new VitalproofError("NOT_THERE", `There is no file at ${path}.`, {
      details: { path },
      hint: "Name the file that the backup wrote.",
    });
  }
  await migrate(to);
  const from = await backupAt(path);
  try {
    await assertWhole(from, path);
    if (service !== undefined) await assertStoreOf(from, service, path);
    return await from.snapshot((rows) =>
      to.step(async (queries) => {
        await assertEmpty(queries);
        return copyInto(rows, queries, onRows);
      }),
    );
  } finally {
    await from.close();
  }
}

/** SQLite's number for a file that is not a database. */
const NOT_A_DATABASE = 26;

async function backupAt(path: string): Promise<Database> {
  try {
    return await openDatabase(`sqlite:${path}`);
  } catch (error) {
    const { cause } = error as { cause?: { errcode?: number } };
    if (cause?.errcode !== NOT_A_DATABASE) throw error;
    throw new VitalproofError("DOCUMENT_INVALID", `${path} is not a backup.`, {
      details: { path },
      hint: "Name a file that `backup` wrote.",
      cause: error,
    });
  }
}

async function copy(from: Queries, to: Database, onRows: (rows: number) => void): Promise<Copied> {
  return to.step((queries) => copyInto(from, queries, onRows));
}

/** Copies table by table, in an order in which what is referred to comes first. */
async function copyInto(from: Queries, to: Queries, onRows: (rows: number) => void): Promise<Copied> {
  const copied: Record<string, number> = {};
  let total = 0;
  for (const name of Object.keys(KEYS) as TableName[]) {
    copied[name] = 0;
    for await (const rows of pages(from, name)) {
      await to
        .insertInto(name)
        .values(rows as never)
        .execute();
      copied[name] += rows.length;
      total += rows.length;
      onRows(total);
    }
  }
  return copied as Copied;
}

type Row = Record<string, unknown>;

/** A table's rows in the order of its key, a part at a time: each part begins after the last row of the one before. */
async function* pages(from: Queries, name: TableName): AsyncGenerator<Row[]> {
  const key = KEYS[name];
  const columns = sql.join(key.map((column) => sql.ref(column)));
  for (let last: Row | undefined; ; ) {
    const after = last;
    const where =
      after === undefined
        ? sql``
        : sql`where (${columns}) > (${sql.join(key.map((column) => sql.val(after[column])))})`;
    const { rows } =
      await sql<Row>`select * from ${sql.table(name)} ${where} order by ${columns} limit ${sql.lit(ROWS)}`.execute(
        from,
      );
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1);
  }
}

async function assertEmpty(queries: Queries): Promise<void> {
  for (const name of Object.keys(KEYS) as TableName[]) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(queries);
    if (rows.length === 0) continue;
    throw new VitalproofError("ALREADY_THERE", "The store holds records already.", {
      details: { table: name },
      hint: "Restore into a new store, then name it in the configuration.",
    });
  }
}

async function assertWhole(from: Database, path: string): Promise<void> {
  const { missing } = await schemaState(from);
  if (missing.length > 0) {
    // Of an older program: its tables are brought up to date in the file itself.
    await migrate(from);
  }
  const check = sql<{ integrity_check: string }>`pragma integrity_check`;
  const { rows } = await orStoreFailure(() => check.execute(from.reads));
  if (rows[0]?.integrity_check === "ok") return;
  throw new VitalproofError("STORE_FAILED", `The backup ${path} is damaged.`, {
    details: { path },
    hint: "Restore an older one.",
  });
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync();
  await file.close();
}
