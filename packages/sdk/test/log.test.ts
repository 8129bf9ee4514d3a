// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { gapHeadOf, Log, memoryStore, packContext, type Store } from "../src/index.ts";
import { day, epochSeconds, FIRST, interval, opening, profile, start } from "./logSupport.ts";
import { codeRejected, codeThrown } from "./support.ts";

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

  it("a copy of a reading that was moved into a sealed epoch fills no second slot, also after a restart", async () => {
    const store = memoryStore();
    const log = await Log.create(store, "mine", opening());
    const next = start + epochSeconds;
    // Two fall into the next epoch's first slot, and one into its second: the first of them moves back.
    const early = { ...day(FIRST)[0]!, time: next + 1 };
    const others = [next + 0.6 * interval, next + 1.5 * interval].map((time) => ({ ...early, time }));
    await log.append([early, ...others]);
    const [sealed] = await log.seal(next + 2 * interval, FIRST);
    expect(sealed).to.deep.include({ filled: 1, moved: 1 });
    for (const again of [log, await Log.resume(store, "mine")]) {
      const { taken, duplicates } = await again.append([early]);
      expect({ taken, duplicates }).to.deep.equal({ taken: 0, duplicates: 1 });
    }
    // Another value at that time is another reading.
    const resumed = await Log.resume(store, "mine");
    expect((await resumed.append([{ ...early, value: Number(early.value) + 1 }])).taken).to.equal(1);
    await resumed.seal(next + epochSeconds);
    expect((await resumed.append([early])).refused["epoch-sealed"]).to.equal(1);
    expect(await store.read("log/mine/state")).not.to.include("early");
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
      "other-source": 0,
    });
    expect(report.given).to.equal(report.taken + report.duplicates + report.refusals.length);
    await log.seal(start + epochSeconds);
    expect((await log.append([{ time: at(7), value: 5, unit: "1" }])).refused["epoch-sealed"]).to.equal(1);
  });

  it("takes of each day the source of its first reading, after a new start too, and never mixes two", async () => {
    const read = (place: number, source?: string) => ({
      time: start + interval * place + 1,
      value: 5,
      unit: "1",
      ...(source === undefined ? {} : { source }),
    });
    const tomorrow = 86_400 / interval;
    const store = memoryStore();
    const log = await Log.create(store, "mine", opening());
    const both = await log.append([read(0, "phone"), read(1, "watch"), read(tomorrow, "watch")]);
    expect(both).to.deep.include({ taken: 2 });
    const again = await Log.resume(store, "mine");
    const report = await again.append([
      read(2, "watch"),
      read(3),
      read(4, "phone"),
      read(tomorrow + 1, "watch"),
    ]);
    expect(report).to.deep.include({ given: 4, taken: 2 });
    expect(report.refused["other-source"]).to.equal(2);
    // A refused reading does not decide whose the day is.
    const bare = await Log.create(memoryStore(), "bare", opening());
    const first = await bare.append([{ ...read(0, "watch"), unit: "mg/dL" }, read(1, "phone")]);
    expect(first.taken).to.equal(1);
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
      { time: border + 2 * interval - 4, value: 7, unit: "1" },
    ]);
    const [second] = await log.seal(border + epochSeconds);
    expect(second).to.include({ filled: 2, moved: 0, dropped: 0 });
  });

  it("what comes just after an epoch's last reading is dropped with it, and fills no slot of the next", async () => {
    const log = await Log.create(memoryStore(), "mine", opening());
    const border = start + epochSeconds;
    await log.append([
      { time: border - 5, value: 3, unit: "1" },
      { time: border + 4, value: 4, unit: "1" },
      { time: border + 2 * interval, value: 5, unit: "1" },
    ]);
    const [first] = await log.seal(border);
    expect(first).to.include({ filled: 1, dropped: 1 });
    const [second] = await log.seal(border + epochSeconds);
    expect(second).to.include({ filled: 1, dropped: 0 });
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
