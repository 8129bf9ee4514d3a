// SPDX-License-Identifier: GPL-3.0-or-later
import type { Store } from "@vitalproof/sdk";
import type { Queries } from "../../store/index.ts";

/**
 * Keeps what is one person's unreadable without that person's key. What was encrypted for one context opens for no other.
 * @throws NOT_THERE for a person whose key was destroyed
 */
export interface Sealing {
  seal(queries: Queries, person: string, plaintext: Uint8Array, context: string): Promise<Uint8Array>;
  open(queries: Queries, person: string, sealed: Uint8Array, context: string): Promise<Uint8Array>;
  /**
   * A person's texts.
   * @param queries of a step, whose end decides whether they are kept; what was committed is read when left out
   */
  storeOf(person: string, queries?: Queries): Store;
}
