// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run dapp`: what the services say and what they refuse. A whole claim over HTTP is in dappStory.test.ts.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLAIMS_PAYOUT_ABI, ClaimsClient, DAY, VitalproofError } from "@vitalproof/sdk";
import { ATTESTER_ENDPOINTS } from "@vitalproof/sdk/wire";
import { BODY_LIMIT, startServer } from "@vitalproof/services";
import { expect } from "chai";
import { Interface, Wallet, ZeroAddress, ZeroHash } from "ethers";
import { artifactRoute, siteOf } from "../../scripts/dapp/files.ts";
import { good, JSON_TYPE, type Json, jsonOf, PROFILE, refused, send, serving } from "./support/serving.ts";

/** A proof's shape with nothing in it. */
const NO_PROOF = {
  a: ["0", "0"],
  b: [
    ["0", "0"],
    ["0", "0"],
  ],
  c: ["0", "0"],
};

describe("dapp: services", function () {
  this.timeout(300_000);

  const served = serving();
  const { get, post, now, passUntil, rpc } = served;

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
      contracts: served.services.config.contracts,
      tokens: [{ address: config.tokens[0].address, symbol: "tUSDC", decimals: 6, mintable: true }],
      fromBlock: 0,
      artifacts: "/artifacts",
      relayer: "/relayer",
      attester: "/attester",
      groups: [{ id: "1", name: "Demo attester", assurance: "self-attested" }],
      hospitals: [{ account: config.hospitals[0].account, name: "Demo hospital" }],
      demo: {
        accounts: ["Demo insurer", "Another insurer", "Demo patient", "Demo arbiter"].map((name, i) => ({
          name,
          privateKey: accounts[i].privateKey,
        })),
        clock: "/demo/clock",
        applications: "/demo/applications",
        hospital: "/demo/hospital",
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
      "ledger",
    ]);
    for (const address of [...Object.values(config.contracts), config.tokens[0].address]) {
      expect(await served.provider.getCode(address as string)).to.have.length.above(2);
    }
    for (const { privateKey } of config.demo.accounts) {
      expect(await served.provider.getBalance(new Wallet(privateKey).address)).to.be.above(10n ** 18n);
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
    const claims = new ClaimsClient(served.services.config.contracts.claims, served.provider);
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
    const { port } = new URL(served.url);
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
    const { port } = new URL(served.url);
    const origins = ["https://evil.example", "null", `https://127.0.0.1:${port}`, `http://localhost:${port}`];
    for (const origin of origins) {
      for (const path of ["/rpc", "/demo/clock", "/relayer/claims", "/nowhere"]) {
        await refused(post(path, {}, { origin }), 403, "NOT_ALLOWED");
      }
    }
    await good(post("/demo/clock", { to: 0 }, { origin: served.url }));
    const local = `localhost:${port}`;
    await good(post("/demo/clock", { to: 0 }, { host: local, origin: `http://${local}` }));
  });

  it("a body that is too long or no JSON is refused", async () => {
    const long = jsonOf("x".repeat(BODY_LIMIT));
    for (const [path, limit] of [
      ["/rpc", BODY_LIMIT],
      ["/attester/heads", ATTESTER_ENDPOINTS.submitHead.bodyLimit],
    ] as const) {
      const { details } = await refused(
        send(served.url, "POST", path, { body: long, headers: JSON_TYPE }),
        413,
        "INVALID_ARGUMENT",
      );
      expect(details).to.deep.equal({ limit });
      for (const body of ["", "{", "{'to': 1}", "\u0000"]) {
        await refused(send(served.url, "POST", path, { body, headers: JSON_TYPE }), 400, "INVALID_ARGUMENT");
        const headers = { "content-type": "text/plain" };
        await refused(send(served.url, "POST", path, { body, headers }), 415, "INVALID_ARGUMENT");
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
    await refused(send(served.url, "DELETE", "/config.json"), 405, "INVALID_ARGUMENT");
    expect((await send(served.url, "OPTIONS", "/rpc")).headers["access-control-allow-origin"]).to.equal(
      undefined,
    );
  });

  it("the page is served once it is built, and nothing beside it", async () => {
    const { status, text, headers } = await get("/");
    expect(status).to.equal(200);
    expect(headers["content-type"]).to.equal("text/plain; charset=utf-8");
    expect(text).to.include("npm run dapp:build");
    await refused(get("/app.js"), 404, "NOT_THERE");

    writeFileSync(join(served.folder, "outside.txt"), "outside");
    mkdirSync(join(served.site, "assets"), { recursive: true });
    writeFileSync(join(served.site, "index.html"), "<!doctype html>");
    writeFileSync(join(served.site, "assets/app.js"), "export {};");
    writeFileSync(join(served.site, "assets/a b.wasm"), "wasm");
    symlinkSync(join(served.folder, "outside.txt"), join(served.site, "link.txt"));
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
    const head = await send(served.url, "HEAD", "/assets/app.js");
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
    const empty = join(served.folder, "empty");
    mkdirSync(empty);
    const server = await startServer((app) => artifactRoute(app, empty, ["glucose-day"]), {
      port: 0,
      access: "open",
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
