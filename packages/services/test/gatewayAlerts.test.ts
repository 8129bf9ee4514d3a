// SPDX-License-Identifier: GPL-3.0-or-later
//
// Alerts that a gateway proves and delivers on its own, with the real circuit of falls, on both databases.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { distributionTerms, type PresentationRequest, type Prover, VitalproofError } from "@vitalproof/sdk";
import { type ProverPool, proverPool } from "@vitalproof/sdk/node";
import { expect } from "chai";
import * as v from "valibot";
import { AlertLane, alertMetrics, alertSettings } from "../src/gateway/index.ts";
import { Metrics } from "../src/index.ts";
import { Loop } from "../src/operate/loop.ts";
import {
  AlertFiles,
  AlertWorld,
  circuits,
  EPOCH_SECONDS,
  FALLS,
  fallLogs,
  IMPACT,
  INTAKE,
  MAX_AGE,
  REQUEST,
  Receiver,
  RunningClock,
  STILL,
  verifierAccepts,
  wireOver,
} from "./support/alerts.ts";
import { DAY, FIRST_DAY } from "./support/gateways.ts";
import { codeOf, shown } from "./support/rejection.ts";
import { room } from "./support/sealed.ts";
import { onBothStores, type Stores } from "./support/stores.ts";

/** The first epoch of a log that is opened at the beginning of `FIRST_DAY`. */
const START = FIRST_DAY * DAY + EPOCH_SECONDS;
const FALL = [STILL, STILL, IMPACT, STILL];
const QUIET = [STILL, STILL, STILL];

onBothStores("alerts of a gateway", (stores: Stores) => {
  let prover: ProverPool;
  let files: AlertFiles;
  let receiver: Receiver;
  before(async () => {
    prover = proverPool({ size: 1, memoryMiB: 4096 });
    files = new AlertFiles();
    receiver = await Receiver.start();
  });
  after(async () => {
    await prover?.close();
    await receiver?.stop();
    files?.remove();
  });
  beforeEach(() => {
    receiver.alerts.length = 0;
    receiver.status = 204;
  });

  const settingsOf = (change: object = {}) => [
    {
      person: "p0",
      profile: FALLS,
      request: files.request(),
      to: { url: receiver.url },
      grace: 1,
      ...change,
    },
  ];

  /** A gateway whose logs are open. */
  async function started(change: object = {}) {
    const database = await stores.open(await stores.fresh());
    const clock = new RunningClock();
    const wire = wireOver(database, clock);
    const options = { database, clock, wire, prover, settings: settingsOf(change) };
    const world = await AlertWorld.start(options);
    await world.work("enrolment");
    return { database, clock, wire, world, options };
  }

  it("a fall is proven and delivered seconds after its epoch's last message, and a quiet epoch is only counted", async function () {
    this.timeout(180_000);
    const token = files.write("token", "receiver-token\n");
    const { clock, world } = await started({ to: { url: receiver.url, tokenFile: token } });
    const metrics = new Metrics({ process: false });
    alertMetrics(metrics, world.lane, () => world.lane.status());
    // Another person's log has no alert.
    await world.give(START + 1, FALL, "d1");
    await world.give(START + 1, QUIET);
    clock.moveTo(START + EPOCH_SECONDS - 1);
    await world.give(START + EPOCH_SECONDS - 2, FALL);
    const arrived = clock.now;
    const faults: unknown[] = [];
    // Here they look once a minute, and the lane once an hour: everything else follows from what duties tell each other.
    const loop = new Loop(world.duties, (_, fault) => faults.push(fault));
    loop.start();
    try {
      await until(() => receiver.alerts.length === 1, 90_000);
      const took = clock.now - arrived;
      const [alert] = receiver.alerts;
      expect(alert!.token).to.equal("Bearer receiver-token");
      const { start, end } = await verifierAccepts(alert!.text, clock.now);
      expect([start, end]).to.deep.equal([START, START + EPOCH_SECONDS]);
      console.log(`      from the last message to the receiver: ${took.toFixed(1)} s`);
      await until(async () => (await world.status()).counts.delivered === 1, 5_000);
      const { latency, sinceReceipt, last, counts } = await world.status();
      console.log(
        `      from the last message to the verified alert: ${latency!.median.toFixed(1)} s, from the receipt: ${sinceReceipt!.median.toFixed(1)} s`,
      );
      expect(latency!.median).to.be.within(2, took);
      // One second to the end of the epoch, one of grace, and nobody waited for a look.
      expect(latency!.median - sinceReceipt!.median).to.be.within(1.9, 15);
      expect(last).to.deep.include({ end });
      expect(last!.deliveredAt).to.be.within(last!.verifiedAt, clock.now);
      expect(counts).to.deep.include({ waiting: 0, proving: 0, proven: 0, unmet: 0 });

      clock.moveTo(START + 2 * EPOCH_SECONDS - 1);
      await world.give(START + EPOCH_SECONDS + 5, QUIET);
    } finally {
      await loop.stop();
    }
    clock.moveTo(START + 2 * EPOCH_SECONDS + 1);
    await world.work("urgent-sealing", "urgent-sending", "alerts", "alert-proofs", "alert-delivery");
    const { counts, reasons } = await world.status();
    expect(counts).to.deep.include({ delivered: 1, unmet: 1, expired: 0, refused: 0 });
    expect(reasons).to.deep.equal([]);
    expect(receiver.alerts).to.have.length(1);
    expect(faults).to.deep.equal([]);
    const text = await metrics.text();
    expect(text).to.match(/vitalproof_gateway_alert_latency_seconds_count 1\n/);
    expect(text).to.match(/vitalproof_gateway_alerts_delivered 1\n/);
    expect(shown(world.notices)).not.to.include("receiver-token");
  });

  it("of two processes one proves; whatever fails then, the receiver gets the same bytes again, and once after it said so", async function () {
    this.timeout(180_000);
    let proofs = 0;
    const counting: Prover = {
      prove: (...args) => {
        proofs += 1;
        return prover.prove(...args);
      },
    };
    const { clock, world, options, database } = await started();
    // Whose receipt it is has handed the group over by the time of the proof.
    const lanes = { ...options, prover: counting, handedOver: START + EPOCH_SECONDS + 2 };
    const [one, other] = [await AlertWorld.start(lanes), await AlertWorld.start(lanes)];
    await world.give(START + 3, FALL);
    clock.moveTo(START + EPOCH_SECONDS + 1.1);
    await world.work("urgent-sealing", "urgent-sending");
    await Promise.all([one.work("alerts", "alert-proofs"), other.work("alerts", "alert-proofs")]);
    expect(proofs).to.equal(1);
    expect((await one.status()).counts.proven).to.equal(1);
    // What waits for the receiver is not readable in the store.
    const kept = await database.reads
      .selectFrom("gateway_alert")
      .select(["sealed", "delivery"])
      .executeTakeFirstOrThrow();
    expect(Buffer.from(kept.sealed!).includes("vitalproof/presentation")).to.equal(false);

    // The receiver is down, and says so; then it takes the alert, and the gateway dies before it hears that.
    receiver.status = 503;
    await one.work("alert-delivery");
    expect(await one.status()).to.deep.nested.include({
      "counts.proven": 1,
      "reasons[0].reason": "SERVICE_UNREACHABLE",
    });
    expect((await one.status()).problems.map(({ kind }) => kind)).to.include("alert-waits");
    receiver.status = 204;
    const killed = await AlertWorld.start({
      ...lanes,
      fetch: async (...args) => {
        await fetch(...args);
        return new Promise(() => undefined);
      },
    });
    clock.moveTo(clock.now + 2);
    void killed.duty("alert-delivery").act(new AbortController().signal);
    await until(() => receiver.alerts.length === 2, 5_000);
    const next = await AlertWorld.start(lanes);
    await next.work("alert-delivery");
    expect(receiver.alerts, "it is still on its way").to.have.length(2);
    clock.moveTo(clock.now + 21);
    const again = [await AlertWorld.start(lanes), await AlertWorld.start(lanes)];
    await Promise.all(again.map((each) => each.work("alert-delivery")));
    clock.moveTo(clock.now + 60);
    for (const each of [one, other, ...again]) await each.work("alerts", "alert-proofs", "alert-delivery");

    expect(receiver.alerts).to.have.length(3);
    expect(new Set(receiver.alerts.map(({ id, text }) => `${id} ${text}`)).size).to.equal(1);
    expect(receiver.alerts[0]!.id).to.equal(`"${kept.delivery}"`);
    await verifierAccepts(receiver.alerts[2]!.text, clock.now);
    expect((await one.status()).counts).to.deep.include({ delivered: 1, proven: 0, proving: 0 });
    expect(proofs).to.equal(1);
    const after = await database.reads.selectFrom("gateway_alert").select("sealed").executeTakeFirstOrThrow();
    expect(after.sealed).to.equal(null);
  });

  it("writes into a folder, and goes on with a proof that a killed process began", async function () {
    this.timeout(180_000);
    const folder = join(files.folder, "inbox", stores.postgres === undefined ? "sqlite" : "postgres");
    const attestation = await files.attestation(START + DAY);
    const { clock, world, options } = await started({ to: { folder }, attestation });
    await world.give(START + 3, FALL);
    clock.moveTo(START + EPOCH_SECONDS + 1.1);
    await world.work("urgent-sealing", "urgent-sending", "alerts");
    // It dies while it proves: its row stays taken.
    const killed = await AlertWorld.start({
      ...options,
      prover: { prove: () => new Promise(() => undefined) },
    });
    void killed.duty("alert-proofs").act(new AbortController().signal);
    await pause(200);
    const next = await AlertWorld.start(options);
    await next.work("alert-proofs", "alert-delivery");
    expect((await next.status()).counts).to.deep.include({ proving: 1 });
    clock.moveTo(clock.now + 21);
    await next.work("alert-proofs", "alert-delivery");
    expect((await next.status()).counts).to.deep.include({ delivered: 1 });
    const names = readdirSync(folder);
    expect(names).to.have.length(1);
    const { start } = await verifierAccepts(readFileSync(join(folder, names[0]!), "utf8"), clock.now);
    expect(start).to.equal(START);
  });

  it("what is too old is given up and counted with its reason, and so is what has no receipt", async function () {
    this.timeout(60_000);
    const attestation = await files.attestation(START - 1, "expired.json");
    const { clock, world, wire } = await started({ attestation });
    await world.give(START + 3, FALL);
    clock.moveTo(START + EPOCH_SECONDS + 1.1);
    await world.work("urgent-sealing", "urgent-sending", "alerts", "alert-proofs");
    const { counts, reasons, problems } = await world.status();
    expect(counts.proving).to.equal(1);
    expect(reasons[0]).to.deep.include({ state: "proving", reason: "ATTESTATION_EXPIRED" });
    expect(problems[0]).to.deep.include({ kind: "alert-waits", code: "ATTESTATION_EXPIRED" });

    // The attester is away for longer than it waits for heads.
    wire.before = () => {
      throw new VitalproofError("SERVICE_UNREACHABLE", "cut");
    };
    await world.give(START + EPOCH_SECONDS + 3, FALL);
    clock.moveTo(START + 2 * EPOCH_SECONDS + 2);
    await world.work("urgent-sealing", "alerts");
    expect((await world.status()).counts).to.deep.include({ proving: 1, waiting: 1 });
    clock.moveTo(START + 2 * EPOCH_SECONDS + INTAKE + 10);
    wire.before = () => undefined;
    await world.work("urgent-sealing", "urgent-sending", "alerts");
    expect((await world.status()).reasons).to.deep.include({ state: "refused", reason: "gap", epochs: 1 });

    clock.moveTo(START + EPOCH_SECONDS + MAX_AGE + 1);
    await world.work("alerts", "alert-proofs", "alert-delivery");
    const late = await world.status();
    expect(late.counts).to.deep.include({ expired: 1, proving: 0, delivered: 0 });
    expect(late.reasons).to.deep.include({ state: "expired", reason: "ATTESTATION_EXPIRED", epochs: 1 });
    expect(late.problems[0]).to.deep.include({ kind: "alert-expired", epochs: 1 });
    expect(receiver.alerts).to.deep.equal([]);
  });

  it("a lane that was away decides what it missed: a fall is expired, a quiet epoch is not; old quiet ones become a number", async () => {
    const { clock, world, database, options } = await started();
    await world.work("alerts");
    await world.give(START + 3, FALL);
    clock.moveTo(START + EPOCH_SECONDS + 1.1);
    await world.work("urgent-sealing", "urgent-sending");
    await world.give(START + EPOCH_SECONDS + 3, QUIET);
    clock.moveTo(START + 2 * EPOCH_SECONDS + 1.1);
    await world.work("urgent-sealing", "urgent-sending");
    clock.moveTo(START + 2 * EPOCH_SECONDS + MAX_AGE + 1);
    await world.work("alerts", "alert-proofs", "alert-delivery");
    const before = await world.status();
    expect(before.counts).to.deep.include({ expired: 1, unmet: 1, proving: 0 });
    expect(before.reasons).to.deep.equal([{ state: "expired", reason: "late", epochs: 1 }]);
    const days = (8 * DAY) / EPOCH_SECONDS;
    await database.step((queries) =>
      queries
        .updateTable("gateway_alert")
        .set(({ eb }) => ({ epoch: eb("epoch", "-", days) }))
        .execute(),
    );
    const next = await AlertWorld.start(options);
    await next.work("alerts");
    const rows = await database.reads.selectFrom("gateway_alert").select("state").execute();
    expect(rows).to.deep.equal([{ state: "expired" }]);
    expect((await next.status()).counts).to.deep.equal(before.counts);

    // What is about a person goes with the person, and the lane goes on.
    const { evidence } = await room(database).erasures.erase("p0", { by: "test" });
    expect(evidence.destroyed.gateway_alert).to.equal(1);
    await next.work("alerts", "alert-proofs", "alert-delivery");
    expect((await next.status()).counts.expired).to.equal(0);
  });

  it("a log with a grace of its own is sealed earlier, and what comes later is refused as late; others still wait", async () => {
    const { clock, world } = await started({ grace: 2 });
    clock.moveTo(START + EPOCH_SECONDS + 1);
    for (const device of ["d0", "d1"]) await world.give(START + 3, QUIET, device);
    await world.work("urgent-sealing", "sealing");
    const sealed = async () => (await world.gateway.state()).logs.map((log) => log.sealed);
    expect(await sealed()).to.deep.equal([0, 0]);
    clock.moveTo(START + EPOCH_SECONDS + 2.1);
    await world.work("urgent-sealing", "sealing");
    expect(await sealed()).to.deep.equal([1, 0]);
    for (const device of ["d0", "d1"]) {
      await world.give(START + 5, QUIET, device);
      // Of the next epoch, which is open.
      await world.give(START + EPOCH_SECONDS + 1, QUIET, device);
    }
    clock.moveTo(START + EPOCH_SECONDS + 20.1);
    await world.work("urgent-sealing", "sealing");
    const { logs } = await world.gateway.state();
    expect(logs[0]!.readings).to.deep.include({ kept: 3, waiting: 3, refused: { "epoch-sealed": 3 } });
    expect(logs[1]!.readings).to.deep.include({ kept: 6, waiting: 3, refused: {} });
    // A head can arrive in time only if the log is sealed before.
    const code = await codeOf(started({ grace: INTAKE }));
    expect(code).to.equal("INVALID_ARGUMENT");
  });

  it("refuses what its log cannot answer, before anything is sealed", async () => {
    const { database, world, wire } = await started();
    const startedWith = (change: object) =>
      codeOf(
        AlertLane.start({
          database,
          personKeys: room(database).keys,
          settings: v.parse(alertSettings, settingsOf(change)),
          logs: fallLogs(wire),
          circuits,
          prover,
          secretOf: async () => 1n,
          time: () => world.gateway.time(),
        }),
      );
    const { maxAge: _, ...ageless } = REQUEST;
    const circuit = "distribution-direct-test";
    const other: PresentationRequest & { maxAge: number } = {
      ...REQUEST,
      statements: [{ circuit, terms: distributionTerms({ circuit, mean: { atMost: 8 } }) }],
    };
    expect(await startedWith({})).to.equal("nothing");
    expect(await startedWith({ request: files.request(ageless, "ageless.json") })).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(await startedWith({ request: files.request(other, "other.json") })).to.equal("INVALID_ARGUMENT");
    expect(await startedWith({ person: "p7" })).to.equal("INVALID_ARGUMENT");
    expect(await startedWith({ request: join(files.folder, "none.json") })).to.equal("FILE_UNREADABLE");
    expect(await startedWith({ request: files.write("no.json", "{}") })).to.equal("DOCUMENT_INVALID");
    for (const to of [
      { url: "http://elsewhere.example/" },
      { url: "ftp://127.0.0.1/" },
      { url: "https://a:b@c.example/" },
      {},
    ])
      expect(v.safeParse(alertSettings, settingsOf({ to })).success, JSON.stringify(to)).to.equal(false);
  });
});

async function until(holds: () => boolean | Promise<boolean>, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It took too long.");
    await pause(20);
  }
}
