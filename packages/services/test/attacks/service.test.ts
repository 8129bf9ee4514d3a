// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on a real installation, and what an operator meets who follows the documentation.
import { connect, type Socket } from "node:net";
import { createIdentity, httpAttester } from "@vitalproof/sdk";
import { expect } from "chai";
import * as v from "valibot";
import { brokerSettings, hashPassword } from "../../src/gateway/index.ts";
import { Access } from "../../src/gateway/mqtt/broker/access.ts";
import { doctor, loadConfig, type RunningAttester, type RunningGateway } from "../../src/index.ts";
import { Installations } from "../support/installations.ts";
import { deviceClient } from "../support/messages.ts";
import { onBothStores } from "../support/stores.ts";

describe("attacks on the embedded broker's passwords", () => {
  it("a device that is known connects while strangers guess", async function () {
    this.timeout(60_000);
    const account = { name: "band", password: await hashPassword("band-pw", { ln: 14, p: 1 }) };
    const access = new Access(v.parse(brokerSettings, { port: 0, devices: [account] }));
    const good = () => access.check("band", "band", Buffer.from("band-pw"));
    expect(await good()).to.be.an("object");
    const guesses = Array.from({ length: 150 }, (_, i) =>
      access.check("band", "band", Buffer.from(`no-${i}`)),
    );
    expect(await good()).to.be.an("object");
    await Promise.all(guesses);
  });
});

onBothStores("attacks on an installation", (stores) => {
  let all: Installations;
  let attester: RunningAttester;
  let gateway: RunningGateway;
  let file: string;

  before(async function () {
    this.timeout(120_000);
    all = await Installations.create();
    attester = await all.attester(await stores.fresh());
    const own = async (name: string) => ({
      name,
      password: await hashPassword(`${name}-pw`, { ln: 14, p: 1 }),
      topics: [`devices/${name}`],
    });
    const broker = { port: 0, devices: [await own("one"), await own("two")], maxConnections: 50 };
    file = await all.gatewayFile(await stores.fresh(), attester, { p1: "one", p2: "two" }, { broker });
    for (const person of ["p1", "p2"]) await all.admit(file, person, createIdentity().secret());
    gateway = await all.gateway(file);
  });
  after(() => all?.remove());

  it("an attester says of itself what the gateway's doctor asks", async () => {
    const client = httpAttester(`${attester.url}/attester`, { token: all.tokens.sealer.token });
    expect((await client.info()).group).to.equal(all.group);
  });

  it("a gateway's doctor finds nothing wrong with an attester that runs", async function () {
    this.timeout(20_000);
    const found = await doctor(loadConfig(file));
    expect(found.find(({ check }) => check === "attester first")).to.deep.include({ ok: true });
  });

  it("a gateway's doctor looks at programs, relayer and account", async function () {
    this.timeout(20_000);
    const config = loadConfig(file);
    const { gateway: own } = config;
    const token = all.secretFile("relayer.token", all.tokens.operator.token);
    const relayer = { url: "http://127.0.0.1:1/relayer", tokenFile: token };
    const found = await doctor({ ...config, gateway: { ...own!, programs: [99n], relayer } });
    const wrong = found.filter(({ ok }) => !ok).map(({ check }) => check);
    expect(wrong).to.include.members(["program 99", "relayer"]);
    const answering = { ...relayer, url: `${attester.url}/relayer` };
    const second = await doctor({ ...config, gateway: { ...own!, relayer: answering } });
    expect(second.find(({ check }) => check === "relayer")).to.deep.include({ ok: true });
    const account = { kind: "file", path: all.secretFile("account.key", `0x${"11".repeat(32)}`) } as const;
    const third = await doctor({ ...config, gateway: { ...own!, account } });
    expect(third.find(({ check }) => check === "gateway's account")).to.deep.include({ ok: false });
  });

  it("the page shows markup in no one's name, and its token opens nothing else", async () => {
    const basic = (token: string) => `Basic ${Buffer.from(`<b>x</b>:${token}`).toString("base64")}`;
    const { token } = all.tokens.operator;
    const ask = (path: string, headers: Record<string, string> = {}) =>
      fetch(gateway.url + path, { headers });
    const page = await ask("/", { authorization: basic(token) });
    expect([page.status, page.headers.get("cache-control")]).to.deep.equal([200, "no-store"]);
    expect(await page.text()).to.not.include(token);
    for (const path of ["/status", "/metrics", "/openapi.json"])
      expect((await ask(path, { authorization: basic(token) })).status, path).to.equal(401);
    expect((await ask("/", { authorization: basic(all.tokens.sealer.token) })).status).to.equal(403);
    expect((await ask("/", { cookie: `token=${token}` })).status).to.equal(401);
    expect(all.lines.join("")).to.not.include(token);
  });

  it("another device's topic, a wildcard, another's client id, and a flood of connections are refused", async function () {
    this.timeout(30_000);
    const port = gateway.brokerPort!;
    const one = await deviceClient(port, {
      username: "one",
      password: "one-pw",
      clientId: "one",
      clean: true,
    });
    const granted = await one.subscribeAsync("#").catch(() => "refused");
    expect(granted === "refused" || (granted as { qos: number }[]).every(({ qos }) => qos === 128)).to.equal(
      true,
    );
    one.on("error", () => undefined);
    one.publish("devices/two", JSON.stringify({ t: 1, v: 1 }), { qos: 1 });
    await new Promise<void>((resolve) => one.once("close", () => resolve()));
    await one.endAsync(true);
    const sockets: Socket[] = [];
    for (let i = 0; i < 80; i++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      sockets.push(socket);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { status } = await fetch(`${gateway.url}/health`);
    expect(status).to.equal(200);
    for (const socket of sockets) socket.destroy();
    const lines = all.lines.join("");
    expect(lines).to.include('"reason":"publish"').and.not.include("one-pw");
    const state = await gateway.status();
    expect(state.logs.every(({ readings }) => readings.given === 0)).to.equal(true);
  });
});
