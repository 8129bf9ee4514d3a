// SPDX-License-Identifier: GPL-3.0-or-later
//
// T32: which policies are one patient's, asked of everything that the chain shows; and every reading, tried against it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedScalars } from "@vitalproof/hardhat-circom/measure";
import type { VerificationKey } from "@vitalproof/sdk";
import { expect } from "chai";
import { inputPoints } from "../support/simulatedProof.ts";
import { areaUnderCurve, chanceOf, FEATURES, linkage, tracesOf } from "./linkage/attacker.ts";
import { type DrawnPolicies, drawnPolicies, withNonceEnds } from "./linkage/drawn.ts";
import { AS_THE_SDK_DOES, type Habits, Setting } from "./linkage/population.ts";
import { drawsOf } from "./linkage/random.ts";

const long = process.env.LONG === "1";
const SEED = 1;
/** Over 3,000 patients chance alone moves the AUC by 0.005, over 160 by 0.023. */
const PEOPLE = long ? 3_000 : 160;
/** Enough where a difference is plain. */
const FEW = 24;

/** Without a chain a patient costs a few milliseconds, and over so many chance alone moves the AUC by 0.0064. */
const DRAWN = 2_200;
/** Pairs of two patients for each. More of them cost time and say little more. */
const FALSES = 12;
/** The bound of what an attacker may gain. */
const MOST = 0.02;

describe("e2e: linking policies by public data", function () {
  this.timeout(long ? 3_600_000 : 600_000);
  let setting: Setting;
  let policies: Promise<DrawnPolicies> | undefined;
  const drawn = () => (policies ??= drawnPolicies(DRAWN, drawsOf(SEED)));
  before(async () => {
    const key = readFileSync(
      join(import.meta.dirname, "../../circuits/artifacts/glucose-day/verification_key.json"),
      "utf8",
    );
    const points = inputPoints(JSON.parse(key) as VerificationKey);
    setting = await Setting.create({ trapdoor: sharedScalars(), points }, PEOPLE);
  });

  async function linked(people: number, habits: Partial<Habits>) {
    const { transactions, patients } = await setting.populate(
      people,
      { ...AS_THE_SDK_DOES, ...habits },
      drawsOf(SEED),
    );
    const { claims, consents } = setting.world.contracts;
    const traces = tracesOf(transactions, { claims: claims.interface, consents: consents.interface });
    expect(traces).to.have.length(2 * people);
    return linkage(traces, patients);
  }

  it("the measure: 1 for scores that tell, 0.5 for ones that do not, ties in between", () => {
    expect(areaUnderCurve([3, 4], [1, 2])).to.equal(1);
    expect(areaUnderCurve([1, 2], [3, 4])).to.equal(0);
    expect(areaUnderCurve([1, 1], [1, 1, 1])).to.equal(0.5);
    expect(areaUnderCurve([1, 3], [0, 2])).to.equal(0.75);
    expect(Object.keys(FEATURES)).to.have.length(20);
  });

  it("T32: policies of one patient cannot be told from those of two", async () => {
    const { auc, single } = await linked(PEOPLE, {});
    console.log(`      AUC ${auc.toFixed(4)} over ${PEOPLE} patients`, long ? single : "");
    const most = long ? MOST : 2.5 * chanceOf(PEOPLE, 60 * PEOPLE);
    expect(auc, JSON.stringify(single)).to.be.within(0.5 - most, 0.5 + most);
    // Nothing of the chain's is in both policies of a patient, and in no others.
    expect(single["rare account in both"]).to.equal(0.5);
    expect(single["rare word in both"]).to.equal(0.5);
  });

  it(`T32: what the SDK draws and derives for a policy links nothing: AUC at most ${0.5 + MOST}`, async () => {
    const { traces, patients } = await drawn();
    const { auc, single } = linkage(traces, patients, FALSES);
    console.log(`      AUC ${auc.toFixed(4)} over ${DRAWN} patients`);
    // Three times what chance alone does.
    expect(3 * chanceOf(DRAWN, FALSES * DRAWN)).to.be.lessThan(MOST);
    expect(auc, JSON.stringify(single)).to.be.within(0.5 - MOST, 0.5 + MOST);
    expect(single["rare account in both"]).to.equal(0.5);
    expect(single["rare word in both"]).to.equal(0.5);
  });

  it("T32: the attacker notices: nonces that end in the same four bits are above that bound", async () => {
    const { traces, patients } = withNonceEnds(await drawn(), 4, drawsOf(SEED));
    const { auc, single } = linkage(traces, patients, FALSES);
    console.log(`      AUC ${auc.toFixed(4)}`);
    expect(auc, JSON.stringify(single)).to.be.greaterThan(0.5 + MOST);
  });

  const tells: readonly [string, Partial<Habits>][] = [
    ["one payee for both policies", { payee: "one for both" }],
    ["applying, consenting and claiming for both in one sitting", { acts: "together" }],
    ["nonces that end in the same 64 bits, a fault that the SDK does not have", { fault: "nonce" }],
  ];
  for (const [what, habits] of tells) {
    it(`T32: the attacker notices: ${what} gives patients away`, async () => {
      const { auc, single } = await linked(FEW, habits);
      expect(auc, JSON.stringify(single)).to.be.greaterThan(0.9);
    });
  }

  // What no software can hide, as docs/security.md says: each is measured, so that the page cannot say it is nothing.
  const remain: readonly [string, Partial<Habits>, number][] = [
    ["doing everything around one hour of the day", { hour: "their own" }, 0.8],
    ["claims for the same days under the same terms", { days: "the same" }, 0.8],
  ];
  for (const [what, habits, least] of remain) {
    it(`what remains: ${what} is seen`, async () => {
      const { auc, single } = await linked(2 * FEW, habits);
      console.log(`      AUC ${auc.toFixed(3)}`);
      expect(auc, JSON.stringify(single)).to.be.greaterThan(least);
    });
  }
});
