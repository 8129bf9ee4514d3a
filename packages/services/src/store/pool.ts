// SPDX-License-Identifier: GPL-3.0-or-later
import pg from "pg";

/**
 * Connections to a PostgreSQL server. One that breaks is replaced; the query on it, or the next one, finds out. node-postgres
 * also emits an error, on the pool for a connection that is idle, and on the connection for one that is in use. Unheard it
 * ends the process.
 */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
