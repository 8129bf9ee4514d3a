// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where logs and an attester's records live: texts under short keys made of `a-z 0-9 . _ - /`.
 * One writer at a time; `write` replaces the whole text at once or not at all.
 */
export type Store = {
  /** @returns undefined when nothing is stored under the key */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
  /** All keys that begin with `prefix`, in any order. */
  keys(prefix: string): Promise<string[]>;
  /** Removes what is kept under a key, if anything. */
  remove(key: string): Promise<void>;
};

/** Where a vault is kept: a folder (`fileStore`), a browser's database, or memory. */
export type VaultBackend = Store;

/** A store that forgets everything with the process; for tests and trials. */
export function memoryStore(): Store {
  return memoryBackend();
}

/** As `memoryStore`, for vaults; `texts` may be looked at and changed. */
export function memoryBackend(texts: Map<string, string> = new Map()): VaultBackend {
  return {
    async read(key) {
      return texts.get(key);
    },
    async write(key, text) {
      texts.set(key, text);
    },
    async keys(prefix) {
      return [...texts.keys()].filter((key) => key.startsWith(prefix));
    },
    async remove(key) {
      texts.delete(key);
    },
  };
}
