// SPDX-License-Identifier: GPL-3.0-or-later
//
// Data at rest for tests of the gateway: AES-GCM under keys that follow from a fixed one, and texts in a table of the test's own.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { Store } from "@vitalproof/sdk";
import { sql } from "kysely";
import type { Sealing } from "../../src/gateway/index.ts";
import type { Database, Queries } from "../../src/store/index.ts";

export async function personSealing(database: Database): Promise<Sealing> {
  await database.migrating((db) =>
    sql`create table if not exists test_text (person text not null, name text not null, body bytea not null, primary key (person, name))`.execute(
      db,
    ),
  );
  return new PersonSealing(database);
}

class PersonSealing implements Sealing {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async seal(_: Queries, person: string, plaintext: Uint8Array, context: string): Promise<Uint8Array> {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", keyOf(person), nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  async open(_: Queries, person: string, sealed: Uint8Array, context: string): Promise<Uint8Array> {
    const cipher = createDecipheriv("aes-256-gcm", keyOf(person), sealed.subarray(0, 12));
    cipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-16));
    return Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
  }

  storeOf(person: string, queries: Queries = this.#database.reads): Store {
    return {
      read: async (key) => {
        const { rows } = await sql<{
          body: Uint8Array;
        }>`select body from test_text where person = ${person} and name = ${key}`.execute(queries);
        if (rows[0] === undefined) return undefined;
        return Buffer.from(await this.open(queries, person, rows[0].body, key)).toString();
      },
      write: async (key, text) => {
        const body = await this.seal(queries, person, Buffer.from(text), key);
        await sql`insert into test_text (person, name, body) values (${person}, ${key}, ${body})
          on conflict (person, name) do update set body = excluded.body`.execute(queries);
      },
      keys: async (prefix) => {
        const { rows } = await sql<{
          name: string;
        }>`select name from test_text where person = ${person}`.execute(queries);
        return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
      },
      remove: async (key) => {
        await sql`delete from test_text where person = ${person} and name = ${key}`.execute(queries);
      },
    };
  }
}

const keys = new Map<string, Buffer>();

function keyOf(person: string): Buffer {
  const known = keys.get(person) ?? createHmac("sha256", "for tests").update(person).digest();
  keys.set(person, known);
  return known;
}
