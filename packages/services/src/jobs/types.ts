// SPDX-License-Identifier: GPL-3.0-or-later
import type { DutyState } from "../operate/loop.ts";

/** Names a step, such as `{ period: 17, version: 3 }`. Small and without a secret: it is a row that others may read. */
export type Step = Readonly<Record<string, string | number>>;

/** A step that the store says is due. */
export interface Offer<S extends Step> {
  /** Which step it is, at most 200 characters. Two offers with one key are one step. */
  readonly key: string;
  readonly step: S;
  /** Higher ones first; 0 when left out. */
  readonly priority?: number;
}

export interface QueueState {
  /** Steps that wait for a worker, also those that pause before another try. */
  readonly waiting: number;
  readonly running: number;
  /** Steps that failed as often as they may, and rest. */
  readonly failed: number;
  /** Seconds since the oldest waiting step was offered; 0 when none waits. */
  readonly oldest: number;
}

/** Spreads steps over workers. It holds no fact: what is lost here is offered again, because the store says it is due. */
export interface StepQueue<S extends Step> {
  /**
   * Offers steps that are due. A step that waits, runs, or failed and rests is left alone, so that a loop may offer
   * everything that is due again and again.
   * @throws INVALID_ARGUMENT for a key or a step that is too large; STORE_FAILED
   */
  offer(steps: readonly Offer<S>[]): Promise<void>;
  /** @throws STORE_FAILED */
  state(): Promise<QueueState>;
  /** @param grace milliseconds that running steps of a queue with workers of its own get; 10 s when left out */
  close(grace?: number): Promise<void>;
}

/**
 * Does a step. It may run more than once, and at the same time elsewhere when a lease lapsed: it looks in the store
 * whether the step is still due, and writes its result under a condition on the row's version. A step that is not due
 * any more is done. It leaves the event loop free: a process that does not answer for a lease loses its steps.
 * @param signal aborts when the step is not this worker's any more, or must end because the worker does
 */
export type StepHandler<S extends Step> = (step: S, signal: AbortSignal) => Promise<void>;

/** What did not work: `step` with its key, `take`, `renew`, `settle`, `maintain`. */
export type OnFault = (duty: string, fault: unknown, key?: string) => void;

/** How to work on a queue. */
export interface Work<S extends Step> {
  readonly handler: StepHandler<S>;
  /** Steps at a time, from 1 to 100; 1 when left out. */
  readonly concurrency?: number;
  readonly onFault?: OnFault;
}

export interface WorkerState {
  readonly running: number;
  /** Steps since the worker began. */
  readonly done: number;
  readonly failed: number;
  /** How asking for steps and renewing leases go. */
  readonly duties: readonly DutyState[];
}

export interface StepWorker {
  state(): WorkerState;
  /**
   * Begins no other step. Those that run may end; after the grace they are told to, and are given back.
   * @param grace milliseconds; 10 s when left out
   */
  close(grace?: number): Promise<void>;
}

/** Milliseconds. */
export const GRACE = 10_000;
