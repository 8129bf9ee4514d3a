// SPDX-License-Identifier: GPL-3.0-or-later
//
// The gateway as an operator runs it: a configuration, a broker, an attester over HTTP, a chain, tokens.
import { createIdentity, httpAttester, httpGateway } from "@vitalproof/sdk";
import { expect } from "chai";
import type { MqttClient } from "mqtt";
import { hashPassword } from "../src/gateway/index.ts";
import {
  gatewayErasures,
  loadConfig,
  openDatabase,
  openGateway,
  type RunningGateway,
  runGateway,
} from "../src/index.ts";
import { accountOf } from "./support/accounts.ts";
import { DAY, GRACE, Installations, PROFILE, until } from "./support/installations.ts";
import { deviceClient } from "./support/messages.ts";
import { Mosquitto, needsMosquitto } from "./support/mosquitto.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";

onBothStores("gateway service", (stores) => {
  let all: Installations;
  let mosquitto: Mosquitto;
  let device: MqttClient;
  let attesterStore: string;
  let attester: { readonly url: string };

  before(async function () {
    this.timeout(120_000);
    needsMosquitto(this);
    all = await Installations.create();
    mosquitto = await Mosquitto.start();
    device = await deviceClient(mosquitto.ports.plain);
    attesterStore = await stores.fresh();
  });
  beforeEach(async () => {
    attester = await all.attester(attesterStore);
  });
  let gateways: RunningGateway[] = [];
  afterEach(async () => {
    gateways = [];
    // Before the stores' own server ends.
    await all?.endAll();
  });
  after(async () => {
    await device?.endAsync(true);
    await mosquitto?.remove();
    await all?.remove();
  });

  async function start(file: string, options: { readonly instance?: string } = {}): Promise<RunningGateway> {
    const gateway = await all.gateway(file, options);
    gateways.push(gateway);
    return gateway;
  }

  async function end(gateway: RunningGateway): Promise<void> {
    gateways = gateways.filter((each) => each !== gateway);
    await all.end(gateway);
  }

  let sources = 0;
  const file = (store: string, people: Readonly<Record<string, string>>, change: object = {}) =>
    all.gatewayFile(store, attester, people, {
      broker: undefined,
      mqtt: [
        {
          url: `mqtt://127.0.0.1:${mosquitto.ports.plain}`,
          // Another test's session must not give its messages to this one.
          clientId: `gateway-${++sources}`,
          user: "gateway",
          passwordFile: all.secretFile("broker.password", "gateway-pw"),
          firstPause: 20,
        },
      ],
      ...change,
    });

  const log = (person: string): string => `${person}.${PROFILE}`;
  const of = async (gateway: RunningGateway, person: string) =>
    (await gateway.status()).logs.find((each) => each.log === log(person));
  const isOpen = (gateway: RunningGateway, person: string) =>
    until(`${person}'s log is open`, async () => (await of(gateway, person))?.isOpen === true);
  const connected = (gateway: RunningGateway) =>
    until("the broker is connected", async () =>
      (await gateway.status()).sources.every(({ isConnected }) => isConnected),
    );

  /** Goes to the next day, in which the log runs. @returns its first second */
  async function nextDay(): Promise<number> {
    const day = (Math.floor(all.world.now / DAY) + 1) * DAY;
    await all.world.passUntil(day + 60);
    return day;
  }

  /** A reading at every interval of a day's first hours, told some hours later. */
  async function measure(name: string, day: number, values: readonly number[]): Promise<void> {
    await all.world.passUntil(day + values.length * 5_400);
    for (const [i, v] of values.entries()) {
      await device.publishAsync(`devices/${name}`, JSON.stringify({ t: day + i * 5_400 + 10, v }), {
        qos: 1,
      });
    }
  }

  const sealed = (day: number) => all.world.passUntil(day + DAY + GRACE + 60);

  it("messages become a sealed epoch with a receipt, a restart goes on, and nothing shows a secret", async function () {
    this.timeout(120_000);
    const { world } = all;
    const store = await stores.fresh();
    const config = await file(store, { p1: "band-1" });
    const anna = createIdentity();
    await all.admit(config, "p1", anna.secret());
    const first = await start(config);
    await isOpen(first, "p1");
    await connected(first);
    let day = await nextDay();
    await measure("band-1", day, [3, 4, 5]);
    await until("they are stored", async () => (await of(first, "p1"))?.readings.waiting === 3);
    await end(first);
    // While it is off the broker keeps what comes, and the day ends.
    await device.publishAsync("devices/band-1", JSON.stringify({ t: day + 3 * 5_400 + 10, v: 6 }), {
      qos: 1,
    });
    const second = await start(config);
    await until("the fourth is stored", async () => (await of(second, "p1"))?.readings.waiting === 4);
    await sealed(day);
    await until("the head is accepted", async () => (await of(second, "p1"))?.accepted === 1);
    const status = await second.status();
    expect(status.logs[0]?.readings).to.deep.include({ given: 4, kept: 4, waiting: 0 });
    expect(status.problems).to.deep.equal([]);
    expect(status.people).to.deep.equal({ running: 1, waiting: 0 });
    day = await nextDay();
    await measure("band-1", day, [7]);
    await until("the next day is open", async () => (await of(second, "p1"))?.readings.waiting === 1);

    // The identity's, the master key, passwords, tokens, and the subject, which is personal.
    const opened = await withPeople(config, (people) => people.secretOf("p1"));
    expect(opened).to.equal(anna.secret());
    const shown = [
      ...all.lines,
      JSON.stringify(await second.status()),
      await (await ask(second, "/status")).text(),
      await (await ask(second, "/metrics")).text(),
    ].join("\n");
    expect(shown).to.include("vitalproof_gateway_readings_kept 4").and.include("epoch-sealed");
    const secrets = [
      String(anna.secret()),
      anna.secret().toString(16),
      "5a".repeat(32),
      "gateway-pw",
      String(anna.subject),
      ...Object.values(all.tokens).map(({ token }) => token),
    ];
    for (const secret of secrets) expect(shown).to.not.include(secret);
    expect(world.now).to.be.greaterThan(day);
  });

  it("a person who was not admitted is a problem, stops no one, and runs once admitted", async function () {
    this.timeout(120_000);
    const config = await file(await stores.fresh(), { p1: "band-2", p2: "band-3" });
    await all.admit(config, "p1", createIdentity().secret());
    const gateway = await start(config);
    await isOpen(gateway, "p1");
    const { problems, people } = await gateway.status();
    expect(people).to.deep.equal({ running: 1, waiting: 1 });
    expect(problems.map(({ what }) => what).join("\n")).to.include("p2 was not admitted");
    expect(problems[0]?.todo).to.include("gateway admit p2");
    const bert = createIdentity();
    expect(await all.admit(config, "p2", bert.secret())).to.equal(bert.subject);
    await isOpen(gateway, "p2");
    await until("nothing is wrong", async () => (await gateway.status()).problems.length === 0);
    const day = await nextDay();
    await connected(gateway);
    await measure("band-3", day, [2, 2]);
    await until("they are stored", async () => (await of(gateway, "p2"))?.readings.waiting === 2);
    await sealed(day);
    await until("the head is accepted", async () => (await of(gateway, "p2"))?.accepted === 1);
    expect((await of(gateway, "p2"))?.readings.kept).to.equal(2);
    // Another identity under the same name is refused, the same one is not.
    expect(await codeOf(all.admit(config, "p2", createIdentity().secret()))).to.equal("NOT_ALLOWED");
    expect(await all.admit(config, "p2", bert.secret())).to.equal(bert.subject);
  });

  it("an erased person's log stops, the others go on, and a start after it does too", async function () {
    this.timeout(120_000);
    const config = await file(await stores.fresh(), { p1: "band-4", p2: "band-5" });
    for (const person of ["p1", "p2"]) await all.admit(config, person, createIdentity().secret());
    let gateway = await start(config);
    for (const person of ["p1", "p2"]) await isOpen(gateway, person);
    await connected(gateway);
    const day = await nextDay();
    for (const name of ["band-4", "band-5"]) await measure(name, day, [2, 3]);
    await until("they are stored", async () =>
      (await gateway.status()).logs.every(({ readings }) => readings.waiting === 2),
    );
    const database = await openDatabase(loadConfig(config).store);
    const { personKeys } = await openGateway(loadConfig(config).gateway!, database, () => all.world.now);
    const erasures = gatewayErasures({ database, personKeys, clock: () => all.world.now, patience: 100 });
    const { evidence, before } = await erasures.erase("p1", { by: "test" });
    expect([before, evidence.destroyed.gateway_reading]).to.deep.equal([false, 2]);
    await database.close();
    await sealed(day);
    await until("the other one is accepted", async () => (await of(gateway, "p2"))?.accepted === 1);
    expect(await of(gateway, "p1")).to.deep.include({ sealed: 0, unsent: 0 });
    expect((await gateway.status()).problems.map(({ what }) => what)).to.deep.equal([
      `Log ${log("p1")}: the person was erased.`,
    ]);
    expect(await codeOf(withPeople(config, (people) => people.secretOf("p1")))).to.equal("PERSON_ERASED");
    expect(await codeOf(all.admit(config, "p1", createIdentity().secret()))).to.equal("PERSON_ERASED");
    await end(gateway);
    gateway = await start(config);
    await connected(gateway);
    expect((await gateway.status()).people).to.deep.equal({ running: 1, waiting: 1 });
    expect((await gateway.status()).problems[0]?.what).to.equal("p1 was erased.");
    // The day between has no readings. Time may not pass over its intake: it would be a gap.
    await sealed(day + DAY);
    await until("the day between is accepted", async () => (await of(gateway, "p2"))?.accepted === 2);
    const next = day + 2 * DAY;
    await measure("band-5", next, [4]);
    await until("it is stored", async () => (await of(gateway, "p2"))?.readings.waiting === 1);
    await sealed(next);
    await until("it goes on", async () => (await of(gateway, "p2"))?.accepted === 3);
    expect((await of(gateway, "p2"))?.readings).to.deep.include({ kept: 3, waiting: 0 });
  });

  it("two processes with one configuration read as two clients, and seal each epoch once", async function () {
    this.timeout(120_000);
    const config = await file(await stores.fresh(), { p1: "band-6" });
    await all.admit(config, "p1", createIdentity().secret());
    const [a, b] = [await start(config, { instance: "a" }), await start(config, { instance: "b" })];
    await isOpen(a, "p1");
    await connected(a);
    await connected(b);
    const day = await nextDay();
    await measure("band-6", day, [5, 6, 7]);
    await until("both have them", async () => (await of(a, "p1"))?.readings.waiting === 6);
    await sealed(day);
    await until("the head is accepted", async () => (await of(b, "p1"))?.accepted === 1);
    expect(await of(a, "p1")).to.deep.include({ sealed: 1, gaps: 0, unsent: 0 });
    expect((await of(a, "p1"))?.readings).to.deep.include({ given: 6, kept: 3, duplicate: 3 });
    for (const each of [a, b])
      expect((await each.status()).sources[0]).to.deep.include({ isConnected: true, lost: 0 });
  });

  it("two processes make one device key, at the same moment", async () => {
    const config = await file(await stores.fresh(), {});
    await all.admit(config, "p1", createIdentity().secret());
    const keys = await Promise.all(
      Array.from({ length: 6 }, () =>
        withPeople(config, async (people) => (await people.deviceOf("p1", PROFILE)).publicKey),
      ),
    );
    expect(new Set(keys).size).to.equal(1);
  });

  it("a log that the attester has already is opened by an operator, and by no one else", async function () {
    this.timeout(120_000);
    const config = await file(await stores.fresh(), { p1: "band-7" });
    const identity = createIdentity();
    await all.admit(config, "p1", identity.secret());
    const client = httpAttester(`${attester.url}/attester`, { token: all.tokens.sealer.token });
    const lost = await withPeople(config, (people) => people.deviceOf("p1", PROFILE));
    // As after a crash between the attester's answer and the store.
    const key = { subject: identity.subject, device: lost, profile: PROFILE } as const;
    await client.enrol({ ...key, offset: 0 });
    const gateway = await start(config);
    await until("it is told", async () =>
      (await gateway.status()).problems.some(({ what }) => what.includes("INTAKE_")),
    );
    const opening = await client.continueLog(key);
    const at = `${gateway.url}/gateway`;
    const asked = (token: string) => httpGateway(at, { token }).openLog(log("p1"), opening);
    expect((await fetch(`${at}/clock/confirm`, { method: "POST" })).status).to.equal(401);
    expect((await fetch(`${gateway.url}/status`)).status).to.equal(401);
    for (const role of ["monitor", "sealer"] as const)
      expect(await codeOf(asked(all.tokens[role].token))).to.equal("NOT_ALLOWED");
    const operator = httpGateway(at, { token: all.tokens.operator.token });
    expect(await codeOf(operator.openLog("p9.test-16", opening))).to.equal("NOT_THERE");
    expect(await codeOf(operator.openLog(log("p1"), { ...opening, offset: 1 }))).to.equal("INVALID_ARGUMENT");
    await asked(all.tokens.operator.token);
    await isOpen(gateway, "p1");
    expect(await codeOf(asked(all.tokens.operator.token))).to.equal("ALREADY_THERE");
    expect(await operator.confirmClock()).to.be.within(all.world.now - 60, all.world.now);
    await until("nothing is wrong", async () => (await gateway.status()).problems.length === 0);
  });

  it("devices speak to the embedded broker, each with a password of its own", async function () {
    this.timeout(120_000);
    const account = { name: "band-8", password: await hashPassword("band-8-pw"), topics: ["devices/band-8"] };
    const own = { mqtt: undefined, broker: { port: 0, devices: [account] } };
    const config = await file(await stores.fresh(), { p1: "band-8" }, own);
    await all.admit(config, "p1", createIdentity().secret());
    const gateway = await start(config);
    await isOpen(gateway, "p1");
    const day = await nextDay();
    const band = await deviceClient(gateway.brokerPort!, {
      username: "band-8",
      password: "band-8-pw",
      clientId: "band-8",
      clean: true,
    });
    await band.publishAsync("devices/band-8", JSON.stringify({ t: day + 10, v: 3 }), { qos: 1 });
    await until("it is stored", async () => (await of(gateway, "p1"))?.readings.waiting === 1);
    expect((await gateway.status()).sources).to.have.length(1);
    expect((await gateway.status()).sources[0]).to.deep.include({ source: "broker", received: 1, stored: 1 });
    await band.endAsync(true);
  });

  it("a grace that leaves no time, and another contract's store, are refused at the start", async () => {
    const store = await stores.fresh();
    const times = { grace: 7 * 3_600, settle: 0, look: 1_000 };
    expect(await codeOf(start(await file(store, {}, { times })))).to.equal("INVALID_ARGUMENT");
    const config = await file(store, {});
    const gateway = await start(config);
    await until("nothing is wrong", async () => (await gateway.status()).problems.length === 0);
    const other = loadConfig(config);
    const contracts = { ...other.chain.contracts, anchors: other.chain.contracts.claims };
    const { log: lines } = all;
    expect(
      await codeOf(runGateway({ ...other, chain: { ...other.chain, contracts } }, { log: lines })),
    ).to.equal("NOT_ALLOWED");
  });

  it("T28: believes the receipts of a group's next attester once the chain has it, without a restart", async function () {
    this.timeout(120_000);
    await all.endAll();
    const next = accountOf(9);
    const service = await all.attester(attesterStore, all.secretFile("next", next.privateKey));
    attester = service;
    const config = await file(await stores.fresh(), { p1: "band-9" });
    await all.admit(config, "p1", createIdentity().secret());
    const gateway = await start(config);
    await isOpen(gateway, "p1");
    await connected(gateway);
    const acceptable = (await all.anchors.nominateAttester(all.group, next.address)).result;
    await all.world.passUntil(acceptable + 60);
    await until("the next key signs", async () => (await service.status()).attester === next.address);
    const day = await nextDay();
    await measure("band-9", day, [3]);
    await until("it is stored", async () => (await of(gateway, "p1"))?.readings.waiting === 1);
    await sealed(day);
    await until("the head of that day is accepted", async () => {
      const status = await of(gateway, "p1");
      return status?.unsent === 0 && status.accepted > 0;
    });
    expect((await gateway.status()).problems.filter(({ what }) => what.includes("RECEIPT"))).to.deep.equal(
      [],
    );
  });

  const ask = ({ url }: RunningGateway, path: string): Promise<Response> =>
    fetch(url + path, { headers: { authorization: `Bearer ${all.tokens.operator.token}` } });

  async function withPeople<T>(
    config: string,
    act: (people: Awaited<ReturnType<typeof openGateway>>["people"]) => Promise<T>,
  ): Promise<T> {
    const { store, gateway } = loadConfig(config);
    const database = await openDatabase(store);
    try {
      return await act((await openGateway(gateway!, database, () => all.world.now)).people);
    } finally {
      await database.close();
    }
  }
});
