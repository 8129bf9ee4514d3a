// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a service's proofs are spread: in its own process, or over machines that share its PostgreSQL store.
import { type Prover, VitalproofError } from "@vitalproof/sdk";
import { proverPool } from "@vitalproof/sdk/node";
import type { ServicesConfig } from "../config.ts";
import {
  isShared,
  migrateJobs,
  openQueue,
  type QueueName,
  type QueueSettings,
  queueOf,
  type Step,
  type StepHandler,
  type StepQueue,
  type WorkerState,
  workOn,
} from "../jobs/index.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import type { Logger } from "../operate/logger.ts";

/** Services whose proofs are in a queue. */
export type ProvenService = "custodian" | "gateway";

export type ProofQueueOptions<S extends Step> = {
  readonly service: ProvenService;
  readonly queue: QueueName;
  readonly store: string;
  /** Proofs that this process makes at a time; 0 where others make them. */
  readonly provers: number;
  /** What a prover does with a step of the queue. */
  readonly handlerOf: (prover: Prover) => StepHandler<S>;
  /** In place of processes on this machine. */
  readonly prover?: Prover;
  readonly settings?: Partial<QueueSettings>;
  /** Milliseconds that proofs get when the service ends; 10 s when left out. */
  readonly grace?: number;
  readonly log: Logger;
};

/**
 * The queue of a service's proofs, with provers of this process unless it has none. It ends with the installation.
 * @throws DOCUMENT_INVALID where nobody would prove; STORE_FAILED
 */
export async function openProofs<S extends Step>(
  on: Installation,
  { service, queue: name, store, provers, handlerOf, prover, settings, grace, log }: ProofQueueOptions<S>,
): Promise<StepQueue<S>> {
  if (provers === 0 && !isShared(store)) throw noProver(service);
  // Its own alone: an account that may not change the schema has what `migrate` made for it.
  await migrateJobs(store, [name]);
  const onFault = faultsTo(log);
  const queue =
    provers === 0
      ? await openQueue<S>(store, name, { ...settings, onFault })
      : await queueOf<S>(store, name, {
          ...settings,
          handler: handlerOf(prover ?? poolOf(on, provers)),
          concurrency: provers,
          onFault,
        });
  on.ending(() => queue.close(grace));
  return queue;
}

/** A process that proves for a service, and does nothing else. */
export interface RunningProver {
  state(): WorkerState;
  /** Lets the proofs that are made end, for ten seconds, and gives the others back. */
  close(): Promise<void>;
}

export type ProverOptions<S extends Step> = {
  readonly service: ProvenService;
  readonly queue: QueueName;
  /** Proofs at a time. */
  readonly concurrency: number;
  /** Opens what proving needs, and says what is done with a step. */
  readonly handlerOf: (on: Installation, prover: Prover) => Promise<StepHandler<S>>;
};

/**
 * Runs a process that proves what the services of one PostgreSQL store have to be proven, here or on any machine that has the
 * store, the master key and the circuits. It listens nowhere. It may be killed at any moment: another prover gets its proofs.
 * @throws DOCUMENT_INVALID with a store of one process; what `handlerOf` throws; STORE_FAILED
 */
export function runProofs<S extends Step>(
  config: ServicesConfig,
  options: RunOptions,
  { service, queue, concurrency, handlerOf }: ProverOptions<S>,
): Promise<RunningProver> {
  if (!isShared(config.store)) {
    throw new VitalproofError("DOCUMENT_INVALID", "A prover of its own needs a store on PostgreSQL.", {
      hint: `On SQLite the ${service} proves in its own process: ${service}.provers says how many proofs at a time.`,
    });
  }
  return Installation.run(service, config, options, async (on) => {
    const handler = await handlerOf(on, poolOf(on, concurrency));
    const worker = await workOn<S>(config.store, queue, {
      handler,
      concurrency,
      onFault: faultsTo(options.log),
    });
    on.ending(() => worker.close());
    return { state: () => worker.state() };
  });
}

function poolOf(on: Installation, size: number): Prover {
  const pool = proverPool({ size });
  on.ending(() => pool.close());
  return pool;
}

function faultsTo(log: Logger) {
  return (duty: string, fault: unknown): void => log.warn({ duty, err: fault }, "a proof waits");
}

function noProver(service: ProvenService): VitalproofError {
  return new VitalproofError("DOCUMENT_INVALID", `${service}.provers is 0, and no other process can prove.`, {
    hint: `Give the ${service} a prover, or use PostgreSQL and run \`vitalproof ${service} prove\` on another machine.`,
  });
}
