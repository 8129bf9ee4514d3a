// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import type { Store } from "@vitalproof/sdk";
import { Refusal } from "../http/refusal.ts";
import { type PersonKeys, sealedStore } from "../sealed/index.ts";
import { type Database, lock, type Queries } from "../store/index.ts";

const OWNER = "service/owner";
/** What a step has that changes texts of a page. */
export const PAGE_LOCK = "pages";

/** The records of one page, sealed under the page's key. Only the last process that claimed them can write. */
export type PageStore = Store & {
  /** Token of this claim. */
  readonly token: string;
  /** Whether a write found that another process had claimed the page. It never goes back to false. */
  isLost(): boolean;
};

/**
 * Claims a page's records. Earlier claims, by other processes or by this one, can no longer write: two writers in turn would
 * each undo what the other accepted.
 * @param name of the page in the store, as `openPage` gives it
 * @param before the store of this process's last claim: refused if another process has claimed the page since
 * @returns a store that throws NOT_ALLOWED after it was claimed again; what `sealedStore` throws
 */
export async function claimPage(
  database: Database,
  personKeys: PersonKeys,
  name: string,
  before?: PageStore,
): Promise<PageStore> {
  const token = randomBytes(16).toString("hex");
  let isLost = false;
  /** Nobody else can claim the page until the step ends. */
  const step = <T>(act: (texts: Store) => Promise<T>): Promise<T> =>
    database.step(async (queries: Queries) => {
      await lock(database, queries, PAGE_LOCK, name);
      return act(sealedStore(database, personKeys, name, queries));
    });
  const change = (act: (texts: Store) => Promise<void>): Promise<void> =>
    step(async (texts) => {
      isLost ||= (await texts.read(OWNER)) !== token;
      if (isLost) throw otherProcess();
      await act(texts);
    });
  await personKeys.create(name);
  await step(async (texts) => {
    if (before !== undefined && (await texts.read(OWNER)) !== before.token) throw otherProcess();
    await texts.write(OWNER, token);
  });
  const reads = sealedStore(database, personKeys, name);
  return {
    token,
    read: (key) => reads.read(key),
    keys: (prefix) => reads.keys(prefix),
    write: (key, text) => change((texts) => texts.write(key, text)),
    remove: (key) => change((texts) => texts.remove(key)),
    isLost: () => isLost,
  };
}

/** Not about who asks: the process that has the page now would answer. */
export function otherProcess(): Refusal {
  return new Refusal(503, "NOT_ALLOWED", "Another process runs with the page of this one.", {
    hint: "A page has one process. End this one, or the other one and start this one again.",
  });
}
