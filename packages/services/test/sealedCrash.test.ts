// SPDX-License-Identifier: GPL-3.0-or-later
//
// A process that is killed while it erases, or while it changes the master key.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { MasterKeys } from "../src/keys/masterKeys.ts";
import { rotateMasterKey, wrappedKeys } from "../src/sealed/index.ts";
import { rejection } from "./support/rejection.ts";
import { filesOf, filesWith, masterKey, type Room, room, wrappedOf } from "./support/sealed.ts";
import { onBothStores } from "./support/stores.ts";

/** Starts the work and kills it, some milliseconds after it has said so many lines. @returns whether it was killed in the middle */
async function killedIn(
  url: string,
  work: "erase" | "rotate",
  lines: number,
  after: number,
): Promise<boolean> {
  const program = join(import.meta.dirname, "fixtures/sealedWork.ts");
  const child = spawn(process.execPath, [program, url, work], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  let said = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    if (++said !== lines) continue;
    await setTimeout(after);
    child.kill("SIGKILL");
  }
  const [, signal] = await gone;
  return signal === "SIGKILL";
}

async function personsOf({
  database,
}: Room): Promise<{ person: string; isThere: boolean; documents: number }[]> {
  const rows = await database.reads
    .selectFrom("person_key")
    .select(({ selectFrom, ref }) => [
      "person",
      "wrapped",
      selectFrom("document")
        .select(({ fn }) => fn.countAll().as("n"))
        .where("document.person", "=", ref("person_key.person"))
        .as("documents"),
    ])
    .execute();
  return rows.map(({ person, wrapped, documents }) => ({
    person,
    isThere: wrapped !== null,
    documents: Number(documents),
  }));
}

onBothStores("sealed values, killed", (stores) => {
  it("in the middle of erasures: each is done or not begun, and can be repeated", async function () {
    this.timeout(120_000);
    const url = await stores.fresh();
    const here = room(await stores.open(url), new MasterKeys(masterKey(2), [masterKey(1)]));
    const persons = Array.from({ length: 60 }, (_, n) => `p${n + 10}`);
    for (const person of persons) {
      await here.keys.create(person);
      for (const key of ["a", "b"]) await here.store(person).write(key, "text");
    }
    const wrapped = new Map<string, Buffer>();
    for (const person of persons) wrapped.set(person, await wrappedOf(here, person));
    let killed = 0;
    for (let round = 0; round < 8; round++) {
      if (await killedIn(url, "erase", 2, round * 2)) killed++;
      const evidence = (await here.erasures.list()).map(({ evidence }) => evidence.person);
      for (const { person, isThere, documents } of await personsOf(here)) {
        expect(documents, person).to.equal(isThere ? 2 : 0);
        expect(evidence.filter((each) => each === person).length, person).to.equal(isThere ? 0 : 1);
        if (isThere) expect(await here.store(person).read("a")).to.equal("text");
        else expect((await rejection(here.store(person).read("a"))).code).to.equal("PERSON_ERASED");
      }
    }
    expect(killed).to.be.greaterThan(5);
    const left = (await personsOf(here)).filter(({ isThere }) => isThere);
    expect(left.length).to.be.within(1, 59);
    // What the killed processes began is ended, their cleaning too.
    expect(await here.erasures.finish()).to.equal(true);
    if (here.database.kind === "sqlite") {
      for (const [person, bytes] of wrapped) {
        const isLeft = left.some((each) => each.person === person);
        expect(filesWith(bytes, filesOf(url)).length > 0, person).to.equal(isLeft);
      }
    }
    for (const person of persons) await here.erasures.erase(person, { by: "test" });
    expect(await here.erasures.list()).to.have.length(60);
  });

  it("in the middle of a change of the master key: everything opens, and it goes on", async function () {
    this.timeout(120_000);
    const url = await stores.fresh();
    const before = room(await stores.open(url));
    const persons = Array.from({ length: 1_500 }, (_, n) => `p${n}`);
    for (let from = 0; from < persons.length; from += 100) {
      await Promise.all(persons.slice(from, from + 100).map((person) => before.keys.create(person)));
    }
    await before.store("p1").write("a", "first");
    await before.store("p1499").write("a", "last");
    const old = await wrappedOf(before, "p1");
    const both = new MasterKeys(masterKey(2), [masterKey(1)]);
    expect(await wrappedKeys(before.database, both)).to.deep.equal({ current: 0, old: 1_500 });
    let killed = 0;
    for (let round = 0; round < 3; round++) {
      if (await killedIn(url, "rotate", 1, round * 5)) killed++;
      const { current, old } = await wrappedKeys(before.database, both);
      expect(current + old).to.equal(1_500);
      const during = room(before.database, both);
      expect(await during.store("p1").read("a")).to.equal("first");
      expect(await during.store("p1499").read("a")).to.equal("last");
    }
    expect(killed).to.be.greaterThan(0);
    const now = await wrappedKeys(before.database, both);
    expect(now.current).to.be.greaterThan(0);
    const done = await rotateMasterKey(before.database, both);
    expect(done).to.deep.equal({ current: 1_500, old: 0, rewrapped: now.old, cleaned: true });
    expect(await rotateMasterKey(before.database, both)).to.deep.include({ rewrapped: 0, old: 0 });
    // The old master key is not needed any more, and a process that remembers keys goes on.
    const after = room(before.database, new MasterKeys(masterKey(2)));
    expect(await after.store("p1499").read("a")).to.equal("last");
    if (before.database.kind === "sqlite") {
      expect(filesWith(old, filesOf(url))).to.deep.equal([]);
    }
    const without = room(before.database, new MasterKeys(masterKey(1)));
    expect((await rejection(without.store("p1").read("a"))).code).to.equal("MASTER_KEY_OTHER");
  });

  it("a person who is erased during a change of the master key stays erased", async () => {
    const here = room(await stores.open(await stores.fresh()));
    for (const person of ["p1", "p2"]) await here.keys.create(person);
    const keys = new MasterKeys(masterKey(2), [masterKey(1)]);
    const done = await rotateMasterKey(here.database, {
      isCurrent: (wrapped) => keys.isCurrent(wrapped),
      async rewrap(wrapped) {
        await here.erasures.erase("p1", { by: "test" }).catch(() => undefined);
        return keys.rewrap(wrapped);
      },
    });
    expect(done).to.deep.include({ current: 1, old: 0 });
    expect((await rejection(room(here.database, keys).keys.of(here.database.reads, "p1"))).code).to.equal(
      "PERSON_ERASED",
    );
  });
});
