// SPDX-License-Identifier: GPL-3.0-or-later
import type pg from "pg";
import PgBoss from "pg-boss";
import { storeFailure } from "../store/failure.ts";
import { openPool } from "../store/pool.ts";
import type { QueueSettings } from "./settings.ts";
import type { OnFault } from "./types.ts";

/** Where pg-boss has its tables, next to the store's own in `public`. */
export const SCHEMA = "vitalproof_jobs";
const CONNECTIONS = 3;
/** Milliseconds. A network that swallows packets must not hold a worker permanently. */
const TIMEOUT = 60_000;
const DEADLOCK = "40P01";
const ATTEMPTS = 8;
/** How often in a lease it is looked for leases that lapsed. pg-boss skips every other look when clocks are unlucky. */
const LOOKS = 6;

/** pg-boss on a pool of ours. */
export interface Connection {
  readonly boss: PgBoss;
  readonly sql: PgBoss.Db;
  /** @throws STORE_FAILED */
  query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * @param url as `openDatabase` has it; TLS follows from its `sslmode` and the other parameters of node-postgres
 * @param migrate makes or upgrades pg-boss's schema, and does not start its maintenance
 * @throws STORE_FAILED when the server cannot be reached, or lacks the schema
 */
export async function connect(
  url: string,
  { lease, rest }: QueueSettings,
  onFault: OnFault,
  { migrate = false } = {},
): Promise<Connection> {
  const pool = openPool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT,
    query_timeout: TIMEOUT,
    keepAlive: true,
  });
  const sql = { executeSql: (text: string, values: unknown[]) => run(pool, text, values) };
  const boss = new PgBoss({
    db: sql,
    schema: SCHEMA,
    migrate,
    supervise: !migrate,
    schedule: false,
    maintenanceIntervalSeconds: Math.max(1, Math.floor(lease / LOOKS)),
    // Done jobs are deleted by their worker. Failed ones leave the queue when they rested, and may be offered again.
    archiveFailedAfterSeconds: rest,
    deleteAfterDays: 1,
  });
  boss.on("error", (fault) => onFault("maintain", storeFailure(fault)));
  try {
    await boss.start();
  } catch (error) {
    await pool.end();
    throw storeFailure(error);
  }
  return {
    boss,
    sql,
    async query(text, values) {
      try {
        return (await run(pool, text, [...values])).rows;
      } catch (error) {
        throw storeFailure(error);
      }
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

/** A statement, again after a deadlock: each is a transaction of its own. */
async function run(pool: pg.Pool, text: string, values: unknown[]): Promise<pg.QueryResult> {
  for (let left = ATTEMPTS; ; left--) {
    const client = await pool.connect();
    let fault: Error | undefined;
    try {
      return await client.query(text, values);
    } catch (error) {
      fault = error as Error;
      if (left === 0 || (error as { code?: string }).code !== DEADLOCK) throw error;
    } finally {
      // pg-boss's maintenance is a text with BEGIN and COMMIT. After a fault in it the connection would still be in the
      // aborted transaction, and every later query on it would fail.
      client.release(fault);
    }
  }
}
