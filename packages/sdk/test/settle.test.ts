// SPDX-License-Identifier: GPL-3.0-or-later
//
// The relayer without a chain: what it does when node, network or contract do what a real chain cannot be made to do at
// will. With a chain: test/e2e/settle.test.ts.
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { type ClaimItem, type SettleProgress, settle } from "../src/index.ts";
import { calldataBytesOf, estimatedGasOf } from "../src/settle/fill.ts";
import { claim, claims, falsely, HEART, outcomesOf, StandIn, times, unreachable } from "./settleStandIn.ts";
import { codeRejected } from "./support.ts";

describe("settling, with stand-ins for node and contracts", function () {
  this.timeout(60_000);

  it("settles all, reports them in the given order, and what each transaction did", async () => {
    const node = new StandIn();
    const given = [claim(1, 0, { circuit: HEART }), claim(2), claim(3, 0, { circuit: HEART }), claim(2, 1)];
    const report = await settle(given, { ...node.options, limits: { gas: estimatedGasOf(2, 1) } });
    expect(report.claims.map(({ policy, period }) => [policy, period])).to.deep.equal([
      [1n, 0],
      [2n, 0],
      [3n, 0],
      [2n, 1],
    ]);
    expect(node.sent).to.deep.equal([
      [1, 3],
      [2, 2],
    ]);
    expect(report.claims.map((each) => each.outcome === "settled" && each.transaction)).to.deep.equal([
      "0x0",
      "0x1",
      "0x0",
      "0x1",
    ]);
    expect(report.transactions).to.deep.equal(
      [0, 1].map((i) => ({
        hash: `0x${i}`,
        blockNumber: 100 + i,
        settled: 2,
        skipped: 0,
        gasUsed: 380_000n,
        calldataBytes: calldataBytesOf(2),
      })),
    );
    // A quarter above the estimate, and never above the limit.
    expect(node.gasLimits).to.deep.equal([475_000n, 475_000n]);
    const tight = new StandIn();
    tight.gasOf = () => 390_000n;
    await settle([claim(1)], { ...tight.options, limits: { gas: 400_000n } });
    expect(tight.gasLimits).to.deep.equal([400_000n]);
  });

  it("nothing to settle asks and sends nothing", async () => {
    const node = new StandIn();
    expect(await settle([], node.options)).to.deep.equal({ claims: [], transactions: [] });
    expect(node.calls).to.deep.equal([]);
  });

  it("takes the chain's limits where none are given", async () => {
    const node = new StandIn();
    const { limits: _, ...options } = node.options;
    expect(outcomesOf(await settle(claims(2), options))).to.deep.equal(times(2, "settled"));
    expect(node.callsOf("domain").length).to.equal(1);
  });

  it("limits into which no claim fits are refused before anything is asked", async () => {
    const node = new StandIn();
    expect(await codeRejected(settle(claims(1), { ...node.options, limits: { gas: 1n } }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(node.calls).to.deep.equal([]);
  });

  it("leaves out what the contract would leave out, for its reason, and sends the rest", async () => {
    const node = new StandIn();
    node.preview = ({ policy }) => (policy === 2n ? { reason: "period-not-over", detail: 44n } : undefined);
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(["settled", "skipped period-not-over", "settled"]);
    expect(report.claims[1]).to.deep.include({ detail: 44n }).and.to.not.have.property("transaction");
    expect(node.sent).to.deep.equal([[1, 3]]);
  });

  it("what becomes impossible until it is mined is skipped, with the transaction that skipped it", async () => {
    const node = new StandIn();
    node.before = (method) => {
      if (method === "submitClaims") node.settled.add("2/0");
    };
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(["settled", "skipped period-already-claimed", "settled"]);
    expect(report.claims[1]).to.include({ transaction: "0x0" });
    expect(report.transactions[0]).to.include({ settled: 2, skipped: 1 });
  });

  it("T19: false proofs are refused here, and nothing is sent for them", async () => {
    const node = new StandIn();
    const report = await settle([falsely(claim(1)), claim(2), falsely(claim(3))], node.options);
    expect(outcomesOf(report)).to.deep.equal(["refused PROOF_INVALID", "settled", "refused PROOF_INVALID"]);
    expect(node.sent).to.deep.equal([[2]]);
    const alone = new StandIn();
    await settle([falsely(claim(1))], alone.options);
    expect([alone.callsOf("estimateClaims"), alone.sent]).to.deep.equal([[], []]);
  });

  it("of copies the first is settled and the others are skipped", async () => {
    const node = new StandIn();
    const report = await settle([claim(1), claim(2), claim(1), claim(1)], node.options);
    const twin = "skipped period-already-claimed";
    expect(outcomesOf(report)).to.deep.equal(["settled", "settled", twin, twin]);
    expect(node.sent).to.deep.equal([[1, 2]]);
  });

  it("T20: a false copy in front of a true claim does not keep it from being settled", async () => {
    const node = new StandIn();
    const given = [
      falsely(claim(1)),
      claim(2),
      claim(1, 0, { consentId: ZeroHash }),
      claim(1),
      claim(1),
      claim(3),
    ];
    node.preview = ({ consentId }) =>
      consentId === ZeroHash ? { reason: "no-active-consent", detail: 0n } : undefined;
    expect(outcomesOf(await settle(given, node.options))).to.deep.equal([
      "refused PROOF_INVALID",
      "settled",
      "skipped no-active-consent",
      "settled",
      "skipped period-already-claimed",
      "settled",
    ]);
    expect(node.sent).to.deep.equal([[2, 1, 3]]);
  });

  it("a claim that cannot be written down is refused and spoils nobody else's", async () => {
    const good = claim(1);
    const { a, b, c } = good.proof;
    const bad: Record<string, Partial<ClaimItem>> = {
      "policy below 0": { policy: -1n },
      "policy above its type": { policy: 2n ** 64n },
      "period above its type": { period: 2 ** 32 },
      "period below 0": { period: -1 },
      "broken period": { period: 0.5 },
      "period of another type": { period: "1" as never },
      "short consent": { consentId: "0x12" },
      "consent that is no hex": { consentId: "z".repeat(66) },
      "no circuit": { circuit: undefined as never },
      "root above its type": { anchorRoot: 2n ** 256n },
      "negative coordinate": { proof: { a: [-a[0], a[1]], b, c } },
      "coordinate above its type": { proof: { a, b: [b[0], [b[1][0], 2n ** 256n]], c } },
      "missing coordinate": { proof: { a, b, c: [c[0]] as never } },
      "no proof": { proof: undefined as never },
    };
    const given = [...Object.values(bad).map((changes) => ({ ...good, ...changes })), good];
    const node = new StandIn();
    const report = await settle(given, node.options);
    Object.keys(bad).forEach((what, i) => {
      expect(report.claims[i], what).to.include({ outcome: "refused", code: "INVALID_ARGUMENT" });
    });
    expect(report.claims.at(-1)!.outcome).to.equal("settled");
    expect(node.callsOf("previewClaims").map(({ items }) => items.length)).to.deep.equal([1]);
  });

  it("asks about many claims in several calls", async () => {
    const node = new StandIn();
    node.preview = () => ({ reason: "not-anchored", detail: 3n });
    const one = claim(1);
    const report = await settle(
      Array.from({ length: 250 }, (_, i) => ({ ...one, policy: BigInt(i) })),
      node.options,
    );
    expect(outcomesOf(report)).to.deep.equal(times(250, "skipped not-anchored"));
    expect(node.callsOf("previewClaims").map(({ items }) => items.length)).to.deep.equal([100, 100, 50]);
  });
  it("T22: a root corrected between preview and verification is named, and no proof called false", async () => {
    const node = new StandIn();
    const [item] = claims(1);
    const report = await settle([{ ...item!, anchorRoot: item!.anchorRoot + 1n }], node.options);
    expect(report.claims[0]).to.deep.include({
      outcome: "skipped",
      reason: "other-root",
      detail: item!.anchorRoot,
    });
    expect(node.callsOf("submitClaims")).to.have.length(0);
  });

  it("reports progress that only grows: checking, verifying, sending, and all at the end", async () => {
    const node = new StandIn();
    node.before = (method, earlier) => {
      if (method === "submitClaims" && earlier === 1) throw unreachable();
    };
    const seen: SettleProgress[] = [];
    const given = [...claims(5), claim(1), falsely(claim(6))];
    await settle(given, {
      ...node.options,
      limits: { gas: estimatedGasOf(2, 1) },
      onProgress: (progress) => seen.push(progress),
    });
    const phases = seen.map(({ phase }) => phase);
    expect(phases.filter((phase, i) => phase !== phases[i - 1])).to.deep.equal([
      "checking",
      "verifying",
      "sending",
    ]);
    seen.forEach((now, i) => {
      const last = seen[i - 1];
      expect(now.of).to.equal(given.length);
      expect(now.done).to.be.within(last?.phase === now.phase ? last.done : 0, given.length);
      expect(now.elapsedMs).to.be.greaterThanOrEqual(last?.elapsedMs ?? 0);
    });
    expect(seen.at(-1)).to.include({ phase: "sending", done: given.length });
    const sending = seen.filter(({ phase }) => phase === "sending").map(({ done }) => done);
    expect(sending).to.deep.equal([2, 4, 6, 7]);
  });
});
