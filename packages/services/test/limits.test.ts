// SPDX-License-Identifier: GPL-3.0-or-later
//
// How often, how much and how long: on real servers, without waiting for a minute.
import { connect } from "node:net";
import { jsonOf } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { logger, newToken, type Server, type ServerOptions, startServer } from "../src/index.ts";
import { ANNA, accessFor, ask, BERT, bothRoutes, codeOf, requestsOf } from "./serverSupport.ts";

const log = logger({ level: "silent" });
const INFO = { method: "GET", path: "/attester" } as const;

describe("limits", () => {
  const { access, tokens } = accessFor({
    anna: { roles: ["patient"], subject: ANNA },
    bert: { roles: ["patient"], subject: BERT },
  });
  const servers: Server[] = [];
  const asked: unknown[] = [];
  async function start(options: Partial<ServerOptions>): Promise<string> {
    const server = await startServer((app) => bothRoutes(app, asked), { port: 0, access, log, ...options });
    servers.push(server);
    return server.url;
  }
  after(() => Promise.all(servers.map((server) => server.close())));

  it("a principal that asks too often waits, and others do not", async () => {
    const url = await start({ limits: { requests: 3 } });
    for (let i = 0; i < 3; i++) expect((await ask(url, INFO, tokens.anna)).status).to.equal(200);
    const head = requestsOf(ANNA).submitHead!;
    const before = asked.length;
    for (const request of [INFO, head]) {
      const reply = await ask(url, request, tokens.anna);
      expect([reply.status, codeOf(reply)]).to.deep.equal([429, "TOO_MANY_REQUESTS"]);
      const seconds = Number(reply.headers["retry-after"]);
      expect(seconds).to.be.within(1, 60);
      expect(JSON.parse(reply.text).error.details).to.deep.equal({ retryAfter: seconds });
    }
    expect(asked, "nothing came through").to.have.lengthOf(before);
    expect((await ask(url, INFO, tokens.bert)).status).to.equal(200);
    expect((await ask(url, { method: "GET", path: "/ready" }, tokens.anna)).status).to.equal(200);
  });

  it("an address whose tokens are wrong waits, and valid tokens from there do not", async () => {
    const url = await start({ limits: { failures: 2 } });
    const wrong = () => ask(url, INFO, newToken().token);
    for (let i = 0; i < 2; i++) expect((await wrong()).status).to.equal(401);
    const reply = await wrong();
    expect([reply.status, codeOf(reply)]).to.deep.equal([429, "TOO_MANY_REQUESTS"]);
    expect((await ask(url, INFO)).status, "without any").to.equal(429);
    expect((await ask(url, INFO, tokens.anna)).status).to.equal(200);
  });

  it("what a proxy says of an address counts only from a proxy", async () => {
    const tries = async (url: string) => {
      const statuses: number[] = [];
      for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2"]) {
        const reply = await ask(url, INFO, undefined, { "x-forwarded-for": address });
        statuses.push(reply.status);
      }
      return statuses;
    };
    const limits = { failures: 1 };
    expect(await tries(await start({ limits }))).to.deep.equal([401, 429, 429]);
    expect(await tries(await start({ limits, proxies: ["127.0.0.1"] }))).to.deep.equal([401, 429, 401]);
    expect(await tries(await start({ limits, proxies: ["192.0.2.9"] }))).to.deep.equal([401, 429, 429]);
  });

  it("a body longer than its endpoint's limit is refused, one of that length is not", async () => {
    const url = await start({});
    const body = jsonOf(requestsOf(ANNA).submitHead!.body);
    const padded = (length: number) => body + " ".repeat(length - body.length);
    const send = (length: number) =>
      ask(url, { method: "POST", path: "/attester/heads", body: padded(length) }, tokens.anna);
    expect((await send(16 * 1024)).status).to.equal(200);
    const reply = await send(16 * 1024 + 1);
    expect([reply.status, codeOf(reply)]).to.deep.equal([413, "INVALID_ARGUMENT"]);
    expect(JSON.parse(reply.text).error.details).to.deep.equal({ limit: 16 * 1024 });
  });

  it("who has no token cannot make a server read a long body", async () => {
    const url = await start({});
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const answer = new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
    socket.write(
      `POST /attester/heads HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\n` +
        "content-length: 10000000\r\n\r\n{",
    );
    // It is answered although the body has hardly begun.
    expect(await answer).to.match(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });
});
