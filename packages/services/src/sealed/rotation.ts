// SPDX-License-Identifier: GPL-3.0-or-later
import type { MasterKeys } from "../keys/index.ts";
import type { Database } from "../store/index.ts";
import { cleanFiles } from "./cleanFiles.ts";

/** Keys that are wrapped anew in one step. */
const AT_ONCE = 200;

/** Wrapped keys in a store. */
export type Wrapped = {
  /** Under the newest master key. */
  readonly current: number;
  /** Under another one, which is needed until this is 0. */
  readonly old: number;
};

type Row = { readonly person: string; readonly wrapped: Uint8Array };

/** How far a change of the master key is. @throws WRAPPED_KEY_DAMAGED */
export async function wrappedKeys(
  database: Database,
  masterKeys: Pick<MasterKeys, "isCurrent">,
): Promise<Wrapped> {
  const counts = { current: 0, old: 0 };
  for await (const rows of pages(database)) {
    for (const { wrapped } of rows) counts[masterKeys.isCurrent(wrapped) ? "current" : "old"]++;
  }
  return counts;
}

/**
 * Wraps all persons' keys under the newest master key while services go on, then cleans the files of the old ones. After
 * a crash it goes on where it was. Services that run must have the newest master key before it begins.
 * @returns how far it came, how many it wrapped, and whether the files are free of what they were wrapped in before
 * @throws MASTER_KEY_OTHER when none of the master keys opens one; WRAPPED_KEY_DAMAGED; STORE_FAILED
 */
export async function rotateMasterKey(
  database: Database,
  masterKeys: Pick<MasterKeys, "isCurrent" | "rewrap">,
  onStep: (rewrapped: number) => void = () => {},
): Promise<Wrapped & { readonly rewrapped: number; readonly cleaned: boolean }> {
  let rewrapped = 0;
  for await (const rows of pages(database)) {
    const anew: (Row & { readonly was: Uint8Array })[] = [];
    for (const { person, wrapped } of rows) {
      if (masterKeys.isCurrent(wrapped)) continue;
      // Before the step: a token may take its time.
      anew.push({ person, was: wrapped, wrapped: await masterKeys.rewrap(wrapped) });
    }
    if (anew.length === 0) continue;
    await database.step(async (queries) => {
      for (const { person, was, wrapped } of anew) {
        // Someone who was erased meanwhile stays erased.
        await queries
          .updateTable("person_key")
          .set({ wrapped })
          .where("person", "=", person)
          .where("wrapped", "=", was)
          .execute();
      }
    });
    rewrapped += anew.length;
    onStep(rewrapped);
  }
  // Also where nothing was left to do: a process may have been killed before it came to this.
  const cleaned = await cleanFiles(database);
  return { ...(await wrappedKeys(database, masterKeys)), rewrapped, cleaned };
}

/** Persons with a key, a part at a time. */
async function* pages({ reads }: Database): AsyncGenerator<Row[]> {
  for (let last = ""; ; ) {
    const rows = await reads
      .selectFrom("person_key")
      .select(["person", "wrapped"])
      .$narrowType<{ wrapped: Uint8Array }>()
      .where("wrapped", "is not", null)
      .where("person", ">", last)
      .orderBy("person")
      .limit(AT_ONCE)
      .execute();
    const person = rows.at(-1)?.person;
    if (person === undefined) return;
    yield rows;
    last = person;
  }
}
