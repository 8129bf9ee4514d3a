// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stores of every version of the schema, with rows in all of their tables, whatever the tables are.
import { type ColumnMetadata, sql, type TableMetadata } from "kysely";
import { type Database, migrate, openDatabase, schemaState } from "../../src/store/index.ts";
import { KEYS, type TableName } from "../../src/store/tables.ts";
import type { Stores } from "./stores.ts";

const ROWS = 3;
/** In which what is referred to comes first. */
const ORDER = Object.keys(KEYS);

/** Names of all migrations of this program, in order. */
export async function migrationNames(stores: Stores): Promise<readonly string[]> {
  const database = await openDatabase(await stores.fresh());
  try {
    return (await schemaState(database)).missing;
  } finally {
    await database.close();
  }
}

/** Makes a store as a program with migrations up to `name` made it, and fills it. @returns its address and contents */
export async function storeOf(
  stores: Stores,
  name: string,
): Promise<{ readonly url: string; readonly held: Contents }> {
  const url = await stores.fresh();
  const database = await openDatabase(url);
  try {
    await migrate(database, name);
    for (const table of await tablesOf(database)) await fill(database, table);
    return { url, held: await contentsOf(database) };
  } finally {
    await database.close();
  }
}

/** Tables with their columns, Kysely's own left out. @throws for a table that a backup would not copy */
export async function tablesOf(database: Database): Promise<TableMetadata[]> {
  const tables = (await database.reads.introspection.getTables()).filter(({ isView }) => !isView);
  const foreign = tables.find(({ name }) => !ORDER.includes(name));
  if (foreign !== undefined) throw new Error(`${foreign.name} is not in KEYS`);
  return tables.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}

/**
 * Rows whose values follow from their columns' names, so that a column refers to the row of the same number. What may be null
 * is null in the first row.
 */
async function fill(database: Database, { name, columns }: TableMetadata): Promise<void> {
  // SQLite says of a key of one column that it may be null.
  const key: readonly string[] = KEYS[name as TableName];
  const mayBeNull = (column: ColumnMetadata) => column.isNullable && !key.includes(column.name);
  const rows = Array.from({ length: ROWS }, (_, i) =>
    Object.fromEntries(
      columns.map((column) => [column.name, i === 0 && mayBeNull(column) ? null : valueIn(column, i)]),
    ),
  );
  await database.step((queries) =>
    queries
      .insertInto(name as never)
      .values(rows as never)
      .execute(),
  );
}

function valueIn({ name, dataType }: ColumnMetadata, i: number): unknown {
  if (/^text$/i.test(dataType)) return `${name} ${i} ünd "more"`;
  if (/^(bigint|integer|int4|int8)$/i.test(dataType))
    return /4|integer/i.test(dataType) ? 7 + i : 2 ** 45 + i;
  if (/^bytea$/i.test(dataType)) return Buffer.from([0, 255, i, ...Buffer.from(name)]);
  throw new Error(`no values for a column of type ${dataType}`);
}

/** Rows by table, column by column: what a later version adds is left out by `sameAs`. */
export type Contents = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

export async function contentsOf(database: Database): Promise<Contents> {
  const all: Record<string, Record<string, string>[]> = {};
  for (const { name } of await tablesOf(database)) {
    const order = KEYS[name as TableName].map((column) => sql.ref(column));
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)} order by ${sql.join(
      order,
    )}`.execute(database.reads);
    all[name] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, textOf(value)])),
    );
  }
  return all;
}

/** SQLite gives bytes as Uint8Array, PostgreSQL as Buffer. */
function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : JSON.stringify(value);
}

/** What a store holds now, without the tables and columns that came after `held`. */
export function within(held: Contents, now: Contents): Contents {
  return Object.fromEntries(
    Object.entries(held).map(([table, rows]) => {
      const columns = Object.keys(rows[0] ?? {});
      const kept = (now[table] ?? []).map((row) =>
        Object.fromEntries(columns.map((column) => [column, row[column] ?? "gone"])),
      );
      return [table, kept];
    }),
  );
}
