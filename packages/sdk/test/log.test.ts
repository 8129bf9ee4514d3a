// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  createIdentity,
  gapHeadOf,
  Log,
  type LogOpening,
  memoryStore,
  packContext,
  profileOf,
  type Reading,
  type Store,
} from "../src/index.ts";
import { fileStore } from "../src/node/index.ts";
import { codeRejected, codeThrown } from "./support.ts";

const profile = profileOf("test-16");
const { interval, epochSeconds } = profile;
const FIRST = 100;
const start = FIRST * epochSeconds;

function opening(): LogOpening {
  const { subject } = createIdentity();
  return { group: 1n, subject, profile: "test-16", offset: 0, firstEpoch: FIRST, genesis: 77n };
}

function day(epoch: number, value: number | string = 5): Reading[] {
  return Array.from({ length: 16 }, (_, slot) => ({
    time: epoch * epochSeconds + slot * interval + 60,
    value,
    unit: "1",
  }));
}

describe("log", () => {
  it("seals epochs that are over, chained, with fresh salts, and opens them for a proof", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    await log.append([...day(FIRST), ...day(FIRST + 1).slice(3), ...day(FIRST + 2)]);
    const told: [number, number][] = [];
    const sealed = await log.seal(start + 3 * epochSeconds - 1, undefined, (done, of) =>
      told.push([done, of]),
    );
    expect(told).to.deep.equal([
      [0, 2],
      [1, 2],
    ]);
    expect(sealed.map(({ epoch, filled, missing }) => ({ epoch, filled, missing }))).to.deep.equal([
      { epoch: FIRST, filled: 16, missing: 0 },
      { epoch: FIRST + 1, filled: 13, missing: 3 },
    ]);
    expect(log.nextEpoch).to.equal(FIRST + 2);
    expect(log.pending).to.equal(16);
    log.verify();
    const { previousHead, epochs } = log.period(FIRST, 2);
    expect(previousHead).to.equal(77n);
    expect(epochs[1]!.codes.slice(0, 4)).to.deep.equal([0, 0, 0, 6]);
    expect(epochs[0]!.salt).to.not.equal(epochs[1]!.salt);
    expect(codeThrown(() => log.period(FIRST + 1, 2))).to.equal("LOG_EPOCH_MISSING");
  });

  it("look names an epoch of another copy, which does not extend the one before, and goes on after it", async () => {
    const common = opening();
    const copies = [memoryStore(), memoryStore()];
    for (const store of copies) {
      const log = await Log.create(store, "mine", common);
      await log.append([...day(FIRST), ...day(FIRST + 1), ...day(FIRST + 2)]);
      await log.seal(start + 3 * epochSeconds);
    }
    const [own, other] = copies as [Store, Store];
    expect((await Log.look(own, "mine")).damaged).to.deep.equal([]);
    const key = `log/mine/epoch/${FIRST + 1}`;
    await own.write(key, (await other.read(key))!);
    const { epochs, damaged } = await Log.look(own, "mine");
    expect(damaged).to.deep.equal([{ epoch: FIRST + 1, reason: "it does not extend the epoch before" }]);
    expect(epochs.map(({ epoch }) => epoch)).to.deep.equal([FIRST, FIRST + 2]);
    expect(await codeRejected(Log.resume(own, "mine"))).to.equal("LOG_CORRUPT");
  });

  it("does not seal an epoch before its last second is over", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    expect(await log.seal(start + epochSeconds - 1)).to.deep.equal([]);
    expect(await codeRejected(log.seal(start + epochSeconds - 1, FIRST))).to.equal("LOG_EPOCH_NOT_OVER");
    expect(await log.seal(start + epochSeconds)).to.have.length(1);
  });

  it("counts what it saturates, drops and refuses, and goes on with the rest", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    const at = (slot: number): number => start + slot * interval + 1;
    const report = await log.append([
      { time: at(0), value: 5, unit: "1" },
      { time: at(0), value: 5, unit: "1" },
      { time: at(1), value: 0, unit: "1" },
      { time: at(2), value: "HIGH", unit: "1" },
      { time: at(3), value: 5.5, unit: "1" },
      { time: at(4), value: 5, unit: "mg/dL" },
      { time: at(5), value: Number.NaN, unit: "1" },
      { time: Number.NaN, value: 5, unit: "1" },
      { time: start - 1, value: 5, unit: "1" },
    ]);
    expect(report).to.deep.include({ given: 9, taken: 3, saturated: 2, duplicates: 1 });
    expect(report.refused).to.deep.equal({
      "wrong-unit": 1,
      "not-representable": 1,
      "impossible-value": 1,
      "impossible-time": 1,
      "before-log": 1,
      "epoch-sealed": 0,
    });
    expect(report.given).to.equal(report.taken + report.duplicates + report.refusals.length);
    await log.seal(start + epochSeconds);
    expect((await log.append([{ time: at(7), value: 5, unit: "1" }])).refused["epoch-sealed"]).to.equal(1);
  });

  it("a reading seconds before an epoch's border finds room across it; none is lost between two sealings", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    const border = start + epochSeconds;
    await log.append([
      { time: border - interval + 4, value: 3, unit: "1" },
      { time: border - 3, value: 4, unit: "1" },
    ]);
    const [first] = await log.seal(border);
    expect(first).to.include({ filled: 2, moved: 1, dropped: 0 });
    await log.append([
      { time: border + interval - 2, value: 6, unit: "1" },
      { time: border + interval + 2, value: 7, unit: "1" },
    ]);
    const [second] = await log.seal(border + epochSeconds);
    expect(second).to.include({ filled: 2, moved: 0, dropped: 0 });
  });

  it("T32: salts are fresh for every epoch and again when an epoch is sealed anew", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    await log.append([...day(FIRST), ...day(FIRST + 1), ...day(FIRST + 2)]);
    await log.seal(start + 3 * epochSeconds);
    const before = log.epochs.map(({ salt }) => salt);
    const gap = gapHeadOf(profile, 77n, packContext({ profile: profile.id, offset: 0, epoch: FIRST }));
    const { gaps, resealed } = await log.follow({ head: gap, nextEpoch: FIRST + 1 });
    expect({ gaps, resealed }).to.deep.equal({ gaps: [FIRST], resealed: [FIRST + 1, FIRST + 2] });
    const after = log.epochs.map(({ salt }) => salt);
    expect(after[0]).to.equal(0n);
    expect(new Set([...before, ...after]).size).to.equal(6);
    for (const salt of [...before, ...after.slice(1)]) expect(salt > 1n << 128n).to.equal(true);
    expect(log.epochs[1]!.codes).to.deep.equal(new Array(16).fill(6));
    log.verify();
  });

  it("follows intake over lost receipts and gaps, and says so when the two do not belong together", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    await log.append([...day(FIRST), ...day(FIRST + 1)]);
    await log.seal(start + 2 * epochSeconds);
    const [first, second] = log.epochs;
    expect(await log.follow({ head: first!.head, nextEpoch: FIRST + 1 })).to.deep.equal({
      gaps: [],
      resealed: [],
    });
    expect(log.epochs[0]!.status).to.equal("accepted");
    expect(log.epochs[1]!.head).to.equal(second!.head);
    const gap = gapHeadOf(
      profile,
      second!.head,
      packContext({ profile: profile.id, offset: 0, epoch: FIRST + 2 }),
    );
    expect((await log.follow({ head: gap, nextEpoch: FIRST + 3 })).gaps).to.deep.equal([FIRST + 2]);
    expect(log.nextEpoch).to.equal(FIRST + 3);
    expect(await codeRejected(log.follow({ head: 5n, nextEpoch: FIRST + 4 }))).to.equal("LOG_DIVERGED");
    expect(await codeRejected(log.follow({ head: first!.head, nextEpoch: FIRST + 1 }))).to.equal(
      "LOG_DIVERGED",
    );
  });

  it("T33: serialising a log shows no reading, salt or head opening", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    await log.append(day(FIRST));
    await log.seal(start + epochSeconds);
    expect(JSON.stringify(log)).to.equal(
      '{"type":"Log","name":"mine","nextEpoch":101,"pending":0,"readings":"(secret)"}',
    );
  });
});

describe("log of a profile with three channels", () => {
  const axes = profileOf("test-3x5");
  const first = 100;
  const at = (sample: number): number => first * axes.epochSeconds + sample * axes.interval + 1;
  const create = (store: Store): Promise<Log> =>
    Log.create(store, "mine", { ...opening(), profile: "test-3x5", firstEpoch: first });

  it("writes the channels of a sample side by side, x first", async () => {
    const log = await create(memoryStore());
    const report = await log.append([
      { time: at(0), value: [0, "-5", 5], unit: "1" },
      { time: at(3), value: ["LOW", 6, 1], unit: "1" },
    ]);
    expect(report).to.include({ taken: 2, saturated: 1 });
    expect((await log.seal(at(5)))[0]).to.include({ filled: 2, missing: 3 });
    expect(log.epochs[0]!.codes).to.deep.equal([7, 2, 12, 0, 0, 0, 0, 0, 0, 1, 13, 8, 0, 0, 0]);
    log.verify();
  });

  it("refuses a sample of which a channel is not there, is too many or is impossible", async () => {
    const log = await create(memoryStore());
    for (const value of [[1, 2], [1, 2, 3, 4], [], 1, "LOW", [1, Number.NaN, 2], [1, "", 2]]) {
      const { refused } = await log.append([{ time: at(0), value, unit: "1" }]);
      expect(refused["impossible-value"], JSON.stringify(value)).to.equal(1);
    }
    expect((await log.append([{ time: at(0), value: [1, 0.5, 2], unit: "1" }])).refused).to.include({
      "not-representable": 1,
    });
    const single = await Log.create(memoryStore(), "mine", opening());
    const { refused } = await single.append([{ time: start, value: [1], unit: "1" }]);
    expect(refused["impossible-value"]).to.equal(1);
  });

  it("resumes pending samples, and logs of one channel in the form they always had", async () => {
    const store = memoryStore();
    const log = await create(store);
    await log.append([{ time: at(2), value: [1, 2, 3], unit: "1" }]);
    const again = await Log.resume(store, "mine");
    await again.seal(at(5));
    expect(again.epochs[0]!.codes.slice(6, 9)).to.deep.equal([8, 9, 10]);

    const old = memoryStore();
    const single = await Log.create(old, "mine", opening());
    await single.append(day(FIRST).slice(0, 1));
    const state = JSON.parse((await old.read("log/mine/state"))!) as { pending: unknown };
    expect(state.pending).to.deep.equal([[start + 60, 6]]);
  });
});

describe("log with many pending readings", () => {
  const heart = profileOf("heart-rate-1s");
  /** Two hours before a midnight. */
  const first = 20 * 24 + 22;
  const begin = first * heart.epochSeconds;
  const create = (store: Store): Promise<Log> =>
    Log.create(store, "mine", { ...opening(), profile: "heart-rate-1s", firstEpoch: first });
  const readings = (from: number, to: number): Reading[] =>
    Array.from({ length: to - from }, (_, i) => ({
      time: begin + from + i,
      value: 60 + ((from + i) % 50),
      unit: "/min",
    }));
  const records = async (store: Store): Promise<string[]> => (await store.keys("log/mine/pending/")).sort();
  /** What a log holds that was given all of them at once, and never stopped. */
  const expected = async (count: number, until: number): Promise<number[][]> => {
    const log = await create(memoryStore());
    await log.append(readings(0, count));
    await log.seal(begin + until);
    return log.epochs.map(({ codes }) => codes);
  };

  it("keeps them in records of a day each, and each once", async () => {
    const store = memoryStore();
    const log = await create(store);
    await log.append(readings(0, 9_000));
    expect(await records(store)).to.deep.equal([]);
    // In any order, over midnight, and some that are there already.
    expect(await log.append(readings(8_000, 15_000).reverse())).to.include({
      taken: 6_000,
      duplicates: 1_000,
    });
    expect(await records(store)).to.deep.equal(["log/mine/pending/20-0", "log/mine/pending/21-0"]);
    const again = await Log.resume(store, "mine");
    expect(again.pending).to.equal(15_000);
    expect((await Log.look(store, "mine")).pending).to.equal(15_000);
    expect(await again.append(readings(0, 15_000))).to.include({ taken: 0, duplicates: 15_000 });
    // A day that changes is written next to its old record, which then goes.
    await again.append(readings(15_000, 15_010));
    expect(await records(store)).to.deep.equal(["log/mine/pending/20-0", "log/mine/pending/21-1"]);
    await again.seal(begin + 3600);
    expect(again.pending).to.equal(15_010 - 3600);
    expect((await Log.resume(store, "mine")).pending).to.equal(15_010 - 3600);
    // What is left fits into the log's state.
    await again.seal(begin + 2 * 3600);
    expect(await records(store)).to.deep.equal([]);
    const whole = await Log.resume(store, "mine");
    expect(whole.pending).to.equal(15_010 - 2 * 3600);
    await whole.seal(begin + 3 * 3600);
    expect(whole.epochs.map(({ codes }) => codes)).to.deep.equal(await expected(15_010, 3 * 3600));
  });

  it("a crash at any write leaves all of what was added, or none, and what is sealed is whole", async () => {
    const codes = await expected(24_000, 2 * 3600);
    let crashed = 0;
    for (let allowed = 0; allowed < 9; allowed++) {
      const store = memoryStore();
      let left = Number.POSITIVE_INFINITY;
      const act = async (): Promise<void> => {
        if (left-- <= 0) throw new Error("crash");
      };
      const failing: Store = {
        ...store,
        write: async (key, text) => {
          await act();
          await store.write(key, text);
        },
        remove: async (key) => {
          await act();
          await store.remove(key);
        },
      };
      const log = await create(failing);
      await log.append(readings(0, 12_000));
      left = allowed;
      await log
        .append(readings(12_000, 24_000))
        .then(() => log.seal(begin + 2 * 3600))
        .catch((error: unknown) => {
          crashed += 1;
          expect(String(error)).to.contain("crash");
        });
      const resumed = await Log.resume(store, "mine");
      const sealed = resumed.epochs.length * 3600;
      expect([12_000, 24_000 - sealed], `after ${allowed} writes`).to.include(resumed.pending);
      await resumed.append(readings(sealed, 24_000));
      await resumed.seal(begin + 2 * 3600);
      resumed.verify();
      expect(
        resumed.epochs.map((epoch) => epoch.codes),
        `after ${allowed} writes`,
      ).to.deep.equal(codes);
    }
    expect(crashed).to.equal(8);
  });

  it("a day's record that is missing or damaged is named, and what comes late is kept in its place", async () => {
    const store = memoryStore();
    const log = await create(store);
    await log.append(readings(0, 12_000));
    const key = "log/mine/pending/20-0";
    const text = (await store.read(key))!;
    for (const damaged of [text.slice(0, -3), '{"pending":[]}', "null"]) {
      await store.write(key, damaged);
      const error = await Log.resume(store, "mine").catch((caught: unknown) => caught);
      expect(error).to.include({ code: "LOG_CORRUPT" });
      expect(String(error)).to.contain(key);
    }
    await store.remove(key);
    expect(await codeRejected(Log.resume(store, "mine"))).to.equal("LOG_CORRUPT");
  });

  it("three readings around an epoch's end, of which one waits on, are each kept or dropped once", async () => {
    const store = memoryStore();
    const log = await create(store);
    // The last slot of the first epoch is free; two of three readings of the next one's first slot can be placed.
    const crowd = [0, 0.1, 0.2].map((more, i) => ({
      time: begin + 3600 + more,
      value: 100 + i,
      unit: "/min",
    }));
    await log.append([...readings(0, 3599), ...crowd, ...readings(3602, 15_000)]);
    const [one] = await log.seal(begin + 3600);
    expect(one).to.include({ filled: 3600, moved: 1, dropped: 0 });
    const resumed = await Log.resume(store, "mine");
    expect(resumed.pending).to.equal(3599 + 3 + 15_000 - 3602 - 3600);
    const [two] = await resumed.seal(begin + 7200);
    expect(two!.dropped + two!.filled).to.equal(2 + 3598);
  });
});

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
