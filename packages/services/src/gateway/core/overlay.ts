// SPDX-License-Identifier: GPL-3.0-or-later
import type { Store } from "@vitalproof/sdk";

/** A store's texts with changes that are not written yet. So a log can work without a transaction, and be written in one. */
export class Overlay implements Store {
  readonly #base: Store;
  readonly #changes = new Map<string, string | undefined>();

  constructor(base: Store) {
    this.#base = base;
  }

  /** Texts that changed, by key; undefined for those that are to be removed. */
  get changes(): ReadonlyMap<string, string | undefined> {
    return this.#changes;
  }

  get isClean(): boolean {
    return this.#changes.size === 0;
  }

  async read(key: string): Promise<string | undefined> {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.read(key);
  }

  async write(key: string, text: string): Promise<void> {
    this.#changes.set(key, text);
  }

  async remove(key: string): Promise<void> {
    this.#changes.set(key, undefined);
  }

  async keys(prefix: string): Promise<string[]> {
    const keys = new Set(await this.#base.keys(prefix));
    for (const [key, text] of this.#changes) {
      if (text === undefined) keys.delete(key);
      else if (key.startsWith(prefix)) keys.add(key);
    }
    return [...keys];
  }

  /** Writes the changes. They stay here: the step may yet fail. */
  async writeTo(store: Store): Promise<void> {
    for (const [key, text] of this.#changes) {
      if (text === undefined) await store.remove(key);
      else await store.write(key, text);
    }
  }

  /** The changes are written. */
  settle(): void {
    this.#changes.clear();
  }
}
