// SPDX-License-Identifier: GPL-3.0-or-later
import { sql } from "kysely";
import type { Database, Queries } from "./types.ts";

/** What processes on one PostgreSQL store wait for each other about, where no row is there to lock. The numbers are PostgreSQL's keys. */
const LOCKS = { days: 1, devices: 2, lanes: 3, admissions: 4, pages: 5 } as const;

/**
 * Lets no other step have a lock until this one ends. SQLite has one writer, and needs none.
 * @param which a number, or a text whose hash is the number
 * @param shared several steps may have it, while none has it alone
 */
export async function lock(
  { locks }: Pick<Database, "locks">,
  queries: Queries,
  name: keyof typeof LOCKS,
  which: number | string,
  { shared = false } = {},
): Promise<void> {
  if (!locks) return;
  const take = sql.raw(shared ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock");
  const key = typeof which === "number" ? sql`${which}::integer` : sql`hashtext(${which})`;
  await sql`select ${take}(${LOCKS[name]}::integer, ${key})`.execute(queries);
}
