// SPDX-License-Identifier: GPL-3.0-or-later
import { sql } from "kysely";
import type { Database, Queries } from "../store/index.ts";
import { backupsWith } from "./backupsMade.ts";
import { cleanFiles } from "./cleanFiles.ts";
import { type Erasure, erasureOf, readErasure } from "./evidence.ts";
import type { PersonKeys } from "./personKeys.ts";
import { keyMissing } from "./refusals.ts";
import { SEALED_TABLES } from "./sealedTables.ts";

export type ErasuresOptions = {
  readonly database: Database;
  /** Drops a key that this process remembers. Erasing needs no master key. */
  readonly personKeys: Pick<PersonKeys, "forget">;
  /** Unix seconds. */
  readonly clock: () => number;
  /** Deletes what else there is of a person, in the same step. @returns rows by table, for the evidence */
  readonly also?: (queries: Queries, person: string) => Promise<Readonly<Record<string, number>>>;
  /** Milliseconds for which backups and long reads are waited for; 10,000 when left out. */
  readonly patience?: number;
};

export type ErasedBy = {
  /** Who does it, on one line: a principal's name. */
  readonly by: string;
  /** What remains on chain, one line for each item. */
  readonly onChain?: readonly string[];
};

export type Erased = Erasure & {
  /** Whether that was done before, at the time that the evidence has. */
  readonly before: boolean;
  /** Whether the database's files are free of the wrapped key. If not, `finish` is called again later. */
  readonly cleaned: boolean;
};

/** Erases persons: destroys their keys, and everything that was sealed under them. */
export class Erasures {
  readonly #database: Database;
  readonly #personKeys: Pick<PersonKeys, "forget">;
  readonly #clock: () => number;
  readonly #also: NonNullable<ErasuresOptions["also"]>;
  readonly #patience: number | undefined;

  constructor({ database, personKeys, clock, also = async () => ({}), patience }: ErasuresOptions) {
    this.#database = database;
    this.#personKeys = personKeys;
    this.#clock = clock;
    this.#also = also;
    this.#patience = patience;
  }

  /**
   * Erases a person in one step, then cleans the files (`cleanFiles`). A second time gives the evidence of the first.
   * Other processes that remember the key seal and open nothing with it from then on, since they ask the store in each step.
   * @throws PERSON_KEY_MISSING for a person who was never here; STORE_FAILED
   */
  async erase(person: string, { by, onChain = [] }: ErasedBy): Promise<Erased> {
    const { erasure, before } = await this.#database.step(async (queries) => {
      const first = await firstErasure(queries, person);
      const isThere = await this.#isThere(queries, person);
      // With both, the row was put back, such as by a backup.
      if (first !== undefined && !isThere) return { erasure: first, before: true };
      const again = first === undefined ? {} : { again: first.hash };
      return { erasure: await this.#destroy(queries, person, { by, onChain, ...again }), before: false };
    });
    this.#personKeys.forget(person, erasure.evidence.erasedAt);
    return { ...erasure, before, cleaned: await this.finish() };
  }

  /**
   * Cleans the files after erasures whose process ended before it did, or had to wait for a backup. Does nothing when
   * nothing is due, so that it can be a duty of a loop.
   * @returns whether nothing is due any more
   */
  async finish(): Promise<boolean> {
    const rows = await this.#database.reads
      .selectFrom("erasure")
      .select("hash")
      .where("cleaned_at", "is", null)
      .execute();
    if (rows.length === 0) return true;
    if (!(await cleanFiles(this.#database, this.#patience))) return false;
    const hashes = rows.map(({ hash }) => hash);
    await this.#database.step(async (queries) => {
      for (const hash of hashes) {
        await queries
          .updateTable("erasure")
          .set({ cleaned_at: this.#clock() })
          .where("hash", "=", hash)
          .execute();
      }
    });
    return true;
  }

  /** All evidence, the earliest first. Keep it apart from the backups (`writeErasures`). @throws DOCUMENT_INVALID for a changed row */
  async list(): Promise<Erasure[]> {
    const rows = await this.#database.reads
      .selectFrom("erasure")
      .select(["hash", "evidence"])
      .orderBy("erased_at")
      .orderBy("hash")
      .execute();
    return rows.map(({ hash, evidence }) => readErasure(hash, evidence, `the evidence ${hash}`));
  }

  /**
   * Who of a list of erased persons has a key here, after a backup from before their erasure was restored. They can be
   * opened until `reapply`.
   * @returns names, each once
   */
  async returned(erasures: readonly Erasure[]): Promise<string[]> {
    const persons = new Set(erasures.map(({ evidence }) => evidence.person));
    const back: string[] = [];
    for (const person of persons) {
      if (await this.#isThere(this.#database.reads, person)) back.push(person);
    }
    return back;
  }

  /**
   * Erases everyone on a list again, and keeps the list's evidence here as well. Persons that this store never had cannot
   * be created in it any more. It can be repeated after a crash.
   * @param erasures evidence of a later state of this store, from `list` or `readErasures`
   * @returns who had come back
   */
  async reapply(erasures: readonly Erasure[], { by }: { readonly by: string }): Promise<string[]> {
    const back = new Set<string>();
    for (const erasure of erasures) {
      const { person, erasedAt, onChain } = erasure.evidence;
      const came = await this.#database.step(async (queries) => {
        await keep(queries, erasure);
        if (await this.#isThere(queries, person)) {
          await this.#destroy(queries, person, { by, onChain, again: erasure.hash });
          return true;
        }
        await bury(queries, erasure);
        return false;
      });
      if (came) back.add(person);
      this.#personKeys.forget(person, erasedAt);
    }
    await this.finish();
    return [...back];
  }

  async #isThere(queries: Queries, person: string): Promise<boolean> {
    let query = queries
      .selectFrom("person_key")
      .select("person")
      .where("person", "=", person)
      .where("wrapped", "is not", null);
    // Waits for steps that seal for this person.
    if (this.#database.locks && queries !== this.#database.reads) query = query.forUpdate();
    return (await query.executeTakeFirst()) !== undefined;
  }

  async #destroy(
    queries: Queries,
    person: string,
    said: { by: string; onChain: readonly string[]; again?: string },
  ): Promise<Erasure> {
    const row = await queries
      .selectFrom("person_key")
      .select(["created_at", "wrapped"])
      .where("person", "=", person)
      .executeTakeFirst();
    if (row === undefined || row.wrapped === null) throw keyMissing();
    const destroyed: Record<string, number> = { person_key: 1 };
    for (const table of SEALED_TABLES) {
      const { numAffectedRows } = await sql`delete from ${sql.table(table)} where person = ${person}`.execute(
        queries,
      );
      destroyed[table] = Number(numAffectedRows ?? 0);
    }
    for (const [table, rows] of Object.entries(await this.#also(queries, person))) {
      destroyed[table] = (destroyed[table] ?? 0) + rows;
    }
    const times = { createdAt: row.created_at, erasedAt: this.#clock() };
    await queries
      .updateTable("person_key")
      .set({ wrapped: null, erased_at: times.erasedAt })
      .where("person", "=", person)
      .execute();
    const { by, onChain, again } = said;
    const erasure = erasureOf({
      person,
      ...times,
      by,
      destroyed,
      backups: await backupsWith(queries, times),
      onChain: [...onChain],
      ...(again === undefined ? {} : { again }),
    });
    await keep(queries, erasure);
    return erasure;
  }
}

async function firstErasure(queries: Queries, person: string): Promise<Erasure | undefined> {
  const row = await queries
    .selectFrom("erasure")
    .select(["hash", "evidence"])
    .where("person", "=", person)
    .orderBy("erased_at")
    .limit(1)
    .executeTakeFirst();
  return row && readErasure(row.hash, row.evidence, `the evidence ${row.hash}`);
}

async function keep(queries: Queries, { hash, text, evidence }: Erasure): Promise<void> {
  const { person, erasedAt } = evidence;
  await queries
    .insertInto("erasure")
    .values({ hash, person, erased_at: erasedAt, evidence: text, cleaned_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Keeps a name from being used again. */
async function bury(queries: Queries, { evidence: { person, createdAt, erasedAt } }: Erasure): Promise<void> {
  await queries
    .insertInto("person_key")
    .values({ person, wrapped: null, created_at: createdAt, erased_at: erasedAt, writes: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
