// SPDX-License-Identifier: GPL-3.0-or-later
import { storeFailure } from "../store/failure.ts";
import { type Connection, connect, SCHEMA } from "./connection.ts";
import { assertQueue } from "./schema.ts";
import { assertOffer, jobId, type QueueSettings, settingsOf } from "./settings.ts";
import type { OnFault, QueueState, Step, StepQueue } from "./types.ts";

/** Steps that are written at once. */
const AT_ONCE = 1_000;

/**
 * Opens a queue of a PostgreSQL store, which `migrateJobs` made.
 * @param name one of `QUEUES`
 * @throws INVALID_ARGUMENT for a setting out of range; STORE_FAILED
 */
export async function openQueue<S extends Step>(
  url: string,
  name: string,
  options: Partial<QueueSettings> & { readonly onFault?: OnFault } = {},
): Promise<StepQueue<S>> {
  const { onFault = () => undefined, ...given } = options;
  const settings = settingsOf(given);
  const connection = await connect(url, settings, onFault);
  try {
    await assertQueue(connection, name);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return queueOn(connection, name, settings);
}

function queueOn<S extends Step>(
  connection: Connection,
  name: string,
  { lease, tries, pause }: QueueSettings,
): StepQueue<S> {
  return {
    async offer(steps) {
      for (const step of steps) assertOffer(step);
      const jobs = steps.map(({ key, step, priority = 0 }) => ({
        id: jobId(key),
        name,
        data: step,
        priority,
        // For who looks at the table: the id is a hash.
        singletonKey: key,
        expireInSeconds: lease,
        retryLimit: tries - 1,
        retryDelay: pause,
        retryBackoff: true,
      }));
      // In one order everywhere, so that two processes that offer the same seldom wait for each other in a circle.
      jobs.sort((a, b) => (a.id < b.id ? -1 : 1));
      for (let at = 0; at < jobs.length; at += AT_ONCE) {
        try {
          await connection.boss.insert(jobs.slice(at, at + AT_ONCE));
        } catch (error) {
          throw storeFailure(error);
        }
      }
    },
    async state() {
      const [row] = await connection.query<QueueState & { [name: string]: number }>(
        `select count(*) filter (where state < 'active')::int as waiting,
           count(*) filter (where state = 'active')::int as running,
           count(*) filter (where state = 'failed')::int as failed,
           coalesce(extract(epoch from now() - min(created_on) filter (where state < 'active')), 0)::float as oldest
         from ${SCHEMA}.job where name = $1`,
        [name],
      );
      return row!;
    },
    close: () => connection.close(),
  };
}
