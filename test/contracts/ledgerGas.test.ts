// SPDX-License-Identifier: GPL-3.0-or-later
//
// What accesses, consents and revocations may cost. `npm run bench -- ledger` reports what they do cost, from the same code.
import { expect } from "chai";
import hre from "hardhat";
import { LEDGER_GAS } from "../../bench/targets.ts";
import { accessBatchCost, consentBatchCost, forceCost } from "./support/ledgerCosts.ts";
import { takesItsBlocksAlong } from "./support/network.ts";

describe("HealthLedger: gas", () => {
  takesItsBlocksAlong();
  before(function () {
    if (!hre.globalOptions.coverage) return;
    console.log("      skipped: instrumented code costs more");
    this.skip();
  });

  for (const [accesses, most] of LEDGER_GAS.access) {
    it(`at most ${most} an access in a batch of ${accesses} (as built)`, async () => {
      const { gas } = await accessBatchCost(accesses);
      console.log(`        ${gas} gas, ${(gas / accesses).toFixed(1)} each`);
      expect(gas / accesses).to.be.at.most(most);
    });
  }

  it(`at most ${LEDGER_GAS.consents} for 16 new consents and 15 revocations (as built)`, async () => {
    const { gas } = await consentBatchCost();
    console.log(`        ${gas} gas, ${Math.round(gas / 31)} each`);
    expect(gas).to.be.at.most(LEDGER_GAS.consents);
  });

  it(`at most ${LEDGER_GAS.force} for a revocation by force (as built)`, async () => {
    const { gas } = await forceCost();
    console.log(`        ${gas} gas`);
    expect(gas).to.be.at.most(LEDGER_GAS.force);
  });
});
