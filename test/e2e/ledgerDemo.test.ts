// SPDX-License-Identifier: GPL-3.0-or-later
//
// The story of `npm run demo -- --ledger`, once. Its proofs take a minute, and ledger.test.ts has each kind of them: LONG=1.
import { expect } from "chai";
import hre from "hardhat";
import { Report } from "../../scripts/demo/report.ts";
import { tellLedger } from "../../scripts/ledger/story.ts";

(process.env.LONG === "1" ? describe : describe.skip)("e2e: a hospital and a ledger", () => {
  it("what must be refused is, and the patient finds exactly what was recorded", async function () {
    this.timeout(600_000);
    const report = new Report({ write() {} });
    const result = await tellLedger(hre, report);
    expect([result.wrong, report.failures]).to.deep.equal([[], []]);
    expect(report.steps.filter(({ refused }) => refused === true)).to.have.length(4);
    const { consents, accesses, emergencies, proofsVerified, patient } = result;
    expect({ consents, accesses, emergencies, proofsVerified }).to.deep.equal({
      ...{ consents: 12, accesses: 60, emergencies: 2, proofsVerified: 4 },
    });
    expect(patient.found).to.have.length(patient.recorded);
    expect(patient.found.filter(({ emergency }) => emergency)).to.have.length(1);
  });
});
