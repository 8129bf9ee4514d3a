// SPDX-License-Identifier: GPL-3.0-or-later
import { LEGACY_BYTES, type VaultBackend, VitalproofError } from "@vitalproof/sdk";
import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";

const TABLE = "sealed";

interface Tables extends DBSchema {
  /** Texts; bytes where an earlier version of this page wrote them. */
  [TABLE]: { key: string; value: string | Uint8Array };
}

/** A vault's place that can also be emptied. */
export type BrowserBackend = VaultBackend & { clear(): Promise<void> };

/**
 * Keeps a vault's sealed texts in a database of the browser, for this origin.
 * @param name of the database
 * @throws STORE_FAILED, from any method, where the browser refuses: private windows, no space left, storage switched off
 */
export function browserBackend(name = "vitalproof-patient"): BrowserBackend {
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
    read: async (key) => textOf(await run("readonly", (table) => table.get(key))),
    write: async (key, text) => void (await run("readwrite", (table) => table.put(text, key))),
    keys: (prefix) =>
      run("readonly", (table) => table.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
    remove: (key) => run("readwrite", (table) => table.delete(key)),
    clear: () => run("readwrite", (table) => table.clear()),
  };
}

function textOf(value: string | Uint8Array | undefined): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return LEGACY_BYTES + [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
