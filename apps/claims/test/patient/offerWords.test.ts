// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitOf, DAY, termsOf } from "@vitalproof/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { Offer } from "../../src/patient/chain.ts";
import { firstEpochOf, lackOf, offerFacts, offerTitle } from "../../src/patient/offerWords.ts";

const UNIT = { symbol: "tUSDC", decimals: 6 };
const NOON = Date.parse("2026-03-01T12:00:00Z") / 1000;
const offer: Offer = {
  program: 3n,
  insurer: "0x00000000000000000000000000000000000000E1",
  group: 1n,
  scopeNumber: 1n,
  scope: 5n,
  circuit: circuitOf("glucose-day"),
  terms: termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 }),
  offerHash: `0x${"0f".repeat(32)}`,
  escrow: 5n,
  token: "0x00000000000000000000000000000000000000D1",
  benefit: 25_000_000n,
  free: 60_000_000n,
  claimWindow: 10 * DAY,
  reviewTime: 14 * DAY,
  arbiter: "0x00000000000000000000000000000000000000Ab",
  arbiterTime: 30 * DAY,
};

describe("what a patient reads before applying", () => {
  it("begins with what differs between two programs", () => {
    expect(offerTitle(offer, UNIT)).to.match(
      /^Program 3: 25\.00 tUSDC for each period of 1 day\. \w[^.]*\. .*\d/,
    );
  });

  it("names amount, total, start, time to claim, review, arbiter and the longest wait", () => {
    expect(offerFacts(offer, UNIT, 7, NOON)).to.deep.equal([
      ["You get", "25.00 tUSDC for each period of 1 day that meets the terms"],
      ["In total", "At most 175.00 tUSDC for 7 periods"],
      ["Cover", "2 Mar 2026 to 8 Mar 2026, UTC, if you apply now"],
      ["Time to claim", "10 days after the attester anchored the period"],
      [
        "Review",
        "The insurer can reject a claim for 14 days. The arbiter then has 30 days to decide. Silence of either pays",
      ],
      ["Longest wait", "44 days from claim to decision"],
      ["Arbiter", offer.arbiter],
      ["Insurer", offer.insurer],
    ]);
  });

  it("says that a program without review credits at once, and nothing of an arbiter", () => {
    const plain = { ...offer, reviewTime: 0, arbiterTime: 0, arbiter: ZeroAddress };
    const facts = new Map(offerFacts(plain, UNIT, 1, NOON));
    expect(facts.get("Review")).to.equal("None. A valid claim is credited at once");
    expect([facts.has("Arbiter"), facts.has("Longest wait")]).to.deep.equal([false, false]);
  });

  it("begins the cover at the epoch that the application asks for", () => {
    expect(firstEpochOf(offer, NOON) * DAY).to.equal(Date.parse("2026-03-02T00:00:00Z") / 1000);
    expect(firstEpochOf(offer, NOON + DAY / 2)).to.equal(firstEpochOf(offer, NOON) + 1);
  });

  it("says how many periods a program can still cover", () => {
    expect(lackOf(offer, UNIT, 2)).to.equal(undefined);
    expect(lackOf(offer, UNIT, 3)).to.equal(
      "Program 3 has 60.00 tUSDC free and needs 75.00 tUSDC. Apply for at most 2 periods.",
    );
    expect(lackOf({ ...offer, free: 0n }, UNIT, 1)).to.match(/Choose another program\.$/);
  });
});
