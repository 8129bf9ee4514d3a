// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { sql } from "kysely";
import {
  type BackupMade,
  backupsWith,
  Erasures,
  type ErasuresOptions,
  keyMissing,
  personErased,
  SEALED_TABLES,
} from "../../sealed/index.ts";
import type { Database, Queries } from "../../store/index.ts";
import { forgetPolicies } from "../claims/claimRows.ts";
import type { GatewayConfig } from "../config.ts";

/** Erases persons of a gateway: also what its tables say of their logs outside of sealed values. */
export function gatewayErasures(options: Omit<ErasuresOptions, "also">): Erasures {
  return new Erasures({ ...options, also: (queries, person) => endLogs(queries, person, options.clock()) });
}

/** What they say of a log is not sealed. */
const LOG_TABLES = ["gateway_count", "gateway_epoch", "gateway_device", "gateway_alert_request"] as const;

/**
 * Removes counts, epochs and devices of a person's logs, and stops the logs: other processes seal and send nothing of them
 * from then on. Their rows stay, so that a name is not used again.
 */
async function endLogs(
  queries: Queries,
  person: string,
  now: number,
): Promise<Readonly<Record<string, number>>> {
  const destroyed: Record<string, number> = await forgetPolicies(queries, person);
  const rows = await queries.selectFrom("gateway_log").select("log").where("person", "=", person).execute();
  const logs = rows.map(({ log }) => log);
  if (logs.length === 0) return destroyed;
  for (const table of LOG_TABLES) {
    const { numDeletedRows } = await queries.deleteFrom(table).where("log", "in", logs).executeTakeFirst();
    destroyed[table] = Number(numDeletedRows);
  }
  await queries
    .updateTable("gateway_log")
    .set(({ eb }) => ({
      version: eb("version", "+", 1),
      stopped: "PERSON_ERASED",
      stopped_at: now,
      waiting: 0,
      unsent: 0,
      oldest_unsent: null,
    }))
    .where("person", "=", person)
    .execute();
  return destroyed;
}

/** What an erasure would do now. */
export type ErasurePreview = {
  /** Rows by table. */
  readonly destroys: Readonly<Record<string, number>>;
  /** Backups that would still hold the person's wrapped key. */
  readonly backups: readonly BackupMade[];
};

/** @returns undefined for a person who has no key here: never admitted, or erased already. Nothing is changed */
export function previewErasure(
  database: Database,
  person: string,
  now: number,
): Promise<ErasurePreview | undefined> {
  return database.snapshot(async (queries) => {
    const key = await queries
      .selectFrom("person_key")
      .select("created_at")
      .where("person", "=", person)
      .where("wrapped", "is not", null)
      .executeTakeFirst();
    if (key === undefined) return undefined;
    const destroys: Record<string, number> = { person_key: 1 };
    for (const table of SEALED_TABLES) {
      const { rows } = await sql<{ rows: number }>`
        select count(*) as rows from ${sql.table(table)} where person = ${person}`.execute(queries);
      destroys[table] = Number(rows[0]?.rows ?? 0);
    }
    for (const table of LOG_TABLES) {
      const { rows } = await queries
        .selectFrom(table)
        .innerJoin("gateway_log", "gateway_log.log", `${table}.log`)
        .select(({ fn }) => fn.countAll<number>().as("rows"))
        .where("gateway_log.person", "=", person)
        .executeTakeFirstOrThrow();
      destroys[table] = Number(rows);
    }
    const { rows: policies } = await queries
      .selectFrom("gateway_policy")
      .select(({ fn }) => fn.countAll<number>().as("rows"))
      .where("person", "=", person)
      .executeTakeFirstOrThrow();
    destroys.gateway_policy = Number(policies);
    const backups = await backupsWith(queries, { createdAt: key.created_at, erasedAt: now });
    return { destroys, backups };
  });
}

/** Why a person has no key here: PERSON_ERASED, or PERSON_KEY_MISSING. */
export async function absenceOf(
  { reads }: Pick<Database, "reads">,
  person: string,
): Promise<VitalproofError> {
  const row = await reads
    .selectFrom("erasure")
    .select("erased_at")
    .where("person", "=", person)
    .orderBy("erased_at")
    .executeTakeFirst();
  return row === undefined ? keyMissing() : personErased(row.erased_at);
}

/** What an erasure of a person here leaves elsewhere, a line each, for its evidence. */
export function remainsOnChain(
  { people, attesters }: Pick<GatewayConfig, "people" | "attesters">,
  person: string,
  chain: { readonly id: bigint; readonly anchors: string },
): string[] {
  const logs = people.filter((each) => each.person === person).flatMap((each) => each.logs);
  const used = attesters.filter(({ name }) => logs.some(({ attester }) => attester === name));
  return used.map(
    ({ name, group }) =>
      `chain ${chain.id}, anchors ${chain.anchors}, group ${group}: daily roots over hashes of heads; attester ${name} keeps subject, devices and heads`,
  );
}
