// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who reaches what on a closed server, asked by raw requests.
import { httpAttester } from "@vitalproof/sdk";
import {
  ATTESTER_ENDPOINTS,
  CLOCK_ENDPOINTS,
  MAILBOX_ENDPOINTS,
  RELAYER_ENDPOINTS,
  ROLES,
  type Role,
} from "@vitalproof/sdk/wire";
import { expect } from "chai";
import {
  type Access,
  accessList,
  accessRecord,
  attesterRoutes,
  logger,
  Metrics,
  newToken,
  type Server,
  serve,
  startServer,
} from "../src/index.ts";
import {
  ANNA,
  accessFor,
  ask,
  attesterOf,
  BERT,
  bothRoutes,
  codeOf,
  DAY,
  LATER,
  LEAF_OF,
  requestsOf,
} from "./serverSupport.ts";

/** Written a second time, so that nobody widens a rule by accident. */
const MAY: Record<string, readonly Role[]> = {
  info: ROLES,
  enrol: ["enroller", "operator"],
  continueLog: ["enroller", "operator"],
  submitHead: ["patient", "sealer"],
  attest: ["patient"],
  path: ["patient", "sealer", "operator"],
  consent: ["relayer-client"],
  revoke: ["relayer-client"],
  claim: ["relayer-client"],
  pay: ["relayer-client"],
  openapi: ROLES,
  metrics: ["monitor", "operator"],
};
const ABOUT_ONE = ["enrol", "continueLog", "submitHead", "attest", "path"];

const log = logger({ level: "silent" });

describe("access", () => {
  const asked: unknown[] = [];
  const { access, tokens } = accessFor({
    patient: { roles: ["patient"], subject: ANNA },
    sealer: { roles: ["sealer"] },
    enroller: { roles: ["enroller"] },
    source: { roles: ["source"] },
    recorder: { roles: ["recorder"] },
    "relayer-client": { roles: ["relayer-client"] },
    monitor: { roles: ["monitor"] },
    operator: { roles: ["operator"] },
    bert: { roles: ["patient", "sealer", "enroller"], subject: BERT },
    expired: { roles: ["operator"], expires: Math.floor(Date.now() / 1000) - 1 },
  });
  let server: Server;
  before(async () => {
    server = await startServer((app) => bothRoutes(app, asked), {
      port: 0,
      access,
      log,
      limits: { failures: 10_000 },
      metrics: new Metrics({ process: false }),
    });
  });
  after(() => server.close());

  it("covers every endpoint that there is", () => {
    const table = [...Object.keys(ATTESTER_ENDPOINTS), ...Object.keys(RELAYER_ENDPOINTS)];
    const closed = table.filter((name) => name !== "leaves");
    expect(Object.keys(requestsOf(ANNA))).to.have.members([...closed, "openapi", "metrics"]);
    expect(Object.keys(MAY)).to.have.members(Object.keys(requestsOf(ANNA)));
    // What only a demonstration has must not be useful to a patient elsewhere.
    for (const { access: rule } of [CLOCK_ENDPOINTS.passUntil, ...Object.values(MAILBOX_ENDPOINTS)]) {
      expect(rule.roles).to.deep.equal(["operator"]);
    }
  });

  it("anonymous, malformed, unknown and expired tokens reach nothing, and all hear the same", async () => {
    const almost = tokens.operator.slice(0, -1) + (tokens.operator.endsWith("A") ? "E" : "A");
    const wrong = [undefined, "", "x", "vitalproof_", newToken().token, almost, tokens.expired];
    const answers = new Set<string>();
    for (const request of [
      ...Object.values(requestsOf(ANNA)),
      { method: "GET", path: "/nowhere" } as const,
    ]) {
      for (const token of wrong) {
        const reply = await ask(server.url, request, token);
        expect([reply.status, codeOf(reply)], request.path).to.deep.equal([401, "NOT_ALLOWED"]);
        expect(reply.headers["www-authenticate"]).to.equal("Bearer");
        answers.add(reply.text);
      }
    }
    expect(answers.size).to.equal(1);
    expect(asked).to.deep.equal([]);
  });

  it("a token counts in the authorization header alone: not in the query, a cookie, or under another scheme", async () => {
    const token = tokens.operator;
    const metrics = { method: "GET", path: "/metrics" } as const;
    const basic = Buffer.from(`operator:${token}`).toString("base64");
    const tries = [
      ask(server.url, { method: "GET", path: `/metrics?access_token=${token}` }),
      ask(server.url, metrics, undefined, { cookie: `authorization=${token}; token=${token}` }),
      ask(server.url, metrics, undefined, { authorization: `Basic ${basic}` }),
      ask(server.url, metrics, undefined, { authorization: token }),
      ask(server.url, metrics, undefined, { "x-authorization": `Bearer ${token}` }),
    ];
    for (const { status } of await Promise.all(tries)) expect(status).to.equal(401);
    expect((await ask(server.url, metrics, undefined, { authorization: `bearer ${token}` })).status).to.equal(
      200,
    );
  });

  it("everyone may ask whether a server lives and is ready", async () => {
    for (const path of ["/health", "/ready"]) {
      expect((await ask(server.url, { method: "GET", path })).status).to.equal(200);
    }
  });

  it("everyone may read the leaves that an attester publishes, and nobody those of one that does not", async () => {
    const request = { method: "GET", path: "/attester/days/20000/leaves" } as const;
    const reply = await ask(server.url, request);
    expect(JSON.parse(reply.text)).to.deep.equal({ leaves: [...LEAF_OF.values()].map(String) });
    const { leaves: _, ...silent } = attesterOf([]);
    const other = await startServer(
      (app) => void app.register(attesterRoutes(silent), { prefix: "/attester" }),
      {
        port: 0,
        access,
        log,
      },
    );
    try {
      expect((await ask(other.url, request)).status).to.equal(401);
      expect((await ask(other.url, request, tokens.operator)).status).to.equal(404);
    } finally {
      await other.close();
    }
  });

  it("each role reaches what the table says, and nothing else", async () => {
    for (const role of ROLES) {
      for (const [name, request] of Object.entries(requestsOf(ANNA))) {
        const reply = await ask(server.url, request, tokens[role]);
        const expected = MAY[name]!.includes(role) ? 200 : 403;
        expect(reply.status, `${role} ${name}: ${reply.text}`).to.equal(expected);
        if (expected === 403) expect(codeOf(reply)).to.equal("NOT_ALLOWED");
      }
    }
  });

  it("a token of one person reaches no other's, and learns nothing of them", async () => {
    const before = asked.length;
    const answers = new Set<string>();
    const [theirs, unknown] = [requestsOf(ANNA), requestsOf(777n)];
    for (const name of ABOUT_ONE.filter((each) => each !== "path" && each !== "attest")) {
      for (const request of [theirs[name]!, unknown[name]!]) {
        const reply = await ask(server.url, request, tokens.bert);
        expect(reply.status, name).to.equal(403);
        answers.add(reply.text);
      }
      expect((await ask(server.url, requestsOf(BERT)[name]!, tokens.bert)).status, name).to.equal(200);
    }
    expect((await ask(server.url, theirs.attest!, tokens.bert)).status).to.equal(403);
    expect((await ask(server.url, requestsOf(BERT).attest!, tokens.patient)).status).to.equal(403);
    expect(answers.size, "known and unknown people alike").to.equal(1);
    // Bert's own requests, and nothing of others, came to the attester.
    expect(asked.slice(before)).to.have.lengthOf(3);
    expect(asked.slice(before).every((each) => (each as { subject: bigint }).subject === BERT)).to.equal(
      true,
    );
  });

  it("another person's leaf is answered like one that does not exist", async () => {
    const path = (leaf: bigint) => ({ method: "GET", path: `/attester/paths/${DAY}/${leaf}` }) as const;
    const own = await ask(server.url, path(LEAF_OF.get(BERT)!), tokens.bert);
    expect(own.status).to.equal(200);
    const theirs = await ask(server.url, path(LEAF_OF.get(ANNA)!), tokens.bert);
    const nothing = await ask(server.url, path(999n), tokens.bert);
    expect([theirs.status, codeOf(theirs)]).to.deep.equal([404, "ANCHOR_LEAF_UNKNOWN"]);
    expect(theirs.text).to.equal(nothing.text);
    // A gateway of many people reads both.
    for (const leaf of LEAF_OF.values()) {
      expect((await ask(server.url, path(leaf), tokens.sealer)).status).to.equal(200);
    }
  });

  it("the SDK's client shows its token", async () => {
    const client = (token?: string) =>
      httpAttester(`${server.url}/attester`, token === undefined ? {} : { token });
    expect((await client(tokens.patient).info()).group).to.equal(1n);
    const refused = await client()
      .info()
      .catch((error: unknown) => error);
    expect(refused).to.include({ code: "NOT_ALLOWED" }).and.have.nested.property("details.status", 401);
  });

  it("who asks is settled before a body is read", async () => {
    const request = { method: "POST", path: "/attester/heads", body: "{" } as const;
    expect((await ask(server.url, request)).status).to.equal(401);
    expect((await ask(server.url, request, tokens.monitor)).status).to.equal(403);
    expect((await ask(server.url, request, tokens.sealer)).status).to.equal(400);
  });

  it("a route without roles is not served, unless the server is open", async () => {
    const bare = (on: Access | "open") =>
      startServer((app) => void app.get("/bare", async () => ({})), { port: 0, access: on, log });
    const error = await bare(access).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: "INVALID_ARGUMENT" }).and.have.nested.property("details.route", "/bare");
    const open = await bare("open");
    expect((await ask(open.url, { method: "GET", path: "/bare" })).status).to.equal(200);
    await open.close();
  });

  it("a demonstration's endpoints on a closed server are the operator's", async () => {
    const closed = await startServer(
      (app) =>
        void app.register(
          async (inner) => serve(inner, CLOCK_ENDPOINTS.passUntil, async ({ body }) => ({ now: body.to })),
          { prefix: "/clock" },
        ),
      { port: 0, access, log },
    );
    const request = { method: "POST", path: "/clock", body: { to: 5 } } as const;
    expect((await ask(closed.url, request, tokens.patient)).status).to.equal(403);
    expect((await ask(closed.url, request, tokens.operator)).status).to.equal(200);
    await closed.close();
  });

  it("a principal that someone else's access makes up is not believed either", async () => {
    const careless: Access = { principalOf: async () => ({ name: "p", roles: ["patient", "operator"] }) };
    const of = (own: Access) =>
      startServer((app) => void app.register(attesterRoutes(attesterOf()), { prefix: "/attester" }), {
        port: 0,
        access: own,
        log,
      });
    const wide = await of(careless);
    // A patient without a person is not a patient of everyone.
    expect((await ask(wide.url, requestsOf(ANNA).submitHead!, "x")).status).to.equal(403);
    await wide.close();
    const narrow = await of({ principalOf: async () => ({ name: "p", roles: ["operator"], subject: ANNA }) });
    expect((await ask(narrow.url, requestsOf(ANNA).enrol!, "x")).status).to.equal(403);
    await narrow.close();
  });

  it("a server on a network has certificates or a proxy", async () => {
    const error = await startServer(() => undefined, { port: 0, host: "0.0.0.0", access, log }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.include({ code: "INVALID_ARGUMENT" });
  });
});

describe("access records", () => {
  const { token, sha256 } = newToken();
  const good = { name: "gateway-1", sha256, roles: ["sealer"], expires: LATER };

  it("tokens are 256 random bits with a prefix that scanners find", () => {
    expect(token).to.match(/^vitalproof_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(token.slice("vitalproof_".length), "base64url")).to.have.lengthOf(32);
    expect(newToken().token).to.not.equal(token);
    expect(sha256).to.match(/^[0-9a-f]{64}$/);
  });

  it("refuses a record that would reach too much, or nothing", () => {
    expect(accessRecord(good)).to.deep.equal(good);
    for (const wrong of [
      { ...good, roles: [] },
      { ...good, roles: ["admin"] },
      { ...good, roles: ["patient"] },
      { ...good, roles: ["operator"], subject: "5" },
      { ...good, roles: ["monitor"], subject: "5" },
      { ...good, name: "Anna B" },
      { ...good, expires: undefined },
      { ...good, sha256: sha256.toUpperCase() },
      { ...good, token },
      { ...good, certificate: "CN=a" },
      undefined,
    ]) {
      const attempt = () => accessRecord(JSON.parse(JSON.stringify(wrong ?? null)));
      expect(attempt).to.throw().with.property("code", "INVALID_ARGUMENT");
      expect(attempt)
        .to.throw()
        .and.satisfy((error: Error) => !error.message.includes(token));
    }
  });

  it("reads a table anew: a deleted token is refused from then on, an expired one at its second", async () => {
    let now = LATER - 2;
    let records = [accessRecord(good)];
    const access = accessList(
      () => records,
      () => now,
    );
    expect(await access.principalOf(token)).to.include({ name: "gateway-1" });
    now = LATER;
    expect(await access.principalOf(token)).to.equal(undefined);
    now = LATER - 1;
    expect(await access.principalOf(token)).to.include({ name: "gateway-1" });
    records = [];
    expect(await access.principalOf(token)).to.equal(undefined);
  });
});
