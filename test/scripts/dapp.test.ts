// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run dapp`: a whole claim over HTTP with the SDK as the page's part, and everything that the services refuse.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AnchorClient,
  type AnchorPath,
  anchorDayOf,
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  type Consent,
  ConsentClient,
  Custody,
  circuitIdOf,
  circuitOf,
  claimWitness,
  controllerOf,
  createIdentity,
  DAY,
  dayEnd,
  distributionTerms,
  enrolmentWitness,
  epochAt,
  epochEnd,
  epochStart,
  type HolderAttestation,
  httpArtifacts,
  Log,
  memoryStore,
  packTerms,
  policyHashOf,
  profileOf,
  prove,
  ScopeClient,
  type SignedReceipt,
  SimulatedDevice,
  signConsent,
  signRevocation,
  termsForPeriod,
  VitalproofError,
  verifyReceipt,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { BODY_LIMIT, startServer } from "@vitalproof/services";
import { expect } from "chai";
import { Contract, Interface, JsonRpcProvider, Wallet, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import { artifactRoute, siteOf } from "../../scripts/dapp/files.ts";
import { SCENARIO_START } from "../../scripts/dapp/month.ts";
import { type Services, startServices } from "../../scripts/dapp/services.ts";
import { root } from "../support/node.ts";

const HOUR = 3600;
const START = Date.parse("2026-03-01T00:00Z") / 1000;
const CIRCUIT = circuitOf("glucose-day");
const PROFILE = profileOf("glucose-mg-dl-5min");
/** 05:00 UTC. */
const OFFSET = 20;
const BENEFIT = 25_000_000n;
const TERMS = distributionTerms({
  circuit: "glucose-day",
  offset: OFFSET,
  band: { atLeast: 70, atMost: 180 },
  share: { atLeast: 70 },
});
/** A proof's shape with nothing in it. */
const NO_PROOF = {
  a: ["0", "0"],
  b: [
    ["0", "0"],
    ["0", "0"],
  ],
  c: ["0", "0"],
};

// Whatever a service answers; each test says what it expects of it.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any;

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  readonly json: Json;
}

/** A request as it is written here: `fetch` would mend paths and headers. */
function send(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        const isJson = response.headers["content-type"]?.startsWith("application/json") && text !== "";
        const json = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode!, headers: response.headers, text, json });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
}

const JSON_TYPE = { "content-type": "application/json" };

describe("dapp: services", function () {
  this.timeout(300_000);

  const folder = mkdtempSync(join(tmpdir(), "vitalproof-dapp-"));
  const site = join(folder, "dist");
  let services: Services;
  let url: string;
  let provider: JsonRpcProvider;

  before(async () => {
    services = await startServices(hre, { start: START, port: 0, site });
    url = services.url;
    // Answers kept for a moment would give an account the same nonce twice.
    provider = new JsonRpcProvider(`${url}/rpc`, undefined, { staticNetwork: true, cacheTimeout: -1 });
    provider.pollingInterval = 50;
  });
  after(async () => {
    provider?.destroy();
    await services?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) => send(url, "GET", path, { headers });
  const post = (path: string, value: unknown, headers: Record<string, string> = {}) =>
    send(url, "POST", path, { body: jsonOf(value), headers: { ...JSON_TYPE, ...headers } });

  async function good(reply: Promise<Reply>): Promise<Json> {
    const { status, json, text } = await reply;
    expect(status, text).to.equal(200);
    return json;
  }

  async function refused(reply: Promise<Reply>, status: number, code: string): Promise<Json> {
    const { status: got, json, text, headers } = await reply;
    expect(got, text).to.equal(status);
    expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
    expect(headers["access-control-allow-origin"]).to.equal(undefined);
    expect(json.error.code, text).to.equal(code);
    expect(json.error.message).to.be.a("string").and.not.equal("");
    return json.error;
  }

  const now = async (): Promise<number> => (await good(get("/demo/clock"))).now;
  const passUntil = async (to: number): Promise<number> => (await good(post("/demo/clock", { to }))).now;
  const rpc = async (method: string, ...params: unknown[]) =>
    good(post("/rpc", { jsonrpc: "2.0", id: 1, method, params }));

  it("config.json says everything that the page has to know", async () => {
    const config = await good(get("/config.json"));
    const { accounts } = config.demo;
    expect(config).to.deep.equal({
      name: "Vitalproof demo",
      chain: {
        id: 31337,
        name: "Local demo chain",
        rpc: "/rpc",
        explorer: null,
        currency: { name: "Ether", symbol: "ETH", decimals: 18 },
        confirmations: 1,
      },
      contracts: services.config.contracts,
      tokens: [{ address: config.tokens[0].address, symbol: "tUSDC", decimals: 6, mintable: true }],
      fromBlock: 0,
      artifacts: "/artifacts",
      relayer: "/relayer",
      attester: "/attester",
      groups: [{ id: "1", name: "Demo attester", assurance: "self-attested" }],
      demo: {
        accounts: ["Demo insurer", "Another insurer", "Demo patient", "Demo arbiter"].map((name, i) => ({
          name,
          privateKey: accounts[i].privateKey,
        })),
        clock: "/demo/clock",
        applications: "/demo/applications",
      },
    });
    expect(Object.keys(config.contracts)).to.have.members([
      "claims",
      "anchors",
      "scopes",
      "consents",
      "circuits",
      "pauses",
      "custody",
    ]);
    for (const address of [...Object.values(config.contracts), config.tokens[0].address]) {
      expect(await provider.getCode(address as string)).to.have.length.above(2);
    }
    for (const { privateKey } of config.demo.accounts) {
      expect(await provider.getBalance(new Wallet(privateKey).address)).to.be.above(10n ** 18n);
    }
    expect(new Set(accounts.map(({ privateKey }: { privateKey: string }) => privateKey)).size).to.equal(4);
  });

  it("the chain answers single calls, batches and notifications", async () => {
    expect(await rpc("eth_chainId")).to.deep.equal({ jsonrpc: "2.0", id: 1, result: "0x7a69" });
    const batch = await good(
      post("/rpc", [
        { jsonrpc: "2.0", id: "a", method: "eth_chainId" },
        { jsonrpc: "2.0", method: "eth_chainId" },
        { jsonrpc: "2.0", id: 7, method: "eth_nothing", params: [] },
        17,
      ]),
    );
    expect(batch.map(({ id }: Json) => id)).to.deep.equal(["a", 7, null]);
    expect(batch[0].result).to.equal("0x7a69");
    expect(batch[1].error.code).to.be.a("number");
    expect(batch[1].error.message).to.include("eth_nothing");
    expect(batch[2].error.code).to.equal(-32_600);
    expect((await good(post("/rpc", []))).error.code).to.equal(-32_600);
    expect((await good(post("/rpc", null))).error.code).to.equal(-32_600);
    expect((await post("/rpc", { jsonrpc: "2.0", method: "eth_chainId" })).status).to.equal(204);
  });

  it("what a contract reverts with reaches the page, from calls and from transactions", async () => {
    const claims = new ClaimsClient(services.config.contracts.claims, provider);
    const error = await claims.program(99n).catch((thrown: unknown) => thrown);
    expect(VitalproofError.find(error, "CONTRACT_REVERTED")?.details.error).to.match(/^ClaimsPayout_Unknown/);
    const [from] = (await rpc("eth_accounts")).result;
    const data = new Interface(CLAIMS_PAYOUT_ABI).encodeFunctionData("pay", [99n]);
    for (const method of ["eth_call", "eth_estimateGas", "eth_sendTransaction"]) {
      const { error: raw } = await rpc(method, { from, to: claims.address, data });
      expect(raw.data, method).to.match(/^0x[0-9a-f]{8}/);
      expect(raw.code).to.be.a("number");
      expect(raw.message).to.be.a("string");
    }
  });

  it("a patient's story, from enrolment to a settled claim", async () => {
    const { contracts, tokens, demo } = await good(get("/config.json"));
    const insurer = new Wallet(demo.accounts[0].privateKey, provider);
    const claims = new ClaimsClient(contracts.claims, insurer);
    const info = await good(get("/attester"));
    expect(info).to.deep.equal({
      group: "1",
      attester: info.attester,
      times: { intakeTime: 6 * HOUR, graceTime: 12 * HOUR, correctionTime: 48 * HOUR },
    });

    // The insurer, over the chain alone.
    const token = new Contract(
      tokens[0].address,
      [
        "function mint(address,uint256)",
        "function approve(address,uint256)",
        "function balanceOf(address) view returns (uint256)",
      ],
      insurer,
    );
    await (await token.mint!(insurer.address, 10n * BENEFIT)).wait();
    await (await token.approve!(contracts.custody, 10n * BENEFIT)).wait();
    const { result: scopeNumber } = await new ScopeClient(contracts.scopes, insurer).createScope(
      BigInt(info.group),
    );
    const { result: program } = await claims.createProgram({
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
      scope: scopeNumber,
      assurance: "self-attested",
      terms: packTerms(TERMS),
      token: tokens[0].address,
      benefit: BENEFIT,
      arbiter: ZeroAddress,
      claimWindow: 30 * DAY,
      reviewTime: 0,
      arbiterTime: 0,
    });
    const { escrow, offerHash } = await claims.program(program);
    await new Custody(contracts.custody, insurer).fund(escrow, 10n * BENEFIT);
    const scope = await claims.scopeElement(scopeNumber);

    // Enrolment; a request that fails leaves the device free.
    const identity = createIdentity();
    const device = new SimulatedDevice("p256");
    const firstEpoch = epochAt(PROFILE, OFFSET, await now()) + 1;
    const person = {
      subject: identity.subject,
      device: { curve: device.curve, publicKey: device.publicKey },
      profile: PROFILE.name,
      offset: OFFSET,
      firstEpoch,
    };
    await refused(
      post("/attester/people", { ...person, firstEpoch: firstEpoch - 9 }),
      400,
      "INTAKE_FIRST_EPOCH_PAST",
    );
    const { opening } = await good(post("/attester/people", person));
    await refused(post("/attester/people", person), 400, "INTAKE_DEVICE_EXISTS");
    expect(opening).to.include({ group: "1", subject: String(identity.subject), firstEpoch, offset: OFFSET });
    const log = await Log.create(memoryStore(), "readings", {
      ...opening,
      group: BigInt(opening.group),
      subject: BigInt(opening.subject),
      genesis: BigInt(opening.genesis),
    });

    // The policy.
    const load = async (circuit: string) => {
      const { text } = await get(`/artifacts/${circuit}/manifest.json`);
      return httpArtifacts(`${url}/artifacts`, { [circuit]: text }).load(circuit);
    };
    const prover = childProcessProver();
    const domain = await claims.domain();
    const controller = controllerOf(identity, { ...domain, program, index: 0 });
    const attestation: HolderAttestation = {
      program,
      offerHash,
      holder: identity.holder(scope),
      controller: controller.address,
      payee: ZeroAddress,
      firstEpoch,
      periods: 3,
      nonce: 5n,
      expiry: BigInt((await now()) + DAY),
    };
    const policyHash = policyHashOf(domain, attestation);
    const witness = enrolmentWitness(identity.secret(), { scope, policyHash });
    const { proof: enrolment, publicInputs } = await prove(prover, await load("enrolment"), witness);
    const request = { attestation, scopeNumber, subject: identity.subject, proof: enrolment, publicInputs };
    await refused(
      post("/attester/attestations", { ...request, attestation: { ...attestation, payee: insurer.address } }),
      400,
      "ATTESTATION_MISMATCH",
    );
    const { message } = await refused(
      post("/attester/attestations", { ...request, scopeNumber: scopeNumber + 1n }),
      400,
      "INVALID_ARGUMENT",
    );
    expect(message).to.include("scopeNumber");
    const { signature } = await good(post("/attester/attestations", request));
    await good(post("/demo/applications", { attestation, signature }));
    await good(post("/demo/applications", { attestation, signature }));
    const { applications } = await good(get("/demo/applications"));
    expect(applications).to.deep.equal(JSON.parse(jsonOf([{ attestation, signature }])));
    const { result: policy } = await claims.issuePolicy(
      applications[0].attestation,
      applications[0].signature,
    );

    // The consent.
    const consents = new ConsentClient(contracts.consents, provider);
    const consent: Consent = {
      patient: controller.address,
      grantee: insurer.address,
      purpose: await claims.claimPurpose(),
      program,
      from: (await now()) - 1,
      until: (await now()) + 365 * DAY,
      receiptHash: `0x${"ab".repeat(32)}`,
      nonce: 0n,
    };
    const deadline = BigInt((await now()) + DAY);
    const grant = {
      consent,
      deadline,
      signature: await signConsent(controller, await consents.domain(), consent, deadline),
    };
    const wrongGrant = { ...grant, consent: { ...consent, nonce: 1n } };
    const { details } = await refused(post("/relayer/consents", wrongGrant), 400, "CONTRACT_REVERTED");
    expect(details.error).to.match(/^ConsentRegistry_/);
    const { consentId, transaction } = await good(post("/relayer/consents", grant));
    expect((await provider.getTransactionReceipt(transaction))?.status).to.equal(1);
    expect(await consents.isActive(consentId, consent)).to.equal(true);

    // Three days of readings: one as it should be, one whose anchor comes late, one with too little.
    const sealDay = async (epoch: number, inBand: number): Promise<SignedReceipt> => {
      const start = epochStart(PROFILE, OFFSET, epoch);
      const readings = Array.from({ length: PROFILE.slots }, (_, slot) => ({
        time: start + slot * PROFILE.interval + 2,
        value: slot < inBand ? 120 : 250,
        unit: "mg/dL",
      }));
      await log.append(readings);
      const time = await passUntil(epochEnd(PROFILE, OFFSET, epoch) + 60);
      expect(time).to.be.at.least(epochEnd(PROFILE, OFFSET, epoch) + 60);
      await log.seal(time, epoch);
      const head = await log.sign(epoch, device);
      await refused(
        post("/attester/heads", { ...head, signature: "00".repeat(64) }),
        400,
        "INTAKE_SIGNATURE_INVALID",
      );
      const json = await good(post("/attester/heads", head));
      const receipt = {
        ...json,
        group: BigInt(json.group),
        leaf: BigInt(json.leaf),
        context: BigInt(json.context),
      };
      verifyReceipt({ chainId: domain.chainId, anchors: contracts.anchors }, receipt, info.attester);
      await log.accept(epoch, receipt);
      return receipt;
    };
    const anchors = new AnchorClient(contracts.anchors, provider);
    const pathOf = async ({ anchorDay, leaf }: SignedReceipt): Promise<AnchorPath> => {
      const json = await good(get(`/attester/paths/${anchorDay}/${leaf}`));
      return {
        root: BigInt(json.root),
        leaf: BigInt(json.leaf),
        index: json.index,
        siblings: json.siblings.map(BigInt),
      };
    };

    const receipt = await sealDay(firstEpoch, 220);
    const day = anchorDayOf(PROFILE, OFFSET, firstEpoch);
    expect(receipt.anchorDay).to.equal(day);
    await refused(get(`/attester/paths/${day}/${receipt.leaf}`), 404, "ANCHOR_DAY_UNKNOWN");
    await passUntil(dayEnd(day) + 6 * HOUR + 60);
    await refused(get(`/attester/paths/${day}/17`), 404, "ANCHOR_LEAF_UNKNOWN");
    const path = await pathOf(receipt);
    expect((await anchors.anchorOf(1n, day))?.root).to.equal(path.root);

    // The claim.
    const claim = claimWitness(identity.secret(), {
      circuit: CIRCUIT.name,
      terms: termsForPeriod(TERMS, firstEpoch),
      scope,
      ...log.period(firstEpoch, 1),
      path,
    });
    const { proof } = await prove(prover, await load(CIRCUIT.name), claim);
    const item = {
      policy,
      period: 0,
      consentId,
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
      anchorRoot: path.root,
      proof,
    };
    const broken = await good(post("/relayer/claims", { ...item, proof: { ...proof, a: proof.c } }));
    expect(broken).to.include({ outcome: "refused", code: "PROOF_INVALID" });
    const settled = await good(post("/relayer/claims", item));
    expect(settled).to.include({ policy: String(policy), period: 0, outcome: "settled" });
    expect(settled.transaction).to.match(/^0x[0-9a-f]{64}$/);
    expect(await claims.owedOf(policy)).to.equal(BENEFIT);
    const again = await good(post("/relayer/claims", item));
    expect(again).to.include({ outcome: "skipped", reason: "period-already-claimed" });

    // The payment goes to the payee, whoever asks for it, and once.
    const paid = await good(post("/relayer/payments", { policy: String(policy) }));
    expect(paid.transaction).to.match(/^0x[0-9a-f]{64}$/);
    expect(await token.balanceOf!(controller.address)).to.equal(BENEFIT);
    expect(await claims.owedOf(policy)).to.equal(0n);
    const { details: none } = await refused(
      post("/relayer/payments", { policy: String(policy) }),
      400,
      "CONTRACT_REVERTED",
    );
    expect(none.error).to.equal("ClaimsPayout_NothingOwed");

    // Time that passes through the chain's RPC is the attester's too. Here it runs past the anchoring window.
    const late = await sealDay(firstEpoch + 1, 288);
    await rpc("evm_increaseTime", 40 * HOUR);
    await rpc("evm_mine");
    const { timestamp } = (await provider.getBlock("latest"))!;
    expect(await now()).to.be.at.least(timestamp);
    await pathOf(late);
    expect((await anchors.anchorOf(1n, late.anchorDay))?.corrected).to.equal(true);
    // The third day's head came too late by then: what intake says is enough to go on.
    const third = firstEpoch + 2;
    await log.seal(await passUntil(epochEnd(PROFILE, OFFSET, third) + 7 * HOUR), third);
    const missed = await refused(
      post("/attester/heads", await log.sign(third, device)),
      400,
      "INTAKE_TOO_LATE",
    );
    const { head, nextEpoch } = missed.details;
    expect((await log.follow({ head: BigInt(head), nextEpoch })).gaps).to.deep.equal([third]);

    // The end of the consent.
    const revocation = { patient: controller.address, consentId, deadline: BigInt((await now()) + DAY) };
    const revoked = await good(
      post("/relayer/revocations", {
        ...revocation,
        signature: await signRevocation(controller, await consents.domain(), consentId, revocation.deadline),
      }),
    );
    expect(revoked.transaction).to.match(/^0x[0-9a-f]{64}$/);
    expect(await consents.isActive(consentId, consent)).to.equal(false);
  });

  it("the clock does not run back, nor more than a year at once", async () => {
    const before = await now();
    expect(await passUntil(1)).to.be.at.least(before);
    const { details } = await refused(
      post("/demo/clock", { to: before + 400 * DAY }),
      400,
      "INVALID_ARGUMENT",
    );
    expect(details.latest).to.be.within(before + 366 * DAY, before + 367 * DAY);
  });

  it("a request under another name is refused: DNS rebinding", async () => {
    const { port } = new URL(url);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      "localhost:1",
      `[::1]:${port}`,
    ]) {
      await refused(get("/config.json", { host }), 403, "NOT_ALLOWED");
      await refused(post("/rpc", {}, { host }), 403, "NOT_ALLOWED");
    }
    await good(get("/config.json", { host: `LOCALHOST:${port}` }));
  });

  it("a page of another origin can post nothing", async () => {
    const { port } = new URL(url);
    const origins = ["https://evil.example", "null", `https://127.0.0.1:${port}`, `http://localhost:${port}`];
    for (const origin of origins) {
      for (const path of ["/rpc", "/demo/clock", "/relayer/claims", "/nowhere"]) {
        await refused(post(path, {}, { origin }), 403, "NOT_ALLOWED");
      }
    }
    await good(post("/demo/clock", { to: 0 }, { origin: url }));
    const local = `localhost:${port}`;
    await good(post("/demo/clock", { to: 0 }, { host: local, origin: `http://${local}` }));
  });

  it("a body that is too long or no JSON is refused", async () => {
    const long = jsonOf("x".repeat(BODY_LIMIT));
    for (const path of ["/rpc", "/attester/heads"]) {
      const { details } = await refused(
        send(url, "POST", path, { body: long, headers: JSON_TYPE }),
        413,
        "INVALID_ARGUMENT",
      );
      expect(details).to.deep.equal({ limit: BODY_LIMIT });
      for (const body of ["", "{", "{'to': 1}", "\u0000"]) {
        await refused(send(url, "POST", path, { body, headers: JSON_TYPE }), 400, "INVALID_ARGUMENT");
        const headers = { "content-type": "text/plain" };
        await refused(send(url, "POST", path, { body, headers }), 415, "INVALID_ARGUMENT");
      }
    }
  });

  it("a value of a wrong type is refused, and the answer names it without repeating it", async () => {
    const attestation = {
      program: "1",
      offerHash: ZeroHash,
      holder: "1",
      controller: ZeroAddress,
      payee: ZeroAddress,
      firstEpoch: 1,
      periods: 1,
      nonce: "1",
      expiry: "1",
    };
    const device = { curve: "p256", publicKey: "02".repeat(33) };
    const person = { subject: "1", device, profile: PROFILE.name, offset: 0, firstEpoch: 1 };
    const claim = {
      policy: "999",
      period: 0,
      consentId: ZeroHash,
      circuit: ZeroHash,
      anchorRoot: "0",
      proof: NO_PROOF,
    };
    const secretive = "do-not-repeat";
    const cases: readonly [path: string, body: unknown, at: string][] = [
      ["/attester/people", [], "body"],
      ["/attester/people", { ...person, subject: secretive }, "body.subject"],
      ["/attester/people", { ...person, profile: secretive }, "body.profile"],
      ["/attester/people", { ...person, device: { ...device, curve: secretive } }, "body.device.curve"],
      ["/attester/people", { ...person, more: 1 }, "body.more"],
      ["/attester/heads", { group: 1 }, "body.group"],
      ["/attester/attestations", { attestation: { ...attestation, holder: 1 } }, "body.attestation.holder"],
      [
        "/attester/attestations",
        { attestation: { ...attestation, payee: `0x${"aB".repeat(20)}` } },
        "body.attestation.payee",
      ],
      ["/relayer/consents", { consent: secretive }, "body.consent"],
      ["/relayer/revocations", { patient: secretive }, "body.patient"],
      ["/relayer/claims", { ...claim, period: -1 }, "body.period"],
      ["/relayer/payments", { policy: secretive }, "body.policy"],
      ["/relayer/claims", { ...claim, proof: { ...NO_PROOF, b: [secretive] } }, "body.proof.b"],
      ["/demo/clock", { to: "1" }, "body.to"],
      ["/demo/clock", { to: 1.5 }, "body.to"],
      ["/demo/applications", { attestation, signature: secretive }, "body.signature"],
    ];
    for (const [path, body, at] of cases) {
      const { message, hint, details } = await refused(post(path, body), 400, "INVALID_ARGUMENT");
      expect(message).to.match(new RegExp(`^${at.replaceAll(".", "\\.")} is not `));
      expect(details.at).to.equal(at);
      expect(jsonOf([message, hint, details])).not.to.include(secretive);
    }
    await refused(get(`/attester/paths/${secretive}/1`), 400, "INVALID_ARGUMENT");
    await refused(get("/attester/paths/1/0x1"), 400, "INVALID_ARGUMENT");
    const noKey = { ...person, device: { ...device, publicKey: "00".repeat(33) } };
    await refused(post("/attester/people", noKey), 400, "INVALID_ARGUMENT");
    await refused(post("/attester/people", { ...person, offset: 255 }), 400, "INVALID_ARGUMENT");
    // Of the right types, and no claim of anybody's.
    expect(await good(post("/relayer/claims", claim))).to.include({
      outcome: "skipped",
      reason: "unknown-policy",
    });
  });

  it("an unknown path or method is refused", async () => {
    await refused(get("/nowhere"), 404, "NOT_THERE");
    await refused(get("/attester/paths/1"), 404, "NOT_THERE");
    await refused(post("/nowhere", {}), 404, "NOT_THERE");
    await refused(get("/rpc"), 405, "INVALID_ARGUMENT");
    await refused(post("/config.json", {}), 405, "INVALID_ARGUMENT");
    await refused(send(url, "DELETE", "/config.json"), 405, "INVALID_ARGUMENT");
    expect((await send(url, "OPTIONS", "/rpc")).headers["access-control-allow-origin"]).to.equal(undefined);
  });

  it("the page is served once it is built, and nothing beside it", async () => {
    const { status, text, headers } = await get("/");
    expect(status).to.equal(200);
    expect(headers["content-type"]).to.equal("text/plain; charset=utf-8");
    expect(text).to.include("npm run dapp:build");
    await refused(get("/app.js"), 404, "NOT_THERE");

    writeFileSync(join(folder, "outside.txt"), "outside");
    mkdirSync(join(site, "assets"), { recursive: true });
    writeFileSync(join(site, "index.html"), "<!doctype html>");
    writeFileSync(join(site, "assets/app.js"), "export {};");
    writeFileSync(join(site, "assets/a b.wasm"), "wasm");
    symlinkSync(join(folder, "outside.txt"), join(site, "link.txt"));
    for (const [path, type, content] of [
      ["/", "text/html; charset=utf-8", "<!doctype html>"],
      ["/index.html?x=1", "text/html; charset=utf-8", "<!doctype html>"],
      ["/assets/app.js", "text/javascript; charset=utf-8", "export {};"],
      ["/assets/a%20b.wasm", "application/wasm", "wasm"],
    ] as const) {
      const reply = await get(path);
      expect([reply.status, reply.headers["content-type"], reply.text]).to.deep.equal([200, type, content]);
      expect(reply.headers["x-content-type-options"]).to.equal("nosniff");
    }
    const head = await send(url, "HEAD", "/assets/app.js");
    expect([head.status, head.headers["content-length"], head.text]).to.deep.equal([200, "10", ""]);

    for (const path of ["/assets", "/assets/", "/link.txt", "/missing.js"]) {
      await refused(get(path), 404, "NOT_THERE");
    }
    for (const path of [
      "/../outside.txt",
      "/%2e%2e/outside.txt",
      "/assets/../../outside.txt",
      "/..%2foutside.txt",
      "/..%5coutside.txt",
      "/%00",
      "/%zz",
      "http://127.0.0.1/outside.txt",
    ]) {
      await refused(get(path), 400, "INVALID_ARGUMENT");
    }
  });

  it("an artifact that is not built says how to build it", async () => {
    await refused(get("/artifacts/nothing/manifest.json"), 404, "ARTIFACT_MISSING");
    await refused(get("/artifacts/glucose-day/other.json"), 404, "ARTIFACT_MISSING");
    await refused(get("/artifacts/glucose-day/..%2f..%2fcircuits.json"), 400, "INVALID_ARGUMENT");
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const server = await startServer((app) => artifactRoute(app, empty, ["glucose-day"]), {
      port: 0,
      otherwise: siteOf(empty),
    });
    try {
      const reply = send(server.url, "GET", "/artifacts/glucose-day/glucose-day.zkey");
      const { message, hint } = await refused(reply, 404, "ARTIFACT_MISSING");
      expect(message).to.include("glucose-day.zkey");
      expect(hint).to.include("npx hardhat circuits build glucose-day");
    } finally {
      await server.close();
    }
  });
});

describe("dapp: the command", function () {
  this.timeout(300_000);
  const script = ["scripts/dapp.ts", "--no-build", "--json"];

  it("prints one line once it listens, and ends cleanly on SIGINT", async () => {
    const args = [...script, "--port", "0", "--time", "2026-05-01T00:00Z"];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    try {
      let output = "";
      child.stdout.setEncoding("utf8");
      for await (const chunk of child.stdout as AsyncIterable<string>) {
        output += chunk;
        if (output.includes("\n")) break;
      }
      expect(output.split("\n")).to.have.lengthOf(2);
      const { url, contracts } = JSON.parse(output);
      expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
      const config = (await send(url, "GET", "/config.json")).json;
      expect(config.contracts).to.deep.equal(contracts);
      const { now } = (await send(url, "GET", "/demo/clock")).json;
      expect(now).to.be.within(
        Date.parse("2026-05-01T00:00Z") / 1000,
        Date.parse("2026-05-01T01:00Z") / 1000,
      );

      const port = new URL(url).port;
      const second = spawnSync(process.execPath, [...script, "--port", port], {
        cwd: root,
        encoding: "utf8",
      });
      expect(second.status).to.equal(1);
      expect(second.stderr).to.include("EADDRINUSE").and.to.include("--port 0");
      expect(second.stdout).to.equal("");
    } finally {
      child.kill("SIGINT");
    }
    expect(await ended).to.deep.equal([0, null]);
  });

  it("with --scenario people have joined, claimed and been decided on, and the attester goes on from there", async () => {
    const lines: string[] = [];
    const services = await startServices(hre, {
      start: SCENARIO_START,
      port: 0,
      scenario: { days: 3, say: (line) => lines.push(line) },
    });
    const provider = new JsonRpcProvider(`${services.url}/rpc`, undefined, { staticNetwork: true });
    try {
      // Of the first three days two hold for the first person and two for the second, and one of two for the third.
      expect(lines).to.include("Day 3: 5 claims hold, and are settled.");
      const claims = new ClaimsClient(services.config.contracts.claims, provider);
      const owed = await Promise.all([1n, 2n, 3n].map((policy) => claims.owedOf(policy)));
      expect(owed).to.deep.equal([2n * BENEFIT, 2n * BENEFIT, BENEFIT]);
      const { now } = (await send(services.url, "GET", "/demo/clock")).json;
      const passed = await send(services.url, "POST", "/demo/clock", {
        body: jsonOf({ to: now + DAY }),
        headers: JSON_TYPE,
      });
      expect(passed.json.now).to.be.at.least(now + DAY);
    } finally {
      provider.destroy();
      await services.close();
    }
  });

  it("wrong usage is refused before anything starts", () => {
    for (const args of [
      ["--scenario", "--time", "2026-03-01T00:00Z"],
      ["--scenario", "--days", "31"],
      ["--days", "3"],
      ["--port", "65536"],
      ["--time", "2026-03-01"],
      ["--no-such-option"],
    ]) {
      const run = spawnSync(process.execPath, ["scripts/dapp.ts", ...args], { cwd: root, encoding: "utf8" });
      expect(run.status).to.equal(2);
      expect(run.stderr).to.include("npm run dapp");
    }
  });
});
