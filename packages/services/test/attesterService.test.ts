// SPDX-License-Identifier: GPL-3.0-or-later
//
// The attester as an operator runs it: a configuration file, a store, a node, HTTP with tokens.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  ANCHOR_REGISTRY_ABI,
  type AnchorClient,
  ATTESTER_OVERLAP,
  createIdentity,
  groupAttesters,
  httpAttester,
  Log,
  memoryStore,
  rootOfPath,
  Sealer,
  type SignedReceipt,
  SimulatedDevice,
  signReceipt,
  verifyReceipt,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import hre from "hardhat";
import { World } from "../../../simulation/index.ts";
import {
  type AccessRecord,
  loadConfig,
  logger,
  newToken,
  type RunningAttester,
  runAttester,
} from "../src/index.ts";
import { accountOf } from "./support/accounts.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";
import { TestNode } from "./support/testChain.ts";

const DAY = 86_400;
const HOUR = 3_600;
const START = 20_600 * DAY + 1_000;
const TIMES = { intakeTime: 6 * HOUR, graceTime: 12 * HOUR, correctionTime: 48 * HOUR } as const;
const PROFILE = "test-16";

onBothStores("attester service", (stores) => {
  let world: World;
  let node: TestNode;
  let rpc: string;
  let anchors: AnchorClient;
  let group: bigint;
  let folder: string;
  const running: RunningAttester[] = [];
  const tokens = { operator: newToken(), enroller: newToken(), sealer: newToken() };
  const token = (name: keyof typeof tokens) => tokens[name].token;

  before(async function () {
    this.timeout(120_000);
    world = await World.create(hre, START);
    const { provider } = world.connection;
    node = new TestNode({
      request: async (method, ...params) => (await provider.request({ method, params })) as never,
      height: async () => Number(await provider.request({ method: "eth_blockNumber" })),
    });
    rpc = await node.serve();
    folder = mkdtempSync(join(tmpdir(), "vitalproof-attester-"));
    anchors = world.anchorsAs(world.roles.attester);
    group = (await anchors.createGroup({ ...TIMES, assurance: "self-attested" })).result;
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.close();
  });
  after(async () => {
    await node?.stop();
    await world?.connection.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const keyFile = (index: number): string => {
    const path = join(folder, `key-${index}`);
    writeFileSync(path, `${accountOf(index).privateKey}\n`);
    chmodSync(path, 0o600);
    return path;
  };
  /** Index of the attester's account among Hardhat's. */
  const ATTESTER = 4;
  const NEXT = 9;

  async function configured(store: string, change: object = {}): Promise<string> {
    const access: AccessRecord[] = Object.entries(tokens).map(([name, { sha256 }]) => ({
      name,
      roles: [name as "operator"],
      expires: 4_000_000_000,
      sha256,
    }));
    const path = join(folder, "attester.json");
    const { claims, consents } = world.addresses;
    const config = {
      store,
      chain: {
        id: "31337",
        rpc,
        contracts: {
          anchors: anchors.address,
          claims,
          consents,
          circuits: await world.contracts.circuits.getAddress(),
        },
      },
      http: { port: 0 },
      access,
      artifacts: join(import.meta.dirname, "../../../circuits/artifacts"),
      attester: {
        group: String(group),
        key: { kind: "file", path: keyFile(ATTESTER) },
        publishLeaves: true,
        ...change,
      },
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  async function start(config: string): Promise<RunningAttester> {
    const service = await runAttester(loadConfig(config), {
      log: logger({ level: "silent" }),
      clock: () => world.now,
      hurry: 50,
    });
    running.push(service);
    return service;
  }

  /** Waits until something holds, while the duties run. */
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 20_000; !(await holds()); await setTimeout(50)) {
      if (Date.now() > end) throw new Error(`never: ${what}`);
    }
  }

  async function enrolled(service: RunningAttester) {
    const { subject } = createIdentity();
    const device = new SimulatedDevice();
    const opening = await httpAttester(`${service.url}/attester`, { token: token("enroller") }).enrol({
      subject,
      device,
      profile: PROFILE,
      offset: 0,
    });
    return { log: await Log.create(memoryStore(), "log", opening), device };
  }

  type Enrolled = Awaited<ReturnType<typeof enrolled>>;
  const sealerOf = async ({ log, device }: Enrolled) => new Sealer(log, device, await trust());

  /** Whose receipts count now, from the chain. */
  const trust = async () => ({
    domain: await anchors.domain(),
    ...(await groupAttesters(anchors.address, world.connection.ethers.provider, group)),
  });

  /** Enrols somebody at one process, lets the day pass, and sends its head to another one. */
  async function sealedDay(one: RunningAttester, other = one) {
    const sealer = await sealerOf(await enrolled(one));
    const day = Math.floor(world.now / DAY);
    await world.passUntil((day + 1) * DAY + 60);
    const attester = httpAttester(`${other.url}/attester`, { token: token("sealer") });
    const { receipts } = await sealer.sealAndSend(attester, world.now);
    expect(receipts).to.have.length(1);
    return { day, receipt: receipts[0]! };
  }

  it("T22: accepts heads, anchors their day once though two processes run, and gives paths that lead to the chain's root", async () => {
    const config = await configured(await stores.fresh());
    const services = [await start(config), await start(config)];
    const [one, other] = services as [RunningAttester, RunningAttester];
    // Heads go to either process.
    const { day, receipt } = await sealedDay(one, other);
    await world.passUntil((day + 1) * DAY + TIMES.intakeTime + 120);
    await until("the day is anchored", async () => (await anchors.anchorOf(group, day)) !== undefined);
    await world.connection.provider.request({ method: "hardhat_mine", params: ["0x50"] });
    await until("it is final", async () =>
      (await one.status()).days.some((each) => each.day === day && each.state === "final"),
    );
    const { leaf } = receipt;
    const path = await httpAttester(`${one.url}/attester`, { token: token("sealer") }).path(day, leaf);
    expect(path.root).to.equal((await anchors.anchorOf(group, day))!.root);
    expect(rootOfPath(path)).to.equal(path.root);
    const leaves = await (await fetch(`${one.url}/attester/days/${day}/leaves`)).json();
    expect(leaves).to.deep.equal({ leaves: [String(leaf)] });
    const { problems, people } = await one.status();
    expect([problems, people]).to.deep.equal([[], 1]);
    // Both processes worked, and one transaction of theirs is on the chain.
    const { provider } = world.connection.ethers;
    const anchored = new Interface(ANCHOR_REGISTRY_ABI).getEvent("DayAnchored")!.topicHash;
    const events = await provider.getLogs({ address: anchors.address, topics: [anchored], fromBlock: 0 });
    expect(events.map(({ topics }) => Number(topics[2]))).to.deep.equal([day]);
  });

  it("goes on after a restart, and writes a day late when it was not there in time", async () => {
    const config = await configured(await stores.fresh());
    const first = await start(config);
    const { day } = await sealedDay(first);
    await first.close();
    running.splice(0);
    await world.passUntil((day + 1) * DAY + TIMES.intakeTime + TIMES.graceTime + HOUR);
    const second = await start(config);
    await until("the day is written", async () => (await anchors.anchorOf(group, day)) !== undefined);
    expect(await anchors.anchorOf(group, day)).to.deep.include({ corrected: true });
    expect((await second.status()).problems).to.deep.equal([]);
  });

  it("says of a day that can be written no more that its periods lapse", async () => {
    const config = await configured(await stores.fresh());
    const first = await start(config);
    const { day } = await sealedDay(first);
    node.behave(async (method, _, pass) => {
      if (method === "eth_sendRawTransaction") throw Object.assign(new Error("not today"), { code: -32_000 });
      return pass();
    });
    try {
      await world.passUntil(
        (day + 1) * DAY + TIMES.intakeTime + TIMES.graceTime + TIMES.correctionTime + 10 * HOUR,
      );
      await until("the operator is told", async () =>
        (await first.status()).problems.some(({ what }) => what.startsWith(`Day ${day}:`)),
      );
      expect(await anchors.anchorOf(group, day)).to.equal(undefined);
    } finally {
      node.behave();
    }
  });

  it("T28: takes the next key over when the chain has it, without a restart, and receipts of both verify", async () => {
    const config = await configured(await stores.fresh(), { nextKey: { kind: "file", path: keyFile(NEXT) } });
    const service = await start(config);
    expect((await service.status()).attester).to.equal(accountOf(ATTESTER).address);
    const [kept, lost] = [await enrolled(service), await enrolled(service)];
    await world.passUntil((Math.floor(world.now / DAY) + 1) * DAY + 60);
    const http = httpAttester(`${service.url}/attester`, { token: token("sealer") });
    const stale = await sealerOf(kept);
    await stale.sealAndSend(http, world.now);
    // Accepted, and its receipt is lost on the way.
    const forgetful = await sealerOf(lost);
    await forgetful.seal(world.now);
    await http.submitHead((await forgetful.unsent())[0]!);
    const acceptable = (await anchors.nominateAttester(group, accountOf(NEXT).address)).result;
    await world.passUntil(acceptable + 60);
    await until(
      "the next key signs",
      async () => (await service.status()).attester === accountOf(NEXT).address,
    );
    expect((await anchors.group(group)).attester).to.equal(accountOf(NEXT).address);

    // What the old key signed in its time still verifies, also when it is asked for again. The new key signs what comes.
    await world.passUntil((Math.floor(world.now / DAY) + 1) * DAY + 60);
    expect(await codeOf(stale.sealAndSend(http, world.now))).to.equal("RECEIPT_INVALID");
    const renewed = await sealerOf(kept);
    expect((await renewed.sealAndSend(http, world.now)).receipts).to.have.length(1);
    expect(renewed.verifyReceipts()).to.equal(2);
    expect((await (await sealerOf(lost)).send(http, world.now)).receipts).to.have.length(1);
    expect((await sealerOf(lost)).verifyReceipts()).to.equal(1);
    const domain = await anchors.domain();
    const [early, late] = kept.log.epochs.flatMap(({ receipt }) => receipt ?? []) as [
      SignedReceipt,
      SignedReceipt,
    ];
    const history = await groupAttesters(anchors.address, world.connection.ethers.provider, group);
    const change = history.previous.at(-1)!.until;
    const isOf = (index: number, each: SignedReceipt) =>
      verifyReceipt(domain, each, accountOf(index).address);
    isOf(ATTESTER, early);
    isOf(NEXT, late);
    const forged = async (index: number, receivedAt: number, like = early) =>
      verifyReceipt(domain, await signReceipt(accountOf(index), domain, { ...like, receivedAt }), history);
    await forged(ATTESTER, change - 1);
    await forged(NEXT, change);
    expect(await codeOf(forged(ATTESTER, change + ATTESTER_OVERLAP))).to.equal("RECEIPT_INVALID");
    expect(await codeOf(forged(NEXT, change - ATTESTER_OVERLAP - 1))).to.equal("RECEIPT_INVALID");
    // Dated back, for an epoch that ended after the change.
    expect(await codeOf(forged(ATTESTER, change - 1, late))).to.equal("RECEIPT_INVALID");
    const { day } = await sealedDay(service);
    await world.passUntil((day + 1) * DAY + TIMES.intakeTime + 120);
    await until("the day is anchored by it", async () => (await anchors.anchorOf(group, day)) !== undefined);
    // Back, for the tests that follow.
    const next = await world.connection.ethers.getSigner(accountOf(NEXT).address);
    const back = (await world.anchorsAs(next).nominateAttester(group, accountOf(ATTESTER).address)).result;
    await world.passUntil(back + 60);
    await anchors.acceptAttester(group);
  });

  it("refuses another group's store, a key that is not the attester's, and a token of too little", async () => {
    const store = await stores.fresh();
    const config = await configured(store);
    const service = await start(config);
    const sealer = httpAttester(`${service.url}/attester`, { token: token("sealer") });
    expect(
      await codeOf(sealer.enrol({ subject: 1n, device: new SimulatedDevice(), profile: PROFILE, offset: 0 })),
    ).to.equal("NOT_ALLOWED");
    expect((await fetch(`${service.url}/status`)).status).to.equal(401);
    const status = await fetch(`${service.url}/status`, {
      headers: { authorization: `Bearer ${token("operator")}` },
    });
    expect(((await status.json()) as { service: string }).service).to.equal("attester");
    await service.close();
    running.splice(0);
    const { result: other } = await anchors.createGroup({ ...TIMES, assurance: "self-attested" });
    expect(await codeOf(start(await configured(store, { group: String(other) })))).to.equal("NOT_ALLOWED");
    const stranger = { key: { kind: "file", path: keyFile(7) } };
    expect(await codeOf(start(await configured(await stores.fresh(), stranger)))).to.equal("NOT_ALLOWED");
  });
});
