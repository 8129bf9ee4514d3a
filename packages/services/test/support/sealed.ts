// SPDX-License-Identifier: GPL-3.0-or-later
//
// What tests of data at rest have in common.
import { globSync, readFileSync, statSync } from "node:fs";
import { masterKeyInMemory } from "../../src/keys/masterKey.ts";
import { MasterKeys } from "../../src/keys/masterKeys.ts";
import { Erasures, PersonKeys, sealedHoldings, sealedStore } from "../../src/sealed/index.ts";
import type { Database } from "../../src/store/index.ts";

/** Unix seconds at which the tests' clock starts. */
export const START = 1_800_000_000;

/** A master key that every process can make. @param n 1 to 255 */
export const masterKey = (n: number) => masterKeyInMemory(Buffer.alloc(32, n));

export interface Room {
  now: number;
  readonly database: Database;
  readonly masterKeys: MasterKeys;
  readonly keys: PersonKeys;
  readonly erasures: Erasures;
  store(person: string): ReturnType<typeof sealedStore>;
}

/** Keys of persons over a store. */
export function room(
  database: Database,
  masterKeys = new MasterKeys(masterKey(1)),
  remembered = 1_000,
): Room {
  const self = {
    now: START,
    database,
    masterKeys,
    store: (person: string) => sealedStore(database, self.keys, person),
  } as { -readonly [Name in keyof Room]: Room[Name] };
  const clock = () => self.now;
  self.keys = new PersonKeys({ database, masterKeys, clock, remembered });
  const holdings = sealedHoldings({ database, personKeys: self.keys });
  self.erasures = new Erasures({ database, holdings, clock, patience: 2_000 });
  return self;
}

export async function wrappedOf({ database }: Room, person: string): Promise<Buffer> {
  const { wrapped } = await database.reads
    .selectFrom("person_key")
    .select("wrapped")
    .where("person", "=", person)
    .executeTakeFirstOrThrow();
  return Buffer.from(wrapped!);
}

/** Which files have some bytes in them. */
export function filesWith(bytes: Buffer | string, files: readonly string[]): string[] {
  return files.filter((file) => readFileSync(file).includes(bytes));
}

/** Bytes of a wrapped key before those that are its own: version and id of the master key. */
const HEADER = 17;
const PIECE = 12;

/** Whether a file's bytes have a piece of a wrapped key in them. A part of it could be completed by trying. */
export function havePieceOf(wrapped: Buffer, texts: readonly Buffer[]): boolean {
  for (let at = HEADER; at + PIECE <= wrapped.length; at += 4) {
    const piece = wrapped.subarray(at, at + PIECE);
    if (texts.some((bytes) => bytes.includes(piece))) return true;
  }
  return false;
}

/** All files of an SQLite store. @param url as `openDatabase` has it */
export function filesOf(url: string): string[] {
  return globSync(`${url.replace("sqlite:", "")}*`).filter((file) => statSync(file).isFile());
}
