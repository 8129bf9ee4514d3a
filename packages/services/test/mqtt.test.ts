// SPDX-License-Identifier: GPL-3.0-or-later
//
// The MQTT client against Debian's mosquitto.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { connect } from "mqtt";
import * as v from "valibot";
import {
  type MqttSettings,
  type MqttSource,
  mqttSettings,
  type Notice,
  startMqtt,
} from "../src/gateway/index.ts";
import {
  deviceClient,
  linesOf,
  mqttProcess,
  numbered,
  publishAll,
  TestInbox,
  until,
} from "./support/messages.ts";
import { Mosquitto, needsMosquitto } from "./support/mosquitto.ts";

const TOPIC = "devices/oximeter-1/hr";

describe("MQTT client against mosquitto", function () {
  this.timeout(60_000);
  let broker: Mosquitto;
  let passwordFile: string;
  let count = 0;
  const sources: MqttSource[] = [];
  const devices: { endAsync(force: boolean): Promise<void> }[] = [];

  before(async function () {
    needsMosquitto(this);
    broker = await Mosquitto.start();
    passwordFile = join(broker.folder, "gateway.password");
    writeFileSync(passwordFile, "gateway-pw\n", { mode: 0o600 });
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close(50)));
    await Promise.all(devices.splice(0).map((device) => device.endAsync(true)));
  });
  after(async () => broker?.remove());

  function settings(given: Partial<Record<keyof MqttSettings, unknown>> = {}): MqttSettings {
    count += 1;
    return v.parse(mqttSettings, {
      url: `mqtt://127.0.0.1:${broker.ports.plain}`,
      clientId: `gateway-${count}`,
      user: "gateway",
      passwordFile,
      filters: ["devices/#"],
      firstPause: 5,
      longestPause: 200,
      ...given,
    });
  }
  function start(given: MqttSettings, inbox: TestInbox, notices: Notice[] = []): MqttSource {
    const source = startMqtt(given, inbox, { filters: [], report: (notice) => notices.push(notice) });
    sources.push(source);
    return source;
  }
  async function subscribed(source: MqttSource): Promise<void> {
    await until(() => source.state().connected, "the gateway is connected");
    // The subscription's answer has no sign of its own. A second round trip comes after it.
    await pause(100);
  }
  async function device(options = {}) {
    const client = await deviceClient(broker.ports.plain, options);
    devices.push(client);
    return client;
  }

  for (const version of ["3.1.1", "5"] as const) {
    it(`MQTT ${version}: 5,000 messages through a broker that restarts and an inbox that fails at random`, async () => {
      const inbox = new TestInbox();
      let asked = 0;
      let failed = 0;
      inbox.before = async () => {
        await pause(Math.random() * 3);
        asked += 1;
        if (asked === 500 || Math.random() < 0.002) {
          failed += 1;
          throw new Error("the disk is full");
        }
      };
      const source = start(settings({ version }), inbox);
      await subscribed(source);
      const client = await device();
      const texts = numbered(5000, `${version}-`);
      const published = publishAll(client, TOPIC, texts);
      for (const share of [1000, 3000]) {
        await until(() => inbox.messages.length > share, `${share} messages are stored`);
        await broker.stop();
        await broker.run();
      }
      await published;
      await until(() => inbox.distinct === 5000, "all messages are stored");
      expect(new Set(inbox.texts)).to.deep.equal(new Set(texts));
      expect(failed).to.be.greaterThan(0);
      const state = source.state();
      expect(state.connections).to.be.at.least(3);
      expect(state).to.include({
        connected: true,
        stored: inbox.messages.length,
        tooLarge: 0,
        lost: 0,
        sessionsLost: 0,
      });
      expect(inbox.messages[0]).to.include({ topic: TOPIC, retained: false });
      expect(Math.abs(inbox.messages[0]!.receivedAt - Date.now())).to.be.below(60_000);
    });

    it(`MQTT ${version}: what is not on disk is not acknowledged, and comes again`, async () => {
      const inbox = new TestInbox();
      inbox.before = () => new Promise(() => undefined);
      const given = settings({ version });
      const first = start(given, inbox);
      await subscribed(first);
      const client = await device();
      await publishAll(client, TOPIC, numbered(20));
      await until(() => first.state().inFlight === 20, "all have come");
      await first.close(20);
      expect(first.state()).to.include({ received: 20, stored: 0, connected: false });

      const again = new TestInbox();
      const second = start(given, again);
      await until(() => again.distinct === 20, "all have come again");
      expect(second.state()).to.include({ received: 20, repeated: 20, stored: 20 });
    });

    it(`MQTT ${version}: no more messages are in flight than the settings allow`, async () => {
      const inbox = new TestInbox();
      let open = 0;
      let most = 0;
      inbox.before = async () => {
        open += 1;
        most = Math.max(most, open);
        await pause(2);
        open -= 1;
      };
      const source = start(settings({ version, inFlight: 7 }), inbox);
      await subscribed(source);
      await publishAll(await device(), TOPIC, numbered(300));
      await until(() => inbox.distinct === 300, "all are stored");
      expect(most).to.be.within(2, 7);
    });
  }

  it("an inbox that always fails is asked less and less often, and loses nothing", async () => {
    const inbox = new TestInbox();
    const asked: number[] = [];
    inbox.before = () => {
      asked.push(Date.now());
      throw new Error("the disk is full");
    };
    const notices: Notice[] = [];
    const source = start(settings({ firstPause: 20, longestPause: 320 }), inbox, notices);
    await subscribed(source);
    await publishAll(await device(), TOPIC, ["one"]);
    await until(() => asked.length === 5, "it was asked five times");
    const pauses = notices.flatMap(({ reason, pause }) => (reason === "inbox" ? [pause!] : []));
    for (const [i, whole] of [20, 40, 80, 160].entries()) expect(pauses[i]).to.be.within(whole / 2, whole);
    expect(source.state().lastError).to.include({ reason: "inbox" });
    expect(JSON.stringify([notices, source.state()])).to.not.match(/disk is full|"one"/);
    inbox.before = () => undefined;
    await until(() => inbox.distinct === 1, "it is stored");
    await until(() => source.state().inFlight === 0, "it is acknowledged");
  });

  it("close() waits for what is being stored, acknowledges it, and leaves the session", async () => {
    const inbox = new TestInbox();
    inbox.before = () => pause(150);
    const given = settings();
    const source = start(given, inbox);
    await subscribed(source);
    const client = await device();
    await publishAll(client, TOPIC, numbered(10));
    await until(() => source.state().inFlight === 10, "all have come");
    await source.close();
    expect(inbox.distinct).to.equal(10);
    await publishAll(client, TOPIC, ["in between"]);
    const next = new TestInbox();
    start(given, next);
    await until(() => next.distinct > 0, "what came in between has come");
    await pause(100);
    expect(next.texts).to.deep.equal(["in between"]);
  });

  it("a message that is too long is counted and reported, and does not block the others", async () => {
    const inbox = new TestInbox();
    const notices: Notice[] = [];
    const source = start(settings({ maxBytes: 100 }), inbox, notices);
    await subscribed(source);
    await publishAll(await device(), TOPIC, ["x".repeat(101), "y".repeat(100)]);
    await until(() => inbox.distinct === 1, "the short one is stored");
    expect(source.state()).to.include({ tooLarge: 1, stored: 1 });
    expect(notices).to.deep.include({ level: "error", event: "mqtt-too-large", topic: TOPIC, bytes: 101 });
  });

  it("a retained message says so", async () => {
    const client = await device();
    await client.publishAsync("devices/kept", "old", { qos: 1, retain: true });
    const inbox = new TestInbox();
    start(settings({ filters: ["devices/kept"] }), inbox);
    await until(() => inbox.messages.length === 1, "it has come");
    expect(inbox.messages[0]).to.include({ topic: "devices/kept", retained: true });
    await client.publishAsync("devices/kept", "", { qos: 1, retain: true });
  });

  it("reads over TLS with the broker's own authority, and with a client certificate in place of a password", async () => {
    const { ca, client: pair } = broker.certificates;
    const mutual = {
      url: `mqtts://localhost:${broker.ports.mutual}`,
      user: undefined,
      passwordFile: undefined,
      tls: { caFile: ca, certFile: pair.cert, keyFile: pair.key },
    };
    const inboxes = [
      { url: `mqtts://127.0.0.1:${broker.ports.tls}`, tls: { caFile: ca } },
      { ...mutual, version: "3.1.1" },
      mutual,
    ].map((given) => {
      const inbox = new TestInbox();
      return { inbox, source: start(settings(given), inbox) };
    });
    for (const { source } of inboxes) await subscribed(source);
    await publishAll(await device(), TOPIC, ["secret"]);
    for (const { inbox } of inboxes) await until(() => inbox.distinct === 1, "it has come");
  });

  const failing = [
    [
      "another authority",
      () => ({ url: `mqtts://localhost:${broker.ports.tls}`, tls: { caFile: broker.certificates.otherCa } }),
      { reason: "connection", code: "SELF_SIGNED_CERT_IN_CHAIN" },
    ],
    [
      "another name in the certificate",
      () => ({
        url: `mqtts://localhost:${broker.ports.tls}`,
        tls: { caFile: broker.certificates.ca, serverName: "other.example" },
      }),
      { reason: "connection", code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    ],
    [
      "a wrong password (5)",
      () => ({ passwordFile: broker.certificates.ca }),
      { reason: "refused", code: 135 },
    ],
    [
      "a wrong password (3.1.1)",
      () => ({ passwordFile: broker.certificates.ca, version: "3.1.1" }),
      { reason: "refused", code: 5 },
    ],
  ] as const;
  for (const [name, given, problem] of failing) {
    it(`keeps trying with ${name}, and says why`, async () => {
      const notices: Notice[] = [];
      const source = start(settings(given()), new TestInbox(), notices);
      await until(
        () => notices.filter(({ event }) => event === "mqtt-failed").length >= 3,
        "it has tried three times",
      );
      expect(source.state().lastError).to.include(problem);
      expect(source.state().connections).to.equal(0);
    });
  }

  it("a topic that the broker's access list does not give is never read", async () => {
    const inbox = new TestInbox();
    const blind = join(broker.folder, "blind.password");
    writeFileSync(blind, "blind-pw");
    // mosquitto grants every subscription and sends nothing.
    const source = start(settings({ user: "blind", passwordFile: blind }), inbox);
    await subscribed(source);
    await publishAll(await device(), TOPIC, ["not for it"]);
    await pause(100);
    expect(inbox.messages).to.deep.equal([]);
  });

  it("comes back after another process had its client id, and says that its session is lost", async () => {
    const given = settings();
    const source = start(given, new TestInbox());
    await subscribed(source);
    const other = connect({
      port: broker.ports.plain,
      clientId: given.clientId,
      username: "device",
      password: "device-pw",
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
    devices.push(other);
    other.on("error", () => undefined);
    await until(() => source.state().connections > 1, "it has come back");
    expect(source.state()).to.include({ sessionsLost: 1 });
  });

  it("says why a broker of MQTT 5 sent it away", async () => {
    // mosquitto 2.0.11 never sends this packet. 142: another process has taken the session.
    const sender = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(Buffer.from("2003000000e0028e00", "hex")));
    }).listen(0, "127.0.0.1");
    await once(sender, "listening");
    const { port } = sender.address() as AddressInfo;
    const source = start(settings({ url: `mqtt://127.0.0.1:${port}` }), new TestInbox());
    await until(() => source.state().lastError !== undefined, "it was sent away");
    expect(source.state().lastError).to.include({ reason: "disconnected", code: 142 });
    await source.close(50);
    sender.close();
  });

  it("is killed twice in the middle, and every message is in its file", async () => {
    const given = settings({ inFlight: 50 });
    const [settingsFile, inboxFile] = [
      join(broker.folder, "settings.json"),
      join(broker.folder, "inbox.txt"),
    ];
    writeFileSync(settingsFile, JSON.stringify({ client: given }));
    const run = (): ChildProcess => mqttProcess(settingsFile, inboxFile);
    const stored = (): string[] => linesOf(inboxFile);
    // The session must be there before the first message is.
    const first = start(given, new TestInbox());
    await subscribed(first);
    await first.close();
    const client = await device();
    const texts = numbered(2000);
    const published = publishAll(client, TOPIC, texts);
    let child = run();
    try {
      for (const share of [300, 1000]) {
        await until(() => stored().length > share, `${share} messages are stored`);
        child.kill("SIGKILL");
        await once(child, "exit");
        child = run();
      }
      await published;
      await until(() => new Set(stored()).size === 2000, "all are stored");
      expect(new Set(stored())).to.deep.equal(new Set(texts));
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("refuses settings whose files are not there, before it begins", () => {
    expect(() => startMqtt(settings({ passwordFile: "/nowhere" }), new TestInbox(), { filters: [] }))
      .to.throw(VitalproofError)
      .with.property("code", "FILE_UNREADABLE");
  });
});

describe("MQTT settings", () => {
  const good = { url: "mqtts://broker.example", clientId: "gateway-1" };
  it("have defaults", () => {
    expect(v.parse(mqttSettings, good)).to.deep.equal({
      ...good,
      version: "5",
      tls: {},
      allowPlain: false,
      keepaliveSeconds: 30,
      sessionSeconds: 604_800,
      inFlight: 100,
      maxBytes: 262_144,
      firstPause: 1000,
      longestPause: 60_000,
    });
  });
  for (const [name, given] of Object.entries({
    "plain to another machine": { url: "mqtt://broker.example" },
    "a password in the URL": { url: "mqtts://user:pw@broker.example" },
    "another protocol": { url: "wss://broker.example" },
    "half a certificate": { tls: { certFile: "/a" } },
    "TLS without TLS": { url: "mqtt://127.0.0.1", tls: { caFile: "/a" } },
    "a password of nobody": { passwordFile: "/a" },
    "a filter that is not one": { filters: ["a/#/b"] },
    "a client id with a blank": { clientId: "a b" },
    "a name that is not known": { host: "a" },
  }))
    it(`refuse ${name}`, () =>
      expect(v.safeParse(mqttSettings, { ...good, ...given }).success).to.equal(false));
});
