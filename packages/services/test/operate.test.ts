// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a running service says of itself: logs, metrics, readiness.
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  type Checks,
  faultOf,
  Metrics,
  newToken,
  relayerRoutes,
  type Server,
  startServer,
} from "../src/index.ts";
import { readiness } from "../src/operate/readiness.ts";
import { ANNA, accessFor, ask, bothRoutes, recorder, relayerOf, requestsOf } from "./serverSupport.ts";

const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe("logs", () => {
  it("one line for each answer: request, route, status, time and principal", async () => {
    const { lines, log } = recorder("info");
    const { access, tokens } = accessFor({ "gateway-1": { roles: ["sealer"] } });
    const server = await startServer((app) => bothRoutes(app), { port: 0, access, log });
    lines.length = 0;
    await ask(server.url, requestsOf(ANNA).path!, tokens["gateway-1"]);
    await ask(server.url, requestsOf(ANNA).pay!, tokens["gateway-1"]);
    await ask(server.url, { method: "GET", path: "/nowhere/12345" });
    await server.close();
    const answered = parsed(lines).filter(({ msg }) => msg === "answered");
    expect(
      answered.map(({ method, route, status, principal }) => [method, route, status, principal]),
    ).to.deep.equal([
      ["GET", "/attester/paths/:day/:leaf", 200, "gateway-1"],
      ["POST", "/relayer/payments", 403, "gateway-1"],
      ["GET", "none", 401, undefined],
    ]);
    const ids = answered.map(({ request }) => request);
    expect(new Set(ids).size).to.equal(3);
    for (const line of answered) {
      expect(Object.keys(line)).to.include.members(["level", "time", "service", "request", "ms"]);
      expect([line.level, line.service]).to.deep.equal(["info", "attester"]);
      expect(line.ms).to.be.within(0, 10_000);
    }
  });

  it("a fault says where, under the request that its caller was told", async () => {
    const { lines, log } = recorder();
    const server = await startServer(
      (app) => void app.register(relayerRoutes({ ...relayerOf(), pay: failing }), { prefix: "/relayer" }),
      { port: 0, access: "open", log },
    );
    const { status, text } = await ask(server.url, requestsOf(ANNA).pay!);
    await server.close();
    expect(status).to.equal(500);
    const fault = parsed(lines).find(({ level }) => level === "error")!;
    expect(fault.request).to.equal(JSON.parse(text).error.details.request);
    expect(fault.route).to.equal("/relayer/payments");
    expect(fault.err).to.include({ name: "TypeError" }).and.have.nested.property("cause.code", "ECONNRESET");
    expect((fault.err as { at: string[] }).at[0]).to.match(/failing.* \(.*operate\.test\.ts:\d+:\d+\)$/);
    async function failing(): Promise<never> {
      const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
      throw new TypeError("fetch failed", { cause });
    }
  });

  it("what is logged by mistake is replaced", () => {
    const { lines, log } = recorder();
    const { token } = newToken();
    log.info(
      { subject: "m1", body: { a: "m2" }, deep: { headers: { authorization: "m3" } }, url: "/m4" },
      "x",
    );
    log.child({ token: "m5" }).info({ query: "m6" }, `with ${token}`);
    log.error(new Error("m7"));
    log.error({ err: new Error("m8") });
    log.warn({ err: new VitalproofError("NOT_ALLOWED", "m9") }, "refused");
    expect(lines).to.have.lengthOf(5);
    expect(lines.join("")).to.not.match(/m\d/).and.not.contain(token);
    expect(parsed(lines).map(({ msg }) => msg)).to.deep.equal([
      "x",
      "with [token]",
      "fault",
      "fault",
      "refused",
    ]);
    expect(parsed(lines)[4]!.err).to.include({ code: "NOT_ALLOWED" });
  });

  it("has levels", () => {
    const { lines, log } = recorder("info");
    log.debug("not this");
    log.info("this");
    expect(lines).to.have.lengthOf(1);
  });

  it("an error's words do not become frames", () => {
    const fake = "    at marker (file:///marker.ts:1:1)";
    const inMessage = faultOf(new Error(`first\n${fake}\nlast`));
    expect(inMessage.at).to.not.deep.equal([]);
    const changed = new Error(`first\n${fake}`);
    changed.message = "another";
    const named = Object.assign(new Error("x"), { name: "marker 5", code: "marker" });
    expect(JSON.stringify([inMessage, faultOf(changed), faultOf(named), faultOf("marker")])).to.not.contain(
      "marker",
    );
    const circle = new Error("a");
    circle.cause = circle;
    expect(JSON.stringify(faultOf(circle)).length).to.be.lessThan(50_000);
  });
});

describe("metrics", () => {
  it("requests by route and status, durations, and the process", async () => {
    const metrics = new Metrics();
    const server = await startServer((app) => bothRoutes(app), { port: 0, access: "open", metrics });
    await ask(server.url, requestsOf(ANNA).info!);
    await ask(server.url, requestsOf(ANNA).info!);
    await ask(server.url, { method: "GET", path: "/nowhere" });
    const { headers, text } = await ask(server.url, { method: "GET", path: "/metrics" });
    await server.close();
    expect(headers["content-type"]).to.equal("text/plain; version=0.0.4; charset=utf-8");
    expect(text).to.include('vitalproof_http_requests_total{route="/attester",status="200"} 2');
    expect(text).to.include('vitalproof_http_requests_total{route="none",status="404"} 1');
    expect(text).to.include('vitalproof_http_request_seconds_count{route="/attester"} 2');
    expect(text).to.match(/^vitalproof_process_resident_memory_bytes \d+/m);
  });

  it("a service adds its own, and a label has no value that was not declared", async () => {
    const metrics = new Metrics({ process: false });
    const sealed = metrics.counter({
      name: "epochs_total",
      help: "x",
      labels: { outcome: ["sealed", "gap"] },
    });
    sealed.add(2, { outcome: "sealed" });
    // @ts-expect-error a value that was not declared
    sealed.add(1, { outcome: "anna" });
    const due = metrics.gauge({ name: "due_days", help: "x" });
    due.set(4);
    metrics.gauge({ name: "lag_seconds", help: "x" }, async () => 7);
    const waits = metrics.histogram({ name: "wait_seconds", help: "x" }, [1, 10]);
    waits.observe(5);
    const text = await metrics.text();
    expect(text).to.include('vitalproof_epochs_total{outcome="sealed"} 2');
    expect(text).to.include('vitalproof_epochs_total{outcome="other"} 1');
    expect(text).to.include("vitalproof_due_days 4").and.include("vitalproof_lag_seconds 7");
    expect(text).to.include('vitalproof_wait_seconds_bucket{le="10"} 1').and.not.include("anna");
  });
});

describe("readiness", () => {
  async function readyOf(checks: Checks): Promise<[number, unknown]> {
    const server: Server = await startServer(() => undefined, {
      port: 0,
      access: accessFor({}).access,
      checks,
    });
    const { status, text } = await ask(server.url, { method: "GET", path: "/ready" });
    await server.close();
    return [status, JSON.parse(text)];
  }

  it("is there when every check holds; otherwise the names of those that fail", async () => {
    expect(await readyOf({})).to.deep.equal([200, { status: "ready" }]);
    const good = async () => 5;
    expect(await readyOf({ store: good })).to.deep.equal([200, { status: "ready" }]);
    const bad = () => {
      throw new Error("a secret");
    };
    const failing = { status: "not ready", failing: ["broker", "chain"] };
    const checks = { store: good, broker: bad, chain: () => Promise.reject(new Error("x")) };
    expect(await readyOf(checks)).to.deep.equal([503, failing]);
  });

  it("checks run once a second, however often they are asked for", async () => {
    let [now, asked] = [0, 0];
    const failing = readiness({ store: () => void asked++ }, () => now);
    await Promise.all([failing(), failing()]);
    now = 999;
    await failing();
    expect(asked).to.equal(1);
    now = 1000;
    await failing();
    expect(asked).to.equal(2);
  });
});
