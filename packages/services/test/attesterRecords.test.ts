// SPDX-License-Identifier: GPL-3.0-or-later
//
// Intake and anchoring over a database do what they do over a vault's texts, and two processes at once do it once.
import {
  Anchoring,
  type AttesterRecords,
  createIdentity,
  dayEnd,
  deviceMessage,
  Intake,
  Log,
  type LogOpening,
  memoryStore,
  type SignedHead,
  SimulatedDevice,
  storeRecords,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Wallet } from "ethers";
import fc from "fast-check";
import { sqlRecords } from "../src/attester/sqlRecords.ts";
import type { Database } from "../src/store/index.ts";
import { onBothStores } from "./support/stores.ts";

const DAY = 86_400;
const FIRST = 20_000;
const INTAKE_TIME = 7_200;
const PROFILE = "test-16";
const signer = Wallet.createRandom();
const domain = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };

/** The people of a test: the same for every attester that they go to. */
const people = Array.from({ length: 3 }, () => ({
  subject: createIdentity().subject,
  devices: [new SimulatedDevice(), new SimulatedDevice("ed25519")] as const,
}));

/** One attester over some records, and the logs of its people. */
class Clinic {
  now = FIRST * DAY + 3_600;
  readonly intake: Intake;
  readonly anchoring: Anchoring;
  readonly logs = new Map<number, Log>();
  readonly #sent: SignedHead[] = [];

  constructor(recordsOf: (clock: () => number) => AttesterRecords) {
    const clock = () => this.now;
    const records = recordsOf(clock);
    this.intake = new Intake({ records, group: 1n, intakeTime: INTAKE_TIME, domain, signer, clock });
    this.anchoring = new Anchoring(records, this.intake);
  }

  async opened(person: number, opening: LogOpening): Promise<unknown> {
    this.logs.set(person, await Log.create(memoryStore(), "log", opening));
    const { offset, firstEpoch } = opening;
    return { offset, firstEpoch };
  }

  /** Submits the next head of a person, changed as told. */
  async submit(
    person: number,
    device: number,
    change: "none" | "previous" | "inner" | "again",
  ): Promise<unknown> {
    const log = this.logs.get(person);
    if (change === "again") {
      const head = this.#sent.at(-1);
      return head === undefined ? "nothing was sent" : this.#answerOf(await this.intake.submit(head));
    }
    if (log === undefined) return "no log";
    await log.seal(this.now);
    const open = log.epochs.find(({ receipt, status }) => status !== "gap" && receipt === undefined);
    if (open === undefined) return "nothing to send";
    const signing = people[person]!.devices[device]!;
    const head = await log.sign(open.epoch, signing);
    const sent = change === "none" ? head : await resigned({ ...head, [change]: 5n }, signing);
    this.#sent.push(sent);
    const receipt = await this.intake.submit(sent);
    await log.accept(open.epoch, receipt);
    return this.#answerOf(receipt);
  }

  #answerOf({ context, receivedAt, anchorDay }: { context: bigint; receivedAt: number; anchorDay: number }) {
    return { context, receivedAt, anchorDay };
  }
}

/** What a device might say instead, properly signed. */
async function resigned(head: SignedHead, device: SimulatedDevice): Promise<SignedHead> {
  return { ...head, signature: Buffer.from(await device.sign(deviceMessage(head))).toString("hex") };
}

/** What histories begin with, so that they get somewhere: two people with a log. */
const BEGINNING: readonly Act[] = [0, 1].map((p) => async (clinic) => {
  const { subject, devices } = people[p]!;
  await clinic.intake.registerPerson(subject);
  await clinic.intake.enrolDevice({ device: devices[0], subject, profile: PROFILE });
  return clinic.opened(p, await clinic.intake.openLog({ subject, profile: PROFILE, offset: 24 * p }));
});

type Act = (clinic: Clinic) => Promise<unknown>;

const person = fc.nat({ max: people.length - 1 });
const device = fc.nat({ max: 1 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 2,
    arbitrary: person.map((p) => (clinic: Clinic) => clinic.intake.registerPerson(people[p]!.subject)),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(person, person, device).map(
      ([p, q, d]) =>
        (clinic: Clinic) =>
          clinic.intake.enrolDevice({
            device: people[p]!.devices[d]!,
            subject: people[q === 0 ? q : p]!.subject,
            profile: PROFILE,
          }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(person, device).map(
      ([p, d]) =>
        (clinic: Clinic) =>
          clinic.intake.retireDevice(people[p]!.devices[d]!),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(person, fc.nat({ max: 47 })).map(
      ([p, offset]) =>
        async (clinic: Clinic) =>
          clinic.opened(
            p,
            await clinic.intake.openLog({ subject: people[p]!.subject, profile: PROFILE, offset }),
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(person, device).map(
      ([p, d]) =>
        async (clinic: Clinic) =>
          clinic.opened(
            p,
            await clinic.intake.continueLog({
              subject: people[p]!.subject,
              profile: PROFILE,
              device: people[p]!.devices[d]!,
            }),
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(person, fc.nat({ max: 47 })).map(([p, offset]) => async (clinic: Clinic) => {
      const { firstEpoch } = await clinic.intake.succeedLog({
        subject: people[p]!.subject,
        profile: PROFILE,
        offset,
      });
      return firstEpoch;
    }),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(person, device, fc.constantFrom("none", "none", "none", "previous", "inner", "again"))
      .map(
        ([p, d, change]) =>
          (clinic: Clinic) =>
            clinic.submit(p, d, change as "none"),
      ),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(600, INTAKE_TIME, DAY / 2, DAY, 3 * DAY)
      .map((seconds) => async (clinic: Clinic) => {
        clinic.now += seconds;
      }),
  },
  {
    weight: 2,
    arbitrary: person.map((p) => async (clinic: Clinic) => {
      const { nextEpoch, offset, firstEpoch } = await clinic.intake.stateOf(people[p]!.subject, PROFILE);
      return { nextEpoch, offset, firstEpoch };
    }),
  },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 3 }).map((ago) => async (clinic: Clinic) => {
      const day = Math.floor(clinic.now / DAY) - ago;
      const closed = await clinic.anchoring.close(day);
      return closed && { day: closed.day, leaves: closed.leaves };
    }),
  },
);

type Outcome = { readonly answer: unknown } | { readonly refused: string };

function kindOf(outcome: Outcome): string {
  if ("refused" in outcome) return outcome.refused;
  const { answer } = outcome;
  if (typeof answer !== "object" || answer === null) return "done";
  return "receivedAt" in answer ? "receipt" : "leaves" in answer ? "closed" : "done";
}

/** What an act answers, without what is random; a refusal by its code. */
async function outcomeOf(act: Act, clinic: Clinic): Promise<Outcome> {
  try {
    return { answer: (await act(clinic)) ?? null };
  } catch (error) {
    if (error instanceof VitalproofError) return { refused: error.code };
    throw error;
  }
}

onBothStores("attester's records", (stores) => {
  it("T21: answer every history as the text store does", async function () {
    this.timeout(300_000);
    const runs = process.env.LONG === "1" ? 1_000 : stores.postgres === undefined ? 30 : 12;
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 15, maxLength: 60 }), async (history) => {
        const database = await stores.open(await stores.fresh());
        const texts = new Clinic(() => storeRecords(memoryStore()));
        const rows = new Clinic((clock) => sqlRecords(database, clock));
        for (const act of [...BEGINNING, ...history]) {
          const outcome = await outcomeOf(act, rows);
          expect(outcome).to.deep.equal(await outcomeOf(act, texts));
          seen.add(kindOf(outcome));
        }
        await database.close();
      }),
      { numRuns: runs, ...(process.env.LONG === "1" ? {} : { seed: 7 }) },
    );
    // Otherwise the histories would say little.
    expect([...seen]).to.include.members(["receipt", "closed", "INTAKE_TOO_LATE"]);
  });

  /** Two processes of one attester, with a person, a device and two sealed days. */
  async function twoProcesses(): Promise<{ one: Clinic; other: Clinic; databases: Database[]; log: Log }> {
    const url = await stores.fresh();
    const databases = [await stores.open(url), await stores.open(url)];
    const [one, other] = databases.map((database) => new Clinic((clock) => sqlRecords(database, clock))) as [
      Clinic,
      Clinic,
    ];
    const { subject, devices } = people[0]!;
    await one.intake.registerPerson(subject);
    await one.intake.enrolDevice({ device: devices[0], subject, profile: PROFILE });
    const opening = await one.intake.openLog({ subject, profile: PROFILE, offset: 0 });
    const log = await Log.create(memoryStore(), "log", opening);
    await log.seal((FIRST + 2) * DAY);
    return { one, other, databases, log };
  }

  it("T21: one head sent to two processes at one moment has one receipt", async () => {
    const { one, other, log } = await twoProcesses();
    one.now = other.now = (FIRST + 1) * DAY + 5;
    const head = await log.sign(FIRST, people[0]!.devices[0]);
    const receipts = await Promise.all([one, other, one, other].map(({ intake }) => intake.submit(head)));
    for (const receipt of receipts) expect(receipt).to.deep.equal(receipts[0]);
  });

  it("T21: of two heads for one epoch, sent to two processes, one is accepted", async () => {
    const { one, other, log } = await twoProcesses();
    one.now = other.now = (FIRST + 1) * DAY + 5;
    const [device] = people[0]!.devices;
    const second = await Log.create(memoryStore(), "log", log.opening);
    await second.append([{ time: FIRST * DAY + 60, value: 5, unit: "1" }]);
    await second.seal((FIRST + 1) * DAY);
    const codes = await Promise.all(
      [[one, await log.sign(FIRST, device)] as const, [other, await second.sign(FIRST, device)] as const].map(
        ([{ intake }, head]) =>
          intake.submit(head).then(
            () => "accepted",
            (error: VitalproofError) => error.code,
          ),
      ),
    );
    expect(codes.sort()).to.deep.equal(["INTAKE_EPOCH_TAKEN", "accepted"]);
  });

  it("T21: a device that two people claim at one moment is one person's", async () => {
    const { one, other } = await twoProcesses();
    const device = new SimulatedDevice();
    const [mine, theirs] = [people[1]!.subject, people[2]!.subject];
    await one.intake.registerPerson(mine);
    await one.intake.registerPerson(theirs);
    const ended = await Promise.allSettled([
      one.intake.enrolDevice({ device, subject: mine, profile: PROFILE }),
      other.intake.enrolDevice({ device, subject: theirs, profile: PROFILE }),
    ]);
    expect(ended.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
  });

  it("T21: two processes open one log for one person", async () => {
    const { one, other } = await twoProcesses();
    const { subject } = people[1]!;
    await one.intake.registerPerson(subject);
    const codes = await Promise.all(
      [one, other].map(({ intake }) =>
        intake.openLog({ subject, profile: PROFILE, offset: 0 }).then(
          () => "opened",
          (error: VitalproofError) => error.code,
        ),
      ),
    );
    expect(codes.sort()).to.deep.equal(["INTAKE_LOG_EXISTS", "opened"]);
  });

  it("T22: two processes close a day at one root, and no head goes under it afterwards", async () => {
    const { one, other, log } = await twoProcesses();
    one.now = (FIRST + 1) * DAY + 5;
    await one.intake.submit(await log.sign(FIRST, people[0]!.devices[0]));
    one.now = other.now = dayEnd(FIRST) + INTAKE_TIME + 1;
    const [closed, again] = await Promise.all([one.anchoring.close(FIRST), other.anchoring.close(FIRST)]);
    expect(closed).to.deep.equal({ day: FIRST, root: log.leaf(FIRST), leaves: 1 });
    expect(again).to.deep.equal(closed);
    // A process whose clock is far behind records nothing for that day any more.
    const { subject, devices } = people[1]!;
    other.now = FIRST * DAY + 60;
    await other.intake.registerPerson(subject);
    await other.intake.enrolDevice({ device: devices[0], subject, profile: PROFILE });
    const late = await Log.create(
      memoryStore(),
      "late",
      await other.intake.openLog({ subject, profile: PROFILE, offset: 0 }),
    );
    await late.seal((FIRST + 1) * DAY);
    other.now = (FIRST + 1) * DAY + 5;
    const refused = await other.intake
      .submit(await late.sign(FIRST, devices[0]))
      .catch((error: unknown) => error);
    expect((refused as VitalproofError).code).to.equal("INTAKE_TOO_LATE");
    expect(await one.anchoring.leaves(FIRST)).to.deep.equal([log.leaf(FIRST)]);
  });

  it("T22: closing a day reads again when a head was recorded meanwhile", async () => {
    const { one, databases, log } = await twoProcesses();
    one.now = (FIRST + 1) * DAY + 5;
    await one.intake.submit(await log.sign(FIRST, people[0]!.devices[0]));
    const records = sqlRecords(databases[1]!, () => 0);
    expect(await records.transaction((step) => step.saveDay(FIRST, 1n, [1n, 2n]))).to.equal(false);
    expect(await records.day(FIRST)).to.equal(undefined);
    const [leaf] = await records.leavesOf(FIRST);
    expect(await records.transaction((step) => step.saveDay(FIRST, leaf!, [leaf!]))).to.equal(true);
    expect(await records.day(FIRST)).to.deep.equal([leaf]);
  });
});
