// SPDX-License-Identifier: GPL-3.0-or-later
//
// The routes on a real server on the loopback interface, asked by the SDK's own clients and by raw requests.
import { connect } from "node:net";
import { httpAttester, httpRelayer, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { type Reply, send } from "../../../test/support/rawRequest.ts";
import {
  type AttesterBackend,
  attesterRoutes,
  BODY_LIMIT,
  logger,
  type RelayerBackend,
  relayerRoutes,
  type Server,
  startServer,
} from "../src/index.ts";
import { ACCOUNT, ATTESTATION, device, HASH, headOf, ITEM, SIGNATURE } from "./serverSupport.ts";

const HEAD = headOf(2n);
const RECEIPT = { group: 1n, leaf: 6n, context: 5n, receivedAt: 7, anchorDay: 8, signature: SIGNATURE };
const JSON_TYPE = { "content-type": "application/json" };

describe("services", () => {
  const asked: unknown[] = [];
  const faults: unknown[] = [];
  const answer =
    <T>(value: T) =>
    async (given: unknown) => {
      asked.push(given);
      return value;
    };
  const attester: AttesterBackend = {
    info: async () => ({
      group: 1n,
      domain: { chainId: 31_337n, anchors: ACCOUNT },
      attester: ACCOUNT,
      times: { intakeTime: 1, graceTime: 2, correctionTime: 3 },
    }),
    enrol: async (request) => {
      asked.push(request);
      const { subject, profile, offset } = request;
      return { group: 1n, subject, profile, offset, firstEpoch: request.firstEpoch ?? 9, genesis: 8n };
    },
    continueLog: async (request) => {
      asked.push(request);
      const { subject, profile } = request;
      return { group: 1n, subject, profile, offset: 4, firstEpoch: 12, genesis: 7n };
    },
    submitHead: answer(RECEIPT),
    attest: answer(SIGNATURE),
    owns: async () => false,
    path: async (day, leaf) => {
      if (day === 404) throw new VitalproofError("ANCHOR_DAY_UNKNOWN", "No root.", { details: { day } });
      return { root: 1n, leaf, index: 0, siblings: [BigInt(day)] };
    },
  };
  const relayer: RelayerBackend = {
    consent: answer({ consentId: HASH, transaction: HASH }),
    revoke: answer({ transaction: HASH }),
    claim: answer({ outcome: "settled" as const, transaction: HASH, blockNumber: 5 }),
    pay: async (policy) => {
      if (policy === 500n) throw new Error("a fault with a secret in it");
      // More than the schema has: it must not leave.
      return { transaction: HASH, ...(policy === 501n ? { key: "a secret" } : {}) };
    },
  };

  let server: Server;
  /** Every route that there is, as the server has them. */
  const routes: { method: string; url: string }[] = [];
  before(async () => {
    server = await startServer(
      (app) => {
        app.addHook("onRoute", ({ method, url }) => {
          for (const each of [method].flat()) if (each !== "HEAD") routes.push({ method: each, url });
        });
        app.register(attesterRoutes(attester), { prefix: "/attester" });
        app.register(relayerRoutes(relayer), { prefix: "/relayer" });
      },
      {
        port: 0,
        access: "open",
        names: ["attester.example"],
        log: logger({ level: "silent" }),
        onFault: (fault) => faults.push(fault),
      },
    );
  });
  after(() => server.close());

  const post = (path: string, body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
    send(server.url, "POST", path, { body, headers });
  async function refused(
    reply: Promise<Reply>,
    status: number,
    code: string,
  ): Promise<{ message: string; at?: string }> {
    const { status: got, headers, text } = await reply;
    expect(got, text).to.equal(status);
    expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
    expect(headers["x-content-type-options"]).to.equal("nosniff");
    expect(headers["access-control-allow-origin"]).to.equal(undefined);
    const { error } = JSON.parse(text);
    expect(error.code, text).to.equal(code);
    return { message: error.message, at: error.details?.at };
  }

  it("listen on the loopback interface, and say that they are well", async () => {
    expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, text } = await send(server.url, "GET", "/health");
    expect([status, text]).to.deep.equal([200, '{"status":"ok"}']);
  });

  it("an attester answers the SDK's client, value by value", async () => {
    const client = httpAttester(`${server.url}/attester`);
    expect(await client.info()).to.deep.equal(await attester.info());
    const request = { subject: 7n, device, profile: "glucose-mg-dl-5min", offset: 3 } as const;
    expect(await client.enrol(request)).to.deep.equal({
      group: 1n,
      subject: 7n,
      profile: "glucose-mg-dl-5min",
      offset: 3,
      firstEpoch: 9,
      genesis: 8n,
    });
    expect(asked.at(-1)).to.deep.equal({ ...request, device: HEAD.device });
    const { subject, profile } = request;
    expect(await client.continueLog({ subject, profile, device: request.device })).to.deep.equal({
      group: 1n,
      subject,
      profile,
      offset: 4,
      firstEpoch: 12,
      genesis: 7n,
    });
    // Again the public half of the device alone.
    expect(asked.at(-1)).to.deep.equal({ subject, profile, device: HEAD.device });
    expect(await client.submitHead(HEAD)).to.deep.equal(RECEIPT);
    expect(asked.at(-1)).to.deep.equal(HEAD);
    const enrolment = {
      attestation: ATTESTATION,
      scopeNumber: 1n,
      subject: 2n,
      proof: ITEM.proof,
      publicInputs: [1n, 2n, 3n, 4n],
    };
    expect(await client.attest(enrolment)).to.equal(SIGNATURE);
    expect(asked.at(-1)).to.deep.equal(enrolment);
    expect(await client.path(20_000, 6n)).to.deep.equal({
      root: 1n,
      leaf: 6n,
      index: 0,
      siblings: [20_000n],
    });
  });

  it("a relayer answers the SDK's client, value by value", async () => {
    const client = httpRelayer(`${server.url}/relayer`);
    const consent = {
      patient: ACCOUNT,
      grantee: ACCOUNT,
      purpose: HASH,
      program: 1n,
      from: 2,
      until: 3,
      receiptHash: HASH,
      nonce: 4n,
    };
    const grant = { consent, deadline: 5n, signature: SIGNATURE };
    expect(await client.consent(grant)).to.deep.equal({ consentId: HASH, transaction: HASH });
    expect(asked.at(-1)).to.deep.equal(grant);
    const revocation = { patient: ACCOUNT, consentId: HASH, deadline: 5n, signature: SIGNATURE };
    expect(await client.revoke(revocation)).to.deep.equal({ transaction: HASH });
    expect(asked.at(-1)).to.deep.equal(revocation);
    const { policy, period } = ITEM;
    expect(await client.claim(ITEM)).to.deep.equal({
      policy,
      period,
      outcome: "settled",
      transaction: HASH,
      blockNumber: 5,
    });
    expect(asked.at(-1)).to.deep.equal(ITEM);
    expect(await client.pay(7n)).to.deep.equal({ transaction: HASH });
  });

  it("a refusal keeps its code, and a fault its secrets", async () => {
    const error = await httpAttester(`${server.url}/attester`)
      .path(404, 1n)
      .catch((thrown: unknown) => thrown);
    expect(VitalproofError.find(error, "ANCHOR_DAY_UNKNOWN")?.details).to.include({ day: 404, status: 404 });
    for (const policy of ["500", "501"]) {
      const { status, text } = await post("/relayer/payments", JSON.stringify({ policy }));
      expect(status).to.equal(500);
      expect(JSON.parse(text).error.code).to.equal("INTERNAL");
      expect(text).not.to.include("secret");
    }
    expect(faults).to.have.lengthOf(2);
  });

  it("T33: no answer of any route repeats what was sent to it and refused", async () => {
    const marker = "m5550198";
    expect(routes.length).to.be.greaterThan(8);
    const bodies = [
      `{"${marker}`,
      JSON.stringify(marker),
      JSON.stringify({ [marker]: marker, secret: marker, codes: [marker], policy: marker, group: marker }),
      JSON.stringify({ head: { inner: marker, salt: marker }, subject: `0x${marker}`, signature: marker }),
    ];
    const before = faults.length;
    for (const { method, url } of routes) {
      // No day or leaf has such a name. The path is in the request, and in no answer.
      const path = url.replaceAll(/:\w+/g, marker);
      const replies =
        method === "GET"
          ? [send(server.url, method, `${path}?secret=${marker}`)]
          : bodies.map((body) => send(server.url, method, path, { body, headers: JSON_TYPE }));
      for (const { status, headers, text } of await Promise.all(replies)) {
        if (method !== "GET") expect(status, `${method} ${url}`).to.equal(400);
        expect(`${text}${JSON.stringify(headers)}`, `${method} ${url}`).to.not.contain(marker);
      }
    }
    expect(faults, "none of it is a fault").to.have.lengthOf(before);
  });

  it("a body that is too long, of another type, no JSON or no message is refused", async () => {
    const path = "/attester/heads";
    await refused(post(path, JSON.stringify("x".repeat(BODY_LIMIT))), 413, "INVALID_ARGUMENT");
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      await refused(post(path, "{}", { "content-type": type }), 415, "INVALID_ARGUMENT");
    }
    await refused(post(path, "{}", {}), 415, "INVALID_ARGUMENT");
    for (const body of ["", "{", "\u0000", Buffer.from('{"group":"\xff"}', "latin1")]) {
      const { message } = await refused(post(path, body), 400, "INVALID_ARGUMENT");
      expect(message).to.include("JSON");
    }
    expect((await refused(send(server.url, "POST", path), 400, "INVALID_ARGUMENT")).at).to.equal("body");
    expect((await refused(post(path, '{"group":1}'), 400, "INVALID_ARGUMENT")).at).to.equal("body.group");
    const more = JSON.stringify({ policy: "1", more: 1 });
    expect((await refused(post("/relayer/payments", more), 400, "INVALID_ARGUMENT")).at).to.equal(
      "body.more",
    );
    const poison = '{"policy":"1","__proto__":{"admin":true}}';
    expect((await refused(post("/relayer/payments", poison), 400, "INVALID_ARGUMENT")).at).to.equal(
      "body.__proto__",
    );
    const wrong = send(server.url, "GET", "/attester/paths/1/0x1");
    expect((await refused(wrong, 400, "INVALID_ARGUMENT")).at).to.equal("path.leaf");
  });

  it("another host's name or another origin's page gets nothing", async () => {
    const { host, port } = new URL(server.url);
    for (const name of ["evil.example", `evil.example:${port}`, "127.0.0.1", "localhost:1"]) {
      await refused(send(server.url, "GET", "/health", { headers: { host: name } }), 403, "NOT_ALLOWED");
    }
    for (const name of [host, `LOCALHOST:${port}`, "attester.example"]) {
      expect((await send(server.url, "GET", "/health", { headers: { host: name } })).status).to.equal(200);
    }
    for (const origin of ["https://evil.example", "null", `https://${host}`]) {
      await refused(post("/relayer/payments", "{}", { ...JSON_TYPE, origin }), 403, "NOT_ALLOWED");
      await refused(post("/nowhere", "{}", { ...JSON_TYPE, origin }), 403, "NOT_ALLOWED");
    }
  });

  it("an unknown path or method is refused, and so is a path that leads elsewhere", async () => {
    await refused(send(server.url, "GET", "/nowhere"), 404, "NOT_THERE");
    await refused(post("/nowhere", "{}"), 404, "NOT_THERE");
    await refused(post("/attester/paths/1/2", "{}"), 405, "INVALID_ARGUMENT");
    await refused(send(server.url, "GET", "/relayer/claims"), 405, "INVALID_ARGUMENT");
    await refused(send(server.url, "DELETE", "/health"), 405, "INVALID_ARGUMENT");
    for (const path of ["/../x", "/%2e%2e/x", "/..%2fx", "/%00", "/%zz", "http://127.0.0.1/health"]) {
      await refused(send(server.url, "GET", path), 400, "INVALID_ARGUMENT");
    }
  });

  it("stop once the requests that run have ended, and accept no others", async () => {
    let release = () => {};
    const begun = new Promise<void>((begin) => {
      relayer.revoke = () => {
        begin();
        return new Promise((resolve) => {
          release = () => resolve({ transaction: HASH });
        });
      };
    });
    const other = await startServer(
      (app) => {
        app.register(relayerRoutes(relayer), { prefix: "/relayer" });
      },
      { port: 0, access: "open" },
    );
    const idle = connect(Number(new URL(other.url).port), "127.0.0.1");
    const gone = new Promise((resolve) => idle.on("close", resolve));
    const revocation = { patient: ACCOUNT, consentId: HASH, deadline: 5n, signature: SIGNATURE };
    const running = httpRelayer(`${other.url}/relayer`).revoke(revocation);
    await begun;
    const closed = other.close();
    release();
    expect(await running).to.deep.equal({ transaction: HASH });
    await closed;
    await gone;
    await new Promise((resolve) =>
      send(other.url, "GET", "/health").then(() => expect.fail("it still listens"), resolve),
    );
  });

  it("a port that is taken is named, with the way out", async () => {
    const error = await startServer(() => {}, {
      port: Number(new URL(server.url).port),
      access: "open",
    }).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: "NOT_ALLOWED" });
    expect(String(error)).to.include("EADDRINUSE").and.to.include("http.port");
  });
});
