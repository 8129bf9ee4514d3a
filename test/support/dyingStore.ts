// SPDX-License-Identifier: GPL-3.0-or-later
import { memoryBackend, type Store } from "@vitalproof/sdk";

export class Died extends Error {}

/** A store over texts that outlive the process that had it. */
export class DyingStore {
  readonly texts = new Map<string, string>();
  /** The process ends at the write after so many. */
  writesLeft = Number.POSITIVE_INFINITY;
  /** Whether that write is still done. */
  isLastDone = false;
  writes = 0;
  #process = 0;
  #isDead = false;

  /** For a new process; the one before it is dead. */
  start(): Store {
    const own = ++this.#process;
    this.#isDead = false;
    this.writesLeft = Number.POSITIVE_INFINITY;
    const backend = memoryBackend(this.texts);
    const alive = () => {
      if (own !== this.#process || this.#isDead) throw new Died();
    };
    const change = async (act: () => Promise<void>) => {
      alive();
      this.writes += 1;
      if (this.writesLeft-- > 0) return act();
      if (this.isLastDone) await act();
      this.kill();
      throw new Died();
    };
    return {
      read: async (key) => {
        alive();
        return backend.read(key);
      },
      keys: async (prefix) => {
        alive();
        return backend.keys(prefix);
      },
      write: (key, text) => change(() => backend.write(key, text)),
      remove: (key) => change(() => backend.remove(key)),
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  kill(): void {
    this.#isDead = true;
  }
}
