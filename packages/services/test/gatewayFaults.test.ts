// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a gateway does when its disk is full, when one person's key is gone, and what it says of readings: nothing.
import { createIdentity, Log, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { sql } from "kysely";
import { Gateway, PayloadReader } from "../src/gateway/index.ts";
import { logger } from "../src/index.ts";
import { PersonKeys } from "../src/sealed/index.ts";
import {
  attesterOver,
  DAY,
  FIRST_DAY,
  GLUCOSE,
  GLUCOSE_PAYLOADS,
  GRACE,
  logsOf,
  messageOf,
  PAYLOADS,
  TestClock,
  TestGateway,
  timesOf,
  Wire,
} from "./support/gateways.ts";
import { shown } from "./support/rejection.ts";
import { room } from "./support/sealed.ts";
import { onBothStores, type Stores } from "./support/stores.ts";

const START = (FIRST_DAY + 1) * DAY;
const LOG = "p0.test-16";

async function world(stores: Stores) {
  const database = await stores.open(await stores.fresh());
  const records = await stores.open(await stores.fresh());
  const clock = new TestClock();
  const wire = new Wire(attesterOver(records, () => clock.now));
  const gateway = await TestGateway.start(database, clock, logsOf(3, wire));
  await gateway.work("enrolment");
  clock.now = START + 3_600;
  return { database, clock, wire, gateway };
}

onBothStores("gateway's faults", (stores) => {
  it("acknowledges nothing that a full disk does not take, and has it when it comes again", async function () {
    if (stores.postgres !== undefined) this.skip();
    const { database, clock, gateway } = await world(stores);
    const pages = async (most: string) =>
      database.migrating((db) => sql`pragma max_page_count = ${sql.raw(most)}`.execute(db));
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.reads);
    await pages(String(rows[0]!.page_count + 8));
    const messages = Array.from({ length: 3_000 }, (_, i) =>
      messageOf(`d${i % 3}`, [[START + (i % 3_600), 1 + (i % 9)]], clock.now),
    );
    const put = (each: (typeof messages)[number]) =>
      gateway.gateway.inbox.put(each).then(
        () => "stored",
        (error: unknown) => (error instanceof VitalproofError ? error.code : "other"),
      );
    const first = await Promise.all(messages.map(put));
    expect(new Set(first)).to.include("STORE_FAILED");
    expect(new Set(first)).not.to.include("other");
    const stored = first.filter((each) => each === "stored").length;
    const given = async () =>
      (await gateway.gateway.state()).logs.reduce((sum, { readings }) => sum + readings.given, 0);
    expect(await given()).to.equal(stored);
    await pages("1000000");
    const again = await Promise.all(messages.filter((_, i) => first[i] !== "stored").map(put));
    expect(new Set(again)).to.deep.equal(new Set(["stored"]));
    clock.now = START + DAY + GRACE;
    await gateway.work("sealing");
    expect(await given()).to.equal(messages.length);
    expect(gateway.events("ingest-failed")[0]).to.deep.include({ code: "STORE_FAILED" });
  });

  it("one person's key that is gone stops neither other people's messages nor their sealing", async () => {
    const { database, clock, wire } = await world(stores);
    const own = room(database);
    let unreachable = false;
    // A master key in a token that cannot be reached; the keys' own code runs.
    const masterKeys = {
      wrap: own.masterKeys.wrap.bind(own.masterKeys),
      unwrap: async (wrapped: Uint8Array) => {
        if (unreachable) throw new Error("a token is out of reach");
        return own.masterKeys.unwrap(wrapped);
      },
    };
    const notices: unknown[] = [];
    const gateway = await Gateway.start({
      database,
      // It remembers one key, so others are unwrapped again.
      personKeys: new PersonKeys({ database, masterKeys, clock: () => clock.now, remembered: 1 }),
      reader: new PayloadReader(PAYLOADS),
      logs: logsOf(3, wire),
      times: timesOf(),
      clock: { wall: clock.wall, monotonic: clock.monotonic },
      report: (notice) => notices.push(notice),
    });
    const putAll = (sample: readonly [number, number]) =>
      Promise.allSettled([0, 1, 2].map((i) => gateway.inbox.put(messageOf(`d${i}`, [sample], clock.now))));
    await own.erasures.erase("p1", { by: "test", onChain: [] });
    // It must not come again and again.
    expect((await putAll([START, 5])).map(({ status }) => status)).to.deep.equal([
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
    unreachable = true;
    // The key of the last one is remembered.
    expect((await putAll([START + 60, 6])).map(({ status }) => status)).to.deep.equal([
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    unreachable = false;
    // What waited for p0 is destroyed with the key.
    await own.erasures.erase("p0", { by: "test", onChain: [] });
    expect(
      await database.reads.selectFrom("gateway_reading").select("person").distinct().execute(),
    ).to.deep.equal([{ person: "p2" }]);
    clock.now = START + DAY + GRACE;
    const { signal } = new AbortController();
    const sealingDuty = gateway.duties.find(({ name }) => name === "sealing")!;
    while (await sealingDuty.act(signal));
    const { logs, troubles } = await gateway.state();
    expect(logs.map(({ sealed }) => sealed)).to.deep.equal([0, 0, 1]);
    expect(logs[1]!.readings.refused).to.deep.equal({ "person-gone": 2 });
    expect(logs[2]!.readings).to.deep.include({ given: 2, waiting: 0 });
    expect(troubles.map(({ log, duty, code }) => ({ log, duty, code }))).to.deep.equal([
      { log: LOG, duty: "seal", code: "PERSON_ERASED" },
      { log: "p1.test-16", duty: "seal", code: "PERSON_ERASED" },
    ]);
    expect(notices).to.deep.include({
      level: "error",
      event: "sealing-failed",
      log: LOG,
      code: "PERSON_ERASED",
    });
  });

  it("T33: no reading, salt, key or subject is in notices, logs, errors, state, or readable in the store", async () => {
    const database = await stores.open(await stores.fresh());
    const records = await stores.open(await stores.fresh());
    const clock = new TestClock();
    const wire = new Wire(attesterOver(records, () => clock.now));
    const own = room(database);
    const lines: string[] = [];
    const log = logger({ level: "trace", destination: { write: (line: string) => lines.push(line) } });
    const { subject } = createIdentity();
    const [one] = logsOf(1, wire, GLUCOSE);
    const told: unknown[] = [];
    const start = () =>
      Gateway.start({
        database,
        personKeys: own.keys,
        reader: new PayloadReader(GLUCOSE_PAYLOADS),
        logs: [{ ...one!, subject }],
        times: timesOf(),
        clock: { wall: clock.wall, monotonic: clock.monotonic },
        firstPause: 1,
        report: (notice) => {
          told.push(notice);
          log[notice.level](notice, notice.event);
        },
      });
    const gateway = await start();
    const { signal } = new AbortController();
    const work = async () => {
      for (const duty of gateway.duties)
        try {
          while (await duty.act(signal));
        } catch (error) {
          told.push(error);
          log.error({ err: error });
        }
    };
    await work();
    clock.now = START + 3_600;
    const marker = "187.4142135";
    const message = (value: string, time: number, device = "d0") => ({
      topic: `devices/device/${device}`,
      payload: Buffer.from(`{"t":${time},"v":${value}}`),
      receivedAt: clock.now * 1000,
      retained: false,
    });
    for (const value of ["187", marker, "9e99", `"${marker}"`, "-187"]) {
      await gateway.inbox.put(message(value, START + 60));
      await gateway.inbox.put(message(value, START + 60, "stranger"));
    }
    told.push(await gateway.state());
    await database.migrating((db) => sql`alter table gateway_count rename to gone`.execute(db));
    await gateway.inbox
      .put(message(marker, clock.now - 10 * DAY))
      .catch((error: unknown) => told.push(error));
    clock.now = START + DAY + GRACE;
    await work();
    await database.migrating((db) => sql`alter table gone rename to gateway_count`.execute(db));
    wire.before = () => {
      throw new VitalproofError("SERVICE_UNREACHABLE", "cut");
    };
    await work();
    wire.before = () => undefined;
    await work();
    told.push(await gateway.state(), await start().then(({ duties }) => duties), gateway);
    const { epochs } = await Log.resume(own.store("p0"), `p0.${GLUCOSE}.0`);
    expect(epochs.map(({ status }) => status)).to.deep.equal(["accepted"]);
    expect(epochs[0]!.codes.filter((code) => code !== 0)).to.have.length(1);
    const [{ salt, head }] = epochs as [(typeof epochs)[0]];
    const secrets = [
      marker,
      String(salt),
      salt.toString(16),
      String(head),
      String(subject),
      subject.toString(16),
    ];
    const output = [...told.map(shown), ...lines].join("\n");
    expect(lines.length).to.be.above(3);
    for (const secret of secrets) expect(output, secret).not.to.include(secret);
    // The value that was kept; line numbers of errors are left out.
    const plain = JSON.stringify(told.filter((each) => !(each instanceof Error)));
    expect(plain).not.to.match(/(?<![\d.])187(?!\d)/);
    // At rest: in no table but that of what a log is bound to, whose subject the attester knows.
    for (const table of [
      "gateway_reading",
      "gateway_count",
      "gateway_epoch",
      "gateway_device",
      "document",
      "person_key",
    ]) {
      const { rows } = await sql`select * from ${sql.table(table)}`.execute(database.reads);
      const text = rows
        .map((row) =>
          Object.values(row as object)
            .map((each) => (each instanceof Uint8Array ? Buffer.from(each).toString("latin1") : String(each)))
            .join(" "),
        )
        .join("\n");
      for (const secret of [marker, String(salt), salt.toString(16)]) expect(text).not.to.include(secret);
    }
  });
});
