// SPDX-License-Identifier: GPL-3.0-or-later
import type { PersonKey } from "./personKey.ts";

type Entry = {
  readonly wrapped: Uint8Array;
  readonly key: PersonKey;
  readonly versions: Map<string, number>;
};

/**
 * Keys that were unwrapped, of the persons that were asked for last. Each is known by the wrapped key that it came from:
 * one that a step made and did not keep, or that was replaced since, is not found.
 */
export class KeyMemory {
  readonly #most: number;
  /** The one that was asked for last is at the end. */
  readonly #entries = new Map<string, Entry>();

  /** @param most persons */
  constructor(most: number) {
    this.#most = most;
  }

  get(person: string, wrapped: Uint8Array): PersonKey | undefined {
    const entry = this.#entries.get(person);
    if (entry === undefined || Buffer.compare(entry.wrapped, wrapped) !== 0) return undefined;
    this.#entries.delete(person);
    this.#entries.set(person, entry);
    return entry.key;
  }

  set(person: string, wrapped: Uint8Array, key: PersonKey): void {
    const versions = this.versions(person) ?? new Map<string, number>();
    this.#entries.delete(person);
    this.#entries.set(person, { wrapped, key, versions });
    const [oldest] = this.#entries.keys();
    // A step may still use it, so that it is left to the collector, and to OpenSSL, which clears keys that it frees.
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** Versions of the person's documents that were seen in the store, while their key is remembered. */
  versions(person: string): Map<string, number> | undefined {
    return this.#entries.get(person)?.versions;
  }

  /** @param erasedAt Unix seconds */
  end(person: string, erasedAt: number): void {
    this.#entries.get(person)?.key.end(erasedAt);
    this.#entries.delete(person);
  }
}
