// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout } from "node:timers/promises";
import type { Bell } from "./bell.ts";

/** One kind of work that follows from the store. */
export interface Duty {
  /** As logs, metrics and the status page name it, such as `anchor`. */
  readonly name: string;
  /** Milliseconds until the next look while nothing is due; asked for after each look. */
  readonly every: number;
  /** Ends the wait for the next look, though not the pause after a fault. */
  readonly bell?: Bell;
  /**
   * Looks what is due and does one step of it. A crash costs this step and nothing more.
   * @param signal aborts when the service stops: what can wait is left to the next start
   * @returns whether more may be due now
   */
  act(signal: AbortSignal): Promise<boolean>;
}

/** How a duty is doing. Times are Unix milliseconds. */
export interface DutyState {
  readonly name: string;
  /** When it last looked without a fault; undefined before the first time. */
  readonly lastGood: number | undefined;
  /** Faults in a row; 0 when all is well. */
  readonly faults: number;
  /** What the last fault says, while there are any. */
  readonly fault: unknown;
}

/** Milliseconds after a first fault; doubled after each further one. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 5 * 60_000;

/**
 * Runs duties, each one step at a time and each in a circle of its own, so that one which cannot go on does not stop the
 * others. A fault is told, and tried again after a pause that grows.
 */
export class Loop {
  readonly #duties: readonly Duty[];
  readonly #onFault: (duty: string, fault: unknown) => void;
  readonly #states = new Map<string, DutyState>();
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(duties: readonly Duty[], onFault: (duty: string, fault: unknown) => void) {
    this.#duties = duties;
    this.#onFault = onFault;
    for (const { name } of duties)
      this.#states.set(name, { name, lastGood: undefined, faults: 0, fault: undefined });
  }

  start(): void {
    this.#running = Promise.all(this.#duties.map((duty) => this.#circle(duty)));
  }

  /** Lets the steps that run end, and begins no other. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  get states(): readonly DutyState[] {
    return [...this.#states.values()];
  }

  async #circle(duty: Duty): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const wait = await this.#turn(duty);
      if (wait === 0 || signal.aborted) continue;
      const isWell = this.#states.get(duty.name)?.faults === 0;
      if (isWell && duty.bell !== undefined) await duty.bell.wait(wait, signal);
      else await setTimeout(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns milliseconds until the next turn */
  async #turn(duty: Duty): Promise<number> {
    const { name } = duty;
    try {
      const more = await duty.act(this.#stop.signal);
      this.#states.set(name, { name, lastGood: Date.now(), faults: 0, fault: undefined });
      return more ? 0 : duty.every;
    } catch (fault) {
      if (this.#stop.signal.aborted) return 0;
      const { lastGood, faults } = this.#states.get(name)!;
      this.#states.set(name, { name, lastGood, faults: faults + 1, fault });
      this.#onFault(name, fault);
      return pauseAfter(faults + 1);
    }
  }
}

/** Milliseconds of rest after so many faults in a row. Random, so that not all machines of a site come at once after an outage. */
export function pauseAfter(faults: number): number {
  return Math.min(LONGEST_PAUSE, PAUSE * 2 ** Math.min(faults - 1, 20)) * (0.5 + Math.random() / 2);
}
