// SPDX-License-Identifier: GPL-3.0-or-later
//
// What queries, answers and claims over 1,024 records may cost.
import { expect } from "chai";
import hre from "hardhat";
import { RESEARCH_GAS } from "../../bench/targets.ts";
import { takesItsBlocksAlong } from "./support/network.ts";
import { researchCosts } from "./support/researchCosts.ts";

describe("ResearchMarket: gas", () => {
  takesItsBlocksAlong();
  before(function () {
    if (!hre.globalOptions.coverage) return;
    console.log("      skipped: instrumented code costs more");
    this.skip();
  });

  it(`at most ${RESEARCH_GAS.answer} for an answer over 1,024 records, and ${RESEARCH_GAS.claim} for a claim (as built)`, async () => {
    const costs = await researchCosts();
    console.log(`        ${JSON.stringify(costs)}`);
    expect(Math.max(costs.first, costs.second, costs.seventh)).to.be.at.most(RESEARCH_GAS.answer);
    expect(costs.asked).to.be.at.most(RESEARCH_GAS.ask);
    expect(costs.claim).to.be.at.most(RESEARCH_GAS.claim);
  });
});
