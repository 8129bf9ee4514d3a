// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import {
  httpAttester,
  httpDemo,
  httpRelayer,
  type SignedHead,
  SimulatedDevice,
  VitalproofError,
} from "../src/index.ts";
import { jsonOf } from "../src/wire/index.ts";

const HASH = `0x${"ab".repeat(32)}`;
const ACCOUNT = `0x${"cd".repeat(20)}`;
const PROOF = {
  a: [1n, 2n] as [bigint, bigint],
  b: [
    [3n, 4n],
    [5n, 6n],
  ] as [[bigint, bigint], [bigint, bigint]],
  c: [7n, 8n] as [bigint, bigint],
};

type Sent = { url: string; init: RequestInit };

/** A fetch that answers with one thing and remembers what it was asked. */
function answering(answer: unknown, status = 200): { sent: Sent[]; fetch: typeof fetch } {
  const sent: Sent[] = [];
  const fake = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    sent.push({ url: String(url), init });
    const body = typeof answer === "string" ? answer : JSON.stringify(answer);
    return new Response(body, { status });
  };
  return { sent, fetch: fake as typeof fetch };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).code;
}

async function errorOf(promise: Promise<unknown>): Promise<VitalproofError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("services over HTTP", () => {
  const device = new SimulatedDevice("p256");
  const head: SignedHead = {
    group: 1n,
    subject: 2n,
    previous: 3n,
    inner: 4n,
    context: 5n,
    device: { curve: device.curve, publicKey: device.publicKey },
    signature: "0a".repeat(64),
  };
  const receipt = {
    group: 1n,
    leaf: 6n,
    context: 5n,
    receivedAt: 1_800_000_000,
    anchorDay: 20_833,
    signature: `0x${"0b".repeat(65)}`,
  };
  const opening = {
    group: 1n,
    subject: 7n,
    profile: "glucose-mg-dl-5min",
    offset: 0,
    firstEpoch: 1,
    genesis: 8n,
  };

  const asJson = (value: unknown): unknown => JSON.parse(jsonOf(value));

  it("sends a head and reads the receipt", async () => {
    const { sent, fetch } = answering({ ...(asJson(receipt) as object), more: 1 });
    const got = await httpAttester("/attester", { fetch }).submitHead(head);
    expect(got).to.deep.equal(receipt);
    expect(sent[0]!.url).to.equal("/attester/heads");
    expect(JSON.parse(String(sent[0]!.init.body))).to.deep.equal(asJson(head));
    expect(sent[0]!.init.credentials).to.equal("omit");
    expect(sent[0]!.init.referrerPolicy).to.equal("no-referrer");
  });

  it("T33: sends nothing at all when a member is there that must not leave", async () => {
    const { sent, fetch } = answering(asJson(receipt));
    const attester = httpAttester("/attester", { fetch });
    for (const secret of [{ salt: 987654321n }, { codes: [61, 62] }, { secret: 5n }, { readings: [] }]) {
      const error = await errorOf(attester.submitHead({ ...head, ...secret } as SignedHead));
      expect(error.code).to.equal("INVALID_ARGUMENT");
      expect(error.message).to.contain(Object.keys(secret)[0]);
      expect(JSON.stringify(error)).not.to.match(/987654321|61/);
    }
    const nested = { ...head, device: { ...head.device, secretKey: "ab" } } as SignedHead;
    expect(await codeOf(attester.submitHead(nested))).to.equal("INVALID_ARGUMENT");
    expect(sent).to.have.lengthOf(0);
  });

  it("takes only the public half of a device", async () => {
    const { sent, fetch } = answering({ opening: asJson(opening) });
    const request = { subject: 7n, device, profile: "glucose-mg-dl-5min" as const, offset: 0, firstEpoch: 1 };
    expect(await httpAttester("/attester", { fetch }).enrol(request)).to.deep.equal(opening);
    expect(JSON.parse(String(sent[0]!.init.body)).device).to.deep.equal({
      curve: "p256",
      publicKey: device.publicKey,
    });
  });

  it("reads paths, infos, outcomes and the clock", async () => {
    const path = { root: "1", leaf: "2", index: 0, siblings: ["3"] };
    const one = answering(path);
    expect(await httpAttester("/attester", one).path(20_000, 2n)).to.deep.equal({
      root: 1n,
      leaf: 2n,
      index: 0,
      siblings: [3n],
    });
    expect(one.sent[0]!.url).to.equal("/attester/paths/20000/2");
    const times = { intakeTime: 1, graceTime: 2, correctionTime: 3 };
    const info = answering({
      group: "1",
      domain: { chainId: "31337", anchors: ACCOUNT },
      attester: ACCOUNT,
      times,
    });
    expect(await httpAttester("/attester", info).info()).to.deep.equal({
      group: 1n,
      domain: { chainId: 31337n, anchors: ACCOUNT },
      attester: ACCOUNT,
      times,
    });
    const item = {
      policy: 1n,
      period: 0,
      consentId: HASH,
      circuit: HASH,
      anchorRoot: 3n,
      proof: PROOF,
    };
    const outcome = { policy: "1", period: 0, outcome: "skipped", reason: "not-anchored", detail: "9" };
    expect(await httpRelayer("/r", answering(outcome)).claim(item)).to.deep.equal({
      policy: 1n,
      period: 0,
      outcome: "skipped",
      reason: "not-anchored",
      detail: 9n,
    });
    const paid = answering({ transaction: HASH });
    expect(await httpRelayer("/r", paid).pay(7n)).to.deep.equal({ transaction: HASH });
    expect([paid.sent[0]!.url, paid.sent[0]!.init.body]).to.deep.equal(["/r/payments", '{"policy":"7"}']);
    const clock = answering({ now: 77 });
    expect(await httpDemo({ clock: "/demo/clock" }, clock).now()).to.equal(77);
    await httpDemo({ clock: "/demo/clock" }, clock).passUntil(99);
    expect(clock.sent[1]!.init.body).to.equal('{"to":99}');
    expect(clock.sent[1]!.url).to.equal("/demo/clock");
  });

  it("turns a service's errors into coded ones", async () => {
    const refusing = (code: string, status = 400) =>
      httpAttester("/c", answering({ error: { code, message: "No.", hint: "Ask." } }, status)).info();
    const known = await errorOf(refusing("INTAKE_TOO_LATE"));
    expect([known.code, known.shortMessage, known.hint]).to.deep.equal(["INTAKE_TOO_LATE", "No.", "Ask."]);
    const unknown = await errorOf(refusing("TEAPOT", 418));
    expect([unknown.code, unknown.details.serviceCode]).to.deep.equal(["NOT_ALLOWED", "TEAPOT"]);
    expect(await codeOf(httpAttester("/c", answering("<html>", 502)).info())).to.equal("SERVICE_UNREACHABLE");
    expect(await codeOf(httpAttester("/c", answering("<html>", 404)).info())).to.equal("NOT_ALLOWED");
    expect(await codeOf(httpAttester("/c", answering("<html>")).info())).to.equal("DOCUMENT_INVALID");
    expect(await codeOf(httpAttester("/c", answering({ group: 1 })).info())).to.equal("DOCUMENT_INVALID");
    const failing = (async () => {
      throw new TypeError("failed to fetch");
    }) as typeof fetch;
    expect(await codeOf(httpAttester("/c", { fetch: failing }).info())).to.equal("SERVICE_UNREACHABLE");
  });

  it("gives up after the timeout, and when it is told to", async () => {
    const silent = ((_: unknown, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => {
        signal!.addEventListener("abort", () => reject(signal!.reason));
      })) as typeof fetch;
    const late = await errorOf(httpAttester("/c", { fetch: silent, timeout: 20 }).info());
    expect([late.code, late.details.timeout]).to.deep.equal(["SERVICE_UNREACHABLE", 20]);
    const stop = new AbortController();
    const asked = httpAttester("/c", { fetch: silent }).info({ signal: stop.signal });
    stop.abort();
    expect(await codeOf(asked)).to.equal("ABORTED");
  });

  it("asks an unreachable service again where that is safe, and only there", async () => {
    let asked = 0;
    const third = (async () => {
      asked += 1;
      if (asked === 1) throw new TypeError("failed to fetch");
      if (asked === 2) return new Response("busy", { status: 503 });
      return new Response(jsonOf(receipt));
    }) as typeof fetch;
    expect(await httpAttester("/a", { fetch: third }).submitHead(head)).to.deep.equal(receipt);
    expect(asked).to.equal(3);

    asked = 0;
    expect(await codeOf(httpRelayer("/r", { fetch: third }).pay(7n))).to.equal("SERVICE_UNREACHABLE");
    expect(asked).to.equal(1);
    asked = 0;
    expect(await codeOf(httpAttester("/a", { fetch: third, retries: 0 }).info())).to.equal(
      "SERVICE_UNREACHABLE",
    );
    expect(asked).to.equal(1);
  });

  it("a pause between two attempts ends when it is told to", async () => {
    const stop = new AbortController();
    let asked = 0;
    const down = (async () => {
      asked += 1;
      setTimeout(() => stop.abort(), 5);
      throw new TypeError("failed to fetch");
    }) as typeof fetch;
    expect(await codeOf(httpAttester("/a", { fetch: down }).info({ signal: stop.signal }))).to.equal(
      "ABORTED",
    );
    expect(asked).to.equal(1);
  });

  it("a token goes to the service alone, and into no error", async () => {
    const token = `vitalproof_${"k".repeat(43)}`;
    const { sent, fetch } = answering(asJson(receipt));
    const base = "https://attester.example/a";
    await httpAttester(base, { fetch, token }).submitHead(head);
    const { init } = sent[0]!;
    expect(init.headers).to.deep.equal({
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
    });
    // Where a service points, nothing follows.
    expect([init.redirect, init.credentials]).to.deep.equal(["error", "omit"]);

    const echo = answering({ error: { code: "NOT_ALLOWED", message: `${token}?`, hint: token } }, 401);
    const down = (async () => {
      throw new TypeError("failed to fetch");
    }) as typeof globalThis.fetch;
    for (const options of [echo, { fetch: down, retries: 0 }]) {
      const error = await errorOf(httpAttester(base, { ...options, token }).info());
      expect(`${error.message}${error.stack}${JSON.stringify(error)}`).to.not.contain(token);
    }
  });

  it("a token that cannot be one, or that others could read, is not sent", async () => {
    const { sent, fetch } = answering(asJson(receipt));
    for (const token of ["", "two words", "line\nend", "ümlaut"]) {
      const error = await errorOf(httpAttester("https://a.example", { fetch, token }).info());
      expect(error.code).to.equal("INVALID_ARGUMENT");
      if (token !== "") expect(`${error.message}${JSON.stringify(error)}`).to.not.contain(token);
    }
    const exposed = httpAttester("http://attester.example", { fetch, token: "abc" });
    expect(await codeOf(exposed.info())).to.equal("NOT_ALLOWED");
    expect(sent).to.have.lengthOf(0);
    await httpAttester("http://127.0.0.1:1/a", { fetch, token: "abc" }).submitHead(head);
    expect(sent).to.have.lengthOf(1);
  });

  it("asks a busy service again when it says so, where that is safe and soon", async () => {
    let asked = 0;
    const busy = (retryAfter: string) =>
      (async () => {
        asked += 1;
        if (asked > 1) return new Response(jsonOf(receipt));
        const body = jsonOf({ error: { code: "TOO_MANY_REQUESTS", message: "Later." } });
        return new Response(body, { status: 429, headers: { "retry-after": retryAfter } });
      }) as typeof fetch;
    const start = Date.now();
    expect(await httpAttester("/a", { fetch: busy("1") }).submitHead(head)).to.deep.equal(receipt);
    expect(asked).to.equal(2);
    expect(Date.now() - start).to.be.at.least(990);

    asked = 0;
    const error = await errorOf(httpAttester("/a", { fetch: busy("60") }).submitHead(head));
    expect([error.code, error.details.retryAfter, asked]).to.deep.equal(["TOO_MANY_REQUESTS", 60, 1]);
    asked = 0;
    expect(await codeOf(httpRelayer("/r", { fetch: busy("1") }).pay(7n))).to.equal("TOO_MANY_REQUESTS");
    expect(asked).to.equal(1);
  });

  it("a path asks for a day and a leaf that are ones", async () => {
    const { sent, fetch } = answering({});
    const attester = httpAttester("/a", { fetch });
    for (const [day, leaf] of [
      [-1, 2n],
      [1.5, 2n],
      [1, -2n],
      [1, "2/../.."],
    ] as const) {
      expect(await codeOf(attester.path(day, leaf as bigint))).to.equal("INVALID_ARGUMENT");
    }
    expect(sent).to.have.lengthOf(0);
  });
});
