// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { sql } from "kysely";
import {
  type Database,
  fieldText,
  migrate,
  openDatabase,
  type Queries,
  schemaState,
} from "../src/store/index.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";

const person = (n: number) => ({ subject: fieldText(BigInt(n)), registered_at: n });
const add = (queries: Queries, n: number) =>
  queries.insertInto("attester_person").values(person(n)).execute();
const people = async ({ reads }: Database): Promise<number[]> =>
  (await reads.selectFrom("attester_person").select("registered_at").orderBy("registered_at").execute()).map(
    ({ registered_at }) => registered_at,
  );
onBothStores("store", (stores) => {
  it("keeps all of a step or nothing of it, and what other steps wrote", async () => {
    const database = await stores.open(await stores.fresh());
    const ended = await Promise.allSettled([
      database.step((queries) => add(queries, 1)),
      database.step(async (queries) => {
        await add(queries, 2);
        throw new Error("thought better of it");
      }),
      database.step((queries) => add(queries, 3)),
      // A row that is there already.
      database.step(async (queries) => {
        await add(queries, 4);
        await add(queries, 4);
      }),
      database.step((queries) => add(queries, 5)),
    ]);
    expect(ended.map(({ status }) => status)).to.deep.equal([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(await people(database)).to.deep.equal([1, 3, 5]);
  });

  it("gives a step's own error back, and the database's as STORE_FAILED without values of rows", async () => {
    const database = await stores.open(await stores.fresh());
    const own = new Error("mine");
    expect(await database.step(() => Promise.reject(own)).catch((error: unknown) => error)).to.equal(own);
    await database.step((queries) => add(queries, 77_777));
    const error = await database.step((queries) => add(queries, 77_777)).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(VitalproofError);
    expect((error as VitalproofError).code).to.equal("STORE_FAILED");
    expect(JSON.stringify(error)).not.to.include(fieldText(77_777n));
  });

  it("survives a connection that ends in the middle of a step, which is refused", async function () {
    if (stores.postgres === undefined) return this.skip();
    const database = await stores.open(await stores.fresh());
    const broken = database.step(async (queries) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(queries);
      await add(queries, 1);
      await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(database.reads);
      // Its end arrives while nothing is asked.
      await setTimeout(200);
      await add(queries, 2);
    });
    expect(await codeOf(broken)).to.equal("STORE_FAILED");
    await database.step((queries) => add(queries, 3));
    expect(await people(database)).to.deep.equal([3]);
  });

  it("a server that dies under a step fails the step alone, and the next one finds it again", async function () {
    const { postgres } = stores;
    if (postgres === undefined) this.skip();
    this.timeout(60_000);
    const database = await stores.open(await stores.fresh());
    let code = Promise.resolve("");
    await new Promise<void>((begun) => {
      const step = database.step(async (queries) => {
        await add(queries, 1);
        begun();
        await sql`select pg_sleep(60)`.execute(queries);
      });
      code = codeOf(step);
    });
    await postgres.kill();
    expect(await code).to.equal("STORE_FAILED");
    await postgres.start();
    await database.step((queries) => add(queries, 2));
    expect(await people(database)).to.deep.equal([2]);
  });

  it("shows nothing of a step before its end", async () => {
    const database = await stores.open(await stores.fresh());
    await database.step(async (queries) => {
      await add(queries, 1);
      expect(await people(database)).to.deep.equal([]);
    });
    expect(await people(database)).to.deep.equal([1]);
  });

  it("two processes' steps do not lose each other's changes", async () => {
    const url = await stores.fresh();
    const [one, other] = [await stores.open(url), await stores.open(url)];
    await one.step((queries) => add(queries, 0));
    const count = (database: Database) =>
      database.step(async (queries) => {
        let query = queries
          .selectFrom("attester_person")
          .select("registered_at")
          .where("subject", "=", fieldText(0n));
        if (database.locks) query = query.forUpdate();
        const { registered_at } = await query.executeTakeFirstOrThrow();
        await queries
          .updateTable("attester_person")
          .set({ registered_at: registered_at + 1 })
          .where("subject", "=", fieldText(0n))
          .execute();
      });
    await Promise.all(Array.from({ length: 60 }, (_, i) => count(i % 2 === 0 ? one : other)));
    expect(await people(one)).to.deep.equal([60]);
  });

  it("migrates an empty store once, by one of two processes, and says what it lacks", async () => {
    const url = await stores.fresh();
    const [one, other] = [await openDatabase(url), await openDatabase(url)];
    try {
      const { missing } = await schemaState(one);
      expect(missing[0]).to.equal("0001-attester");
      const made = await Promise.all([migrate(one), migrate(other)]);
      expect(made.flat().sort()).to.deep.equal([...missing]);
      expect((await schemaState(other)).missing).to.deep.equal([]);
      expect(await migrate(one)).to.deep.equal([]);
    } finally {
      await one.close();
      await other.close();
    }
  });

  it("refuses a store that a newer program wrote", async () => {
    const database = await stores.open(await stores.fresh());
    await database.step((queries) =>
      sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(
        queries,
      ),
    );
    expect(await codeOf(migrate(database))).to.equal("STORE_FAILED");
    expect(await codeOf(schemaState(database))).to.equal("STORE_FAILED");
  });

  it("has what was confirmed before a process was killed, and of a step all or nothing", async function () {
    this.timeout(60_000);
    const url = await stores.fresh();
    await (await stores.open(url)).close();
    const confirmed = new Set<number>();
    for (let round = 0; round < 5; round++) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, "fixtures/writePairs.ts"), url, String(round)],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const gone = once(child, "exit");
      for await (const line of createInterface({ input: child.stdout })) {
        confirmed.add(Number(line));
        if (confirmed.size >= (round + 1) * 150) child.kill("SIGKILL");
      }
      await gone;
    }
    const database = await stores.open(url);
    const there = new Set(await people(database));
    for (const n of confirmed) expect(there.has(n), `person ${n}`).to.equal(true);
    // Written in pairs: n and n + 500,000.
    for (const n of there)
      expect(there.has(n < 500_000 ? n + 500_000 : n - 500_000), `pair of ${n}`).to.equal(true);
  });
});

describe("store, one file", () => {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-store-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is its owner's alone, in a folder that it makes", async () => {
    const path = join(folder, "deep/er/store.db");
    const database = await openDatabase(`sqlite:${path}`);
    await migrate(database);
    await database.close();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(join(folder, "deep")).mode & 0o777).to.equal(0o700);
  });

  it("a full disk refuses a step, keeps what was there, and goes on when there is room again", async () => {
    const database = await openDatabase(`sqlite:${join(folder, "full.db")}`);
    await migrate(database);
    await database.step((queries) => add(queries, 1));
    const pages = await database.step(async (queries) => {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(queries);
      return rows[0]!.page_count;
    });
    // SQLite's own limit gives the error that a full disk gives.
    await database.step((queries) => sql.raw(`pragma max_page_count = ${pages}`).execute(queries));
    const many = database.step(async (queries) => {
      for (let n = 2; n < 2_000; n++) await add(queries, n);
    });
    const beside = database.step((queries) => add(queries, 5_000));
    const error = await many.catch((caught: unknown) => caught);
    expect((error as VitalproofError).code).to.equal("STORE_FAILED");
    expect((error as VitalproofError).hint).to.match(/space/);
    const saved = await beside.then(
      () => [5_000],
      () => [],
    );
    expect(await people(database)).to.deep.equal([1, ...saved]);
    await database.step((queries) => sql.raw("pragma max_page_count = 100000").execute(queries));
    await database.step((queries) => add(queries, 3));
    expect(await people(database)).to.include.members([1, 3]);
    await database.close();
  });

  it("shares one flush between steps that wait together", async () => {
    const database = await openDatabase(`sqlite:${join(folder, "many.db")}`);
    await migrate(database);
    const time = async (act: () => Promise<unknown>): Promise<number> => {
      const started = performance.now();
      await act();
      return performance.now() - started;
    };
    const alone = await time(async () => {
      for (let n = 0; n < 100; n++) await database.step((queries) => add(queries, n));
    });
    const together = await time(() =>
      Promise.all(Array.from({ length: 100 }, (_, n) => database.step((queries) => add(queries, 1_000 + n)))),
    );
    console.log(
      `      100 steps: ${alone.toFixed(0)} ms one after the other, ${together.toFixed(0)} ms together`,
    );
    expect(await people(database)).to.have.length(200);
    expect(together).to.be.below(alone);
    await database.close();
  });

  it("refuses an address of another kind, and a file that is something else", async () => {
    expect(await codeOf(openDatabase("mysql://localhost/x"))).to.equal("INVALID_ARGUMENT");
    expect(await codeOf(openDatabase(`sqlite:${import.meta.filename}`))).to.equal("STORE_FAILED");
    expect(await codeOf(openDatabase("postgres://nobody@127.0.0.1:1/none"))).to.equal("STORE_FAILED");
  });
});
