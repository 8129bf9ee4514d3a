// SPDX-License-Identifier: GPL-3.0-or-later

import * as sdk from "@vitalproof/sdk";
import { type Log, memoryStore, type Store } from "@vitalproof/sdk";
import { expect } from "chai";
import { sql } from "kysely";
import { faultOf } from "../src/operate/fault.ts";
import { logger } from "../src/operate/logger.ts";
import { type Place, SEALED_BYTES, sealedStore } from "../src/sealed/index.ts";
import { rejection, shown } from "./support/rejection.ts";
import { filesOf, filesWith, room, wrappedOf } from "./support/sealed.ts";
import { onBothStores } from "./support/stores.ts";

const MARKER = "plaintext-marker-8d1f";
const place: Place = { table: "document", key: "here" };

onBothStores("sealed values", (stores) => {
  const fresh = async () => room(await stores.open(await stores.fresh()));

  it("T33: open for their person, table and row only, and only unchanged", async () => {
    const { database, keys } = await fresh();
    for (const person of ["p1", "p2"]) await keys.create(person);
    const { reads } = database;
    const sealed = await database.step((queries) => keys.seal(queries, "p1", MARKER, place));
    expect(sealed.length).to.equal(MARKER.length + SEALED_BYTES);
    expect((await keys.open(reads, "p1", sealed, place)).toString()).to.equal(MARKER);

    const refused = [
      await rejection(keys.open(reads, "p2", sealed, place)),
      await rejection(keys.open(reads, "p1", sealed, { ...place, key: "there" })),
      await rejection(keys.open(reads, "p1", sealed, { ...place, table: "erasure" })),
      await rejection(keys.open(reads, "p1", sealed.subarray(1), place)),
      await rejection(keys.open(reads, "p1", sealed.subarray(0, SEALED_BYTES - 1), place)),
      await rejection(keys.open(reads, "p1", new Uint8Array(0), place)),
    ];
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte));
      refused.push(await rejection(keys.open(reads, "p1", changed, place)));
    }
    for (const error of refused) {
      expect(error.code).to.equal("SEALED_VALUE_CHANGED");
      expect(shown(error)).not.to.include(MARKER);
    }
  });

  it("T33: two sealings of one value have nothing in common", async () => {
    const { database, keys } = await fresh();
    await keys.create("p1");
    const key = await keys.of(database.reads, "p1");
    const all = Array.from({ length: 1_000 }, () => Buffer.from(key.seal("same", place)).toString("hex"));
    // The nonces, without the version.
    expect(new Set(all.map((hex) => hex.slice(2, 26))).size).to.equal(1_000);
    expect(new Set(all.map((hex) => hex.slice(26))).size).to.equal(1_000);
  });

  it("T33: a wrapped key that was moved to another person is refused, and a changed one", async () => {
    const { database, keys, ...rest } = await fresh();
    for (const person of ["p1", "p2"]) await keys.create(person);
    const theirs = await wrappedOf({ database, keys, ...rest }, "p2");
    const put = (wrapped: Uint8Array) =>
      database.step((queries) =>
        queries.updateTable("person_key").set({ wrapped }).where("person", "=", "p1").execute(),
      );
    await put(theirs);
    expect((await rejection(keys.of(database.reads, "p1"))).code).to.equal("WRAPPED_KEY_DAMAGED");
    theirs[40]! ^= 1;
    await put(theirs);
    expect((await rejection(keys.of(database.reads, "p1"))).code).to.equal("WRAPPED_KEY_DAMAGED");
  });

  it("a key is made once, also by two at a time, and not by a step that failed", async () => {
    const url = await stores.fresh();
    const [one, other] = [room(await stores.open(url)), room(await stores.open(url))];
    await Promise.all([one, other, one, other].map(({ keys }) => keys.create("p1")));
    const { reads } = one.database;
    const sealed = await one.database.step((queries) => one.keys.seal(queries, "p1", MARKER, place));
    expect((await other.keys.open(reads, "p1", sealed, place)).toString()).to.equal(MARKER);

    // Its key is in memory when the step fails; the next one is another.
    const failed = one.database.step(async (queries) => {
      await one.keys.create("p2", queries);
      await one.keys.seal(queries, "p2", MARKER, place);
      throw new sdk.VitalproofError("ABORTED", "thought better of it");
    });
    expect((await rejection(failed)).code).to.equal("ABORTED");
    expect((await rejection(one.keys.of(reads, "p2"))).code).to.equal("PERSON_KEY_MISSING");
    await other.keys.create("p2");
    const second = await one.database.step((queries) => one.keys.seal(queries, "p2", MARKER, place));
    expect((await other.keys.open(reads, "p2", second, place)).toString()).to.equal(MARKER);
    for (const person of ["", "a b", "x".repeat(129), "p\n"]) {
      expect((await rejection(one.keys.create(person))).code).to.equal("INVALID_ARGUMENT");
    }
  });

  it("remembers few keys, and opens everything all the same", async () => {
    const few = room(await stores.open(await stores.fresh()), undefined, 3);
    const persons = Array.from({ length: 10 }, (_, i) => `p${i}`);
    for (const person of persons) await few.keys.create(person);
    await few.database.step(async (queries) => {
      // A step may use more keys than are remembered.
      const keys = await Promise.all(persons.map((person) => few.keys.of(queries, person)));
      for (const [i, key] of keys.entries()) {
        expect(key.open(key.seal(`value ${i}`, place), place).toString()).to.equal(`value ${i}`);
      }
    });
  });

  it("T33: no file, log, error or JSON shows a text or a key", async () => {
    const url = await stores.fresh();
    const here = room(await stores.open(url));
    await here.keys.create("p1");
    const store = here.store("p1");
    await store.write("epochs/1", MARKER);
    await here.database.step((queries) => queries.updateTable("document").set({ version: 77 }).execute());
    const lines: string[] = [];
    const log = logger({ destination: { write: (line) => lines.push(line) } });
    const error = await rejection(store.read("epochs/1"));
    expect(error.code).to.equal("SEALED_VALUE_CHANGED");
    log.error(error);
    log.info({ keys: here.keys, key: await here.keys.of(here.database.reads, "p1") }, "all of it");
    const said = [shown(error), JSON.stringify(faultOf(error)), ...lines, shown(here.keys)].join("\n");
    expect(lines).to.have.length(2);
    expect(said).not.to.include(MARKER);
    // The key that is wrapped, of which the first half is the person's.
    const named = await here.masterKeys.unwrap(await wrappedOf(here, "p1"));
    const key = Buffer.from(named.subarray(0, 32));
    expect(said).not.to.include(key.toString("hex"));
    expect(said).not.to.include(key.toString("base64"));
    if (here.database.kind === "sqlite") {
      expect(filesWith(await wrappedOf(here, "p1"), filesOf(url))).not.to.deep.equal([]);
      expect(filesWith(MARKER, filesOf(url))).to.deep.equal([]);
      expect(filesWith(key, filesOf(url))).to.deep.equal([]);
    }
  });

  describe("as a store of the SDK", () => {
    it("does what a store does, inside of a step and outside", async () => {
      const here = await fresh();
      for (const person of ["p1", "p2"]) await here.keys.create(person);
      const model = memoryStore();
      const same = async (store: Store): Promise<void> => {
        for (const prefix of ["", "log/", "log_", "x"]) {
          expect((await store.keys(prefix)).sort()).to.deep.equal((await model.keys(prefix)).sort());
        }
        for (const key of ["log/1", "log/2", "log_1", "none"]) {
          expect(await store.read(key)).to.equal(await model.read(key));
        }
      };
      const work = async (store: Store, n: number): Promise<void> => {
        for (const each of [store, model]) {
          await each.write("log/1", `one ${n} ü`);
          await each.write("log/2", "");
          await each.write("log_1", "x".repeat(20_000));
          await each.write("log/1", `anew ${n}`);
          await each.remove("log/2");
          await each.remove("none");
        }
        await same(store);
      };
      await work(here.store("p1"), 1);
      await here.database.step((queries) => work(sealedStore(here.database, here.keys, "p1", queries), 2));
      await same(here.store("p1"));
      expect(await here.store("p2").keys("")).to.deep.equal([]);
      expect((await rejection(here.store("p1").write("../x", "y"))).code).to.equal("INVALID_ARGUMENT");
      expect((await rejection(here.store("p3").read("log/1"))).code).to.equal("PERSON_KEY_MISSING");
      expect((await rejection(here.store("p3").write("log/1", ""))).code).to.equal("PERSON_KEY_MISSING");
    });

    it("advances a log together with other rows, or not at all", async () => {
      const here = await fresh();
      await here.keys.create("p1");
      const opening: sdk.LogOpening = {
        group: 1n,
        subject: sdk.createIdentity().subject,
        profile: "test-16",
        offset: 0,
        firstEpoch: 20_000,
        genesis: 5n,
      };
      const count = async () => {
        const { rows } = await sql<{ n: number }>`select count(*) as n from service`.execute(
          here.database.reads,
        );
        return Number(rows[0]!.n);
      };
      await sdk.Log.create(here.store("p1"), "log", opening);
      const advance = (fails: boolean) =>
        here.database.step(async (queries) => {
          const log: Log = await sdk.Log.resume(sealedStore(here.database, here.keys, "p1", queries), "log");
          await log.append([{ time: 20_000 * 86_400 + 60, value: 5, unit: "1" }]);
          await log.seal(20_001 * 86_400);
          await queries.insertInto("service").values({ service: "gateway", bound_to: "{}" }).execute();
          if (fails) throw new sdk.VitalproofError("ABORTED", "thought better of it");
        });
      expect((await rejection(advance(true))).code).to.equal("ABORTED");
      const epochs = async () => (await sdk.Log.resume(here.store("p1"), "log")).epochs.length;
      expect([await epochs(), await count()]).to.deep.equal([0, 0]);
      await advance(false);
      expect([await epochs(), await count()]).to.deep.equal([1, 1]);
    });

    it("refuses rows that were changed, swapped, or put back", async () => {
      const here = await fresh();
      await here.keys.create("p1");
      const store = here.store("p1");
      await store.write("a", "first");
      await store.write("b", "other");
      const rowOf = (key: string) =>
        here.database.reads
          .selectFrom("document")
          .select(["sealed", "version"])
          .where("key", "=", key)
          .executeTakeFirstOrThrow();
      const put = (key: string, row: { sealed: Uint8Array; version: number }) =>
        here.database.step((queries) =>
          queries.updateTable("document").set(row).where("key", "=", key).execute(),
        );
      const old = await rowOf("a");
      await put("b", old);
      expect((await rejection(store.read("b"))).code).to.equal("SEALED_VALUE_CHANGED");
      await put("b", { ...old, version: old.version + 1 });
      expect((await rejection(store.read("b"))).code).to.equal("SEALED_VALUE_CHANGED");

      await store.write("a", "second");
      await put("a", old);
      expect((await rejection(store.read("a"))).code).to.equal("SEALED_VALUE_ROLLED_BACK");
      // A process that has not seen the newer one cannot tell, unless the count was put back too.
      expect(await room(here.database).store("p1").read("a")).to.equal("first");
      await here.database.step((queries) => queries.updateTable("person_key").set({ writes: 0 }).execute());
      expect((await rejection(room(here.database).store("p1").read("a"))).code).to.equal(
        "SEALED_VALUE_ROLLED_BACK",
      );
    });

    it("writes of two processes, and reads next to them, are not taken for older rows", async function () {
      this.timeout(30_000);
      const url = await stores.fresh();
      const rooms = [room(await stores.open(url)), room(await stores.open(url))];
      await rooms[0]!.keys.create("p1");
      await Promise.all(
        rooms.flatMap((here, r) =>
          Array.from({ length: 40 }, async (_, n) => {
            await here.store("p1").write(`k${n % 3}`, `${r} ${n}`);
            await here.store("p1").read(`k${n % 3}`);
            if (n % 10 === 0)
              await here
                .store("p1")
                .remove(`k${n % 3}`)
                .catch(() => undefined);
          }).map((work) => work.catch((error: unknown) => expect.fail(shown(error)))),
        ),
      );
    });
  });

  it("seals and opens 50,000 small values a second", async function () {
    this.timeout(60_000);
    const here = await fresh();
    await here.keys.create("p1");
    const key = await here.keys.of(here.database.reads, "p1");
    const value = Buffer.alloc(64, 7);
    const rates: Record<string, number> = {};
    const measure = (name: string, act: (n: number) => void): void => {
      for (let n = 0; n < 2_000; n++) act(n);
      // Of this process and not of the clock: the machine has other work.
      const before = process.cpuUsage();
      for (let n = 0; n < 50_000; n++) act(n);
      const { user, system } = process.cpuUsage(before);
      rates[name] = Math.round(50_000 / ((user + system) / 1e6));
    };
    const sealed: Uint8Array[] = [];
    measure("seal", (n) => {
      sealed[n] = key.seal(value, { ...place, key: String(n) });
    });
    measure("open", (n) => {
      key.open(sealed[n]!, { ...place, key: String(n) });
    });
    const started = performance.now();
    await here.database.step(async (queries) => {
      for (let n = 0; n < 5_000; n++)
        await here.keys.seal(queries, "p1", value, { ...place, key: String(n) });
    });
    rates["seal, asking the store for the key each time"] = Math.round(
      5_000_000 / (performance.now() - started),
    );
    for (const [name, rate] of Object.entries(rates)) console.log(`      ${name}: ${rate} a second`);
    expect(rates.seal).to.be.greaterThan(50_000);
  });
});
