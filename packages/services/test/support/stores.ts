// SPDX-License-Identifier: GPL-3.0-or-later
//
// The same tests on both databases.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, migrate, openDatabase } from "../../src/store/index.ts";
import { HAS_POSTGRES, type Postgres, startPostgres } from "./postgres.ts";

export interface Stores {
  /** Address of an empty store. */
  fresh(): Promise<string>;
  /** Opens a store, with its tables. Closed after the tests. */
  open(url: string): Promise<Database>;
  readonly postgres: Postgres | undefined;
}

/** Runs tests with SQLite and, where it is installed, with PostgreSQL. */
export function onBothStores(title: string, tests: (stores: Stores) => void): void {
  for (const kind of ["SQLite", "PostgreSQL"] as const) {
    describe(`${title}, ${kind}`, () => {
      let folder: string;
      let postgres: Postgres | undefined;
      let files = 0;
      const opened: Database[] = [];
      before(async function () {
        this.timeout(60_000);
        if (kind === "PostgreSQL" && !HAS_POSTGRES) {
          console.log("      PostgreSQL is not installed (Debian's package postgresql): skipped.");
          this.skip();
        }
        folder = mkdtempSync(join(tmpdir(), "vitalproof-store-"));
        if (kind === "PostgreSQL") postgres = await startPostgres();
      });
      after(async () => {
        for (const database of opened) await database.close().catch(() => undefined);
        await postgres?.stop();
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      });
      tests({
        fresh: async () =>
          postgres === undefined ? `sqlite:${join(folder, `${++files}.db`)}` : postgres.fresh(),
        async open(url) {
          const database = await openDatabase(url);
          opened.push(database);
          await migrate(database);
          return database;
        },
        get postgres() {
          return postgres;
        },
      });
    });
  }
}
