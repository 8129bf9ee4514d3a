// SPDX-License-Identifier: GPL-3.0-or-later
//
// Steps that several machines may do for one service. The store says which are due.
import { localQueue } from "./localQueue.ts";
import { openQueue } from "./queue.ts";
import { isShared } from "./schema.ts";
import type { QueueSettings } from "./settings.ts";
import type { Step, StepQueue, StepWorker, Work } from "./types.ts";
import { workOn } from "./worker.ts";

export { localQueue } from "./localQueue.ts";
export { openQueue } from "./queue.ts";
export { isShared, migrateJobs, QUEUES, type QueueName } from "./schema.ts";
export { QUEUE_SETTINGS, type QueueSettings } from "./settings.ts";
export type {
  Offer,
  OnFault,
  QueueState,
  Step,
  StepHandler,
  StepQueue,
  StepWorker,
  Work,
  WorkerState,
} from "./types.ts";
export { workOn } from "./worker.ts";

/**
 * The queue of a store, with a worker in this process: the one way for a service, whichever database it has. With
 * PostgreSQL other machines may work on it as well (`workOn`).
 * @param name one of `QUEUES`
 * @throws INVALID_ARGUMENT for a setting out of range; STORE_FAILED
 */
export async function queueOf<S extends Step>(
  url: string,
  name: string,
  options: Work<S> & Partial<QueueSettings>,
): Promise<StepQueue<S>> {
  if (!isShared(url)) return localQueue(options);
  const { handler, concurrency, onFault, ...settings } = options;
  const queue = await openQueue<S>(url, name, { ...settings, onFault });
  let worker: StepWorker;
  try {
    worker = await workOn(url, name, options);
  } catch (error) {
    await queue.close();
    throw error;
  }
  return {
    offer: (steps) => queue.offer(steps),
    state: () => queue.state(),
    async close(grace) {
      await worker.close(grace);
      await queue.close();
    },
  };
}
