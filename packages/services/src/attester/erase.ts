// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { Erasures, type Holdings } from "../sealed/index.ts";
import type { Database } from "../store/index.ts";
import type { AttesterConfig } from "./config.ts";

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

function holdingsOf({ locks, reads }: Database): Holdings {
  return {
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
      await queries
        .insertInto("attester_erased_leaf")
        .columns(["anchor_day", "leaf"])
        .expression(
          queries.selectFrom("attester_head").select(["anchor_day", "leaf"]).where("subject", "=", subject),
        )
        .execute();
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

/** What an erasure here leaves elsewhere, a line each, for its evidence. */
export function attesterRemains(
  { group }: Pick<AttesterConfig, "group">,
  chain: { readonly id: bigint; readonly anchors: string },
): string[] {
  return [
    `chain ${chain.id}, anchors ${chain.anchors}, group ${group}: daily roots over hashes of heads`,
    "this store: leaves of anchored days without a name, and the subject as erased",
    "the patient's side: readings, receipts and paths, which go on proving what was anchored",
  ];
}
