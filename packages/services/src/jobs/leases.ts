// SPDX-License-Identifier: GPL-3.0-or-later
//
// pg-boss 10 gives a job back `expire_in` after `started_on`, and has no heartbeat. So a worker moves `started_on` while it
// lives: pg-boss's expiry is then a lease. Its `complete` and `fail` do not ask who runs the job. Here each change has the
// condition that the job is still the one that this worker was given.
import type PgBoss from "pg-boss";
import { storeFailure } from "../store/failure.ts";
import { type Connection, SCHEMA } from "./connection.ts";
import type { Step } from "./types.ts";

export type Job<S extends Step> = PgBoss.JobWithMetadata<S>;

/**
 * `created_on` tells one offer of a step from the next, `retry_count` one run of an offer from the next.
 * A Date has milliseconds, the column has more.
 */
const HELD = `name = $1 and id = $2 and state = 'active' and retry_count = $3
  and date_trunc('milliseconds', created_on) = $4`;
const heldBy = ({ name, id, retryCount, createdOn }: Job<Step>): unknown[] => [
  name,
  id,
  retryCount,
  createdOn,
];

/** Jobs for this worker, the most urgent first. @throws STORE_FAILED */
export async function takeJobs<S extends Step>(
  { boss, sql }: Connection,
  name: string,
  most: number,
): Promise<Job<S>[]> {
  // pg-boss answers "no jobs" when the server does not answer. Its query goes through here so that we know.
  const faults: unknown[] = [];
  const db: PgBoss.Db = {
    async executeSql(text, values) {
      try {
        return await sql.executeSql(text, values);
      } catch (error) {
        faults.push(error);
        throw error;
      }
    },
  };
  const jobs = await boss.fetch<S>(name, { batchSize: most, includeMetadata: true, db });
  if (faults.length > 0) throw storeFailure(faults[0]);
  return jobs;
}

/** @returns false when the job is not this worker's any more. @throws STORE_FAILED */
export async function renewLease({ query }: Connection, job: Job<Step>): Promise<boolean> {
  const rows = await query(
    `update ${SCHEMA}.job set started_on = now() where ${HELD} returning 1`,
    heldBy(job),
  );
  return rows.length === 1;
}

/** Takes a done job out, so that the same step can be offered again when it is due again. @throws STORE_FAILED */
export async function finishJob({ query }: Connection, job: Job<Step>): Promise<void> {
  await query(`delete from ${SCHEMA}.job where ${HELD}`, heldBy(job));
}

/** Lets another worker have the job at once, as if it had not been begun. @throws STORE_FAILED */
export async function giveBack({ query }: Connection, job: Job<Step>): Promise<void> {
  // pg-boss counts a try when it gives out a job that has a `started_on`.
  await query(
    `update ${SCHEMA}.job set started_on = null, state = case when retry_count = 0
       then 'created'::${SCHEMA}.job_state else 'retry' end where ${HELD}`,
    heldBy(job),
  );
}

/** Counts a try. pg-boss sets the time of the next one, or ends the job. @throws STORE_FAILED */
export async function failJob(connection: Connection, job: Job<Step>, code: string): Promise<void> {
  // Renewed first, so that a worker which comes back after a lease does not fail what another one now runs.
  if (!(await renewLease(connection, job))) return;
  try {
    await connection.boss.fail(job.name, job.id, { code });
  } catch (error) {
    throw storeFailure(error);
  }
}
