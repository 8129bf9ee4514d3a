// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { planClaims, settle } from "../src/index.ts";
import { estimatedGasOf } from "../src/settle/fill.ts";
import { claim, claims, falsely, GLUCOSE, HEART, reverted, StandIn, unreachable } from "./settleStandIn.ts";

describe("planning batches without sending", function () {
  this.timeout(60_000);

  it("plans what settle sends, with its gas limits, and sends nothing", async () => {
    const given = [
      ...claims(5),
      claim(6, 0, { circuit: HEART }),
      falsely(claim(7)),
      claim(1),
      claim(8, 0, { circuit: GLUCOSE }),
    ];
    const limits = { gas: estimatedGasOf(3, 1) };
    const planned = new StandIn();
    const { batches, ended } = await planClaims(given, { ...planned.options, limits });
    const sent = new StandIn();
    const report = await settle(given, { ...sent.options, limits });
    expect(planned.sent).to.deep.equal([]);
    expect(batches.map((batch) => batch.claims.map(({ policy }) => Number(policy)))).to.deep.equal(sent.sent);
    expect(batches.map(({ gasLimit }) => gasLimit)).to.deep.equal(sent.gasLimits);
    for (const batch of batches)
      expect(batch.claims).to.deep.equal(batch.places.map((place) => given[place]));
    const places = batches.flatMap((batch) => batch.places);
    given.forEach((_, place) => {
      const { outcome } = report.claims[place]!;
      expect(places.includes(place), `claim ${place}`).to.equal(outcome === "settled");
      expect(ended[place]?.outcome ?? "settled").to.equal(outcome);
    });
  });

  it("halves what needs too much gas, and drops what the contract finds false", async () => {
    const node = new StandIn();
    const gas = estimatedGasOf(7, 1);
    node.gasOf = (items) => (items.length > 2 ? gas + 1n : gas);
    node.before = (method, _, items) => {
      const index = items.findIndex(({ policy }) => policy === 3n);
      if (method === "estimateClaims" && index >= 0)
        throw reverted("ClaimsPayout_InvalidProofInBatch", { index: BigInt(index) });
    };
    const { batches, ended } = await planClaims(claims(7), { ...node.options, limits: { gas } });
    expect(batches.map(({ places }) => places)).to.deep.equal([[0, 1], [3], [4, 5], [6]]);
    expect(ended[2]).to.include({ outcome: "refused", code: "PROOF_INVALID" });
  });

  it("a node that does not answer is in the plan, not thrown", async () => {
    for (const method of ["previewClaims", "claimInputs", "estimateClaims"] as const) {
      const node = new StandIn();
      node.before = (called) => {
        if (called === method) throw unreachable();
      };
      const { batches, ended } = await planClaims(claims(2), { ...node.options, attempts: 1 });
      expect(batches).to.deep.equal([]);
      for (const outcome of ended)
        expect(outcome).to.include({ outcome: "failed", code: "CONTRACT_CALL_FAILED" });
      expect(node.pauses).to.deep.equal([]);
    }
  });
});
