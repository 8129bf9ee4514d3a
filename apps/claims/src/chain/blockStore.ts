// SPDX-License-Identifier: GPL-3.0-or-later
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { BlockStore, StoredBlock } from "./history.ts";

interface Tables extends DBSchema {
  /** By scope: chain and contract. */
  scopes: { key: string; value: string };
  blocks: { key: [scope: string, number: number]; value: StoredBlock };
}

const NAME = "vitalproof-history";

/**
 * Keeps a contract's history in IndexedDB, for this origin. This is an indexed cache in the browser and not an indexer:
 * everything in it is read from the reader's own node, is checked against that node before it is used, and can be thrown
 * away at any time. A server that indexes would be one more party to run and to trust.
 *
 * One page writes at a time, the first that was opened: two that follow different nodes must not mix their blocks.
 * @throws what the browser throws, from both methods: private windows, no space left, storage switched off
 */
export function indexedDbBlockStore(chainId: number, contract: string): BlockStore {
  const scope = `${chainId}/${contract.toLowerCase()}`;
  const range = (from: number) => IDBKeyRange.bound([scope, from], [scope, Number.MAX_SAFE_INTEGER]);
  let opened: Promise<IDBPDatabase<Tables>> | undefined;
  let writer: Promise<boolean> | undefined;
  const database = (): Promise<IDBPDatabase<Tables>> => {
    opened ??= openDB<Tables>(NAME, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("scopes");
        fresh.createObjectStore("blocks");
      },
    });
    return opened;
  };
  const mayWrite = (): Promise<boolean> => {
    writer ??= firstPage(`${NAME}/${scope}`);
    return writer;
  };
  return {
    async load(genesis) {
      const found = await database();
      if ((await mayWrite()) && (await found.get("scopes", scope)) !== genesis) {
        const change = found.transaction(["scopes", "blocks"], "readwrite");
        await Promise.all([
          change.objectStore("blocks").delete(range(0)),
          change.objectStore("scopes").put(genesis, scope),
          change.done,
        ]);
      }
      const reading = found.transaction(["scopes", "blocks"]);
      const [known, blocks] = await Promise.all([
        reading.objectStore("scopes").get(scope),
        reading.objectStore("blocks").getAll(range(0)),
      ]);
      return known === genesis ? blocks : [];
    },
    async write(from, blocks, empty) {
      if (!(await mayWrite())) return;
      const change = (await database()).transaction("blocks", "readwrite");
      await Promise.all([
        change.store.delete(range(from)),
        ...blocks.map((block) => change.store.put(block, [scope, block.head.number])),
        ...empty.map((number) => change.store.delete([scope, number])),
        change.done,
      ]);
    },
  };
}

/** Whether this page is the first with this lock; it keeps it until it is closed. */
function firstPage(name: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks;
  // Pages from insecure origins lack it.
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<void>(() => {});
      })
      .catch(reject);
  });
}
