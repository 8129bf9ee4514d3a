// SPDX-License-Identifier: GPL-3.0-or-later
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";

/** Milliseconds. A busy machine may take long; a story that is wrong must end. */
const PATIENCE = 90_000;
const POLL = 50;

/**
 * Waits until something is there.
 * @param what for the error: "the gateway has its receipts"
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await setTimeout(POLL)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`After ${PATIENCE / 1000} s it is still not so that ${what}.`);
}
