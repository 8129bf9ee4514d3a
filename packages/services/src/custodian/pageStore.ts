// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { type Store, VitalproofError } from "@vitalproof/sdk";
import { type PersonKeys, sealedStore } from "../sealed/index.ts";
import { type Database, lock, type Queries } from "../store/index.ts";

const OWNER = "service/owner";

/** The texts of one page, sealed under a key of the page. Only the process that claimed them last can write. */
export type PageStore = Store & {
  /** Whether another process claimed the page. It stays so. */
  isLost(): boolean;
};

/**
 * Claims a page's texts for this process. A process that runs on them already can write nothing more: of two that wrote in turn
 * each would undo what the other one accepted.
 * @param name of the page, opaque, as for a person
 * @returns a store that throws NOT_ALLOWED after another process claimed it; what `sealedStore` throws
 */
export async function claimPage(
  database: Database,
  personKeys: PersonKeys,
  name: string,
): Promise<PageStore> {
  const own = randomBytes(16).toString("hex");
  let isLost = false;
  /** Nobody claims the page until the step ends. */
  const step = <T>(act: (texts: Store) => Promise<T>): Promise<T> =>
    database.step(async (queries: Queries) => {
      await lock(database, queries, "pages", name);
      return act(sealedStore(database, personKeys, name, queries));
    });
  const change = (act: (texts: Store) => Promise<void>): Promise<void> =>
    step(async (texts) => {
      isLost ||= (await texts.read(OWNER)) !== own;
      if (isLost) throw otherProcess();
      await act(texts);
    });
  await personKeys.create(name);
  await step((texts) => texts.write(OWNER, own));
  const reads = sealedStore(database, personKeys, name);
  return {
    read: (key) => reads.read(key),
    keys: (prefix) => reads.keys(prefix),
    write: (key, text) => change((texts) => texts.write(key, text)),
    remove: (key) => change((texts) => texts.remove(key)),
    isLost: () => isLost,
  };
}

export function otherProcess(): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", "Another process runs with the page of this one.", {
    hint: "A page has one process. End this one, or the other one and start this one again.",
  });
}
