// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sql } from "kysely";
import { sqlRecords } from "../src/attester/sqlRecords.ts";
import { backup, type Database, fieldText, openDatabase, restore } from "../src/store/index.ts";
import { KEYS, type TableName } from "../src/store/tables.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";

const folder = mkdtempSync(join(tmpdir(), "vitalproof-backup-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const file = () => join(folder, `${++files}.backup`);

/** Every table's rows, as texts, in the order of their keys. */
async function contents({ reads }: Database): Promise<Record<string, string[]>> {
  const tables = Object.keys(KEYS) as TableName[];
  const all = tables.map(async (name) => {
    const { rows } = await sql<object>`select * from ${sql.table(name)} order by ${sql.join(
      KEYS[name].map((column) => sql.ref(column)),
    )}`.execute(reads);
    return [name, rows.map((row) => JSON.stringify(Object.entries(row).sort()))] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

/** Some rows in every table of the attester: more people than are copied at once. */
async function fill(database: Database): Promise<void> {
  const records = sqlRecords(database, () => 1);
  await records.transaction(async (step) => {
    for (let n = 1n; n <= 2_500n; n++) await step.register(n, Number(n));
    for (let n = 1n; n <= 20n; n++) {
      const key = { subject: n, profile: 1, generation: 0 };
      await step.saveDevice({ curve: "p256", publicKey: `key${n}`, subject: n, profile: 1, enrolledAt: 5 });
      await step.saveLog(key, { offset: 0, firstEpoch: 1, genesis: n, salt: n, head: n, nextEpoch: 3 });
      await step.saveHead(key, 1, { previous: n, head: n + 1n }, { leaf: n, day: 1 });
      await step.saveHead(
        key,
        2,
        { previous: n, head: n, receipt: { receivedAt: 7, anchorDay: 2, signature: "0x12" } },
        { leaf: n, day: 2 },
      );
    }
    await step.saveDay(1, 9n, await step.leavesOf(1));
  });
}

onBothStores("backup", (stores) => {
  it("holds the store as it was at one moment, while steps go on", async () => {
    const database = await stores.open(await stores.fresh());
    await fill(database);
    const before = await contents(database);
    let stop = false;
    let added = 0;
    const busy = (async () => {
      while (!stop) {
        const n = BigInt(10_000 + added++);
        await database.step((queries) =>
          queries
            .insertInto("attester_person")
            .values({ subject: fieldText(n), registered_at: 1 })
            .execute(),
        );
      }
    })();
    const path = file();
    const seen: number[] = [];
    const copied = await backup(database, path, (rows) => seen.push(rows));
    stop = true;
    await busy;
    expect(added).to.be.greaterThan(0);
    expect(seen.length).to.be.greaterThan(2);
    expect(copied.attester_head).to.equal(40);
    expect(statSync(path).mode & 0o777).to.equal(0o600);

    const restored = await stores.open(await stores.fresh());
    await restore(path, restored);
    const now = await contents(restored);
    for (const name of Object.keys(before)) {
      if (name !== "attester_person") expect(now[name]).to.deep.equal(before[name]);
    }
    // People who came meanwhile are there up to one of them, and none after it.
    const people = now.attester_person!.length - before.attester_person!.length;
    expect(now.attester_person).to.deep.equal(
      (await contents(database)).attester_person!.slice(0, 2_500 + people),
    );
  });

  it("restores into an empty store only, and into either kind", async () => {
    const database = await stores.open(await stores.fresh());
    await fill(database);
    const path = file();
    await backup(database, path);
    expect(await codeOf(backup(database, path))).to.equal("ALREADY_THERE");
    expect(await codeOf(restore(path, database))).to.equal("ALREADY_THERE");
    expect(await codeOf(restore(join(folder, "none"), database))).to.equal("NOT_THERE");
    const other = await openDatabase(`sqlite:${join(folder, `${++files}.db`)}`);
    await restore(path, other);
    expect(await contents(other)).to.deep.equal(await contents(database));
    await other.close();
  });

  it("refuses a damaged file, and leaves the store empty", async () => {
    const database = await stores.open(await stores.fresh());
    await fill(database);
    const path = file();
    await backup(database, path);
    const bytes = readFileSync(path);
    const restored = await stores.open(await stores.fresh());
    const empty = await contents(restored);
    for (const [from, to, code] of [
      [0, 100, "DOCUMENT_INVALID"],
      [Math.floor(bytes.length / 2), 4_000, "STORE_FAILED"],
    ] as const) {
      const broken = Buffer.from(bytes);
      broken.fill(0xa5, from, from + to);
      const damaged = file();
      writeFileSync(damaged, broken);
      expect(await codeOf(restore(damaged, restored))).to.equal(code);
      expect(await contents(restored)).to.deep.equal(empty);
    }
    const short = file();
    writeFileSync(short, bytes.subarray(0, bytes.length - 8_192));
    expect(await codeOf(restore(short, restored))).to.equal("STORE_FAILED");
    expect(await contents(restored)).to.deep.equal(empty);
  });
});
