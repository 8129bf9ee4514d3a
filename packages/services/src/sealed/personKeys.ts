// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, randomBytes } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import { type RawBuilder, sql } from "kysely";
import type { MasterKeys } from "../keys/index.ts";
import type { Database, Queries } from "../store/index.ts";
import { KeyMemory } from "./keyMemory.ts";
import { KEY_BYTES, PersonKey, type Place } from "./personKey.ts";
import { keyMissing, personErased } from "./refusals.ts";

/** Letters, digits and what separates them: names are in evidence and file names. */
const PERSON = /^[A-Za-z0-9._:-]{1,128}$/;
/** Keys that a process remembers. */
const REMEMBERED = 1_000;

export type PersonKeysOptions = {
  readonly database: Database;
  readonly masterKeys: Pick<MasterKeys, "wrap" | "unwrap">;
  /** Unix seconds. */
  readonly clock: () => number;
  /** Persons whose keys this process remembers; 1,000 when left out. */
  readonly remembered?: number;
};

/**
 * The keys of persons: 256 random bits each, wrapped under the master key in `person_key`. What is wrapped is the key and
 * the SHA-256 of the person's name, so that a wrapped key which is moved to another person is refused.
 *
 * A name belongs to one person and is not used again after an erasure.
 */
export class PersonKeys {
  readonly #database: Database;
  readonly #masterKeys: Pick<MasterKeys, "wrap" | "unwrap">;
  readonly #clock: () => number;
  readonly #memory: KeyMemory;

  constructor({ database, masterKeys, clock, remembered = REMEMBERED }: PersonKeysOptions) {
    this.#database = database;
    this.#masterKeys = masterKeys;
    this.#clock = clock;
    this.#memory = new KeyMemory(remembered);
  }

  /**
   * Makes a key for a person who has no key yet.
   * @param person 1 to 128 letters, digits and `. _ : -`; opaque, since an erasure keeps it
   * @param queries of a step; in a step of its own when left out. A master key in a token holds the step up
   * @throws PERSON_ERASED for a name that was erased; INVALID_ARGUMENT for what is not a name
   */
  async create(person: string, queries?: Queries): Promise<void> {
    if (!PERSON.test(person)) {
      throw new VitalproofError("INVALID_ARGUMENT", "The name of a person does not fit.", {
        hint: "Use 1 to 128 letters, digits, dots, colons, dashes and underscores.",
      });
    }
    const secret = randomBytes(KEY_BYTES);
    const named = Buffer.concat([secret, bindingOf(person)]);
    const wrapped = await this.#masterKeys.wrap(named);
    secret.fill(0);
    named.fill(0);
    const insert = async (step: Queries): Promise<void> => {
      const erasedAt = await erasedIn(step, person);
      if (erasedAt !== null) throw personErased(erasedAt);
      await step
        .insertInto("person_key")
        .values({ person, wrapped, created_at: this.#clock(), erased_at: null, writes: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    };
    await (queries === undefined ? this.#database.step(insert) : insert(queries));
  }

  /**
   * A person's key, for the rest of a step. Until the step ends nobody erases them.
   * @param queries of a step, or `reads` of the database, with which nothing is sealed
   * @throws PERSON_KEY_MISSING; PERSON_ERASED, with the time; MASTER_KEY_OTHER, WRAPPED_KEY_DAMAGED, and what a token throws
   */
  async of(queries: Queries, person: string): Promise<PersonKey> {
    let query = queries
      .selectFrom("person_key")
      .select(["wrapped", "erased_at", evidenceOf(person)])
      .where("person", "=", person);
    // Other steps may seal for this person meanwhile, and an erasure waits.
    if (this.#database.locks && queries !== this.#database.reads) query = query.forKeyShare();
    return this.unlock(queries, person, await query.executeTakeFirst());
  }

  /**
   * Keys of several persons, by one query: `of` for each.
   * @returns undefined for who was erased
   * @throws as `of` for everything else
   */
  async ofEach(queries: Queries, persons: readonly string[]): Promise<Map<string, PersonKey | undefined>> {
    if (persons.length === 0) return new Map();
    let query = queries
      .selectFrom("person_key")
      .select(["person", "wrapped", "erased_at", evidenceOf(sql.ref("person_key.person"))])
      .where("person", "in", persons)
      .orderBy("person");
    if (this.#database.locks && queries !== this.#database.reads) query = query.forKeyShare();
    const rows = new Map((await query.execute()).map((row) => [row.person, row]));
    const keys = new Map<string, PersonKey | undefined>();
    for (const person of persons) {
      const key = this.unlock(queries, person, rows.get(person));
      keys.set(person, await key.catch(undefinedWhenErased));
    }
    return keys;
  }

  /** `of` and `PersonKey.seal`. A step with many values asks for `of` once. @throws as those */
  async seal(
    queries: Queries,
    person: string,
    value: Uint8Array | string,
    place: Place,
  ): Promise<Uint8Array> {
    return (await this.of(queries, person)).seal(value, place);
  }

  /** `of` and `PersonKey.open`. @throws as those */
  async open(queries: Queries, person: string, sealed: Uint8Array, place: Place): Promise<Buffer> {
    return (await this.of(queries, person)).open(sealed, place);
  }

  /** The key of a row that was read, with `evidenceOf`. @throws as `of` */
  async unlock(queries: Queries, person: string, row: KeyRow | undefined): Promise<PersonKey> {
    // Evidence first: a row that somebody put back does not undo an erasure.
    const erasedAt = row === undefined ? await erasedIn(queries, person) : (row.evidence_at ?? row.erased_at);
    if (typeof erasedAt === "number") {
      // Another process may have done it.
      this.forget(person, erasedAt);
      throw personErased(erasedAt);
    }
    if (row === undefined || row.wrapped === null) throw keyMissing();
    const known = this.#memory.get(person, row.wrapped);
    if (known !== undefined) return known;
    const key = await this.#unwrap(person, row.wrapped);
    this.#memory.set(person, row.wrapped, key);
    return key;
  }

  /** Versions of a person's documents that were seen in the store, while their key is remembered. */
  versions(person: string): Map<string, number> | undefined {
    return this.#memory.versions(person);
  }

  /** Drops a person's key from the memory of this process, after an erasure. @param erasedAt Unix seconds */
  forget(person: string, erasedAt: number): void {
    this.#memory.end(person, erasedAt);
  }

  async #unwrap(person: string, wrapped: Uint8Array): Promise<PersonKey> {
    const named = await this.#masterKeys.unwrap(wrapped);
    try {
      if (named.length !== 2 * KEY_BYTES || !bindingOf(person).equals(named.subarray(KEY_BYTES))) {
        throw new VitalproofError("WRAPPED_KEY_DAMAGED", "A wrapped key is that of another person.", {
          hint: "Restore the table person_key from a backup.",
        });
      }
      return new PersonKey(person, named.slice(0, KEY_BYTES));
    } finally {
      named.fill(0);
    }
  }
}

/** What `unlock` needs of `person_key`. */
type KeyRow = {
  readonly wrapped: Uint8Array | null;
  readonly erased_at: number | null;
  readonly evidence_at: number | null;
};

function bindingOf(person: string): Buffer {
  return createHash("sha256").update(`vitalproof person|${person}`).digest();
}

function undefinedWhenErased(error: unknown): undefined {
  if (!(error instanceof VitalproofError) || error.code !== "PERSON_ERASED") throw error;
}

/** A column: when a person was erased, as the evidence has it. @param person a name, or a column of names */
export function evidenceOf(person: string | RawBuilder<unknown>) {
  return sql<number | null>`(select min(e.erased_at) from erasure e where e.person = ${person})`.as(
    "evidence_at",
  );
}

async function erasedIn(queries: Queries, person: string): Promise<number | null> {
  const row = await queries.selectNoFrom(evidenceOf(person)).executeTakeFirstOrThrow();
  return row.evidence_at;
}
