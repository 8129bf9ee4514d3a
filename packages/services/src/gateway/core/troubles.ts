// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** What keeps one log from going on, while others do. Times are Unix milliseconds. */
export type Trouble = {
  readonly log: string;
  readonly duty: TroubledDuty;
  readonly code: string;
  readonly since: number;
  readonly nextAttempt: number;
};

export type TroubledDuty = "enrol" | "seal" | "send";

const PAUSE = 30_000;
const LONGEST_PAUSE = 30 * 60_000;

/** Faults of single logs, each tried again after a pause that doubles. */
export class Troubles {
  readonly #troubles = new Map<string, Trouble & { readonly faults: number }>();
  readonly #first: number;

  /** @param first milliseconds until the second attempt */
  constructor(first = PAUSE) {
    this.#first = first;
  }

  get size(): number {
    return this.#troubles.size;
  }

  get all(): readonly Trouble[] {
    return [...this.#troubles.values()].map(({ faults: _, ...trouble }) => trouble);
  }

  note(log: string, duty: TroubledDuty, error: unknown): void {
    const key = `${log} ${duty}`;
    const { faults = 0, since = Date.now() } = this.#troubles.get(key) ?? {};
    const pause =
      Math.min(LONGEST_PAUSE, this.#first * 2 ** Math.min(faults, 20)) * (0.5 + Math.random() / 2);
    const nextAttempt = Date.now() + pause;
    this.#troubles.set(key, { log, duty, code: codeOf(error), since, nextAttempt, faults: faults + 1 });
  }

  settle(log: string, duty: TroubledDuty): void {
    this.#troubles.delete(`${log} ${duty}`);
  }

  /** Whether a log is to be left alone for now. */
  rests(log: string, duty: TroubledDuty): boolean {
    const trouble = this.#troubles.get(`${log} ${duty}`);
    return trouble !== undefined && trouble.nextAttempt > Date.now();
  }
}

/** The stable part of an error: its words may have anything in them. */
export function codeOf(error: unknown): string {
  return error instanceof VitalproofError ? error.code : "FAULT";
}
