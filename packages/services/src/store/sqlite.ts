// SPDX-License-Identifier: GPL-3.0-or-later
import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setImmediate, setTimeout } from "node:timers/promises";
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  sql,
} from "kysely";
import { orStoreFailure, storeFailure } from "./failure.ts";
import type { Tables } from "./tables.ts";
import type { Database, Queries } from "./types.ts";

/** Milliseconds for which one process waits for another one's steps. */
const BUSY = 30_000;
/** Milliseconds between two attempts to be the writer; the process goes on with other work. */
const PAUSE = 5;
/** SQLite's number for a database that another one writes. */
const SQLITE_BUSY = 5;
/** Prepared statements that are kept. */
const STATEMENTS = 200;
/** Steps in one commit. */
const AT_ONCE = 512;

/** Opens a file, and makes it and its folder where they do not exist. Only its owner may read it. */
export async function openSqlite(path: string): Promise<Database> {
  return orStoreFailure(async () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = new DatabaseSync(path);
    chmodSync(path, 0o600);
    // WAL: reads do not wait for steps. FULL: a commit is on disk before it returns, whatever happens to the machine.
    file.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    // What is deleted is overwritten: a wrapped key that stays in a free page would not be erased (`sealed/cleanFiles.ts`).
    file.exec("pragma secure_delete = on");
    return new SqliteStore(path, file);
  });
}

type Waiting = {
  readonly act: (queries: Queries) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * One writer. Steps that wait for the disk together share one commit, each in a savepoint of its own, so a thousand small
 * steps cost one flush and not a thousand.
 */
class SqliteStore implements Database {
  readonly kind = "sqlite";
  readonly locks = false;
  readonly reads: Queries;
  readonly #path: string;
  readonly #writer: Queries;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(path: string, file: DatabaseSync) {
    this.#path = path;
    this.#writer = kyselyOf(file);
    this.reads = this.#reader();
  }

  step<T>(act: (queries: Queries) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ act, resolve: resolve as (value: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  snapshot<T>(act: (queries: Queries) => Promise<T>): Promise<T> {
    return orStoreFailure(async () => {
      // A connection of its own: what it read first is what it reads until its end.
      const reader = this.#reader();
      try {
        return await reader.connection().execute(async (connection) => {
          await sql`begin`.execute(connection);
          return act(connection);
        });
      } finally {
        await reader.destroy();
      }
    });
  }

  migrating<T>(act: (queries: Queries) => Promise<T>): Promise<T> {
    return orStoreFailure(() => act(this.#writer));
  }

  async close(): Promise<void> {
    await this.#running;
    await this.reads.destroy();
    await this.#writer.destroy();
  }

  #reader(): Queries {
    return kyselyOf(new DatabaseSync(this.#path, { readOnly: true }));
  }

  async #run(): Promise<void> {
    do {
      // What is asked for in this turn of the process comes along, and between commits everything else has its turn:
      // SQLite itself never waits, so a caller who asks for one step after the other would leave room for nothing.
      await setImmediate();
      await this.#commit(this.#waiting.splice(0, AT_ONCE));
    } while (this.#waiting.length > 0);
    this.#running = undefined;
  }

  /** Runs steps and commits them together. Each is answered after the commit. */
  async #commit(steps: readonly Waiting[]): Promise<void> {
    const answers: (() => void)[] = [];
    try {
      await this.#writer.transaction().execute(async (transaction) => {
        for (const step of steps) answers.push(await answerOf(step, transaction));
      });
      for (const answer of answers) answer();
    } catch (error) {
      for (const { reject } of steps) reject(storeFailure(error));
    }
  }
}

/** Runs one step in a savepoint. @throws when the database cannot go on, since then no step of this commit counts */
async function answerOf({ act, resolve, reject }: Waiting, transaction: Queries): Promise<() => void> {
  await sql`savepoint step`.execute(transaction);
  try {
    const value = await orStoreFailure(() => act(transaction));
    await sql`release step`.execute(transaction);
    return () => resolve(value);
  } catch (error) {
    try {
      await sql`rollback to step`.execute(transaction);
      await sql`release step`.execute(transaction);
    } catch {
      throw error; // there is no transaction any more
    }
    return () => reject(error);
  }
}

class ImmediateDriver extends SqliteDriver {
  /**
   * Begins as the writer, so that no step finds out half-way that it cannot write. SQLite's own waiting would stop the
   * whole process, and with it a step of the same process on another connection.
   */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    for (const end = Date.now() + BUSY; ; await setTimeout(PAUSE)) {
      try {
        await connection.executeQuery(CompiledQuery.raw("begin immediate"));
        return;
      } catch (error) {
        if ((error as { errcode?: number }).errcode !== SQLITE_BUSY || Date.now() > end) throw error;
      }
    }
  }

  /** After a full disk SQLite has ended the transaction itself. What failed is to be told, and not that it is over. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

class TransactionalAdapter extends SqliteAdapter {
  /** SQLite takes changes of the schema back like any others. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

function kyselyOf(file: DatabaseSync): Queries {
  return new Kysely<Tables>({ dialect: new NodeSqliteDialect(asKyselyWants(file)) });
}

/** Node's SQLite in the shape that Kysely's dialect expects, with statements prepared once. */
function asKyselyWants(file: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, StatementSync>();
  const prepared = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const statement = file.prepare(text);
    const [oldest] = statements.keys();
    if (statements.size >= STATEMENTS && oldest !== undefined) statements.delete(oldest);
    statements.set(text, statement);
    return statement;
  };
  return {
    close: () => file.close(),
    prepare(text) {
      const statement = prepared(text);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}
