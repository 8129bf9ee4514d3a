// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { Erasures, type Holdings } from "../sealed/index.ts";
import { type Database, lock, type Queries } from "../store/index.ts";
import type { AttesterConfig } from "./config.ts";

/** Rows in one statement. */
const ROWS = 5_000;

export type AttesterErasuresOptions = {
  readonly database: Database;
  /** Unix seconds. */
  readonly clock: () => number;
  /** Milliseconds for which backups and long reads are waited for. */
  readonly patience?: number;
};

/**
 * Erases persons of an attester. A person is named by the subject, as `fieldText` writes it. Devices, logs, heads and
 * receipts go. Their leaves stay without a name, since other people's paths and published lists need them. The subject
 * stays as erased: who came back with it could begin a second history next to the one that is anchored.
 */
export function attesterErasures({ database, ...options }: AttesterErasuresOptions): Erasures {
  return new Erasures({ ...options, database, holdings: holdingsOf(database) });
}

function holdingsOf(database: Database): Holdings {
  const { locks, reads } = database;
  return {
    counted: "attester_log",
    async since(queries, subject) {
      let query = queries
        .selectFrom("attester_person")
        .select("registered_at")
        .where("subject", "=", subject)
        .where("erased_at", "is", null);
      if (locks && queries !== reads) query = query.forUpdate();
      return (await query.executeTakeFirst())?.registered_at;
    },
    async destroy(queries, subject, at) {
      // Steps that record a head hold the log's row.
      let logs = queries.selectFrom("attester_log").select("generation").where("subject", "=", subject);
      if (locks) logs = logs.forUpdate();
      await logs.execute();
      const devices = await queries
        .selectFrom("attester_device")
        .select("public_key")
        .where("subject", "=", subject)
        .execute();
      // Nor does a step that retires one write it again.
      for (const { public_key } of devices) await lock(database, queries, "devices", public_key);
      await keepLeaves(queries, subject);
      const destroyed: Record<string, number> = {};
      for (const table of ["attester_head", "attester_log", "attester_device"] as const) {
        const { numDeletedRows } = await queries
          .deleteFrom(table)
          .where("subject", "=", subject)
          .executeTakeFirstOrThrow();
        destroyed[table] = Number(numDeletedRows);
      }
      await queries
        .updateTable("attester_person")
        .set({ erased_at: at })
        .where("subject", "=", subject)
        .execute();
      return destroyed;
    },
    async bury(queries, subject, { createdAt, erasedAt }) {
      await queries
        .insertInto("attester_person")
        .values({ subject, registered_at: createdAt, erased_at: erasedAt })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    forget: () => undefined,
    unknown: () =>
      new VitalproofError("INTAKE_SUBJECT_UNKNOWN", "No person is registered under this subject.", {
        hint: "Use the subject of the person's enrolment request.",
      }),
  };
}

/**
 * Moves a person's leaves to those without a name. All of these are written anew in the order of leaves: the order in which they
 * came would say which belong together.
 */
async function keepLeaves(queries: Queries, subject: string): Promise<void> {
  const columns = ["anchor_day", "leaf"] as const;
  const rows = await queries
    .selectFrom("attester_erased_leaf")
    .select(columns)
    .union(queries.selectFrom("attester_head").select(columns).where("subject", "=", subject))
    .orderBy("leaf")
    .execute();
  await queries.deleteFrom("attester_erased_leaf").execute();
  for (let from = 0; from < rows.length; from += ROWS)
    await queries
      .insertInto("attester_erased_leaf")
      .values(rows.slice(from, from + ROWS))
      .execute();
}

/** What an erasure here leaves elsewhere, a line each, for its evidence. */
export function attesterRemains(
  { group }: Pick<AttesterConfig, "group">,
  chain: { readonly id: bigint; readonly anchors: string },
): string[] {
  return [
    `chain ${chain.id}, anchors ${chain.anchors}, group ${group}: daily roots over hashes of heads`,
    "this store: leaves without a name, together with those of others who were erased, and the subject as erased",
    "the patient's side: readings, receipts and paths, which go on proving what was anchored",
  ];
}
