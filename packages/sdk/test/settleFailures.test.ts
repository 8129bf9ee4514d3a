// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { settle, VitalproofError } from "../src/index.ts";
import { estimatedGasOf } from "../src/settle/fill.ts";
import { claims, type Method, outcomesOf, reverted, StandIn, times, unreachable } from "./settleStandIn.ts";

const METHODS: readonly Method[] = [
  "domain",
  "previewClaims",
  "claimInputs",
  "verificationKeyOf",
  "estimateClaims",
  "submitClaims",
];

describe("settling where a node fails, an answer is lost or the caller stops", function () {
  this.timeout(60_000);

  for (const method of METHODS) {
    it(`a node that fails twice at ${method} and then answers: all settled`, async () => {
      const node = new StandIn();
      node.before = (called, earlier) => {
        if (called === method && earlier < 2) throw unreachable();
      };
      const { limits, ...options } = node.options;
      const report = await settle(claims(2), method === "domain" ? options : { ...options, limits });
      expect(outcomesOf(report)).to.deep.equal(times(2, "settled"));
      expect(node.pauses).to.deep.equal([1, 2]);
    });

    it(`a node that always fails at ${method}: all failed, nothing thrown`, async () => {
      const node = new StandIn();
      node.before = (called) => {
        if (called === method) throw unreachable();
      };
      const { limits, ...options } = node.options;
      const report = await settle(claims(2), method === "domain" ? options : { ...options, limits });
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed CONTRACT_CALL_FAILED"));
      expect(report.transactions).to.deep.equal([]);
      // Where each claim is asked about alone, each is tried three times.
      const alone = method === "claimInputs" || method === "verificationKeyOf";
      expect(node.callsOf(method).length).to.equal(alone ? 6 : 3);
      const once = new StandIn();
      once.before = node.before;
      const { limits: _, ...domain } = once.options;
      await settle(claims(1), { ...(method === "domain" ? domain : once.options), attempts: 1 });
      expect([once.callsOf(method).length, once.pauses]).to.deep.equal([1, []]);
    });
  }

  it("errors that are none of this package's, as a provider throws them, are tried again as well", async () => {
    const node = new StandIn();
    node.before = (called, earlier) => {
      if (called === "verificationKeyOf" && earlier < 2) throw new Error("socket hang up");
    };
    expect(outcomesOf(await settle(claims(1), node.options))).to.deep.equal(["settled"]);
    node.before = () => {
      throw new Error("socket hang up");
    };
    const report = await settle(claims(2), node.options);
    expect(outcomesOf(report)).to.deep.equal(times(2, "failed CONTRACT_CALL_FAILED"));
  });

  it("what a contract answers is not asked again", async () => {
    const node = new StandIn();
    node.before = (called) => {
      if (called === "previewClaims") throw reverted("ClaimsPayout_IsPaused", { until: 9n });
    };
    expect(outcomesOf(await settle(claims(2), node.options))).to.deep.equal(
      times(2, "failed CONTRACT_REVERTED"),
    );
    expect(node.callsOf("previewClaims").length).to.equal(1);
    const keyless = new StandIn();
    keyless.before = (called) => {
      if (called === "verificationKeyOf")
        throw new VitalproofError("ARTIFACT_MISMATCH", "That is not the key.");
    };
    expect(outcomesOf(await settle(claims(1), keyless.options))).to.deep.equal(["failed ARTIFACT_MISMATCH"]);
    expect(keyless.pauses).to.deep.equal([]);
  });

  it("a transaction that was mined and whose answer was lost is not sent again", async () => {
    const node = new StandIn();
    node.mined = () => {
      throw unreachable();
    };
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(times(3, "skipped period-already-claimed"));
    expect(node.sent.length).to.equal(1);
    expect(node.settled.size).to.equal(3);
  });

  it("one batch that fails takes nobody else's down", async () => {
    const node = new StandIn();
    node.before = (method, _, items) => {
      if (method === "estimateClaims" && items[0]!.policy === 3n) throw unreachable();
    };
    const report = await settle(claims(6), { ...node.options, limits: { gas: estimatedGasOf(2, 1) } });
    expect(outcomesOf(report)).to.deep.equal([
      ...times(2, "settled"),
      ...times(2, "failed CONTRACT_CALL_FAILED"),
      ...times(2, "settled"),
    ]);
  });

  describe("stopping", () => {
    it("before: nothing is asked, all failed", async () => {
      const node = new StandIn();
      const report = await settle(claims(2), { ...node.options, signal: AbortSignal.abort() });
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed ABORTED"));
      expect(node.calls).to.deep.equal([]);
    });

    it("in the middle: what was sent stays settled, the rest is not sent", async () => {
      const node = new StandIn();
      const stop = new AbortController();
      node.mined = (earlier) => {
        if (earlier === 1) stop.abort();
      };
      const report = await settle(claims(6), {
        ...node.options,
        limits: { gas: estimatedGasOf(2, 1) },
        signal: stop.signal,
      });
      expect(outcomesOf(report)).to.deep.equal([...times(4, "settled"), ...times(2, "failed ABORTED")]);
      expect(node.sent.length).to.equal(2);
      expect(report.transactions.length).to.equal(2);
    });

    it("while it waits for the next attempt: no further one", async () => {
      const node = new StandIn();
      const stop = new AbortController();
      node.before = (method) => {
        if (method === "submitClaims") throw unreachable();
      };
      const report = await settle(claims(2), {
        ...node.options,
        signal: stop.signal,
        pause: async () => stop.abort(),
      });
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed ABORTED"));
      expect(node.sent.length).to.equal(1);
    });
  });
});
