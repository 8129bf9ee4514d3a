// SPDX-License-Identifier: GPL-3.0-or-later
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** Queries of one step, or reads outside of steps. */
export type Queries = Kysely<Tables>;

/** Where services keep their state. Everything of one step is on disk when the step's promise resolves. */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  /** Reads what was committed, outside of steps. Nothing is written through it. */
  readonly reads: Queries;
  /**
   * Runs a step in a transaction: all that it writes is kept, or nothing where it throws. It may run again when another
   * process was in its way, so it changes nothing but the database, and waits for nothing on the network.
   * @throws what `act` throws; STORE_FAILED for what the database says, such as a full disk
   */
  step<T>(act: (queries: Queries) => Promise<T>): Promise<T>;
  /** Reads everything as it is at one moment, while steps go on. */
  snapshot<T>(act: (queries: Queries) => Promise<T>): Promise<T>;
  /** Locks rows that a query in a step reads until the step ends. SQLite has one writer and needs no lock. */
  readonly locks: boolean;
  /** For `migrate`: the connection that may change the schema. */
  migrating<T>(act: (queries: Queries) => Promise<T>): Promise<T>;
  /** Waits for steps that run. */
  close(): Promise<void>;
}
