// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { orStoreFailure } from "./failure.ts";
import { openPool } from "./pool.ts";
import type { Tables } from "./tables.ts";
import type { Database, Queries } from "./types.ts";

/** Connections of one process. */
const CONNECTIONS = 10;
/** How often a step is run that another process was in the way of. */
const ATTEMPTS = 8;
/** Serialization failure, deadlock. */
const IN_THE_WAY = new Set(["40001", "40P01"]);
/** PostgreSQL's number of its type bigint. */
const INT8 = 20;

/** @throws STORE_FAILED when the server cannot be reached, or promises durability that it does not keep */
export async function openPostgres(url: string): Promise<Database> {
  const pool = openPool({
    connectionString: url,
    max: CONNECTIONS,
    // Columns of that type hold times and counts, far below 2^53.
    types: {
      getTypeParser: (type, format) => (type === INT8 ? Number : pg.types.getTypeParser(type, format)),
    },
  });
  const queries = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await orStoreFailure(() => assertDurable(queries));
  } catch (error) {
    await queries.destroy();
    throw error;
  }
  return new PostgresStore(queries);
}

class PostgresStore implements Database {
  readonly kind = "postgres";
  readonly locks = true;
  readonly reads: Queries;

  constructor(queries: Queries) {
    this.reads = queries;
  }

  async step<T>(act: (queries: Queries) => Promise<T>): Promise<T> {
    for (let left = ATTEMPTS; ; left--) {
      try {
        return await orStoreFailure(() => this.reads.transaction().execute(act));
      } catch (error) {
        const { cause } = error as { cause?: { code?: string } };
        if (left === 0 || !(error instanceof VitalproofError) || !IN_THE_WAY.has(cause?.code ?? ""))
          throw error;
      }
    }
  }

  snapshot<T>(act: (queries: Queries) => Promise<T>): Promise<T> {
    return orStoreFailure(() => this.reads.transaction().setIsolationLevel("repeatable read").execute(act));
  }

  migrating<T>(act: (queries: Queries) => Promise<T>): Promise<T> {
    return orStoreFailure(() => act(this.reads));
  }

  close(): Promise<void> {
    return this.reads.destroy();
  }
}

/** A server that confirms what it has not written would make every receipt a lie. */
async function assertDurable(queries: Queries): Promise<void> {
  for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
    const { rows } = await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(
      queries,
    );
    const value = rows[0]?.value;
    if (value !== "off") continue;
    throw new VitalproofError("STORE_FAILED", `PostgreSQL runs with ${setting} = off.`, {
      details: { setting },
      hint: `Set ${setting} = on in postgresql.conf: a commit must be on disk before it is confirmed.`,
    });
  }
}
