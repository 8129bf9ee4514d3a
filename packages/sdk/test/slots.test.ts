// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { assignSlots, type CodedReading, decideSlots, OFFSET_STEP, profileOf, slotAt } from "../src/index.ts";

const profile = profileOf("glucose-mg-dl-5min");
const { interval } = profile;

/** The most readings that any placement under the rule can keep, and the fewest moves among those, by trying all. */
function bestByTrying(times: number[], firstFree: number): { kept: number; moved: number } {
  const sorted: number[] = [];
  for (const time of [...times].sort((a, b) => a - b))
    if (sorted.length === 0 || time - sorted.at(-1)! >= interval / 2) sorted.push(time);
  let best = { kept: -1, moved: 0 };
  const visit = (i: number, last: number, kept: number, moved: number): void => {
    const time = sorted[i];
    if (time === undefined) {
      if (kept > best.kept || (kept === best.kept && moved < best.moved)) best = { kept, moved };
      return;
    }
    const own = Math.floor(time / interval);
    const neighbour = 2 * (time - own * interval) < interval ? own - 1 : own + 1;
    if (own > last && own >= firstFree) visit(i + 1, own, kept + 1, moved);
    if (neighbour > last && neighbour >= firstFree) visit(i + 1, neighbour, kept + 1, moved + 1);
    visit(i + 1, last, kept, moved);
  };
  visit(0, firstFree - 1, 0, 0);
  return best;
}

describe("slotting rule", () => {
  it("loses the fewest readings and moves the fewest, by at most one slot, in order (against trying all)", () => {
    const times = fc.array(fc.integer({ min: 10 * interval, max: 16 * interval }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(times, fc.integer({ min: 9, max: 13 }), (given, firstFree) => {
        const readings = given.map((time, i): CodedReading => ({ time, codes: [i + 1] }));
        const { placed, moved, dropped } = assignSlots(profile, 0, readings, firstFree);
        expect({ kept: placed.size, moved }).to.deep.equal(bestByTrying(given, firstFree));
        expect(placed.size + dropped.length).to.equal(given.length);
        let last = Number.NEGATIVE_INFINITY;
        for (const [slot, reading] of [...placed].sort((a, b) => a[0] - b[0])) {
          const away = slot - slotAt(profile, 0, reading.time);
          expect(Math.abs(away)).to.be.at.most(1);
          const border = away < 0 ? (slot + 1) * interval : slot * interval;
          if (away !== 0) expect(Math.abs(reading.time - border)).to.be.at.most(interval / 2);
          expect(reading.time).to.be.at.least(last);
          expect(slot).to.be.at.least(firstFree);
          last = reading.time;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("decides a long file as it decides the pieces between its gaps", () => {
    // Some 200,000 readings: of every seventh slot two, of others none, and gaps that end a piece.
    const pieces: number[][] = [];
    let slot = 100;
    for (let piece = 0; slot < 250_000; piece++) {
      const times: number[] = [];
      for (const end = slot + 1 + ((piece * 7919) % 3000); slot < end; slot++) {
        const early = (slot * 7907) % 3 === 0 ? 0.1 : 0.6;
        if (slot % 11 !== 0) times.push((slot + early) * interval);
        if (slot % 7 === 0) times.push((slot + 0.9) * interval);
      }
      slot += 3;
      pieces.push(times);
    }
    const all = pieces.flat();
    const decide = (times: readonly number[]): { slots: (number | undefined)[]; moved: number } => {
      const slots: (number | undefined)[] = [];
      const moved = decideSlots(
        profile,
        0,
        { count: times.length, timeAt: (at) => times[at]! },
        0,
        (at, placed) => {
          if (at !== slots.length) throw new Error(`reading ${at} was decided out of order`);
          slots.push(placed);
        },
      );
      return { slots, moved };
    };
    const whole = decide(all);
    const parts = pieces.map(decide);
    expect(all.length).to.be.greaterThan(3 * 65_536);
    expect(whole.moved)
      .to.equal(parts.reduce((sum, { moved }) => sum + moved, 0))
      .and.greaterThan(1000);
    const expected = parts.flatMap(({ slots }) => slots);
    expect(expected.filter((placed) => placed === undefined).length).to.be.greaterThan(1000);
    expect(whole.slots.every((placed, at) => placed === expected[at])).to.equal(true);
  });

  it("moves a whole long stretch when its first slot has two readings", () => {
    // Each slot has a reading in its later half, and the first one another. All of them move to the only free slot's side.
    const count = 150_000;
    const timeAt = (at: number): number => (at === 0 ? 100 * interval : (99.5 + at) * interval);
    let dropped = 0;
    let last: number | undefined;
    const moved = decideSlots(profile, 0, { count: count + 1, timeAt }, 100, (at, slot) => {
      if (slot === undefined) dropped += 1;
      if (at === count) last = slot;
    });
    expect({ moved, dropped, last }).to.deep.equal({ moved: count, dropped: 0, last: 100 + count });
  });

  it("decides about the first readings as about all, and soon looks at no others", () => {
    const steps = fc.array(fc.constantFrom(1, 60, 140, 160, 299, 300, 301, 600, 900), { maxLength: 400 });
    fc.assert(
      fc.property(steps, fc.nat(400), fc.nat(4), (distances, share, firstFree) => {
        let time = 0;
        const times = distances.map((distance) => (time += distance));
        const wanted = Math.min(share, times.length);
        const slotsOf = (asked: { wanted?: number }): (number | undefined)[] => {
          const slots: (number | undefined)[] = [];
          const all = { count: times.length, timeAt: (at: number) => times[at]!, ...asked };
          const moved = decideSlots(profile, 0, all, firstFree, (at, slot) => {
            slots[at] = slot;
          });
          const elsewhere = slots.filter(
            (slot, at) => slot !== undefined && slot !== slotAt(profile, 0, times[at]!),
          );
          expect(moved).to.equal(elsewhere.length);
          return slots;
        };
        expect(slotsOf({ wanted }).slice(0, wanted)).to.deep.equal(slotsOf({}).slice(0, wanted));
      }),
      { numRuns: 2000 },
    );
    // No slot is free before them, so nothing that comes later can make them move.
    let latest = 0;
    const timeAt = (at: number): number => {
      latest = Math.max(latest, at);
      return (100 + at) * interval + 10;
    };
    decideSlots(profile, 0, { count: 1_000_000, timeAt, wanted: 288 }, 100, () => {});
    expect(latest).to.be.below(400);
  });

  it("jitter of seconds around slot borders loses no reading of a day", () => {
    const jitter = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 288, maxLength: 288 });
    fc.assert(
      fc.property(jitter, fc.integer({ min: -2, max: 2 }), fc.nat(95), (offsets, phase, offset) => {
        const start = OFFSET_STEP * offset + 20_000 * profile.epochSeconds;
        // One second of slack on either side of the day: what lies beyond belongs to the neighbouring epochs.
        const readings = offsets.map((shift, i) => ({
          time: start + i * interval + phase + shift,
          codes: [5],
        }));
        const { placed, dropped } = assignSlots(profile, offset, readings);
        expect(dropped).to.have.length(0);
        expect(placed.size).to.equal(288);
      }),
      { numRuns: 200 },
    );
  });

  it("does not let one crowded slot push all that follow out of theirs", () => {
    // Two readings in slot 100 while slot 99 is free, then one in each later slot up to 200.
    const crowded = [100 * interval + 2, 100 * interval + 160];
    const later = Array.from({ length: 100 }, (_, i) => (101 + i) * interval + 10);
    const { placed, moved, dropped } = assignSlots(
      profile,
      0,
      [...crowded, ...later].map((time) => ({ time, codes: [9] })),
    );
    expect(dropped).to.have.length(0);
    expect(moved).to.equal(1);
    expect(placed.get(99)?.time).to.equal(100 * interval + 2);
  });

  it("an interval's end belongs to the next slot, its middle to the later side", () => {
    const at = (time: number): number =>
      [...assignSlots(profile, 0, [{ time, codes: [1] }]).placed.keys()][0]!;
    expect(at(3000)).to.equal(10);
    expect(at(2999.999)).to.equal(9);
    const first = { time: 3000, codes: [1] };
    const two = assignSlots(profile, 0, [first, { time: 3150, codes: [2] }], 10);
    expect([...two.placed.keys()].sort((a, b) => a - b)).to.deep.equal([10, 11]);
  });

  it("a reading less than half an interval after another never has a slot, whatever is free", () => {
    const later = (seconds: number) =>
      assignSlots(profile, 0, [
        { time: 3290, codes: [1] },
        { time: 3290 + seconds, codes: [2] },
      ]);
    for (const seconds of [0, 9, 11, 149.999]) expect(later(seconds).dropped).to.have.length(1);
    expect(later(150).dropped).to.have.length(0);
  });

  it("readings taken away and copies added never fill a slot more", () => {
    const day = fc.array(fc.record({ jitter: fc.integer({ min: -40, max: 40 }), there: fc.boolean() }), {
      minLength: 1,
      maxLength: 40,
    });
    const copies = fc.array(fc.tuple(fc.nat(39), fc.integer({ min: 1, max: 60 })), { maxLength: 60 });
    fc.assert(
      fc.property(day, copies, fc.nat(299), (sensor, copied, phase) => {
        const all = sensor.map(({ jitter }, i) => 3_000_000 + phase + i * interval + jitter);
        const filled = (times: readonly number[]) =>
          assignSlots(
            profile,
            0,
            times.map((time) => ({ time, codes: [1] })),
          ).placed.size;
        const left = all.filter((_, i) => sensor[i]!.there);
        expect(filled(left)).to.be.at.most(left.length);
        expect(filled(left)).to.be.at.most(filled(all));
        const copiesOf = copied.flatMap(([i, after]) => (i < left.length ? [left[i]! + after] : []));
        expect(filled([...left, ...copiesOf])).to.equal(filled(left));
      }),
      { numRuns: 2_000 },
    );
  });

  it("samples of three axes at 20 Hz stand where their times say, also where binary fractions fall short", () => {
    const fast = profileOf("acceleration-20hz");
    const first = 34_000_000_000;
    const readings = Array.from({ length: 1_200 }, (_, i) => ({
      time: first * fast.interval + i * 0.05,
      codes: [402, 402, i % 800],
    }));
    for (const shift of [0, 0.013, 0.024_9]) {
      const moved = readings.map(({ time, codes }) => ({ time: time + shift, codes }));
      const slotting = assignSlots(fast, 0, moved);
      expect(slotting.moved).to.equal(0);
      expect(slotting.dropped).to.have.length(0);
      for (const [slot, reading] of slotting.placed) expect(reading).to.equal(moved[slot - first]);
    }
  });
});
