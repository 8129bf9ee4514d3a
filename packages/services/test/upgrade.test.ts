// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every step from one version of the schema to the next, with rows in every table of the older one. A migration that changes what
// a column holds, or drops one, has to say so here.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { Wallet } from "ethers";
import { sql } from "kysely";
import { serviceConfig } from "../../../test/support/serviceConfig.ts";
import { doctor, loadConfig, logger, notedBackup, restore, runAttester } from "../src/index.ts";
import { type Database, migrate, openDatabase, schemaState } from "../src/store/index.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";
import { contentsOf, migrationNames, storeOf, tablesOf, within } from "./support/versions.ts";

const FIXTURE = join(import.meta.dirname, "fixtures/migrateSlowly.ts");
const LONG = process.env.LONG === "1";

onBothStores("upgrade", (stores) => {
  let names: readonly string[];
  let folder: string;
  before(async () => {
    names = await migrationNames(stores);
    folder = mkdtempSync(join(tmpdir(), "vitalproof-upgrade-"));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a store as it is, without migrating it. */
  async function looking<T>(url: string, act: (database: Database) => Promise<T>): Promise<T> {
    const database = await openDatabase(url);
    try {
      return await act(database);
    } finally {
      await database.close();
    }
  }
  const look = (url: string) =>
    looking(url, async (database) => ({
      missing: (await schemaState(database)).missing,
      tables: (await tablesOf(database)).map(({ name }) => name),
      contents: await contentsOf(database),
    }));

  const configured = (store: string): string => {
    const key = join(folder, "key");
    writeFileSync(key, `${Wallet.createRandom().privateKey}\n`, { mode: 0o600 });
    const path = join(folder, "attester.json");
    const config = serviceConfig({ store, attester: { group: "1", key: { kind: "file", path: key } } });
    writeFileSync(path, JSON.stringify(config));
    return path;
  };

  it("from every earlier version keeps every row of every table, and can be used", async function () {
    this.timeout(60_000);
    expect(names.length).to.be.greaterThan(1);
    for (const [i, name] of names.entries()) {
      const { url, held } = await storeOf(stores, name);
      expect(Object.values(held).flat().length, name).to.be.greaterThan(0);
      const later = names.slice(i + 1);
      expect((await look(url)).missing).to.deep.equal(later);
      expect(await looking(url, (database) => migrate(database))).to.deep.equal(later);
      const now = await look(url);
      expect(now.missing).to.deep.equal([]);
      expect(within(held, now.contents), name).to.deep.equal(held);
    }
  });

  it("a service does it when it starts, and the doctor says so and does nothing", async function () {
    this.timeout(60_000);
    const { url, held } = await storeOf(stores, names.at(-2)!);
    const config = loadConfig(configured(url));
    const found = (await doctor(config)).find(({ check }) => check === "store")!;
    expect(found.ok).to.equal(true);
    expect((await look(url)).missing).to.deep.equal(names.slice(-1));
    // There is no node of a chain: it gets as far as to its store.
    const run = runAttester(config, { log: logger({ level: "silent" }) });
    expect(await codeOf(run)).to.equal("CONTRACT_CALL_FAILED");
    const { missing, contents } = await look(url);
    expect(missing).to.deep.equal([]);
    // What its records are about is noted once it runs.
    expect(within(held, contents)).to.deep.equal(held);
  });

  it("a store of a later version is refused, and stays as it is", async function () {
    this.timeout(60_000);
    const { url, held } = await storeOf(stores, names.at(-1)!);
    await looking(url, (database) =>
      database.step((queries) =>
        sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(
          queries,
        ),
      ),
    );
    const config = loadConfig(configured(url));
    const refused = await runAttester(config, { log: logger({ level: "silent" }) }).catch((error) => error);
    expect([refused.code, refused.details.migration]).to.deep.equal(["STORE_FAILED", "9999-later"]);
    expect((await doctor(config)).find(({ check }) => check === "store")!.ok).to.equal(false);
    const backup = join(folder, `later-${stores.postgres === undefined}.backup`);
    const noted = looking(url, (database) => notedBackup(database, backup, { clock: () => 1, keptUntil: 2 }));
    expect(await codeOf(noted)).to.equal("STORE_FAILED");
    expect(await looking(url, contentsOf)).to.deep.equal(held);
  });

  it("a backup is of this version's schema: an older store is refused, an older backup is restored", async function () {
    this.timeout(60_000);
    for (const name of names.slice(0, -1)) {
      const { url, held } = await storeOf(stores, name);
      const path = join(folder, `${name}-${stores.postgres === undefined}.backup`);
      const noted = looking(url, (database) => notedBackup(database, path, { clock: () => 1, keptUntil: 2 }));
      expect(await codeOf(noted), name).to.equal("STORE_FAILED");
      expect(await looking(url, contentsOf), name).to.deep.equal(held);
      // An SQLite store of that version is what its backup was.
      if (stores.postgres !== undefined) continue;
      const restored = await stores.open(await stores.fresh());
      await restore(url.slice("sqlite:".length), restored);
      expect(within(held, await contentsOf(restored)), name).to.deep.equal(held);
    }
  });

  /** Migrates in a process of its own, which is killed after so many statements. @returns whether it was done before */
  async function killedAfter(statements: number, url: string): Promise<boolean> {
    const child = spawn(process.execPath, [FIXTURE, url], { stdio: ["pipe", "pipe", "inherit"] });
    const gone = once(child, "exit");
    let isDone = false;
    for await (const line of createInterface({ input: child.stdout })) {
      isDone = line === "done";
      if (isDone || Number(line) === statements) child.kill("SIGKILL");
      else child.stdin.write("\n");
    }
    await gone;
    return isDone;
  }

  it("killed after any of its statements leaves one version or the other, with all rows, and can be done again", async function () {
    this.timeout(240_000);
    const { tables } = await look((await storeOf(stores, names.at(-1)!)).url);
    for (const [i, name] of names.slice(0, -1).entries()) {
      const isLast = i === names.length - 2;
      // The last step is the one that will be made. Of the longer ways one place is enough.
      const stride = LONG ? 1 : 3;
      let places = 0;
      for (let statements = isLast || LONG ? 1 : 4; ; statements += stride) {
        const { url, held } = await storeOf(stores, name);
        const older = await look(url);
        const isDone = await killedAfter(statements, url);
        const now = await look(url);
        const at = `${name}, killed after ${statements}`;
        // After the commit all of the new version is there, although the process was not done.
        if (isDone || now.missing.length === 0) {
          expect({ ...now, contents: within(held, now.contents) }, at).to.deep.equal({
            missing: [],
            tables,
            contents: held,
          });
          if (isDone) break;
          continue;
        }
        expect(now, at).to.deep.equal(older);
        await looking(url, (database) => migrate(database));
        expect(within(held, (await look(url)).contents), at).to.deep.equal(held);
        places++;
        if (!isLast && !LONG) break;
      }
      expect(places, name).to.be.greaterThan(0);
    }
  });
});
