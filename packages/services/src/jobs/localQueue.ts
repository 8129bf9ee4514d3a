// SPDX-License-Identifier: GPL-3.0-or-later
import { endedWithin, workerStops } from "./ends.ts";
import { assertConcurrency, assertOffer, type QueueSettings, settingsOf } from "./settings.ts";
import { GRACE, type Offer, type QueueState, type Step, type StepQueue, type Work } from "./types.ts";

/** Milliseconds that a step which was told to end gets for it. */
const TO_END = 1_000;
/** Doublings of the pause: it stays below what a timer can wait for. */
const MOST_DOUBLINGS = 8;

interface Entry<S extends Step> extends Offer<S> {
  /** Times are milliseconds of `performance.now()`. */
  readonly offered: number;
  readonly abort: AbortController;
  state: "waiting" | "running" | "failed";
  tries: number;
  /** When it may be tried or, after its last try, be offered again. */
  after: number;
}

/**
 * The queue of an SQLite store: its steps are done in this process. What waits is gone when the process ends, and is
 * offered again by the next one.
 * @throws INVALID_ARGUMENT for a setting out of range
 */
export function localQueue<S extends Step>(
  options: Work<S> & Partial<Omit<QueueSettings, "lease">>,
): StepQueue<S> {
  return new LocalQueue(options);
}

class LocalQueue<S extends Step> implements StepQueue<S> {
  readonly #work: Required<Work<S>>;
  readonly #settings: QueueSettings;
  readonly #entries = new Map<string, Entry<S>>();
  readonly #running = new Map<Entry<S>, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({
    handler,
    concurrency = 1,
    onFault = () => undefined,
    ...given
  }: Work<S> & Partial<QueueSettings>) {
    assertConcurrency(concurrency);
    this.#work = { handler, concurrency, onFault };
    this.#settings = settingsOf(given);
  }

  async offer(steps: readonly Offer<S>[]): Promise<void> {
    for (const step of steps) assertOffer(step);
    const now = performance.now();
    // Also those that are not due any more, and so never offered again.
    for (const [key, { state, after }] of this.#entries)
      if (state === "failed" && after <= now) this.#entries.delete(key);
    for (const one of steps) {
      if (this.#entries.has(one.key)) continue;
      const abort = new AbortController();
      this.#entries.set(one.key, { ...one, offered: now, abort, state: "waiting", tries: 0, after: now });
    }
    this.#next();
  }

  async state(): Promise<QueueState> {
    const now = performance.now();
    let [waiting, failed, oldest] = [0, 0, 0];
    for (const { state, offered, after } of this.#entries.values()) {
      if (state === "waiting") {
        waiting += 1;
        oldest = Math.max(oldest, (now - offered) / 1_000);
      } else if (state === "failed" && after > now) failed += 1;
    }
    return { waiting, running: this.#running.size, failed, oldest };
  }

  async close(grace = GRACE): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await endedWithin(grace, this.#running.values());
    for (const { abort } of this.#running.keys()) abort.abort(workerStops());
    await endedWithin(TO_END, this.#running.values());
  }

  /** Begins what may begin, and looks again when the next pause is over. */
  #next(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const now = performance.now();
    const waiting = [...this.#entries.values()].filter(({ state }) => state === "waiting");
    const due = waiting.filter(({ after }) => after <= now);
    due.sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || a.offered - b.offered);
    for (const entry of due.slice(0, this.#work.concurrency - this.#running.size)) {
      entry.state = "running";
      this.#running.set(entry, this.#act(entry));
    }
    const [first] = waiting.filter(({ after }) => after > now).sort((a, b) => a.after - b.after);
    if (first === undefined) return;
    this.#timer = setTimeout(() => this.#next(), first.after - now + 1);
    // It is the service that lives on, not its queue.
    this.#timer.unref();
  }

  async #act(entry: Entry<S>): Promise<void> {
    const { key, step, abort } = entry;
    try {
      await this.#work.handler(step, abort.signal);
      this.#entries.delete(key);
    } catch (fault) {
      this.#pause(entry);
      if (!abort.signal.aborted) this.#work.onFault("step", fault, key);
    } finally {
      this.#running.delete(entry);
      this.#next();
    }
  }

  #pause(entry: Entry<S>): void {
    const { tries, pause, rest } = this.#settings;
    entry.tries += 1;
    entry.state = entry.tries < tries ? "waiting" : "failed";
    const seconds =
      entry.state === "failed"
        ? rest
        : pause * 2 ** Math.min(entry.tries - 1, MOST_DOUBLINGS) * (1 + Math.random());
    entry.after = performance.now() + 1_000 * seconds;
  }
}
