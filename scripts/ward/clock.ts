// SPDX-License-Identifier: GPL-3.0-or-later
import { performance } from "node:perf_hooks";

/** The services' times between two looks are divided by it: nobody waits for a minute in a story. */
export const HURRY = 50;

/** The chain's time, which goes on between the jumps of the story as the chain's does. */
export class StoryClock {
  #base: number;
  #at = performance.now();

  /** @param now Unix seconds */
  constructor(now: number) {
    this.#base = now;
  }

  /** Unix seconds. */
  get now(): number {
    return this.#base + (performance.now() - this.#at) / 1000;
  }

  set(now: number): void {
    this.#base = now;
    this.#at = performance.now();
  }
}
