// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which circuit settles a period, and until when: single stories, and random histories of everything that may happen.
import { DAY } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { type CircuitTimes, CircuitTurns, type PeriodTimes } from "../src/circuits/turns.ts";
import { Findings } from "../src/findings.ts";
import { PausesState, REOPEN_TIME } from "../src/pauseState.ts";
import { StopHistory } from "../src/stops.ts";
import { closeOf, RESUME_TIME } from "../src/windows.ts";
import { account, eventOf } from "./support/events.ts";

const DELAY = 8 * DAY;
const SUSPENSION = 10 * DAY;
const COOLDOWN = 17 * DAY + SUSPENSION;
const LONGEST_WAIT = DELAY + SUSPENSION;

type Circuit = { -readonly [K in keyof CircuitTimes]: CircuitTimes[K] };

/** A registry and its pauses in which only what the contracts allow happens. Circuits are named by their number. */
class World {
  now = 100 * DAY;
  readonly circuits = new Map<string, Circuit>();
  readonly turns = new CircuitTurns(this.circuits, LONGEST_WAIT);
  readonly pauses = new PausesState(new Findings(1n), SUSPENSION);

  constructor() {
    this.add();
  }

  get last(): Circuit {
    return this.circuits.get(String(this.circuits.size))!;
  }

  at(place: number): Circuit {
    return this.circuits.get(String((place % this.circuits.size) + 1))!;
  }

  /** A circuit that succeeds the last one. */
  add(): boolean {
    const id = String(this.circuits.size + 1);
    const previous = this.circuits.get(String(this.circuits.size));
    if (previous !== undefined) previous.successor = id;
    const suspensions = new StopHistory();
    const none = { retiredAt: undefined, forgedAt: undefined, successor: undefined };
    this.circuits.set(id, { id, addedAt: this.now, suspensions, ...none });
    return true;
  }

  suspend({ forgedAt, suspensions }: Circuit): boolean {
    const last = suspensions.lastEnd();
    if (forgedAt !== undefined || (last !== 0 && this.now < last + COOLDOWN)) return false;
    suspensions.begin(this.now, this.now + SUSPENSION, "");
    return true;
  }

  resume({ forgedAt, suspensions }: Circuit): boolean {
    if (forgedAt !== undefined || suspensions.runningUntil(this.now) === 0) return false;
    suspensions.setEnd(this.now);
    return true;
  }

  retire(circuit: Circuit): boolean {
    if (circuit.retiredAt !== undefined) return false;
    circuit.retiredAt = this.now + DELAY;
    return true;
  }

  expose(circuit: Circuit): boolean {
    if (circuit.forgedAt !== undefined) return false;
    circuit.forgedAt = this.now;
    circuit.retiredAt = Math.min(circuit.retiredAt ?? this.now, this.now);
    return true;
  }

  pause(): boolean {
    const { pauses, pauseCooldown } = this.pauses;
    const last = pauses.lastEnd();
    if (last !== 0 && this.now < last + pauseCooldown) return false;
    pauses.begin(this.now, this.now + 3 * DAY, "");
    return true;
  }

  resumeAll(): boolean {
    const { pauses } = this.pauses;
    if (pauses.runningUntil(this.now) === 0) return false;
    pauses.setEnd(this.now);
    return true;
  }

  outage(): boolean {
    const { outages, outageCooldown } = this.pauses;
    const from = this.now - 2 * DAY;
    const last = outages.lastEnd();
    if (last !== 0 && from < last + outageCooldown) return false;
    outages.begin(from, this.now - DAY / 2, "");
    return true;
  }

  look(start: number, nominal: number) {
    const period: PeriodTimes = { start, closes: nominal, now: this.now };
    const closes = closeOf(nominal, (before) =>
      Math.max(this.pauses.lastStopBefore(before), this.turns.lastStopBefore("1", period, before)),
    );
    return { closes, ...this.turns.settling("1", period) };
  }
}

describe("audit: turns of circuits", () => {
  const START = 100 * DAY;
  const day = (count: number) => START + count * DAY;
  /** A world with a period from day 0 whose window closes on day 40, moved to a day. */
  const on = (world: World, count: number) => {
    world.now = day(count);
    return world.look(START, day(40));
  };

  it("nothing happens: the circuit itself, until the nominal close", () => {
    const world = new World();
    expect(on(world, 39)).to.include({ closes: day(40), base: world.at(0), applied: world.at(0) });
    expect(on(world, 39).blockedUntil).to.equal(0);
  });

  it("an exposed circuit waits for its successor, which takes over as soon as it is in force (D1)", () => {
    const world = new World();
    on(world, 2);
    world.expose(world.at(0));
    expect(on(world, 2)).to.include({ closes: day(40), blockedUntil: Number.POSITIVE_INFINITY });
    on(world, 10);
    world.add();
    expect(on(world, 10)).to.include({ applied: world.at(1), blockedUntil: 0, closes: day(40) });
  });

  it("a successor that comes after the close gives three days; none in time lapses the period", () => {
    for (const [added, closes] of [
      [50, 53],
      [57, 60],
    ] as const) {
      const world = new World();
      on(world, 39);
      world.expose(world.at(0));
      // Longest wait 18 days, and three more.
      expect(on(world, 45).closes).to.equal(day(60));
      on(world, added);
      world.add();
      expect(on(world, added)).to.include({ closes: day(closes), applied: world.at(1) });
    }
    const late = new World();
    on(late, 39);
    late.expose(late.at(0));
    on(late, 61);
    late.add();
    expect(on(late, 61).closes).to.equal(day(60));
  });

  it("a suspension in the second of the close hands over; the window does not fall back with the successor (D2)", () => {
    const world = new World();
    on(world, 39);
    world.suspend(world.at(0));
    on(world, 41);
    world.add();
    expect(on(world, 41)).to.include({ applied: world.at(1), closes: day(52) });
    world.suspend(world.at(1));
    world.retire(world.at(1));
    expect(on(world, 41).closes).to.equal(day(54));
    // Retired, and still the one that settles what it took over.
    expect(on(world, 49)).to.include({ applied: world.at(1), closes: day(54) });
  });

  it("an exposed successor never gives the period back to the suspended base (D3)", () => {
    const world = new World();
    on(world, 39);
    world.suspend(world.at(0));
    on(world, 41);
    world.add();
    on(world, 43);
    world.expose(world.at(1));
    expect(on(world, 50)).to.include({ applied: world.at(1), blockedUntil: Number.POSITIVE_INFINITY });
    expect(on(world, 50).closes).to.equal(day(43 + 18 + 3));
  });

  it("a period that begins after an exposure has the forged circuit as its base and waits; after a retirement it has none", () => {
    const world = new World();
    world.now = day(1);
    world.expose(world.at(0));
    expect(world.look(day(2), day(40)).base).to.equal(world.at(0));
    expect(world.turns.inForceAt("1", day(2))).to.equal(undefined);
    const retired = new World();
    retired.now = day(1);
    retired.retire(retired.at(0));
    retired.now = day(11);
    expect(retired.look(day(10), day(40))).to.include({ base: undefined, closes: day(40) });
    // Pauses extend a window without a circuit as well.
    retired.now = day(39);
    retired.pause();
    expect(retired.look(day(10), day(40)).closes).to.equal(day(45));
  });

  it("four circuits settle a period in turn, and no fifth", () => {
    const world = new World();
    for (let i = 1; i <= 6; i++) {
      on(world, 5 * i);
      world.expose(world.last);
      world.add();
    }
    expect(on(world, 31)).to.include({ applied: world.at(3), blockedUntil: Number.POSITIVE_INFINITY });
  });

  it("pauses: lengths, cool-downs and outages by the rule; each one broken is a finding", () => {
    const tell = (...events: [name: string, args: unknown[], day: number][]) => {
      const findings = new Findings(1n);
      const state = new PausesState(findings, SUSPENSION);
      for (const [name, args, time] of events) state.apply(eventOf("pauses", name, args, day(time)));
      return findings.all().map(({ code }) => code);
    };
    const pause = (time: number, length = 3): [string, unknown[], number] => [
      "Paused",
      [day(time + length), "why"],
      time,
    ];
    const outage = (from: number, until: number, time: number): [string, unknown[], number] => [
      "OutageDeclared",
      [day(from), day(until), "why"],
      time,
    ];
    const pauser: [string, unknown[], number] = ["PauserChanged", [`0x${"0".repeat(40)}`, account(1)], 0];
    expect(tell(pauser, pause(0), ["PauseEnded", [], 1], pause(35), outage(10, 12, 13))).to.deep.equal([]);
    expect(tell(pauser, pause(0, 4))).to.deep.equal(["PAUSE_WRONG"]);
    expect(tell(pauser, pause(0), pause(36.9))).to.deep.equal(["PAUSE_WRONG"]);
    expect(tell(pauser, ["PauseEnded", [], 1])).to.deep.equal(["PAUSE_WRONG"]);
    for (const wrong of [outage(2, 2, 3), outage(1, 3.1, 4), outage(1, 3, 4.1), outage(1, 3, 2)]) {
      expect(tell(pauser, wrong)).to.deep.equal(["OUTAGE_WRONG"]);
    }
    expect(tell(pauser, outage(0, 2, 2), outage(36.9, 37, 37))).to.deep.equal(["OUTAGE_WRONG"]);
    expect(tell(pauser, outage(0, 2, 2), outage(37, 38, 38))).to.deep.equal([]);
    expect(tell(pauser, ["PauserChanged", [account(1), account(2)], 1])).to.deep.equal([
      "ROLE_CHANGED_WRONGLY",
    ]);
  });

  describe("random histories", () => {
    const KINDS = [
      "add",
      "suspend",
      "resume",
      "retire",
      "expose",
      "pause",
      "resumeAll",
      "outage",
      "wait",
    ] as const;
    const step = fc.record({
      kind: fc.constantFrom(...KINDS),
      place: fc.nat(5),
      /** Sixths of a day. */
      gap: fc.integer({ min: 0, max: 60 }),
    });
    // A period is looked at from the second after it began: what is added in that very second was in force as it began.
    type Step = { kind: (typeof KINDS)[number]; place: number; gap: number };
    const take = (world: World, { kind, place }: Step): boolean => {
      if (kind === "wait") return false;
      if (kind === "add" || kind === "pause" || kind === "resumeAll" || kind === "outage")
        return world[kind]();
      return world[kind](world.at(place));
    };
    const history = {
      steps: fc.array(step, { minLength: 5, maxLength: 40 }),
      start: fc.integer({ min: 0, max: 120 }),
      window: fc.integer({ min: 6, max: 360 }),
    };

    it("a close falls only with a stop that ends early, and then to no less than the resume time after it", () => {
      fc.assert(
        fc.property(history.steps, history.start, history.window, (steps, start, window) => {
          const world = new World();
          const [begin, nominal] = [world.now + (start * DAY) / 6, world.now + ((start + window) * DAY) / 6];
          let before: ReturnType<World["look"]> | undefined;
          for (const { gap, ...rest } of steps) {
            world.now += (gap * DAY) / 6;
            if (world.now <= begin) {
              take(world, { gap, ...rest });
              continue;
            }
            const passed = world.look(begin, nominal);
            // Time alone moves nothing back.
            if (before !== undefined) expect(passed.closes).to.be.at.least(before.closes);
            const taken = take(world, { gap, ...rest });
            const after = world.look(begin, nominal);
            if (after.closes < passed.closes) {
              // A successor ends the wait for it.
              expect(taken && ["resume", "resumeAll", "add"].includes(rest.kind)).to.equal(true);
              expect(after.closes).to.be.at.least(Math.min(passed.closes, world.now + RESUME_TIME));
            }
            before = after;
          }
        }),
        { numRuns: 3000 },
      );
    });

    it("a closed window never opens again but by an outage, and then at most the reopen time after its close", () => {
      fc.assert(
        fc.property(history.steps, history.start, history.window, (steps, start, window) => {
          const world = new World();
          const [begin, nominal] = [world.now + (start * DAY) / 6, world.now + ((start + window) * DAY) / 6];
          for (const { gap, ...rest } of steps) {
            world.now += (gap * DAY) / 6;
            if (world.now <= begin) {
              take(world, { gap, ...rest });
              continue;
            }
            const { closes } = world.look(begin, nominal);
            take(world, { gap, ...rest });
            const after = world.look(begin, nominal);
            if (world.now < closes || after.closes === closes) continue;
            expect(rest.kind).to.equal("outage");
            expect(world.now).to.be.below(closes + REOPEN_TIME);
          }
        }),
        { numRuns: 3000 },
      );
    });

    it("the base never changes, and no period returns to an earlier circuit", () => {
      fc.assert(
        fc.property(history.steps, history.start, history.window, (steps, start, window) => {
          const world = new World();
          const [begin, nominal] = [world.now + (start * DAY) / 6, world.now + ((start + window) * DAY) / 6];
          let seen: { base: string | undefined; applied: number } | undefined;
          for (const { gap, ...rest } of steps) {
            world.now += (gap * DAY) / 6;
            take(world, { gap, ...rest });
            if (world.now <= begin) continue;
            const { base, applied } = world.look(begin, nominal);
            const now = { base: base?.id, applied: Number(applied?.id ?? 0) };
            if (seen !== undefined) {
              expect(now.base).to.equal(seen.base);
              expect(now.applied).to.be.at.least(seen.applied);
            }
            seen = now;
          }
        }),
        { numRuns: 3000 },
      );
    });
  });
});
