// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { sql } from "kysely";
import {
  backupGone,
  Erasures,
  type Holdings,
  noteBackup,
  notedBackup,
  readErasures,
  sealedHoldings,
  sealedStore,
  writeErasures,
} from "../src/sealed/index.ts";
import { SEALED_TABLES } from "../src/sealed/sealedTables.ts";
import { restore } from "../src/store/index.ts";
import { rejection, shown } from "./support/rejection.ts";
import { filesOf, filesWith, havePieceOf, type Room, room, START, wrappedOf } from "./support/sealed.ts";
import { onBothStores } from "./support/stores.ts";

const folder = mkdtempSync(join(tmpdir(), "vitalproof-sealed-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const file = () => join(folder, `${++files}.backup`);

/** Rows that nobody had. */
const NOTHING = Object.fromEntries(SEALED_TABLES.map((table) => [table, 0]));
const by = "operator";
const MARKER = "plaintext-marker-1c9e";

/** Persons p1, p2, … with documents. */
async function fill(here: Room, persons: number, documents = 3): Promise<void> {
  for (let n = 1; n <= persons; n++) {
    await here.keys.create(`p${n}`);
    for (let d = 0; d < documents; d++) await here.store(`p${n}`).write(`epochs/${d}`, `text ${d} of ${n}`);
  }
}

/** Files of a PostgreSQL store's table, once what was replaced is gone. */
async function tableFile({ database }: Room, table: string): Promise<string> {
  await sql`checkpoint`.execute(database.reads);
  const { rows } = await sql<{ path: string }>`
    select current_setting('data_directory') || '/' || pg_relation_filepath(${table}) as path`.execute(
    database.reads,
  );
  return rows[0]!.path;
}

onBothStores("sealed values, erasure", (stores) => {
  const fresh = async () => room(await stores.open(await stores.fresh()));

  it("destroys the key and what was sealed, and says what is left", async () => {
    const here = await fresh();
    await fill(here, 2);
    // One that is gone already, one from before the person, one that is still there, and one that was never finished.
    await noteBackup(here.database, { madeAt: START, place: "old", keptUntil: START + 50 });
    const { made } = await notedBackup(here.database, file(), {
      clock: () => START + 10,
      keptUntil: START + 1_000,
      place: "tape 7",
    });
    here.now = START + 20;
    await here.keys.create("late");
    const open = await noteBackup(here.database, {
      madeAt: START + 30,
      place: "open",
      keptUntil: START + 99,
    });
    const gone = await noteBackup(here.database, {
      madeAt: START + 30,
      place: "gone",
      keptUntil: START + 99,
    });
    await backupGone(here.database, gone.id);
    here.now = START + 60;
    const erased = await here.erasures.erase("p1", { by, onChain: ["the root of day 20833"] });
    expect(erased.evidence).to.deep.equal({
      format: "vitalproof/erasure/1",
      person: "p1",
      createdAt: START,
      erasedAt: START + 60,
      by,
      destroyed: { ...NOTHING, person_key: 1, document: 3 },
      backups: [made, open],
      onChain: ["the root of day 20833"],
    });
    expect([erased.before, erased.cleaned]).to.deep.equal([false, true]);
    expect(JSON.parse(erased.text)).to.deep.equal(erased.evidence);
    expect(erased.hash).to.equal(createHash("sha256").update(erased.text).digest("hex"));
    // Created after the backup of the tape.
    const late = await here.erasures.erase("late", { by });
    expect(late.evidence.backups.map(({ place }) => place)).to.deep.equal(["open"]);

    expect(
      await here.database.reads.selectFrom("document").select("person").distinct().execute(),
    ).to.deep.equal([{ person: "p2" }]);
    expect(await here.store("p2").read("epochs/1")).to.equal("text 1 of 2");
  });

  it("afterwards nothing opens, seals or creates, in any process, and the time is said", async () => {
    const url = await stores.fresh();
    const [here, other] = [room(await stores.open(url)), room(await stores.open(url))];
    await fill(here, 1);
    const sealed = await here.database.step((queries) =>
      here.keys.seal(queries, "p1", "x", { table: "document", key: "k" }),
    );
    // Both remember the key, and one still has it at hand.
    expect(await other.store("p1").read("epochs/0")).to.equal("text 0 of 1");
    const atHand = await here.keys.of(here.database.reads, "p1");
    const wrapped = await wrappedOf(here, "p1");
    here.now += 5;
    // One more remembers it, and asks for nothing until the row is back.
    const asleep = room(await stores.open(url));
    expect(await asleep.store("p1").read("epochs/0")).to.equal("text 0 of 1");
    await here.erasures.erase("p1", { by });
    const refused = async (): Promise<void> => {
      for (const { keys, store, database } of [here, other, room(here.database)]) {
        const place = { table: "document", key: "k" } as const;
        for (const act of [
          () => keys.open(database.reads, "p1", sealed, place),
          () => database.step((queries) => keys.seal(queries, "p1", "x", place)),
          () => store("p1").read("epochs/0"),
          () => store("p1").write("epochs/0", "x"),
          () => store("p1").remove("epochs/0"),
          () => store("p1").keys(""),
          () => keys.create("p1"),
        ]) {
          const error = await rejection(act());
          expect(error.code).to.equal("PERSON_ERASED");
          expect(error.details).to.deep.equal({ erasedAt: START + 5 });
        }
      }
      expect((await rejection(() => atHand.open(sealed, { table: "document", key: "k" }))).code).to.equal(
        "PERSON_ERASED",
      );
      expect((await rejection(() => atHand.seal("x", { table: "document", key: "k" }))).code).to.equal(
        "PERSON_ERASED",
      );
    };
    await refused();
    // A row that somebody puts back does not help.
    await here.database.step((queries) =>
      queries.updateTable("person_key").set({ wrapped, erased_at: null }).execute(),
    );
    for (const { keys, database } of [here, other, asleep, room(here.database)]) {
      expect((await rejection(keys.of(database.reads, "p1"))).code).to.equal("PERSON_ERASED");
    }
    // And erasing again destroys it.
    const again = await here.erasures.erase("p1", { by });
    expect(again.before).to.equal(false);
    expect(again.evidence.again).to.be.a("string");
    await refused();
  });

  it("a second time says when it was done, and a stranger is not erased", async () => {
    const here = await fresh();
    await fill(here, 1);
    const first = await here.erasures.erase("p1", { by });
    here.now += 100;
    const second = await here.erasures.erase("p1", { by: "another" });
    expect(second).to.deep.equal({ ...first, before: true });
    expect((await rejection(here.erasures.erase("p9", { by }))).code).to.equal("PERSON_KEY_MISSING");
    expect(await here.erasures.list()).to.have.length(1);
  });

  it("keeps nothing of a step that fails, and counts what else was deleted", async () => {
    const here = await fresh();
    await fill(here, 2);
    const { database, keys: personKeys } = here;
    const erasures = (also: Holdings["destroy"]) =>
      new Erasures({
        database,
        holdings: sealedHoldings({ database, personKeys, also }),
        clock: () => START,
      });
    const broken = erasures(() => Promise.reject(new RangeError("broken")));
    expect(await broken.erase("p1", { by }).catch((error: unknown) => error)).to.be.instanceOf(RangeError);
    expect((await rejection(here.erasures.erase("p1", { by: "two\nlines" }))).code).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(await here.store("p1").read("epochs/1")).to.equal("text 1 of 1");
    expect(await here.erasures.list()).to.deep.equal([]);
    const also = erasures(async (queries, person) => {
      const rows = await queries.deleteFrom("service").where("service", "=", person).execute();
      return { service: Number(rows[0]!.numDeletedRows) };
    });
    await database.step((queries) =>
      queries.insertInto("service").values({ service: "p1", bound_to: "{}" }).execute(),
    );
    const preview = await also.preview("p1");
    expect(await here.store("p1").read("epochs/1"), "a preview changes nothing").to.equal("text 1 of 1");
    expect(await here.erasures.list()).to.deep.equal([]);
    const { evidence } = await also.erase("p1", { by });
    expect(preview).to.deep.equal({ destroys: evidence.destroyed, backups: [] });
    expect((await rejection(also.preview("p1"))).code).to.equal("PERSON_ERASED");
    expect((await rejection(also.preview("p9"))).code).to.equal("PERSON_KEY_MISSING");
    expect(evidence.destroyed).to.deep.equal({ ...NOTHING, person_key: 1, document: 3, service: 1 });
  });

  it("waits for steps that seal, so that nothing is sealed after it", async function () {
    this.timeout(20_000);
    const url = await stores.fresh();
    const [here, other] = [room(await stores.open(url)), room(await stores.open(url))];
    await fill(here, 1);
    let sealing = false;
    const slow = other.database.step(async (queries) => {
      const store = sealedStore(other.database, other.keys, "p1", queries);
      const key = await other.keys.of(queries, "p1");
      sealing = true;
      await setTimeout(300);
      key.seal("x", { table: "document", key: "k" });
      await store.write("epochs/9", "late");
    });
    while (!sealing) await setTimeout(5);
    const erased = await here.erasures.erase("p1", { by });
    await slow;
    expect(erased.evidence.destroyed).to.deep.equal({ ...NOTHING, person_key: 1, document: 4 });
    const { rows } = await sql`select 1 from document`.execute(here.database.reads);
    expect(rows).to.deep.equal([]);
  });

  it("T33: the wrapped key is in no file of the store any more", async function () {
    this.timeout(120_000);
    const url = await stores.fresh();
    const here = room(await stores.open(url));
    const overwriting = async (mode: "on" | "off"): Promise<void> => {
      if (here.database.kind !== "sqlite") return;
      await here.database.step((queries) => sql.raw(`pragma secure_delete = ${mode}`).execute(queries));
    };
    // Pages are split and rows move, which leaves copies. SQLite overwrites most of them, so that it takes thousands of
    // persons to see one; in a store from before it did there are many.
    await overwriting("off");
    const persons = Array.from({ length: 400 }, (_, n) => `p${(n * 7_919) % 400}`);
    for (const person of persons) await here.keys.create(person);
    for (let n = 0; n < 400; n++) {
      await here.database.step((queries) =>
        queries
          .updateTable("person_key")
          .set({ writes: 2 ** (n % 40) })
          .where("person", "=", `p${(n * 31) % 400}`)
          .execute(),
      );
    }
    await overwriting("on");
    await here.store("p7").write("epochs/1", MARKER);
    const wrapped = new Map<string, Buffer>();
    for (const person of persons) wrapped.set(person, await wrappedOf(here, person));
    const places = async () =>
      here.database.kind === "sqlite" ? filesOf(url) : [await tableFile(here, "person_key")];
    const there = await places();
    for (const [person, bytes] of wrapped) expect(filesWith(bytes, there), person).not.to.deep.equal([]);
    const erased = Array.from({ length: 40 }, (_, n) => `p${n * 9 + 7}`);
    const started = performance.now();
    for (const person of erased) {
      expect((await here.erasures.erase(person, { by })).cleaned).to.equal(true);
    }
    const each = (performance.now() - started) / erased.length;
    console.log(`      an erasure among 400 persons: ${each.toFixed(0)} ms`);
    const after = await places();
    if (here.database.kind === "sqlite") expect(after.length).to.be.greaterThan(1);
    const left = after.map((file) => readFileSync(file));
    for (const [person, bytes] of wrapped) {
      // The search finds what is there.
      expect(havePieceOf(bytes, left), person).to.equal(!erased.includes(person));
    }
    expect(filesWith(MARKER, after)).to.deep.equal([]);
  });

  it("while a long read sees the old rows the files are not said to be clean", async function () {
    this.timeout(30_000);
    const here = await fresh();
    await fill(here, 2);
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let reading = false;
    const long = here.database.snapshot(async (queries) => {
      await queries.selectFrom("person_key").select("person").execute();
      reading = true;
      await ended;
    });
    while (!reading) await setTimeout(5);
    const { database, keys: personKeys } = here;
    const holdings = sealedHoldings({ database, personKeys });
    const hasty = new Erasures({ database, holdings, clock: () => START, patience: 100 });
    expect((await hasty.erase("p1", { by })).cleaned).to.equal(false);
    expect(await hasty.finish()).to.equal(false);
    end();
    await long;
    expect(await hasty.finish()).to.equal(true);
    const { rows } = await sql<{ cleaned_at: number }>`select cleaned_at from erasure`.execute(
      database.reads,
    );
    expect(rows).to.deep.equal([{ cleaned_at: START }]);
  });

  it("a restored backup brings erased people back: they are named, and erased again", async () => {
    const here = await fresh();
    await fill(here, 3);
    const path = file();
    await notedBackup(here.database, path, { clock: () => START + 1, keptUntil: START + 1_000 });
    here.now += 10;
    await here.keys.create("p4");
    for (const person of ["p1", "p4"]) await here.erasures.erase(person, { by, onChain: ["a root"] });
    const kept = writeErasures(await here.erasures.list());

    const restored = await fresh();
    await restore(path, restored.database);
    restored.now = START + 50;
    const list = readErasures(kept);
    expect(await restored.erasures.returned(list)).to.deep.equal(["p1"]);
    expect(await restored.store("p1").read("epochs/1")).to.equal("text 1 of 1");
    expect(await restored.erasures.reapply(list, { by: "drill" })).to.deep.equal({
      returned: ["p1"],
      cleaned: true,
    });
    expect(await restored.erasures.returned(list)).to.deep.equal([]);
    for (const person of ["p1", "p4"]) {
      expect((await rejection(restored.store(person).read("epochs/1"))).code).to.equal("PERSON_ERASED");
      expect((await rejection(restored.keys.create(person))).code).to.equal("PERSON_ERASED");
    }
    expect(await restored.store("p2").read("epochs/1")).to.equal("text 1 of 2");
    const all = await restored.erasures.list();
    const first = list.find(({ evidence }) => evidence.person === "p1")!;
    expect(all).to.have.length(3);
    expect(all.slice(0, 2)).to.deep.equal(list);
    expect(all[2]!.evidence).to.deep.include({
      person: "p1",
      by: "drill",
      again: first.hash,
      onChain: ["a root"],
      destroyed: { ...NOTHING, person_key: 1, document: 3 },
    });
    // The backup that it was restored from still has the key.
    expect(all[2]!.evidence.backups.map(({ place }) => place)).to.deep.equal([path]);
    // Once more changes nothing, and a backup of now knows all of it.
    expect(await restored.erasures.reapply(list, { by: "drill" })).to.deep.equal({
      returned: [],
      cleaned: true,
    });
    expect(await restored.erasures.list()).to.deep.equal(all);
    const second = file();
    await notedBackup(restored.database, second, { clock: () => START + 60, keptUntil: START + 1_000 });
    const third = await fresh();
    await restore(second, third.database);
    expect(await third.erasures.list()).to.deep.equal(all);
    expect(await third.erasures.returned(list)).to.deep.equal([]);
  });

  it("refuses changed evidence without showing it", async () => {
    const here = await fresh();
    await fill(here, 1);
    await here.erasures.erase("p1", { by });
    const kept = writeErasures(await here.erasures.list());
    for (const changed of [
      kept.replace("p1", "p2"),
      kept.replace("erasures/1", "erasures/2"),
      kept.slice(2),
      "{}",
    ]) {
      const error = await rejection(() => readErasures(changed));
      expect(error.code).to.equal("DOCUMENT_INVALID");
      expect(shown(error)).not.to.match(/p[12]\b/);
    }
  });
});
