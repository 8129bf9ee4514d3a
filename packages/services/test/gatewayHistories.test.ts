// SPDX-License-Identifier: GPL-3.0-or-later
//
// Random histories: for every reading that is given one outcome is final, and what is sealed is what the SDK's Log makes of the
// same readings in the order of storage.
import { encodeReading, Log, memoryStore, profileOf, type Reading } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import type { Database } from "../src/store/index.ts";
import {
  attesterOver,
  DAY,
  FIRST_DAY,
  logsOf,
  messageOf,
  PROFILE,
  readingOf,
  type Sample,
  TestClock,
  TestGateway,
} from "./support/gateways.ts";
import { onBothStores } from "./support/stores.ts";

const RUNS = process.env.LONG === undefined ? 25 : 2_000;
const FUTURE = 300;
const LOGS = 2;
const NAMES = Array.from({ length: LOGS }, (_, i) => `p${i}.${PROFILE}`);
const PROFILE_FACTS = profileOf(PROFILE);

/** What the SDK makes of the same readings. */
class Model {
  readonly given = NAMES.map(() => 0);
  readonly counts = NAMES.map(() => new Map<string, number>());
  readonly #waiting: Reading[][] = NAMES.map(() => []);
  readonly #logs: Log[];

  private constructor(logs: Log[]) {
    this.#logs = logs;
  }

  static async of(gateway: TestGateway): Promise<Model> {
    const logs: Log[] = [];
    for (const [i, name] of NAMES.entries()) {
      const resumed = await Log.resume(gateway.room.store(`p${i}`), `${name}.0`);
      logs.push(await Log.create(memoryStore(), name, resumed.opening));
    }
    return new Model(logs);
  }

  stored(log: number, samples: readonly Sample[], now: number): void {
    this.given[log]! += samples.length;
    for (const sample of samples) {
      const reading = readingOf(`d${log}`, sample);
      const isReading = !("refused" in encodeReading(PROFILE_FACTS, reading));
      // The one rule that is the gateway's own.
      if (isReading && reading.time > now + FUTURE) this.#count(log, "in-future", 1);
      else this.#waiting[log]!.push(reading);
    }
  }

  async sealed(log: number, epoch: number, now: number): Promise<void> {
    const own = this.#logs[log]!;
    const { duplicates, refused } = await own.append(this.#waiting[log]!.splice(0));
    this.#count(log, "duplicate", duplicates);
    for (const [reason, count] of Object.entries(refused)) this.#count(log, reason, count);
    const [report] = await own.seal(now, epoch);
    this.#count(log, "kept", report!.filled - report!.moved);
    this.#count(log, "moved", report!.moved);
    this.#count(log, "dropped", report!.dropped);
  }

  /** Everything that is final, and the rest. Readings that are certain to be refused may be counted before their epoch is. */
  async settle(log: number): Promise<Record<string, number>> {
    const { duplicates: _, refused } = await this.#logs[log]!.append(
      this.#waiting[log]!.splice(0).filter(({ time }) => this.#isClosed(log, time)),
    );
    for (const [reason, count] of Object.entries(refused)) this.#count(log, reason, count);
    return Object.fromEntries([...this.counts[log]!].filter(([, count]) => count > 0));
  }

  codes(log: number): unknown {
    return this.#logs[log]!.epochs.map(({ epoch, codes, moved, dropped }) => ({
      epoch,
      codes,
      moved,
      dropped,
    }));
  }

  sealedOf(log: number): number {
    return this.#logs[log]!.epochs.length;
  }

  #isClosed(log: number, time: number): boolean {
    return time < this.#logs[log]!.nextEpoch * DAY;
  }

  #count(log: number, kind: string, count: number): void {
    const counts = this.counts[log]!;
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
}

type Act =
  | {
      readonly kind: "give";
      readonly log: number;
      readonly samples: readonly (readonly [back: number, value: number])[];
    }
  | { readonly kind: "again"; readonly which: number }
  | { readonly kind: "wait"; readonly seconds: number }
  | { readonly kind: "work" | "send" | "send-late" | "restart" };

// Around the middle of slots and the ends of epochs, where the rules differ.
const back = fc.oneof(
  fc.integer({ min: -2 * FUTURE, max: 6 * 3_600 }),
  fc.integer({ min: 0, max: 60 }).map((n) => n * 675),
  fc.integer({ min: DAY, max: 3 * DAY }),
);
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("give" as const),
      log: fc.nat({ max: LOGS - 1 }),
      samples: fc.array(fc.tuple(back, fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("again" as const), which: fc.nat({ max: 40 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      seconds: fc.oneof(fc.integer({ min: 60, max: 5 * 3_600 }), fc.constant(DAY)),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: "work" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "send" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "send-late" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "restart" as const }) },
);

async function live(database: Database, history: readonly Act[], held: number | undefined): Promise<void> {
  const clock = new TestClock((FIRST_DAY + 1) * DAY - 1);
  const attester = attesterOver(database, () => clock.now);
  const gateway = await TestGateway.start(
    database,
    clock,
    logsOf(LOGS, attester),
    held === undefined ? {} : { held },
  );
  await gateway.work("enrolment");
  const model = await Model.of(gateway);
  clock.now += 3_600;
  /** Whether gaps were followed that the model knows nothing of. */
  let hasFollowed = false;
  const sent: { log: number; samples: Sample[] }[] = [];
  const give = async (log: number, samples: readonly Sample[]) => {
    await gateway.gateway.inbox.put(messageOf(`d${log}`, samples, clock.now));
    model.stored(log, samples, clock.now);
  };
  const seal = async () => {
    const before = gateway.notices.length;
    await gateway.work("sealing");
    for (const { event, log, epoch } of gateway.notices.slice(before)) {
      if (event === "epoch-sealed" && !hasFollowed)
        await model.sealed(NAMES.indexOf(log!), epoch!, clock.now);
    }
  };
  for (const act of [...history, { kind: "wait", seconds: 2 * DAY } as const, { kind: "work" } as const]) {
    if (act.kind === "give") {
      const samples = act.samples.map(([seconds, value]): Sample => [clock.now - seconds, value]);
      await give(act.log, samples);
      sent.push({ log: act.log, samples });
    } else if (act.kind === "again" && sent.length > 0) {
      const { log, samples } = sent[act.which % sent.length]!;
      await give(log, samples);
    } else if (act.kind === "wait") clock.now += act.seconds;
    else if (act.kind === "work") await seal();
    else if (act.kind === "send") {
      await seal();
      await gateway.work("sending");
    } else if (act.kind === "send-late") {
      // Before it has sealed all: the attester's gaps may be beyond what is sealed, and the log follows them.
      await gateway.work("sending");
      const beyond = await Promise.all(NAMES.map((name) => gateway.epochs(name)));
      if (beyond.some((epochs, i) => epochs.length > model.sealedOf(i))) hasFollowed = true;
    } else if (act.kind === "restart") await gateway.restart();
  }
  const { logs, refused } = await gateway.gateway.state();
  expect(refused).to.deep.equal({});
  for (const [i, name] of NAMES.entries()) {
    const { readings } = logs.find(({ log }) => log === name)!;
    const { given, waiting, kept, moved, dropped, duplicate } = readings;
    expect(given, "given").to.equal(model.given[i]);
    const outcomes = { kept, moved, dropped, duplicate, ...readings.refused };
    const final = Object.values(outcomes).reduce((sum, each) => sum + each, 0);
    expect(final + waiting, "every reading once").to.equal(given);
    if (hasFollowed) continue;
    const told = Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0));
    expect(told, "outcomes").to.deep.equal(await model.settle(i));
    // What the attester made a gap is sealed no more.
    const sealed = await gateway.epochs(name);
    const wanted = model.codes(i) as { epoch: number }[];
    expect(sealed.length).to.equal(wanted.length);
    for (const [at, { epoch, status, codes, moved: m, dropped: d }] of sealed.entries())
      if (status !== "gap") expect({ epoch, codes, moved: m, dropped: d }).to.deep.equal(wanted[at]);
  }
}

onBothStores("gateway histories", (stores) => {
  it("every reading has one outcome, and what is sealed is what the log makes of it", async function () {
    this.timeout(3_600_000);
    await fc.assert(
      // With resumed logs that stay in memory, and with none.
      fc.asyncProperty(
        fc.array(acts, { minLength: 5, maxLength: 40 }),
        fc.constantFrom(undefined, 0),
        async (history, held) => live(await stores.open(await stores.fresh()), history, held),
      ),
      { numRuns: RUNS },
    );
  });
});
