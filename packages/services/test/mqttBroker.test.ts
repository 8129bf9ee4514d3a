// SPDX-License-Identifier: GPL-3.0-or-later
//
// The embedded broker, asked by mqtt.js and by raw bytes, and read by the gateway's own client.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import * as v from "valibot";
import { freePort } from "../../../test/support/ports.ts";
import {
  type Broker,
  type BrokerRefusal,
  brokerSettings,
  hashPassword,
  mqttSettings,
  type Notice,
  startBroker,
  startMqtt,
} from "../src/gateway/index.ts";
import { PacketMeter } from "../src/gateway/mqtt/broker/packetMeter.ts";
import { isPassword } from "../src/gateway/mqtt/broker/passwords.ts";
import { makeCertificates } from "./support/certificates.ts";
import {
  deviceClient,
  linesOf,
  mqttProcess,
  numbered,
  publishAll,
  TestInbox,
  until,
} from "./support/messages.ts";

const TOPIC = "devices/device/hr";

describe("embedded MQTT broker", function () {
  this.timeout(60_000);
  let folder: string;
  let accounts: { readers: unknown[]; devices: unknown[] };
  let inbox: TestInbox;
  let notices: Notice[];
  let broker: Broker;
  const clients: MqttClient[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "vitalproof-broker-"));
    const password = (name: string): Promise<string> => hashPassword(`${name}-pw`, { ln: 14, p: 1 });
    accounts = {
      readers: [
        { name: "gateway", password: await password("gateway"), filters: ["devices/+/hr", "status/#"] },
      ],
      devices: [
        { name: "device", password: await password("device") },
        { name: "other", password: await password("other"), clients: ["other-1", "other-2"] },
      ],
    };
  });
  beforeEach(async () => {
    inbox = new TestInbox();
    notices = [];
    broker = await start();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await broker.close(100);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function settings(given: object = {}) {
    return v.parse(brokerSettings, { port: 0, ...accounts, ...given });
  }
  function start(given: object = {}): Promise<Broker> {
    return startBroker(settings(given), inbox, (notice) => notices.push(notice));
  }
  async function device(options: IClientOptions = {}): Promise<MqttClient> {
    const client = await deviceClient(broker.port, options);
    clients.push(client);
    return client;
  }
  /** Connects once. @returns what the broker says to it: a code, or "closed" */
  async function answerTo(options: IClientOptions): Promise<unknown> {
    const client = connect({ host: "127.0.0.1", port: broker.port, reconnectPeriod: 0, ...options });
    clients.push(client);
    return new Promise((resolve) => {
      client.once("connect", () => resolve("connected"));
      client.once("error", (error) => resolve("code" in error ? error.code : error.message));
      client.once("close", () => resolve("closed"));
    });
  }
  function closeOf(client: MqttClient): Promise<void> {
    return new Promise((resolve) => client.once("close", () => resolve()));
  }
  /** Sends bytes and waits until the broker cuts the connection. */
  async function sendRaw(...parts: Buffer[]): Promise<void> {
    const socket = connectTcp(broker.port, "127.0.0.1");
    socket.on("error", () => undefined);
    const closed = once(socket, "close");
    for (const part of parts) socket.write(part);
    await closed;
  }
  function refused(reason: BrokerRefusal, count = 1): void {
    expect(broker.state().refused).to.deep.equal({
      anonymous: 0,
      password: 0,
      "client-id": 0,
      busy: 0,
      publish: 0,
      subscribe: 0,
      "packet-size": 0,
      protocol: 0,
      tls: 0,
      [reason]: count,
    });
    expect(
      notices.filter(({ event }) => event === "broker-refused").map((notice) => notice.reason),
    ).to.deep.equal(Array.from({ length: count }, () => reason));
  }

  it("5,000 messages with an inbox that fails at random and a broker that restarts: every one is stored", async () => {
    let asked = 0;
    inbox.before = async () => {
      await pause(Math.random() * 3);
      asked += 1;
      if (asked === 500 || Math.random() < 0.002) throw new Error("the disk is full");
    };
    const port = await freePort();
    await broker.close();
    broker = await start({ port });
    const client = await device();
    const texts = numbered(5000);
    const published = publishAll(client, TOPIC, texts);
    for (const share of [1000, 3000]) {
      await until(() => inbox.messages.length > share, `${share} messages are stored`);
      await broker.close(share === 1000 ? 0 : 1000);
      broker = await start({ port });
    }
    await published;
    // All are acknowledged by now, and so all are stored.
    expect(inbox.distinct).to.equal(5000);
    expect(new Set(inbox.texts)).to.deep.equal(new Set(texts));
    expect(notices.some(({ event, user }) => event === "broker-not-stored" && user === "device")).to.equal(
      true,
    );
    expect(inbox.messages[0]).to.include({ topic: TOPIC, retained: false });
  });

  for (const qos of [1, 2] as const) {
    it(`QoS ${qos}: acknowledges once the message is stored, and not before`, async () => {
      let release = (): void => undefined;
      inbox.before = () =>
        new Promise((resolve) => {
          release = resolve;
        });
      const client = await device();
      const answers: string[] = [];
      client.on("packetreceive", ({ cmd }) => answers.push(cmd));
      const published = client.publishAsync(TOPIC, "one", { qos });
      await until(() => broker.state().inFlight === 1, "it is being stored");
      await pause(100);
      expect(answers).to.deep.equal([]);
      release();
      await published;
      expect(answers[0]).to.equal(qos === 1 ? "puback" : "pubrec");
      expect(inbox.texts).to.deep.equal(["one"]);
      expect(broker.state()).to.include({ received: 1, stored: 1, failed: 0, inFlight: 0 });
    });
  }

  it("a message that cannot be stored is not acknowledged, and the device sends it again", async () => {
    let left = 3;
    inbox.before = () => {
      left -= 1;
      if (left >= 0) throw new Error("the disk is full");
    };
    const client = await device();
    await client.publishAsync(TOPIC, "one", { qos: 1 });
    expect(inbox.texts).to.deep.equal(["one"]);
    expect(broker.state()).to.include({ received: 4, stored: 1, failed: 3 });
  });

  it("close() lets what is being stored be acknowledged", async () => {
    inbox.before = () => pause(200);
    const client = await device({ reconnectPeriod: 0 });
    const published = Promise.all(numbered(20).map((text) => client.publishAsync(TOPIC, text, { qos: 1 })));
    await until(() => broker.state().inFlight === 20, "all have come");
    await broker.close();
    await published;
    expect(inbox.distinct).to.equal(20);
  });

  it("is killed twice in the middle, and every message is in its file", async () => {
    const port = await freePort();
    const [settingsFile, inboxFile] = [join(folder, "settings.json"), join(folder, "inbox.txt")];
    writeFileSync(settingsFile, JSON.stringify({ broker: settings({ port }) }));
    let child = mqttProcess(settingsFile, inboxFile);
    try {
      const client = await deviceClient(port);
      clients.push(client);
      const texts = numbered(2000);
      const published = publishAll(client, TOPIC, texts);
      for (const share of [300, 1000]) {
        await until(() => linesOf(inboxFile).length > share, `${share} messages are stored`);
        child.kill("SIGKILL");
        await once(child, "exit");
        child = mqttProcess(settingsFile, inboxFile);
      }
      await published;
      expect(new Set(linesOf(inboxFile))).to.deep.equal(new Set(texts));
    } finally {
      child.kill("SIGKILL");
    }
  });

  describe("refuses", () => {
    const device1 = { username: "device", password: "device-pw", clientId: "device" };

    it("a client without a name, and one without a password", async () => {
      expect(await answerTo({ clientId: "device" })).to.equal(4);
      expect(await answerTo({ clientId: "device", username: "device" })).to.equal(4);
      refused("anonymous", 2);
    });

    it("a wrong password and an unknown name, and repeats neither", async () => {
      expect(await answerTo({ ...device1, password: "wrong-secret" })).to.equal(4);
      expect(await answerTo({ ...device1, username: "unknown-secret" })).to.equal(4);
      refused("password", 2);
      expect(notices.map(({ user }) => user)).to.deep.equal(["device", undefined]);
      expect(JSON.stringify([notices, broker.state()])).to.not.contain("secret");
    });

    it("another account's client id, whose own connection goes on", async () => {
      const victim = await device();
      let closed = 0;
      victim.on("close", () => {
        closed += 1;
      });
      expect(await answerTo({ ...device1, username: "other", password: "other-pw" })).to.equal(5);
      expect(await answerTo({ ...device1, clientId: "" })).to.equal(5);
      expect(await answerTo({ ...device1, clientId: "DEVICE" })).to.equal(5);
      refused("client-id", 3);
      await victim.publishAsync(TOPIC, "still here", { qos: 1 });
      expect(closed).to.equal(0);
      expect(await answerTo({ username: "other", password: "other-pw", clientId: "other-2" })).to.equal(
        "connected",
      );
    });

    for (const topic of [
      "devices/other/hr",
      "devices/device2/hr",
      "devices",
      "status",
      "$SYS/x/new/clients",
      "/devices/device/hr",
    ])
      it(`a device that publishes to ${topic}`, async () => {
        const client = await device({ reconnectPeriod: 0 });
        const closed = closeOf(client);
        client.publish(topic, "not mine", { qos: 1 });
        await closed;
        refused("publish");
        expect(notices[0]!.user).to.equal("device");
        expect(inbox.messages).to.deep.equal([]);
      });

    it("a will under another device's topic", async () => {
      const client = await device({
        will: { topic: "devices/other/hr", payload: Buffer.from("x"), qos: 1, retain: true },
      });
      client.stream.destroy();
      await until(() => broker.state().refused.publish === 1, "the will is refused");
      expect(inbox.messages).to.deep.equal([]);
    });

    for (const filter of ["#", "+/+/+", "devices/other/hr", "devices/device/#", "$SYS/#"])
      it(`a device that subscribes to ${filter}`, async () => {
        const client = await device();
        await client.subscribeAsync(filter, { qos: 1 }).then(
          () => expect.fail("it was granted"),
          (error: { code?: number; packet?: { granted: number[] } }) =>
            expect(error.packet?.granted).to.deep.equal([128]),
        );
        refused("subscribe");
        let received = 0;
        client.on("message", () => {
          received += 1;
        });
        const other = await device({ clientId: "other-1", username: "other", password: "other-pw" });
        await other.publishAsync("devices/other/hr", "private", { qos: 1 });
        await client.publishAsync(TOPIC, "mine", { qos: 1 });
        await pause(50);
        expect(received).to.equal(0);
      });

    it("a packet that is too long, before it is in memory", async () => {
      const client = await device({ reconnectPeriod: 0 });
      const closed = closeOf(client);
      client.publish(TOPIC, Buffer.alloc(300_000), { qos: 1 });
      await closed;
      refused("packet-size");
      // A stranger's, of which only the header comes: 256 MiB are promised.
      await sendRaw(Buffer.from("10ffffff7f", "hex"));
      await sendRaw(Buffer.from("10ff", "hex"), Buffer.from("ffffff7f", "hex"));
      refused("packet-size", 3);
      expect(inbox.messages).to.deep.equal([]);
    });

    it("MQTT 5, bytes that are not MQTT, and a first packet that is not CONNECT", async () => {
      expect(await answerTo({ ...device1, protocolVersion: 5 })).to.not.equal("connected");
      await sendRaw(Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
      await sendRaw(Buffer.from("c000", "hex"));
      refused("protocol", 3);
    });

    it("what is not true of its settings", () => {
      for (const given of [
        { host: "0.0.0.0" },
        { devices: [...accounts.devices, accounts.devices[0]] },
        { devices: [{ name: "a/+", password: (accounts.devices[0] as { password: string }).password }] },
        { devices: [{ name: "a", password: "plain" }] },
        {
          devices: [
            { name: "a", password: `$scrypt$ln=10,r=8,p=1$aaaaaaaaaaaaaaaaaaaaaa$${"a".repeat(43)}` },
          ],
        },
        {
          devices: [
            ...accounts.devices,
            { ...(accounts.devices[0] as object), name: "b", clients: ["other-1"] },
          ],
        },
      ])
        expect(() => settings(given)).to.throw(v.ValiError);
    });

    it("to begin on a port that is taken", async () => {
      const error = await start({ port: broker.port }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(VitalproofError).with.property("code", "INVALID_ARGUMENT");
    });
  });

  it("a reader gets what its filters give and nothing else, and publishes nothing", async () => {
    const reader = await device({ clientId: "gateway", username: "gateway", password: "gateway-pw" });
    const received: string[] = [];
    reader.on("message", (topic) => received.push(topic));
    await reader.subscribeAsync("devices/device/hr", { qos: 1 });
    // One packet with a filter that is granted and one that is not.
    await reader.subscribeAsync(["status/#", "devices/#"], { qos: 1 }).catch(() => undefined);
    await reader.subscribeAsync("#", { qos: 1 }).catch(() => undefined);
    refused("subscribe", 2);
    const client = await device();
    await client.publishAsync("devices/device/secret", "a", { qos: 1 });
    await client.publishAsync(TOPIC, "b", { qos: 1 });
    await until(() => received.length > 0, "the message has come");
    await pause(50);
    expect(received).to.deep.equal([TOPIC]);
    reader.publish("devices/device/hr", "c", { qos: 1 });
    await until(() => broker.state().refused.publish === 1, "it is refused");
    expect(inbox.texts).to.deep.equal(["a", "b"]);
  });

  it("feeds the gateway's own client, which acknowledges and comes back", async () => {
    const passwordFile = join(folder, "gateway.password");
    writeFileSync(passwordFile, "gateway-pw");
    const second = new TestInbox();
    const source = startMqtt(
      v.parse(mqttSettings, {
        url: `mqtt://127.0.0.1:${broker.port}`,
        version: "3.1.1",
        clientId: "gateway",
        user: "gateway",
        passwordFile,
        firstPause: 5,
      }),
      second,
      { filters: ["devices/+/hr"] },
    );
    try {
      await until(() => source.state().connected, "it is connected");
      await pause(50);
      const client = await device();
      await publishAll(client, TOPIC, numbered(500));
      await until(() => second.distinct === 500, "all have come");
      expect(source.state()).to.include({ stored: 500, lastError: undefined });
    } finally {
      await source.close();
    }
  });

  it("keeps nothing: no retained message, and no session of a reader", async () => {
    const client = await device();
    await client.publishAsync(TOPIC, "kept?", { qos: 1, retain: true });
    const options = { clientId: "gateway", username: "gateway", password: "gateway-pw", clean: false };
    const reader = await device(options);
    const received: unknown[] = [];
    reader.on("message", (topic) => received.push(topic));
    await reader.subscribeAsync("devices/+/hr", { qos: 1 });
    await reader.endAsync();
    await client.publishAsync(TOPIC, "in between", { qos: 1 });
    const again = connect({ port: broker.port, ...options });
    clients.push(again);
    // From the beginning: what a session had kept would come with the connection.
    again.on("message", (topic) => received.push(topic));
    again.on("connect", ({ sessionPresent }) => received.push(...(sessionPresent ? ["a session"] : [])));
    await until(() => again.connected, "the reader is back");
    await pause(100);
    expect(received).to.deep.equal([]);
    expect(inbox.texts).to.deep.equal(["kept?", "in between"]);
  });

  it("over TLS, also with certificates of clients", async () => {
    const { ca, server, client: pair } = makeCertificates(folder);
    await broker.close();
    broker = await start({ tls: { certFile: server.cert, keyFile: server.key, clientCaFile: ca } });
    const options = { protocol: "mqtts" as const, host: "localhost", ca: readFileSync(ca) };
    const client = await device({ ...options, cert: readFileSync(pair.cert), key: readFileSync(pair.key) });
    await client.publishAsync(TOPIC, "secret", { qos: 1 });
    expect(inbox.texts).to.deep.equal(["secret"]);
    await answerTo({ ...options, username: "device", password: "device-pw", clientId: "device" });
    await until(() => broker.state().refused.tls === 1, "it is refused");
    expect(inbox.texts).to.deep.equal(["secret"]);
  });
});

describe("embedded MQTT broker, its parts", () => {
  it("passwords: a hash is of one password and never the same twice", async () => {
    const [one, two] = [await hashPassword("correct"), await hashPassword("correct")];
    expect(one).to.not.equal(two);
    expect(await isPassword(Buffer.from("correct"), one)).to.equal(true);
    expect(await isPassword(Buffer.from("Correct"), one)).to.equal(false);
    expect(await isPassword(Buffer.from("correct"), "correct")).to.equal(false);
  });

  it("packets: the same answer however the bytes are cut", () => {
    const short = Buffer.concat([Buffer.from([0x30, 100]), Buffer.alloc(100, 0xff), Buffer.from([0xc0, 0])]);
    const long = Buffer.concat([short, Buffer.from([0x30, 0xc9, 0x01]), Buffer.alloc(201)]);
    const exact = Buffer.concat([short, Buffer.from([0x30, 0xc8, 0x01]), Buffer.alloc(200)]);
    for (const size of [1, 2, 3, 50, 1000])
      for (const [bytes, wanted] of [
        [exact, true],
        [long, false],
      ] as const) {
        const meter = new PacketMeter(200);
        let accepted = true;
        for (let at = 0; at < bytes.length; at += size)
          accepted &&= meter.accepts(bytes.subarray(at, at + size));
        expect(accepted).to.equal(wanted);
      }
  });
});
