// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { Log, memoryStore, profileOf, type Reading, type Store } from "../src/index.ts";
import { day, FIRST, opening, start } from "./logSupport.ts";
import { codeRejected } from "./support.ts";

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
    // The last slot of the first epoch is free; two of three readings of the next one's first slot can be placed. The
    // third is too close to the second.
    const crowd = [0, 0.5, 0.9].map((more, i) => ({
      time: begin + 3600 + more,
      value: 100 + i,
      unit: "/min",
    }));
    await log.append([...readings(0, 3599), ...crowd, ...readings(3601, 15_000)]);
    const [one] = await log.seal(begin + 3600);
    expect(one).to.include({ filled: 3600, moved: 1, dropped: 0 });
    const resumed = await Log.resume(store, "mine");
    expect(resumed.pending).to.equal(3599 + 3 + 15_000 - 3601 - 3600);
    const [two] = await resumed.seal(begin + 7200);
    expect(two!.dropped + two!.filled).to.equal(2 + 3599);
  });
});
