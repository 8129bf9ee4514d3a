// SPDX-License-Identifier: GPL-3.0-or-later
import { memoryStore, type SignedHead, SimulatedDevice, subjectOf, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { clinicService, demoService, LEAVES, relayerService } from "../../src/patient/services.ts";
import { outgoing } from "../../src/patient/shape.ts";
import { codeOf, FIRST_EPOCH, PROOF, TestClinic } from "./helpers.ts";

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

async function errorOf(promise: Promise<unknown>): Promise<VitalproofError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("patient: services", () => {
  let head: SignedHead;
  let receipt: Record<string, unknown>;
  let opening: Record<string, unknown>;

  before(async () => {
    const clinic = new TestClinic();
    const device = new SimulatedDevice("p256");
    const log = await clinic.logOfWeek(memoryStore(), subjectOf(5n), device, 1);
    head = await log.sign(FIRST_EPOCH, device);
    opening = log.opening;
    receipt = { ...log.epochs[0]!.receipt! };
  });

  const asJson = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)));

  it("sends a head and reads the receipt", async () => {
    const { sent, fetch } = answering({ ...(asJson(receipt) as object), more: 1 });
    const got = await clinicService("/clinic", { fetch }).submitHead(head);
    expect(got).to.deep.equal(receipt);
    expect(sent[0]!.url).to.equal("/clinic/heads");
    expect(JSON.parse(String(sent[0]!.init.body))).to.deep.equal(asJson(head));
    expect(sent[0]!.init.credentials).to.equal("omit");
    expect(sent[0]!.init.referrerPolicy).to.equal("no-referrer");
  });

  it("T33: sends nothing at all when a member is there that must not leave", async () => {
    const { sent, fetch } = answering(asJson(receipt));
    const clinic = clinicService("/clinic", { fetch });
    for (const secret of [{ salt: 987654321n }, { codes: [61, 62] }, { secret: 5n }, { readings: [] }]) {
      const error = await errorOf(clinic.submitHead({ ...head, ...secret } as SignedHead));
      expect(error.code).to.equal("INVALID_ARGUMENT");
      expect(error.message).to.contain(Object.keys(secret)[0]);
      expect(JSON.stringify(error)).not.to.match(/987654321|61/);
    }
    const nested = { ...head, device: { ...head.device, secretKey: "ab" } } as SignedHead;
    expect(await codeOf(clinic.submitHead(nested))).to.equal("INVALID_ARGUMENT");
    expect(sent).to.have.lengthOf(0);
  });

  it("T33: no shape has a place for openings, secrets or readings", () => {
    const names = (shape: unknown): string[] =>
      typeof shape !== "object" || shape === null
        ? []
        : Array.isArray(shape)
          ? shape.flatMap(names)
          : Object.entries(shape).flatMap(([name, inner]) => [name, ...names(inner)]);
    for (const name of names(LEAVES)) {
      expect(name).not.to.match(/salt|code|secret|seed|reading|passphrase|pending|genesis/i);
    }
    expect(() => outgoing(LEAVES.head, { ...head, head: "5" })).to.throw("message.head is not sent");
    expect(() => outgoing(LEAVES.head, { ...head, head: undefined })).to.throw("is not sent");
    expect(() => outgoing({ note: "text" }, { note: "x".repeat(101) })).to.throw("is not sent");
  });

  it("takes only the public half of a device", async () => {
    const { sent, fetch } = answering({ opening: asJson(opening) });
    const device = new SimulatedDevice("p256");
    const request = { subject: 7n, device, profile: "glucose-mg-dl-5min" as const, offset: 0, firstEpoch: 1 };
    expect(await clinicService("/clinic", { fetch }).enrol(request)).to.deep.equal(opening);
    expect(JSON.parse(String(sent[0]!.init.body)).device).to.deep.equal({
      curve: "p256",
      publicKey: device.publicKey,
    });
  });

  it("reads paths, infos, outcomes and the clock", async () => {
    const path = { root: "1", leaf: "2", index: 0, siblings: ["3"] };
    const one = answering(path);
    expect(await clinicService("/clinic", one).path(20_000, 2n)).to.deep.equal({
      root: 1n,
      leaf: 2n,
      index: 0,
      siblings: [3n],
    });
    expect(one.sent[0]!.url).to.equal("/clinic/paths/20000/2");
    const times = { intakeTime: 1, graceTime: 2, correctionTime: 3 };
    const info = answering({ group: "1", attester: "0xab", times });
    expect(await clinicService("/clinic", info).info()).to.deep.equal({ group: 1n, attester: "0xab", times });
    const item = {
      policy: 1n,
      period: 0,
      consentId: "0x01",
      circuit: "0x02",
      anchorRoot: 3n,
      proof: PROOF,
    };
    const outcome = { policy: "1", period: 0, outcome: "skipped", reason: "not-anchored", detail: "9" };
    expect(await relayerService("/r", answering(outcome)).claim(item)).to.deep.equal({
      outcome: "skipped",
      reason: "not-anchored",
      detail: 9n,
    });
    const paid = answering({ transaction: "0x01" });
    expect(await relayerService("/r", paid).pay(7n)).to.deep.equal({ transaction: "0x01" });
    expect([paid.sent[0]!.url, paid.sent[0]!.init.body]).to.deep.equal(["/r/payments", '{"policy":"7"}']);
    const clock = answering({ now: 77 });
    expect(await demoService({ clock: "/demo/clock" }, clock).now()).to.equal(77);
    await demoService({ clock: "/demo/clock" }, clock).passUntil(99);
    expect(clock.sent[1]!.init.body).to.equal('{"to":99}');
    expect(clock.sent[1]!.url).to.equal("/demo/clock");
  });

  it("turns a service's errors into coded ones", async () => {
    const refusing = (code: string, status = 400) =>
      clinicService("/c", answering({ error: { code, message: "No.", hint: "Ask." } }, status)).info();
    const known = await errorOf(refusing("INTAKE_TOO_LATE"));
    expect([known.code, known.shortMessage, known.hint]).to.deep.equal(["INTAKE_TOO_LATE", "No.", "Ask."]);
    const unknown = await errorOf(refusing("TEAPOT", 418));
    expect([unknown.code, unknown.details.serviceCode]).to.deep.equal(["NOT_ALLOWED", "TEAPOT"]);
    expect(await codeOf(clinicService("/c", answering("<html>", 502)).info())).to.equal(
      "SERVICE_UNREACHABLE",
    );
    expect(await codeOf(clinicService("/c", answering("<html>", 404)).info())).to.equal("NOT_ALLOWED");
    expect(await codeOf(clinicService("/c", answering("<html>")).info())).to.equal("DOCUMENT_INVALID");
    expect(await codeOf(clinicService("/c", answering({ group: 1 })).info())).to.equal("DOCUMENT_INVALID");
    const failing = (async () => {
      throw new TypeError("failed to fetch");
    }) as typeof fetch;
    expect(await codeOf(clinicService("/c", { fetch: failing }).info())).to.equal("SERVICE_UNREACHABLE");
  });

  it("gives up after the timeout, and when it is told to", async () => {
    const silent = ((_: unknown, { signal }: RequestInit) =>
      new Promise((_resolve, reject) => {
        signal!.addEventListener("abort", () => reject(signal!.reason));
      })) as typeof fetch;
    const late = await errorOf(clinicService("/c", { fetch: silent, timeout: 20 }).info());
    expect([late.code, late.details.timeout]).to.deep.equal(["SERVICE_UNREACHABLE", 20]);
    const stop = new AbortController();
    const asked = clinicService("/c", { fetch: silent }).info({ signal: stop.signal });
    stop.abort();
    expect(await codeOf(asked)).to.equal("ABORTED");
  });
});
