// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";

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

interface Tables extends DBSchema {
  [TABLE]: { key: string; value: Uint8Array };
}

/**
 * Keeps values in a database of the browser, for this origin.
 * @param name of the database
 * @throws STORE_FAILED, from any method, where the browser refuses: private windows, no space left, storage switched off
 */
export function indexedDbKeyValue(name = "vitalproof-patient"): KeyValue {
  let opened: Promise<IDBPDatabase<Tables>> | undefined;
  const database = (): Promise<IDBPDatabase<Tables>> => {
    opened ??= openDB<Tables>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore(TABLE);
      },
    }).catch((error: unknown) => {
      // Tried again next time: space may have been made.
      opened = undefined;
      throw error;
    });
    return opened;
  };

  /** Resolves when the transaction is written, not when the request is answered: what was said to be kept is kept. */
  const run = async <T, M extends "readonly" | "readwrite">(
    mode: M,
    act: (table: IDBPObjectStore<Tables, [typeof TABLE], typeof TABLE, M>) => Promise<T>,
  ): Promise<T> => {
    try {
      const transaction = (await database()).transaction(TABLE, mode, { durability: "strict" });
      const [result] = await Promise.all([act(transaction.store), transaction.done]);
      return result;
    } catch (cause) {
      throw new VitalproofError("STORE_FAILED", "The browser's storage failed.", {
        hint: "Allow this site to keep data, make space, and do not use a private window.",
        cause,
      });
    }
  };

  return {
    get: (key) => run("readonly", (table) => table.get(key)),
    set: async (key, value) => void (await run("readwrite", (table) => table.put(value, key))),
    keys: () => run("readonly", (table) => table.getAllKeys()),
    clear: () => run("readwrite", (table) => table.clear()),
  };
}
