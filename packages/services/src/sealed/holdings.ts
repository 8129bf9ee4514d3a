// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { sql } from "kysely";
import type { Database, Queries } from "../store/index.ts";
import type { TableName } from "../store/tables.ts";
import type { PersonKeys } from "./personKeys.ts";
import { keyMissing } from "./refusals.ts";
import { SEALED_TABLES } from "./sealedTables.ts";

/** Rows by table. */
export type Rows = Readonly<Record<string, number>>;

/** What a store holds of its people, for `Erasures`. Times are Unix seconds. */
export type Holdings = {
  /** A table that every evidence of such an erasure counts: by it evidence of another service is known. */
  readonly counted: TableName;
  /**
   * Since when a person is here. In a step it waits for steps that write for the person.
   * @returns undefined for who was never here, or was erased
   */
  since(queries: Queries, person: string): Promise<number | undefined>;
  /** Destroys what is theirs, as a part of the caller's step. */
  destroy(queries: Queries, person: string, at: number): Promise<Rows>;
  /** Keeps a name from being used again, where the store does not know it. */
  bury(queries: Queries, person: string, times: { createdAt: number; erasedAt: number }): Promise<void>;
  /** Drops what this process remembers of a person. */
  forget(person: string, at: number): void;
  /** For a person who was never here. */
  unknown(): VitalproofError;
};

export type SealedHoldingsOptions = {
  readonly database: Pick<Database, "locks" | "reads">;
  /** Drops a key that this process remembers. Erasing needs no master key. */
  readonly personKeys: Pick<PersonKeys, "forget">;
  /** Deletes what else there is of a person, in the same step. */
  readonly also?: Holdings["destroy"];
};

/** A key for each person, and what is sealed under it. */
export function sealedHoldings({ database, personKeys, also }: SealedHoldingsOptions): Holdings {
  return {
    counted: "person_key",
    async since(queries, person) {
      let query = queries
        .selectFrom("person_key")
        .select("created_at")
        .where("person", "=", person)
        .where("wrapped", "is not", null);
      if (database.locks && queries !== database.reads) query = query.forUpdate();
      return (await query.executeTakeFirst())?.created_at;
    },
    async destroy(queries, person, at) {
      const destroyed: Record<string, number> = { person_key: 1 };
      for (const table of SEALED_TABLES) {
        const { numAffectedRows } =
          await sql`delete from ${sql.table(table)} where person = ${person}`.execute(queries);
        destroyed[table] = Number(numAffectedRows ?? 0);
      }
      for (const [table, rows] of Object.entries((await also?.(queries, person, at)) ?? {}))
        destroyed[table] = (destroyed[table] ?? 0) + rows;
      await queries
        .updateTable("person_key")
        .set({ wrapped: null, erased_at: at })
        .where("person", "=", person)
        .execute();
      return destroyed;
    },
    async bury(queries, person, { createdAt, erasedAt }) {
      await queries
        .insertInto("person_key")
        .values({ person, wrapped: null, created_at: createdAt, erased_at: erasedAt, writes: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    forget: (person, at) => personKeys.forget(person, at),
    unknown: keyMissing,
  };
}
