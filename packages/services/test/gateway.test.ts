// SPDX-License-Identifier: GPL-3.0-or-later
//
// The gateway from a message to a receipt, on both databases.
import { headAfter, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { sql } from "kysely";
import {
  assertHonoured,
  attesterOver,
  DAY,
  FIRST_DAY,
  GRACE,
  INTAKE_TIME,
  logsOf,
  messageOf,
  TestClock,
  TestGateway,
  Wire,
} from "./support/gateways.ts";
import { rejection } from "./support/rejection.ts";
import { onBothStores, type Stores } from "./support/stores.ts";

const LOG = "p0.test-16";
/** The first epoch of a log that is opened on `FIRST_DAY`. */
const EPOCH = FIRST_DAY + 1;
const START = EPOCH * DAY;
const SLOT = 5_400;

async function world(stores: Stores, given: Parameters<typeof TestGateway.start>[3] = {}) {
  const database = await stores.open(await stores.fresh());
  const clock = new TestClock();
  const attester = attesterOver(database, () => clock.now);
  const wire = new Wire(attester);
  const gateway = await TestGateway.start(database, clock, logsOf(2, wire), given);
  await gateway.work("enrolment");
  const give = (samples: readonly (readonly [number, number])[], device = "d0") =>
    gateway.gateway.inbox.put(messageOf(device, samples, clock.now));
  return { database, clock, attester, wire, gateway, give };
}

onBothStores("gateway", (stores) => {
  it("seals what came, sends it, and keeps the receipt", async () => {
    const { clock, gateway, give } = await world(stores);
    clock.now = START + 3 * SLOT;
    await give([[START + 10, 5]]);
    await give([
      [START + SLOT, 6],
      [START + 2 * SLOT, 7],
    ]);
    const before = await gateway.status(LOG);
    expect(before.readings).to.deep.include({ given: 3, waiting: 3, kept: 0 });
    expect(before.running).to.deep.include({ epoch: EPOCH, readings: 3, due: 3, samples: 16 });
    expect(before.devices).to.deep.equal([{ name: "d0", lastTime: START + 2 * SLOT }]);

    clock.now = START + DAY + GRACE - 1;
    await gateway.work("sealing");
    expect((await gateway.status(LOG)).sealed).to.equal(0);
    clock.now += 1;
    await gateway.work("sealing", "sending");
    const [epoch] = await gateway.epochs(LOG);
    expect(epoch!.codes.slice(0, 4)).to.deep.equal([6, 7, 8, 0]);
    expect(epoch!.status).to.equal("accepted");
    expect(await assertHonoured([epoch!])).to.equal(1);
    const after = await gateway.status(LOG);
    expect(after.readings).to.deep.include({ given: 3, waiting: 0, kept: 3 });
    expect(after).to.deep.include({ sealed: 1, accepted: 1, gaps: 0, unsent: 0, deadline: undefined });
    expect(after.devices[0]!.lastTime).to.equal(START + 2 * SLOT);
  });

  it("counts what comes again, too late, too early, and for no log", async () => {
    const { clock, gateway, give } = await world(stores);
    clock.now = START + SLOT;
    await give([[START, 5]]);
    await give([[START, 5]]); // sent again: a duplicate
    await give([[START, 6]]); // contradicts: dropped, since the first counts
    await give([[START - 1, 5]]); // before the log
    await give([[clock.now + 301, 5]]); // future
    await give([[START, 55]]); // HIGH
    await give([[START, 5]], "stranger");
    clock.now = START + DAY + GRACE;
    await gateway.work("sealing");
    await give([[START + 5, 5]]); // sealed
    const status = await gateway.status(LOG);
    expect(status.readings).to.deep.equal({
      given: 7,
      waiting: 0,
      kept: 1,
      moved: 0,
      dropped: 2,
      duplicate: 1,
      refused: { "before-log": 1, "in-future": 1, "epoch-sealed": 1 },
    });
    const { refused, unknownDevices, problems } = await gateway.gateway.state();
    expect(refused).to.deep.equal({ "device-unknown": 1 });
    expect(unknownDevices).to.deep.equal(["stranger"]);
    expect(problems.map(({ kind }) => kind)).to.include("device-unknown");
  });

  it("sends again what was accepted and not answered, and follows gaps", async () => {
    const { clock, gateway, give, wire } = await world(stores);
    clock.now = START + SLOT;
    await give([[START, 5]]);
    clock.now = START + DAY + GRACE;
    wire.after = () => {
      throw new VitalproofError("SERVICE_UNREACHABLE", "cut");
    };
    await gateway.work("sealing");
    expect((await rejection(gateway.work("sending"))).code).to.equal("SERVICE_UNREACHABLE");
    expect((await gateway.status(LOG)).deadline).to.equal(START + DAY + INTAKE_TIME);
    wire.after = () => undefined;
    await gateway.work("sending");
    expect((await gateway.epochs(LOG)).map(({ status }) => status)).to.deep.equal(["accepted"]);

    // The attester was away for a day: an epoch is a gap, and what is in time is sealed again onto it.
    await give([[START + DAY, 6]]);
    wire.before = () => {
      throw new VitalproofError("SERVICE_UNREACHABLE", "cut");
    };
    clock.now = START + 2 * DAY + GRACE;
    await give([[START + DAY + SLOT, 7]]);
    await gateway.work("sealing");
    clock.now = START + 3 * DAY + GRACE;
    await gateway.work("sealing");
    expect((await gateway.gateway.state()).problems.map(({ kind }) => kind)).to.include("deadline-missed");
    // Whatever is sent is in the store before, also what was sealed again just now: its salt must never be lost.
    let checked = 0;
    wire.heard = async ({ subject, previous, inner }) => {
      const log = subject === logsOf(1, wire)[0]!.subject ? LOG : "p1.test-16";
      const heads = (await gateway.epochs(log)).map(({ head }) => head);
      expect(heads).to.include(headAfter(previous, inner));
      checked += 1;
    };
    wire.before = () => undefined;
    await gateway.work("sending");
    expect(checked).to.equal(4);
    const epochs = await gateway.epochs(LOG);
    expect(epochs.map(({ status }) => status)).to.deep.equal(["accepted", "gap", "accepted"]);
    expect(await gateway.status(LOG)).to.deep.include({ gaps: 1, lostToGaps: 2, unsent: 0 });
    expect(gateway.events("epoch-gap").filter(({ log }) => log === LOG)).to.have.length(1);
  });

  it("two gateways on one store seal each epoch once", async () => {
    const { clock, gateway, give, database, wire } = await world(stores);
    const url = database.kind;
    expect(url).to.be.oneOf(["sqlite", "postgres"]);
    const other = await TestGateway.start(database, clock, logsOf(2, wire));
    for (let day = 0; day < 4; day++) {
      clock.now = START + day * DAY + SLOT;
      await give([[clock.now, 3]]);
      await other.gateway.inbox.put(messageOf("d0", [[clock.now + 100 - SLOT, 4]], clock.now));
      clock.now = START + (day + 1) * DAY + GRACE;
      await Promise.all([gateway.work("sealing", "sending"), other.work("sealing", "sending")]);
    }
    const epochs = await gateway.epochs(LOG);
    expect(epochs.map(({ status }) => status)).to.deep.equal([
      "accepted",
      "accepted",
      "accepted",
      "accepted",
    ]);
    expect(epochs.map(({ codes }) => codes.slice(0, 2))).to.deep.equal(epochs.map(() => [5, 4]));
    expect((await gateway.status(LOG)).readings).to.deep.include({ given: 8, kept: 8, waiting: 0 });
    // Both find the fifth one due. The sixth one is over as well, and still waits for late readings.
    clock.now = START + 6 * DAY + GRACE - 1;
    await Promise.all([gateway.work("sealing"), other.work("sealing")]);
    expect((await gateway.status(LOG)).sealed).to.equal(5);
    for (const each of [gateway, other]) expect((await each.gateway.state()).troubles).to.deep.equal([]);
    const sealed = [...gateway.notices, ...other.notices].filter(
      ({ event, log }) => event === "epoch-sealed" && log === LOG,
    );
    expect(sealed.map(({ epoch }) => epoch).sort()).to.deep.equal([0, 1, 2, 3, 4].map((i) => EPOCH + i));
  });

  it("a gateway whose heads another one on the same store has replaced in the meantime does not stop", async () => {
    const { clock, gateway, give, database, wire } = await world(stores);
    const other = await TestGateway.start(database, clock, logsOf(2, wire));
    clock.now = START + SLOT;
    await give([[START, 5]]);
    // The first epoch is a gap. The second one is sealed again onto it, by the other gateway while this one sends.
    clock.now = START + 2 * DAY + GRACE;
    await gateway.work("sealing");
    wire.before = async () => {
      wire.before = () => undefined;
      await other.work("sending");
    };
    await gateway.work("sending");
    expect([...gateway.events("log-stopped"), ...other.events("log-stopped")]).to.deep.equal([]);
    expect((await gateway.epochs(LOG)).map(({ status }) => status)).to.deep.equal(["gap", "accepted"]);
    expect(await gateway.status(LOG)).to.deep.include({ stopped: undefined, unsent: 0 });
    clock.now += DAY;
    await gateway.work("sealing", "sending");
    expect((await gateway.status(LOG)).accepted).to.equal(2);
  });

  it("T21: of two gateways with one identity and two stores one stops, says so, and goes on when an operator acts", async () => {
    const { clock, gateway, give, wire, attester } = await world(stores);
    const copy = await stores.open(await stores.fresh());
    const other = await TestGateway.start(copy, clock, logsOf(2, wire));
    await other.work("enrolment");
    expect(other.events("enrolment-failed")[0]).to.deep.include({ log: LOG, code: "INTAKE_DEVICE_EXISTS" });
    // An operator who does not know of the first one continues the log.
    const log = logsOf(2, wire)[0]!;
    const request = { subject: log.subject, device: log.signer, profile: log.profile };
    clock.now = START + SLOT;
    await other.gateway.openLog(LOG, await attester.continueLog(request));
    await give([[START, 5]]);
    clock.now = START + DAY + GRACE;
    await gateway.work("sealing", "sending");
    await other.work("sealing", "sending");
    expect(other.events("log-stopped")[0]).to.deep.include({ log: LOG, code: "LOG_DIVERGED" });
    expect((await other.gateway.state()).problems[0]).to.deep.include({ kind: "log-stopped", log: LOG });

    // Whatever comes is kept, and nothing is sealed or sent.
    const heads = wire.heads.length;
    clock.now += DAY;
    await other.gateway.inbox.put(messageOf("d0", [[clock.now, 4]], clock.now));
    await other.work("sealing", "sending");
    await other.restart();
    await other.work("sealing", "sending");
    expect(wire.heads.length).to.equal(heads);
    expect((await other.status(LOG)).readings.waiting).to.equal(1);
    await gateway.work("sealing", "sending");
    await other.gateway.openLog(LOG, await attester.continueLog(request));
    clock.now += DAY;
    await other.work("sealing", "sending");
    expect((await other.epochs(LOG)).map(({ status }) => status)).to.deep.equal(["accepted"]);
    expect((await other.status(LOG)).readings).to.deep.include({ given: 1, kept: 1 });
  });

  it("a jump of the clock stops sealing until it is plausible again", async () => {
    let reference = 0;
    const { clock, gateway, give } = await world(stores, { reference: async () => reference });
    // Nothing has said so far that this clock is right.
    expect((await gateway.gateway.state()).clock).to.deep.include({ isTrusted: false, doubt: "unconfirmed" });
    expect((await gateway.status(LOG)).isOpen).to.equal(false);
    reference = clock.now + 60;
    await gateway.work("enrolment");
    clock.now = START + SLOT;
    reference = clock.now;
    await give([[START, 5]]);
    await gateway.work("sealing");
    gateway.notices.length = 0;
    clock.jump(3 * DAY);
    await gateway.work("sealing");
    expect((await gateway.status(LOG)).sealed).to.equal(0);
    expect(gateway.events("clock-doubted").map(({ reason }) => reason)).to.deep.equal(["jumped-forward"]);
    const { clock: state, problems } = await gateway.gateway.state();
    expect(state).to.deep.include({ isTrusted: false, doubt: "jumped-forward", off: 3 * DAY });
    expect(problems[0]).to.deep.include({ kind: "clock-doubted" });
    clock.jump(-3 * DAY);
    clock.now = START + DAY + GRACE;
    await gateway.work("sealing");
    expect((await gateway.status(LOG)).sealed).to.equal(1);

    // Set back: readings of now are not future, and nothing is sealed.
    clock.jump(-2 * DAY);
    await give([[START + DAY + GRACE, 5]]);
    clock.now += DAY;
    await gateway.work("sealing");
    expect((await gateway.status(LOG)).readings).to.deep.include({ waiting: 1, refused: {} });
    // At a start the store knows better as well, until another clock agrees.
    await gateway.restart();
    clock.now += GRACE;
    await gateway.work("sealing");
    expect((await gateway.gateway.state()).clock.doubt).to.equal("before-last-run");
    clock.jump(2 * DAY);
    reference = clock.now + 30;
    await gateway.work("sealing");
    expect((await gateway.gateway.state()).clock.isTrusted).to.equal(true);
    expect((await gateway.status(LOG)).sealed).to.equal(2);
  });

  it("refuses a grace that leaves no time, logs that cannot be told apart, and a log that was another's", async () => {
    const { database, clock, wire } = await world(stores);
    const [log] = logsOf(1, wire);
    const code = async (...args: Parameters<typeof TestGateway.start>) =>
      (await rejection(TestGateway.start(...args))).code;
    expect(await code(database, clock, [log!], { times: { grace: INTAKE_TIME } })).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(await code(database, clock, [log!, { ...log!, person: "other" }])).to.equal("INVALID_ARGUMENT");
    expect(await code(database, clock, [{ ...log!, subject: 5n }])).to.equal("NOT_ALLOWED");
  });

  it("a fault in a step leaves nothing half done, and the next one does it", async () => {
    const { clock, gateway, give, database } = await world(stores);
    clock.now = START + SLOT;
    await give([[START, 5]]);
    clock.now = START + DAY + GRACE;
    await database.migrating((db) => sql`alter table gateway_epoch rename to gone`.execute(db));
    expect((await rejection(gateway.work("sealing"))).code).to.equal("STORE_FAILED");
    await database.migrating((db) => sql`alter table gone rename to gateway_epoch`.execute(db));
    expect((await gateway.status(LOG)).readings).to.deep.include({ waiting: 1, kept: 0 });
    await gateway.work("sealing");
    expect((await gateway.status(LOG)).readings).to.deep.include({ waiting: 0, kept: 1 });
    expect(await gateway.epochs(LOG)).to.have.length(1);
  });
});
