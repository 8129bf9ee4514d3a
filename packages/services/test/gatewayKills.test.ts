// SPDX-License-Identifier: GPL-3.0-or-later
//
// A gateway that is killed again and again, between a broker and an attester that are not.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Attester,
  type EpochRecord,
  httpAttester,
  Log,
  type ProfileName,
  profileOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import type { MqttClient } from "mqtt";
import * as v from "valibot";
import { placeOf, readingsIn } from "../src/gateway/core/bodies.ts";
import { mqttSettings, startMqtt } from "../src/gateway/index.ts";
import { type AttesterBackend, attesterRoutes, type Server, startServer } from "../src/index.ts";
import { type Database, fieldOf } from "../src/store/index.ts";
import {
  assertHonoured,
  attesterOver,
  DAY,
  FIRST_DAY,
  GRACE,
  logsOf,
  TestClock,
  TestGateway,
} from "./support/gateways.ts";
import { type Ending, Killed } from "./support/killed.ts";
import type { Mark } from "./support/marks.ts";
import { deviceClient, TestInbox, until as untilNow } from "./support/messages.ts";
import { Mosquitto, needsMosquitto } from "./support/mosquitto.ts";
import { room } from "./support/sealed.ts";
import { onBothStores } from "./support/stores.ts";

const LONG = process.env.LONG !== undefined;
const KILLS = LONG ? 1_000 : 10;
const DAYS = LONG ? 27 : 3;
const LOGS = LONG ? 12 : 4;
/** Days between two restarts of the broker. */
const RESTARTS = LONG ? 5 : 2;
const PROFILE: ProfileName = "glucose-mg-dl-5min";
/** Distinct readings of a log a day: at most 288 have a slot. With those that come twice it is an eighth more. */
const READINGS = LONG ? 270 : 90;
/** Readings of a log for slots of the day before, which come when it is sealed. */
const LATE = 12;
/** Milliseconds for one thing to come about, on a busy machine and between kills. */
const PATIENCE = LONG ? 600_000 : 60_000;
const FACTS = profileOf(PROFILE);
const NAMES = Array.from({ length: LOGS }, (_, i) => `p${i}.${PROFILE}`);
const PROGRAM = join(import.meta.dirname, "fixtures/gatewayProcess.ts");

/** Reproducible, but for the moments of the kills. */
let state = 1;
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % below;
};

/** Where gateways are killed, next to moments that nothing chose. */
const AIMS: readonly Mark[] = ["start", "ingest", "sealing", "sending"]
  .flatMap((area): Mark[] => [`${area}:begun`, `${area}:written`, `${area}:committed`])
  .concat(["sending:on-its-way", "sending:answered"]);

/**
 * Every other one at a random moment, some of those before it has begun.
 * @param without kills since something came about: on a busy machine lives have to be longer
 */
function nextKill(kills: number, without: number, spared: () => boolean): Ending {
  const mark = AIMS[(kills >> 1) % AIMS.length]!;
  const isAimed = kills % 2 === 0 && !spared();
  return {
    most: random(isAimed ? 1_500 : 1_000) * (1 + without / 20),
    aim: isAimed ? { mark, pass: 1 + random(2) } : undefined,
    begun: isAimed || random(4) !== 0,
    spared,
  };
}

type Text = { readonly topic: string; readonly text: string; readonly value: number };

function backendOf(attester: Attester): AttesterBackend {
  const none = () => Promise.reject(new Error("not asked"));
  return {
    info: none,
    enrol: (request) => attester.enrol(request),
    continueLog: (request) => attester.continueLog(request),
    submitHead: (head) => attester.submitHead(head),
    attest: none,
    path: none,
    owns: none,
  };
}

onBothStores("gateway that is killed", (stores) => {
  let folder: string;
  let broker: Mosquitto;
  let server: Server;
  let device: MqttClient;
  let killed: Killed | undefined;
  let now = FIRST_DAY * DAY + 3_600;

  before(async function () {
    this.timeout(60_000);
    needsMosquitto(this);
    folder = mkdtempSync(join(tmpdir(), "vitalproof-gateway-"));
    broker = await Mosquitto.start();
    device = await deviceClient(broker.ports.plain);
  });
  after(async () => {
    await killed?.end();
    await device?.endAsync(true);
    await server?.close();
    await broker?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const setClock = (seconds: number) => {
    now = seconds;
    writeFileSync(join(folder, "clock.new"), String(seconds));
    renameSync(join(folder, "clock.new"), join(folder, "clock"));
  };

  it("loses nothing, seals nothing twice, and gets every receipt", async function () {
    this.timeout(LONG ? 7_200_000 : 120_000);
    const url = await stores.fresh();
    const database = await stores.open(url);
    const records = await stores.open(await stores.fresh());
    const attester = attesterOver(records, () => now);
    server = await startServer(
      (app) => {
        app.register(attesterRoutes(backendOf(attester)), { prefix: "/attester" });
      },
      { port: 0, access: "open" },
    );
    const address = `${server.url}/attester`;
    // Opened while nothing is killed: what an attester has opened and has not told is for an operator.
    setClock((FIRST_DAY + 1) * DAY - 10);
    const clock = new TestClock(now);
    await (await TestGateway.start(database, clock, logsOf(LOGS, httpAttester(address), PROFILE))).work(
      "enrolment",
    );
    writeFileSync(join(folder, "password"), "gateway-pw\n");
    await subscribe();
    killed = kills(url, address);
    let today = 1;
    let before = 0;
    // Kills are spread over all days.
    const spared = () => killed!.kills >= Math.ceil((KILLS * today) / DAYS) && today <= DAYS;
    const running = killed.run(() => nextKill(killed!.kills, killed!.kills - before, spared));

    const published = new Map<string, number>();
    const sent = { messages: 0, twice: 0, late: 0, restarts: 0 };
    for (let day = 1; day <= DAYS || killed.kills < KILLS; day++) {
      const start = (FIRST_DAY + day) * DAY;
      today = day;
      before = killed.kills;
      setClock(start + DAY - 1);
      // None that is late on the last day: what is waited for comes after all of them.
      const late = day > 1 && day < DAYS ? lateOf(start) : [];
      const texts = day <= DAYS ? readingsOf(start, published, late) : [];
      sent.messages += texts.length;
      sent.late += late.length;
      sent.twice += texts.length - late.length - published.size;
      const publishing = texts.map(({ topic, text }) => device.publishAsync(topic, text, { qos: 1 }));
      if (day % RESTARTS === 0) {
        await pause(random(300));
        await broker.stop();
        await broker.run();
        sent.restarts += 1;
      }
      await Promise.all(publishing);
      await until(
        async () => (await storedOf(database, start)) >= published.size,
        "everything is stored",
        published,
      );
      published.clear();
      before = killed.kills;
      setClock(start + DAY + GRACE);
      await until(
        async () => isDone(database, FIRST_DAY + day),
        "the day is sealed and accepted",
        killed.errors,
      );
    }
    await killed.end();
    await running;
    expect(killed.errors.filter((line) => !/^(mqtt|sending|sealing) /.test(line))).to.deep.equal([]);
    expect(sent.messages).to.be.at.least(LONG ? 100_000 : 1_000);
    expect(sent.twice + sent.late).to.be.at.least(sent.messages / 10);
    const receipts = await assertAll(database, records, sent);
    if (!LONG) return;
    const marks = Object.fromEntries([...killed.byMark].sort());
    console.log(JSON.stringify({ kills: killed.kills, ...sent, receipts, marks }));
    for (const mark of AIMS) expect(killed.byMark.get(mark), mark).to.be.at.least(KILLS / 100);
  });

  function kills(url: string, attester: string): Killed {
    const file = (name: string): string => join(folder, name);
    const mqtt = `mqtt://127.0.0.1:${broker.ports.plain}`;
    return new Killed({
      args: [PROGRAM, url, mqtt, attester, file("clock"), file("marks"), String(LOGS), PROFILE],
      // What one has compiled the next one has.
      env: { PASSWORD_FILE: file("password"), NODE_COMPILE_CACHE: file("compiled") },
      markFile: file("marks"),
    });
  }

  /** From now on the broker keeps what comes for the gateway. */
  async function subscribe(): Promise<void> {
    const settings = {
      url: `mqtt://127.0.0.1:${broker.ports.plain}`,
      clientId: "gateway",
      user: "gateway",
      passwordFile: join(folder, "password"),
    };
    const source = startMqtt(v.parse(mqttSettings, settings), new TestInbox(), { filters: ["devices/#"] });
    await untilNow(() => source.state().connected, "the gateway has subscribed");
    await pause(200);
    await source.close();
  }

  /** A day's readings, an eighth of them twice, and what is late, in no order. */
  function readingsOf(start: number, into: Map<string, number>, late: readonly Text[]): Text[] {
    const texts = [...late];
    for (let log = 0; log < LOGS; log++) {
      for (let i = 0; i < READINGS; i++) {
        const time = start + i * FACTS.interval;
        const message = textOf(log, time);
        into.set(`d${log} ${time}`, message.value);
        texts.push(message);
        if (random(8) === 0) texts.push(message);
      }
    }
    for (let i = texts.length - 1; i > 0; i--) {
      const j = random(i + 1);
      [texts[i], texts[j]] = [texts[j]!, texts[i]!];
    }
    return texts;
  }

  /** Readings for slots of the day before, which had none. */
  function lateOf(start: number): Text[] {
    return Array.from({ length: LOGS * LATE }, (_, i) =>
      textOf(i % LOGS, start - (1 + Math.floor(i / LOGS)) * FACTS.interval),
    );
  }

  function textOf(log: number, time: number): Text {
    const value = 60 + ((time / FACTS.interval) % 200);
    return { topic: `devices/device/d${log}`, text: JSON.stringify({ t: time, v: value }), value };
  }

  /** How many different readings of a day are in the store. */
  async function storedOf(database: Database, start: number): Promise<number> {
    const { keys } = room(database);
    const { readings } = await database.reads
      .selectFrom("gateway_reading")
      .select((row) => row.fn.sum<number>("readings").as("readings"))
      .where("last_time", ">=", start)
      .executeTakeFirstOrThrow();
    // What is opened below has its price, and is needed at the end alone.
    if (Number(readings) < LOGS * READINGS) return 0;
    const rows = await database.reads
      .selectFrom("gateway_reading")
      .selectAll()
      .where("last_time", ">=", start)
      .execute();
    const found = new Set<string>();
    for (const row of rows) {
      const { device: name, person, sealed } = row;
      const plain = await keys.open(database.reads, person, sealed, placeOf(row));
      for (const { time } of readingsIn(plain, FACTS.ucum)) found.add(`${name} ${time}`);
    }
    return found.size;
  }

  async function isDone(database: Database, epoch: number): Promise<boolean> {
    const rows = await database.reads.selectFrom("gateway_log").selectAll().execute();
    return rows.every(({ next_epoch, unsent }) => next_epoch === epoch + 1 && unsent === 0);
  }

  /** @returns receipts that were checked */
  async function assertAll(
    database: Database,
    records: Database,
    sent: { readonly messages: number; readonly late: number },
  ): Promise<number> {
    let receipts = 0;
    let given = 0;
    let tooLate = 0;
    const gateway = await TestGateway.start(
      database,
      new TestClock(now),
      logsOf(
        LOGS,
        attesterOver(records, () => now),
        PROFILE,
      ),
    );
    const recorded = await records.reads.selectFrom("attester_head").selectAll().execute();
    const { logs } = await gateway.gateway.state();
    for (const [i, name] of NAMES.entries()) {
      const { epochs, opening } = await Log.resume(gateway.room.store(`p${i}`), `${name}.0`);
      const heads = new Map(
        recorded
          .filter(({ subject }) => fieldOf(subject) === opening.subject)
          .map((head) => [head.epoch, head]),
      );
      expect(heads.size).to.equal(epochs.length);
      expect(await assertHonoured(epochs)).to.equal(epochs.length);
      receipts += epochs.length;
      for (const each of epochs) {
        expect(each.status).to.equal("accepted");
        expect(fieldOf(heads.get(each.epoch)!.head)).to.equal(each.head);
      }
      const kept = epochs.slice(0, DAYS).map(filledOf);
      expect(kept, "every reading is sealed").to.deep.equal(kept.map(() => READINGS));
      const { readings, sealed, accepted } = logs.find(({ log }) => log === name)!;
      expect([sealed, accepted]).to.deep.equal([epochs.length, epochs.length]);
      expect(readings.kept).to.equal(DAYS * READINGS);
      // The rest is what came again, before or after its epoch was sealed, and what came late.
      const { "epoch-sealed": late = 0, ...refused } = readings.refused;
      given += readings.given;
      tooLate += late;
      expect(refused).to.deep.equal({});
      expect(readings).to.deep.include({ moved: 0, dropped: 0 });
      expect(readings.kept + readings.duplicate + late + readings.waiting).to.equal(readings.given);
    }
    // Each message at least once: what was not acknowledged comes again.
    expect(given).to.be.at.least(sent.messages);
    expect(tooLate).to.be.at.least(sent.late);
    return receipts;
  }
});

function filledOf({ codes }: EpochRecord): number {
  return codes.filter((code) => code !== 0).length;
}

async function until(holds: () => Promise<boolean>, what: string, told: unknown): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It took too long until ${what}: ${JSON.stringify(told)}`);
    await pause(40);
  }
}
