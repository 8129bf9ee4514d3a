// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** Where the vault's sealed bytes are kept. One writer at a time; `set` replaces a value at once or not at all. */
export type KeyValue = {
  /** @returns undefined when nothing is kept under the key */
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  /** All keys, in any order. */
  keys(): Promise<string[]>;
  /** Removes everything. */
  clear(): Promise<void>;
};

/** Forgets everything with the page; for tests, and for browsers that offer no storage. */
export function memoryKeyValue(values: Map<string, Uint8Array> = new Map()): KeyValue {
  return {
    get: async (key) => values.get(key)?.slice(),
    set: async (key, value) => void values.set(key, value.slice()),
    keys: async () => [...values.keys()],
    clear: async () => values.clear(),
  };
}

const TABLE = "sealed";

/**
 * Keeps values in a database of the browser, for this origin.
 * @param name of the database
 * @throws STORE_FAILED, from any method, where the browser refuses: private windows, no space left, storage switched off
 */
export function indexedDbKeyValue(name = "vitalproof-patient"): KeyValue {
  let opened: Promise<IDBDatabase> | undefined;
  const database = (): Promise<IDBDatabase> => {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked by another tab"));
    }).catch((error: unknown) => {
      // Tried again next time: space may have been made.
      opened = undefined;
      throw error;
    });
    return opened;
  };

  /** Resolves when the transaction is written, not when the request is answered: what was said to be kept is kept. */
  const run = async <T>(
    mode: IDBTransactionMode,
    act: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    try {
      const found = await database();
      return await new Promise<T>((resolve, reject) => {
        const transaction = found.transaction(TABLE, mode, { durability: "strict" });
        const request = act(transaction.objectStore(TABLE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
      });
    } catch (cause) {
      throw new VitalproofError("STORE_FAILED", "The browser's storage failed.", {
        hint: "Allow this site to keep data, make space, and do not use a private window.",
        cause,
      });
    }
  };

  return {
    get: (key) => run("readonly", (table) => table.get(key) as IDBRequest<Uint8Array | undefined>),
    set: async (key, value) => void (await run("readwrite", (table) => table.put(value, key))),
    keys: async () => (await run("readonly", (table) => table.getAllKeys())).map(String),
    clear: async () => void (await run("readwrite", (table) => table.clear())),
  };
}
