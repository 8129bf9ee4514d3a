// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { gapHeadOf, Log, memoryStore, packContext, readPeriod, type Store } from "../src/index.ts";
import { fileStore } from "../src/node/index.ts";
import { day, epochSeconds, FIRST, opening, profile, start } from "./logSupport.ts";
import { codeRejected } from "./support.ts";

describe("log on disk", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vitalproof-log-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("resumes with the same chain and pending readings; files are readable by their owner only", async () => {
    const log = await Log.create(fileStore(folder), "mine", opening());
    await log.append([...day(FIRST), ...day(FIRST + 1)]);
    await log.seal(start + epochSeconds);
    const again = await Log.resume(fileStore(folder), "mine");
    expect(again.opening).to.deep.equal(log.opening);
    expect(again.epochs).to.deep.equal(log.epochs);
    expect(again.pending).to.equal(16);
    await again.seal(start + 2 * epochSeconds);
    expect(again.epochs[1]!.previous).to.equal(log.head);
    const file = join(folder, "log", "mine", "state.json");
    expect((await stat(file)).mode & 0o077).to.equal(0);
    expect(
      (await readdir(join(folder, "log", "mine"))).filter((name) => name.endsWith(".tmp")),
    ).to.deep.equal([]);
  });

  it("refuses a second log of a name, a missing one, a damaged file and a changed chain", async () => {
    const store = fileStore(folder);
    const log = await Log.create(store, "mine", opening());
    expect(await codeRejected(Log.create(store, "mine", opening()))).to.equal("STORE_FAILED");
    expect(await codeRejected(Log.resume(store, "other"))).to.equal("STORE_FAILED");
    await log.append(day(FIRST));
    await log.seal(start + epochSeconds);
    const file = join(folder, "log", "mine", "epoch", `${FIRST}.json`);
    const text = await readFile(file, "utf8");
    for (const damaged of [text.replace('"codes":[6', '"codes":[7'), text.slice(0, 40), "[]", "null"]) {
      await writeFile(file, damaged);
      expect(await codeRejected(Log.resume(store, "mine")), damaged.slice(0, 20)).to.equal("LOG_CORRUPT");
    }
    await rm(file);
    expect(await codeRejected(Log.resume(store, "mine"))).to.equal("LOG_CORRUPT");
  });

  it("a period is read without the rest, which may be damaged, and what it has itself must fit", async () => {
    const store = memoryStore();
    const log = await Log.create(store, "mine", opening());
    await log.append([FIRST, FIRST + 1, FIRST + 2].flatMap((epoch) => day(epoch)));
    await log.seal(start + 3 * epochSeconds);
    await store.write(`log/mine/epoch/${FIRST}`, "{}");
    const { previousHead, epochs, status, receipt } = await readPeriod(store, "mine", FIRST + 1, 2);
    expect({ previousHead, epochs }).to.deep.equal(log.period(FIRST + 1, 2));
    expect([status, receipt]).to.deep.equal(["sealed", undefined]);
    for (const [first, count] of [
      [FIRST - 1, 2],
      [FIRST + 2, 2],
    ] as const)
      expect(await codeRejected(readPeriod(store, "mine", first, count))).to.equal("LOG_EPOCH_MISSING");
    expect(await codeRejected(readPeriod(store, "mine", FIRST, 2))).to.equal("LOG_CORRUPT");
    const key = `log/mine/epoch/${FIRST + 2}`;
    await store.write(key, (await store.read(key))!.replace('"codes":[6', '"codes":[7'));
    expect(await codeRejected(readPeriod(store, "mine", FIRST + 1, 2))).to.equal("LOG_CORRUPT");
  });

  it("a crash at any write leaves a log that resumes with a whole chain", async () => {
    const gap = (log: Log): bigint =>
      gapHeadOf(profile, log.opening.genesis, packContext({ profile: profile.id, offset: 0, epoch: FIRST }));
    for (let allowed = 0; allowed < 20; allowed++) {
      const store = memoryStore();
      const log = await Log.create(store, "mine", opening());
      await log.append([...day(FIRST), ...day(FIRST + 1)]);
      let left = allowed;
      const failing: Store = {
        ...store,
        write: async (key, text) => {
          if (left-- <= 0) throw new Error("crash");
          await store.write(key, text);
        },
      };
      const running = await Log.resume(failing, "mine").catch(() => undefined);
      await running
        ?.seal(start + 2 * epochSeconds)
        .then(() => running.follow({ head: gap(running), nextEpoch: FIRST + 1 }))
        .catch((error: unknown) => expect(String(error)).to.contain("crash"));
      const resumed = await Log.resume(store, "mine");
      await resumed.seal(start + 2 * epochSeconds);
      if (resumed.epochs[0]!.status !== "gap")
        await resumed.follow({ head: gap(resumed), nextEpoch: FIRST + 1 });
      resumed.verify();
      expect(
        resumed.epochs.map(({ status }) => status),
        `after ${allowed} writes`,
      ).to.deep.equal(["gap", "sealed"]);
      expect(resumed.epochs[1]!.codes).to.deep.equal(new Array(16).fill(6));
    }
  });

  it("readings that could not be stored are not taken, and can be given again", async () => {
    const store = memoryStore();
    let broken = false;
    const log = await Log.create(
      {
        ...store,
        write: async (key, text) => {
          if (broken) throw new Error("disk full");
          await store.write(key, text);
        },
      },
      "mine",
      opening(),
    );
    broken = true;
    expect(await log.append(day(FIRST)).catch((error: Error) => error.message)).to.equal("disk full");
    expect(log.pending).to.equal(0);
    broken = false;
    expect(await log.append(day(FIRST))).to.include({ taken: 16, duplicates: 0 });
  });

  it("a store refuses keys that leave its folder", async () => {
    const store = fileStore(folder);
    for (const key of ["../x", "/etc/passwd", "a/../../b", "a//b", ".hidden", ""]) {
      expect(await codeRejected(store.write(key, "x")), key).to.equal("INVALID_ARGUMENT");
      expect(await codeRejected(store.read(key)), key).to.equal("INVALID_ARGUMENT");
    }
    await store.write("a/b", "text");
    expect(await store.keys("a/")).to.deep.equal(["a/b"]);
    expect(await fileStore(join(folder, "none")).keys("")).to.deep.equal([]);
  });
});
