// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Database, Queries } from "../store/index.ts";
import { type BackupMade, backupsWith } from "./backupsMade.ts";
import { cleanFiles } from "./cleanFiles.ts";
import { type Erasure, erasureOf, readErasure } from "./evidence.ts";
import type { Holdings, Rows } from "./holdings.ts";
import { personErased } from "./refusals.ts";

export type ErasuresOptions = {
  readonly database: Database;
  readonly holdings: Holdings;
  /** Unix seconds. */
  readonly clock: () => number;
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
  /** Whether the database's files are free of what was destroyed. If not, `finish` is called again later. */
  readonly cleaned: boolean;
};

/** What an erasure would do now. */
export type ErasurePreview = {
  /** Rows by table. */
  readonly destroys: Rows;
  /** Backups that would still hold what is destroyed. */
  readonly backups: readonly BackupMade[];
};

/** Erases persons: destroys what a store holds of them, and keeps evidence of it. */
export class Erasures {
  readonly #database: Database;
  readonly #holdings: Holdings;
  readonly #clock: () => number;
  readonly #patience: number | undefined;

  constructor({ database, holdings, clock, patience }: ErasuresOptions) {
    this.#database = database;
    this.#holdings = holdings;
    this.#clock = clock;
    this.#patience = patience;
  }

  /**
   * What `erase` would do. It is done and undone, so steps that write for the person wait for it.
   * @throws as `erase`; PERSON_ERASED for a person who was erased
   */
  async preview(person: string): Promise<ErasurePreview> {
    const undone = await this.#database
      .step(async (queries): Promise<never> => {
        const isThere = (await this.#holdings.since(queries, person)) !== undefined;
        const first = await firstErasure(queries, person);
        if (first !== undefined && !isThere) throw personErased(first.evidence.erasedAt);
        throw new Undone(await this.#destroy(queries, person, { by: "preview", onChain: [] }));
      })
      .catch((error: unknown) => {
        if (error instanceof Undone) return error;
        throw error;
      });
    const { destroyed, backups } = undone.erasure.evidence;
    return { destroys: destroyed, backups };
  }

  /**
   * Erases a person in one step, then cleans the files (`cleanFiles`). A second time gives the evidence of the first.
   * Other processes that remember a key seal and open nothing with it from then on, since they ask the store in each step.
   * @throws `Holdings.unknown` for a person who was never here; STORE_FAILED
   */
  async erase(person: string, { by, onChain = [] }: ErasedBy): Promise<Erased> {
    const { erasure, before } = await this.#database.step(async (queries) => {
      // First, since it waits for another erasure, whose evidence is then there.
      const isThere = (await this.#holdings.since(queries, person)) !== undefined;
      const first = await firstErasure(queries, person);
      // With both, the row was put back, such as by a backup.
      if (first !== undefined && !isThere) return { erasure: first, before: true };
      const again = first === undefined ? {} : { again: first.hash };
      return { erasure: await this.#destroy(queries, person, { by, onChain, ...again }), before: false };
    });
    this.#holdings.forget(person, erasure.evidence.erasedAt);
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
   * @throws DOCUMENT_INVALID for evidence of another service
   */
  async returned(erasures: readonly Erasure[]): Promise<string[]> {
    this.#assertOwn(erasures);
    const persons = new Set(erasures.map(({ evidence }) => evidence.person));
    const back: string[] = [];
    for (const person of persons) {
      if ((await this.#holdings.since(this.#database.reads, person)) !== undefined) back.push(person);
    }
    return back;
  }

  /**
   * Erases everyone on a list again, and keeps the list's evidence here as well. Persons that this store never had cannot
   * be created in it any more. It can be repeated after a crash.
   * @param erasures evidence of a later state of this store, from `list` or `readErasures`
   * @returns who had come back, and whether the files are free of them
   * @throws DOCUMENT_INVALID for evidence of another service
   */
  async reapply(
    erasures: readonly Erasure[],
    { by }: { readonly by: string },
  ): Promise<{ readonly returned: string[]; readonly cleaned: boolean }> {
    this.#assertOwn(erasures);
    const back = new Set<string>();
    for (const erasure of erasures) {
      const { person, erasedAt, onChain } = erasure.evidence;
      const came = await this.#database.step(async (queries) => {
        await keep(queries, erasure);
        if ((await this.#holdings.since(queries, person)) !== undefined) {
          await this.#destroy(queries, person, { by, onChain, again: erasure.hash });
          return true;
        }
        await this.#holdings.bury(queries, person, erasure.evidence);
        return false;
      });
      if (came) back.add(person);
      this.#holdings.forget(person, erasedAt);
    }
    return { returned: [...back], cleaned: await this.finish() };
  }

  #assertOwn(erasures: readonly Erasure[]): void {
    const foreign = erasures.find(({ evidence }) => !(this.#holdings.counted in evidence.destroyed));
    if (foreign === undefined) return;
    throw new VitalproofError("DOCUMENT_INVALID", "The evidence is of erasures at another service.", {
      details: { person: foreign.evidence.person, hash: foreign.hash },
      hint: "An attester and a gateway each have evidence of their own.",
    });
  }

  async #destroy(
    queries: Queries,
    person: string,
    said: { by: string; onChain: readonly string[]; again?: string },
  ): Promise<Erasure> {
    const createdAt = await this.#holdings.since(queries, person);
    if (createdAt === undefined) throw this.#holdings.unknown();
    const times = { createdAt, erasedAt: this.#clock() };
    const destroyed = await this.#holdings.destroy(queries, person, times.erasedAt);
    const { by, onChain, again } = said;
    const erasure = erasureOf({
      person,
      ...times,
      by,
      destroyed: { ...destroyed },
      backups: await backupsWith(queries, times),
      onChain: [...onChain],
      ...(again === undefined ? {} : { again }),
    });
    await keep(queries, erasure);
    return erasure;
  }
}

/** Ends a step that shall leave nothing. */
class Undone extends Error {
  override readonly name = "Undone";
  readonly erasure: Erasure;

  constructor(erasure: Erasure) {
    super("The step is undone.");
    this.erasure = erasure;
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
