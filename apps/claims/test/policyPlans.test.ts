// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI } from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { parseConfig } from "../src/config/config.ts";
import type { Plan } from "../src/plans/plan.ts";
import {
  approvePlan,
  arbitratePlan,
  endPlan,
  payPlan,
  rejectPlan,
  releasePlan,
} from "../src/plans/policyPlans.ts";
import { PATIENT, TOKEN } from "./support/story.ts";

const abi = new Interface(CLAIMS_PAYOUT_ABI);
const CLAIMS = `0x${"66".repeat(20)}`;
const config = parseConfig(
  JSON.stringify({
    name: "test",
    chain: { id: 1, name: "test", rpc: "/rpc", currency: { name: "Ether", symbol: "ETH", decimals: 18 } },
    contracts: {
      claims: CLAIMS,
      anchors: CLAIMS,
      consents: CLAIMS,
      circuits: CLAIMS,
      scopes: CLAIMS,
      pauses: CLAIMS,
      custody: CLAIMS,
    },
    tokens: [],
    artifacts: "/artifacts",
    groups: [],
  }),
  "http://127.0.0.1/",
);
const token = { address: TOKEN, symbol: "tUSDC", decimals: 6, mintable: false };
const BENEFIT = 25_000_000n;
const claim = { policy: 3n, period: 4, state: "under-review" } as const;

/** What a plan would send, in the contract's words. */
function calls({ steps }: Plan): string[] {
  return steps.map((step) => {
    const { to, data } = step.call();
    expect(to).to.equal(CLAIMS);
    const { name, args } = abi.parseTransaction({ data })!;
    return `${name}(${args.join(",")})`;
  });
}

describe("what is said and sent about a policy", () => {
  it("approving credits, and takes a rejection back", () => {
    const plan = approvePlan(config, token, claim, BENEFIT);
    expect(calls(plan)).to.deep.equal(["approveClaim(3,4)"]);
    expect(plan.says).to.deep.equal(["25.00 tUSDC is credited to the policy, and anyone can pay it out."]);
    expect(approvePlan(config, token, { ...claim, state: "rejected" }, BENEFIT).says).to.have.length(2);
  });

  it("rejecting gives the arbiter time, counted from now", () => {
    const plan = rejectPlan(config, claim, { arbiterTime: 86_400 }, "no device", 1_772_366_400);
    expect(calls(plan)).to.deep.equal(["rejectClaim(3,4,no device)"]);
    expect(plan.says.join(" "))
      .to.match(/2 Mar 2026/)
      .and.contain("no device");
  });

  it("the arbiter pays or denies, which is final", () => {
    const pays = arbitratePlan(config, token, claim, BENEFIT, true, "");
    const denies = arbitratePlan(config, token, claim, BENEFIT, false, "confirmed");
    expect([...calls(pays), ...calls(denies)]).to.deep.equal([
      "arbitrate(3,4,true,)",
      "arbitrate(3,4,false,confirmed)",
    ]);
    expect(pays.says.join(" ")).to.contain("credited").and.contain("final").and.not.contain("reason");
    expect(denies.says.join(" ")).to.contain("free money").and.contain("permanently public: confirmed");
  });

  it("ending says what becomes free and what stays covered", () => {
    const plan = endPlan(config, token, { id: 3n }, BENEFIT, { kept: 1, freed: 2 });
    expect(calls(plan)).to.deep.equal(["endPolicy(3)"]);
    expect(plan.says.slice(0, 2)).to.deep.equal([
      "2 periods that have not begun are taken off; 50.00 tUSDC become free again.",
      "1 period that has begun stays covered and can still be claimed.",
    ]);
    const whole = endPlan(config, token, { id: 3n }, BENEFIT, { kept: 0, freed: 1 });
    expect(whole.says[0]).to.equal(
      "1 period that has not begun is taken off; 25.00 tUSDC become free again.",
    );
    expect(whole.says[1]).to.match(/nothing is left to claim/);
  });

  it("releasing sends one transaction for periods side by side", () => {
    const plan = releasePlan(config, token, { id: 3n }, BENEFIT, [
      { from: 2, until: 3 },
      { from: 4, until: 7 },
    ]);
    expect(calls(plan)).to.deep.equal(["releasePeriods(3,2,3)", "releasePeriods(3,4,7)"]);
    expect(plan.steps.map(({ title }) => title)).to.deep.equal([
      "Release period 2",
      "Release periods 4 to 6",
    ]);
    expect(plan.says[0]).to.equal("100.00 tUSDC return to the program's free money.");
    expect(plan.says.at(-1)).to.equal("Periods side by side are one transaction.");
    expect(releasePlan(config, token, { id: 3n }, BENEFIT, [{ from: 0, until: 365 }]).steps).to.have.length(
      1,
    );
  });

  it("paying names the amount and who receives it", () => {
    const plan = payPlan(config, token, { id: 3n, owed: 4 }, BENEFIT, PATIENT);
    expect(calls(plan)).to.deep.equal(["pay(3)"]);
    expect(plan.says[0]).to.equal(`100.00 tUSDC, the benefit of 4 periods, go to ${PATIENT}.`);
  });
});
