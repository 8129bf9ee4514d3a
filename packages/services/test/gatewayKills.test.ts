// SPDX-License-Identifier: GPL-3.0-or-later
//
// A gateway that is killed again and again, between a broker and an attester that are not.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Attester, type EpochRecord, httpAttester, Log, profileOf } from "@vitalproof/sdk";
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
  GLUCOSE,
  GRACE,
  logsOf,
  TestClock,
  TestGateway,
} from "./support/gateways.ts";
import { deviceClient, TestInbox, until as untilNow } from "./support/messages.ts";
import { Mosquitto, needsMosquitto } from "./support/mosquitto.ts";
import { room } from "./support/sealed.ts";
import { onBothStores } from "./support/stores.ts";

const LONG = process.env.LONG !== undefined;
const KILLS = LONG ? 1_000 : 10;
const DAYS = LONG ? 250 : 3;
const LOGS = 4;
/** Distinct readings of a log a day: at most 96 have a slot. With those that come twice it is a tenth more. */
const READINGS = 90;
const FACTS = profileOf(GLUCOSE);
const NAMES = Array.from({ length: LOGS }, (_, i) => `p${i}.${GLUCOSE}`);
const PROGRAM = join(import.meta.dirname, "fixtures/gatewayProcess.ts");

/** Reproducible, but for the moments of the kills. */
let state = 1;
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % below;
};

/** Gateways one after the other, each killed. The next one is loaded already. */
class Killed {
  kills = 0;
  readonly errors: string[] = [];
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #ready: Promise<ChildProcess>[];
  #stop = false;
  #current: ChildProcess | undefined;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#args = args;
    this.#env = env;
    this.#ready = [this.#load(), this.#load()];
  }

  /** Lives for as long as is told, on average, until `end`. */
  async run(most: () => number): Promise<void> {
    while (!this.#stop) {
      const child = await this.#ready.shift()!;
      this.#ready.push(this.#load());
      this.#current = child;
      child.stdin!.write("go\n");
      for (const end = Date.now() + most(); Date.now() < end && !this.#stop; ) await pause(5);
      await kill(child);
      this.kills += 1;
    }
  }

  async end(): Promise<void> {
    this.#stop = true;
    if (this.#current !== undefined) await kill(this.#current);
    for (const child of await Promise.all(this.#ready)) await kill(child);
  }

  async #load(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [PROGRAM, ...this.#args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...this.#env },
    });
    child.stderr!.on("data", (data: Buffer) => this.errors.push(data.toString().trim()));
    child.stdin!.on("error", () => undefined);
    const ended = once(child, "exit").then(() => {
      throw new Error("A gateway ended before it began.");
    });
    await Promise.race([once(child.stdout!, "data"), ended]);
    ended.catch(() => undefined);
    child.stdout!.resume();
    return child;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

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
    await (await TestGateway.start(database, clock, logsOf(LOGS, httpAttester(address), GLUCOSE))).work(
      "enrolment",
    );
    writeFileSync(join(folder, "password"), "gateway-pw\n");
    await subscribe();
    killed = new Killed(
      [url, `mqtt://127.0.0.1:${broker.ports.plain}`, address, join(folder, "clock"), String(LOGS)],
      {
        PASSWORD_FILE: join(folder, "password"),
      },
    );
    const running = killed.run(() => 150 + random(1_000));

    const published = new Map<string, number>();
    let messages = 0;
    for (let day = 1; day <= DAYS || killed.kills < KILLS; day++) {
      const start = (FIRST_DAY + day) * DAY;
      setClock(start + DAY - 1);
      const texts = day <= DAYS ? readingsOf(start, published) : [];
      messages += texts.length;
      await Promise.all(texts.map(({ topic, text }) => device.publishAsync(topic, text, { qos: 1 })));
      await until(
        async () => (await storedOf(database, start)) >= published.size,
        "everything is stored",
        published,
      );
      published.clear();
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
    expect(messages).to.be.at.least(LONG ? 95_000 : 1_000);
    await assertAll(database, records);
  });

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

  /** A day's readings, in no order, a tenth of them twice. */
  function readingsOf(start: number, into: Map<string, number>): { topic: string; text: string }[] {
    const texts: { topic: string; text: string }[] = [];
    for (let log = 0; log < LOGS; log++) {
      for (let i = 0; i < READINGS; i++) {
        const time = start + i * FACTS.interval;
        const value = 60 + ((time / FACTS.interval) % 200);
        into.set(`d${log} ${time}`, value);
        const message = { topic: `devices/device/d${log}`, text: JSON.stringify({ t: time, v: value }) };
        texts.push(message);
        if (random(10) === 0) texts.push(message);
      }
    }
    for (let i = texts.length - 1; i > 0; i--) {
      const j = random(i + 1);
      [texts[i], texts[j]] = [texts[j]!, texts[i]!];
    }
    return texts;
  }

  /** How many different readings of a day are in the store. */
  async function storedOf(database: Database, start: number): Promise<number> {
    const { keys } = room(database);
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

  async function assertAll(database: Database, records: Database): Promise<void> {
    const gateway = await TestGateway.start(
      database,
      new TestClock(now),
      logsOf(
        LOGS,
        attesterOver(records, () => now),
        GLUCOSE,
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
      for (const each of epochs) {
        expect(each.status).to.equal("accepted");
        expect(fieldOf(heads.get(each.epoch)!.head)).to.equal(each.head);
      }
      const kept = epochs.slice(0, DAYS).map(filledOf);
      expect(kept, "every reading is sealed").to.deep.equal(kept.map(() => READINGS));
      const { readings, sealed, accepted } = logs.find(({ log }) => log === name)!;
      expect([sealed, accepted]).to.deep.equal([epochs.length, epochs.length]);
      expect(readings.kept).to.equal(DAYS * READINGS);
      // The rest is what came again, before or after its epoch was sealed.
      const { "epoch-sealed": late = 0, ...refused } = readings.refused;
      expect(refused).to.deep.equal({});
      expect(readings).to.deep.include({ moved: 0, dropped: 0 });
      expect(readings.kept + readings.duplicate + late + readings.waiting).to.equal(readings.given);
    }
  }
});

function filledOf({ codes }: EpochRecord): number {
  return codes.filter((code) => code !== 0).length;
}

async function until(holds: () => Promise<boolean>, what: string, told: unknown): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It took too long until ${what}: ${JSON.stringify(told)}`);
    await pause(20);
  }
}
