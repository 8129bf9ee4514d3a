// SPDX-License-Identifier: GPL-3.0-or-later
import { type Store, VitalproofError } from "@vitalproof/sdk";
import { type Expression, sql } from "kysely";
import type { Database, Queries } from "../store/index.ts";
import { evidenceOf, type PersonKeys } from "./personKeys.ts";
import { keyMissing, rolledBack } from "./refusals.ts";

const TABLE = "document";
/** As the SDK's stores have it. */
const KEY = /^[a-z0-9][a-zA-Z0-9._-]*(\/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$/;

/**
 * A store of the SDK for one person, whose texts are sealed in `document`. Their key is made beforehand
 * (`PersonKeys.create`).
 *
 * The database sees the SDK's keys as they are, such as names of logs and numbers of epochs, and how long a text is. An
 * attester's keys hold subjects: its records are not for this store.
 *
 * An older row that was put back is refused where this process has seen a newer one outside of steps, or where the
 * person's count of writes was put back as well and another row is beyond it. A whole store that was put back is not noticed.
 *
 * @param queries of a step, in which everything then happens; without them each write is a step of its own
 * @returns a store that throws PERSON_ERASED, PERSON_KEY_MISSING, SEALED_VALUE_CHANGED, SEALED_VALUE_ROLLED_BACK, and
 *          INVALID_ARGUMENT for a key that is not one
 */
export function sealedStore(
  database: Database,
  personKeys: PersonKeys,
  person: string,
  queries?: Queries,
): Store {
  const reads = queries ?? database.reads;
  const step = <T>(act: (step: Queries) => Promise<T>): Promise<T> =>
    queries === undefined ? database.step(act) : act(queries);
  /** What is in the store for good. What a step wrote may yet be undone. */
  const note = (key: string, version: number): void => {
    const versions = queries === undefined ? personKeys.versions(person) : undefined;
    if (versions !== undefined) versions.set(key, Math.max(version, versions.get(key) ?? 0));
  };

  return {
    async read(key) {
      assertKey(key);
      // Before the query: a write may come between its answer and now.
      const seen = personKeys.versions(person)?.get(key) ?? 0;
      // One query, so that count, key and document are of one moment.
      const row = await reads
        .selectFrom("person_key")
        .leftJoin(TABLE, (join) =>
          join.onRef("document.person", "=", "person_key.person").on("document.key", "=", key),
        )
        .select(["wrapped", "erased_at", "writes", "version", "sealed", evidenceOf(person)])
        .where("person_key.person", "=", person)
        .executeTakeFirst();
      const personKey = await personKeys.unlock(reads, person, row);
      if (row === undefined || row.sealed === null || row.version === null) return undefined;
      const { version, writes, sealed } = row;
      const text = personKey.open(sealed, placeOf(key, version)).toString("utf8");
      if (version < seen || version > writes) throw rolledBack(TABLE, key);
      note(key, version);
      return text;
    },

    async write(key, text) {
      assertKey(key);
      const version = await step(async (step) => {
        // Locks the person's row: an erasure waits, and so do other writes.
        const row = await step
          .updateTable("person_key")
          .set(({ eb }) => ({ writes: eb("writes", "+", 1) }))
          .where("person", "=", person)
          .returning(["wrapped", "erased_at", "writes", evidenceOf(person)])
          .executeTakeFirst();
        const personKey = await personKeys.unlock(step, person, row);
        if (row === undefined) throw keyMissing();
        const sealed = personKey.seal(text, placeOf(key, row.writes));
        const values = { version: row.writes, sealed };
        await step
          .insertInto(TABLE)
          .values({ person, key, ...values })
          .onConflict((conflict) => conflict.columns(["person", "key"]).doUpdateSet(values))
          .execute();
        return row.writes;
      });
      note(key, version);
    },

    async keys(prefix) {
      await personKeys.of(reads, person);
      const rows = await reads
        .selectFrom(TABLE)
        .select("key")
        .where("person", "=", person)
        // Not `like`, for which `_` is any letter.
        .where(({ ref }) => startsWith(ref("key"), prefix))
        .execute();
      return rows.map(({ key }) => key);
    },

    async remove(key) {
      assertKey(key);
      await step(async (step) => {
        await personKeys.of(step, person);
        await step.deleteFrom(TABLE).where("person", "=", person).where("key", "=", key).execute();
      });
    },
  };
}

/** The version is authenticated with the key, in which there is no `#`. */
function placeOf(key: string, version: number) {
  return { table: TABLE, key: `${key}#${version}` } as const;
}

function startsWith(column: Expression<string>, prefix: string): Expression<boolean> {
  return sql<boolean>`substr(${column}, 1, ${sql.lit(prefix.length)}) = ${prefix}`;
}

function assertKey(key: string): void {
  if (KEY.test(key)) return;
  throw new VitalproofError("INVALID_ARGUMENT", `"${key}" is not a valid key of a store.`, {
    details: { key },
    hint: "Use letters, digits, dots, dashes and underscores between slashes.",
  });
}
