// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { storeFailure } from "../store/failure.ts";
import { type Connection, connect, SCHEMA } from "./connection.ts";
import { QUEUE_SETTINGS } from "./settings.ts";

/** The queues that services have: of a gateway's claims, and of a custodian's batches. */
export const QUEUES = ["proofs", "page-proofs"] as const;
export type QueueName = (typeof QUEUES)[number];

/** Whether a store's address is one of PostgreSQL, where steps are spread through pg-boss. */
export function isShared(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

/**
 * Makes or upgrades the schema `vitalproof_jobs` and its queues, for `migrate`. The account needs the right to create
 * in the database and no more; services need no right to change the schema afterwards. Does nothing for SQLite.
 * @param url as `openDatabase` has it
 * @throws STORE_FAILED
 */
export async function migrateJobs(url: string, queues: readonly string[] = QUEUES): Promise<void> {
  if (!isShared(url)) return;
  const connection = await connect(url, QUEUE_SETTINGS, () => undefined, { migrate: true });
  try {
    for (const name of queues) await connection.boss.createQueue(name);
  } catch (error) {
    throw storeFailure(error);
  } finally {
    await connection.close();
  }
}

/** pg-boss drops jobs of queues that it does not know without a word. @throws STORE_FAILED */
export async function assertQueue({ query }: Connection, name: string): Promise<void> {
  const found = await query(`select 1 from ${SCHEMA}.queue where name = $1`, [name]);
  if (found.length === 1) return;
  throw new VitalproofError("STORE_FAILED", `There is no queue ${name}.`, {
    details: { queue: name },
    hint: "Migrate the store: that makes its queues.",
  });
}
