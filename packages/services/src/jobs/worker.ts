// SPDX-License-Identifier: GPL-3.0-or-later
import { Loop } from "../operate/loop.ts";
import { type Connection, connect } from "./connection.ts";
import { codeOf, endedWithin, leaseLapsed, workerStops } from "./ends.ts";
import { failJob, finishJob, giveBack, type Job, renewLease, takeJobs } from "./leases.ts";
import { assertQueue } from "./schema.ts";
import { assertConcurrency, type QueueSettings, settingsOf } from "./settings.ts";
import { GRACE, type OnFault, type Step, type StepHandler, type StepWorker, type Work } from "./types.ts";

/** Milliseconds between two questions for steps while there are none. */
const LOOK = 1_000;
/** Milliseconds between two looks at which lease to renew; a renewal is due after a third of the lease. */
const TICK = 250;
/** Milliseconds that a step which was told to end gets for it. */
const TO_END = 1_000;

/**
 * Works on a queue of a PostgreSQL store. Any number of processes may, on any number of machines.
 *
 * A process that dies, or does not answer, loses its steps: another one gets them after the lease, a sixth to a third of a
 * lease until that is noticed, and one pause.
 * @param options the settings are those of `openQueue`
 * @throws INVALID_ARGUMENT for a setting out of range; STORE_FAILED
 */
export async function workOn<S extends Step>(
  url: string,
  name: string,
  options: Work<S> & Partial<QueueSettings>,
): Promise<StepWorker> {
  const { handler, concurrency = 1, onFault = () => undefined, ...given } = options;
  assertConcurrency(concurrency);
  const connection = await connect(url, settingsOf(given), onFault);
  try {
    await assertQueue(connection, name);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return new PostgresWorker(connection, name, handler, concurrency, onFault);
}

/** A step that runs here. */
interface Running<S extends Step> {
  readonly job: Job<S>;
  readonly abort: AbortController;
  /** By the clock of `performance.now()`. */
  renewAt: number;
  /** Whether the job is another worker's by now. */
  lost: boolean;
}

class PostgresWorker<S extends Step> implements StepWorker {
  readonly #connection: Connection;
  readonly #name: string;
  readonly #handler: StepHandler<S>;
  readonly #concurrency: number;
  readonly #onFault: OnFault;
  readonly #running = new Map<Running<S>, Promise<void>>();
  readonly #taking: Loop;
  readonly #renewing: Loop;
  #done = 0;
  #failed = 0;

  constructor(
    connection: Connection,
    name: string,
    handler: StepHandler<S>,
    concurrency: number,
    onFault: OnFault,
  ) {
    this.#connection = connection;
    this.#name = name;
    this.#handler = handler;
    this.#concurrency = concurrency;
    this.#onFault = onFault;
    this.#taking = new Loop([{ name: "take", every: LOOK, act: (signal) => this.#take(signal) }], onFault);
    this.#renewing = new Loop([{ name: "renew", every: TICK, act: () => this.#renew() }], onFault);
    this.#renewing.start();
    this.#taking.start();
  }

  state() {
    return {
      running: this.#running.size,
      done: this.#done,
      failed: this.#failed,
      duties: [...this.#taking.states, ...this.#renewing.states],
    };
  }

  async close(grace = GRACE): Promise<void> {
    await this.#taking.stop();
    await endedWithin(grace, this.#running.values());
    for (const { abort } of this.#running.keys()) abort.abort(workerStops());
    await endedWithin(TO_END, this.#running.values());
    // A handler that does not end is not waited for. What it still does is done on a step that is not its own any more.
    await Promise.all([...this.#running.keys()].map((one) => this.#leave(one)));
    await this.#renewing.stop();
    await this.#connection.close();
  }

  async #take(signal: AbortSignal): Promise<boolean> {
    await this.#room(signal);
    if (signal.aborted) return false;
    const jobs = await takeJobs<S>(this.#connection, this.#name, this.#concurrency - this.#running.size);
    for (const job of jobs) {
      if (signal.aborted) await giveBack(this.#connection, job);
      else this.#begin(job);
    }
    return jobs.length > 0;
  }

  /** Until another step may begin, or the worker ends. */
  async #room(signal: AbortSignal): Promise<void> {
    if (this.#running.size < this.#concurrency || signal.aborted) return;
    let wake = () => {};
    const ends = new Promise<void>((resolve) => {
      wake = resolve;
    });
    signal.addEventListener("abort", wake, { once: true });
    await Promise.race([...this.#running.values(), ends]);
    signal.removeEventListener("abort", wake);
  }

  #begin(job: Job<S>): void {
    const one: Running<S> = { job, abort: new AbortController(), renewAt: renewalOf(job), lost: false };
    this.#running.set(
      one,
      this.#act(one).finally(() => this.#running.delete(one)),
    );
  }

  async #act(one: Running<S>): Promise<void> {
    const { job, abort } = one;
    const fault = await this.#handle(one);
    if (one.lost) return;
    try {
      if (fault === undefined) {
        await finishJob(this.#connection, job);
        this.#done += 1;
      } else if (abort.signal.aborted) await giveBack(this.#connection, job);
      else {
        await failJob(this.#connection, job, codeOf(fault.error));
        this.#failed += 1;
      }
    } catch (error) {
      // Nothing is lost: the lease lapses, and the worker that then gets the step finds it done in the store, or does it.
      this.#onFault("settle", error, job.singletonKey ?? undefined);
    }
  }

  async #handle({ job, abort }: Running<S>): Promise<{ error: unknown } | undefined> {
    try {
      await this.#handler(job.data, abort.signal);
      return undefined;
    } catch (error) {
      if (!abort.signal.aborted) this.#onFault("step", error, job.singletonKey ?? undefined);
      return { error };
    }
  }

  async #renew(): Promise<boolean> {
    const now = performance.now();
    for (const one of this.#running.keys()) {
      if (one.lost || one.renewAt > now) continue;
      const next = renewalOf(one.job);
      if (await renewLease(this.#connection, one.job)) one.renewAt = next;
      else this.#lose(one);
    }
    return false;
  }

  #lose(one: Running<S>): void {
    // It ended while the question was on its way.
    if (!this.#running.has(one)) return;
    one.lost = true;
    one.abort.abort(leaseLapsed());
  }

  async #leave(one: Running<S>): Promise<void> {
    one.lost = true;
    await giveBack(this.#connection, one.job).catch((fault) => this.#onFault("settle", fault));
  }
}

const renewalOf = ({ expireInSeconds }: Job<Step>): number =>
  performance.now() + (1_000 * Number(expireInSeconds)) / 3;
