// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { packTerms } from "./support/terms.ts";
import {
  benefit,
  claimWindow,
  correctionTime,
  DAY,
  deployAnchored,
  deployInsured,
  deployWorld,
  graceTime,
  holder,
  intakeTime,
  load,
  mockProof,
  networkHelpers,
  PeriodState,
  R,
  root,
  time,
} from "./support/world.ts";

describe("ClaimsPayout: claims", () => {
  it("pays a period that was proven: reserved, owed, paid", async () => {
    const { claims, policy, program, consentId, token, controller, stranger, relayer, proofOf } =
      await load(deployAnchored);
    const before = await claims.program(program);
    const tx = claims.connect(relayer).submitClaim(policy, 0n, consentId, await proofOf(policy, 0n));
    await expect(tx)
      .to.emit(claims, "ClaimSettled")
      .withArgs(policy, 0n, before.statement, root, consentId, 0n);
    expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Credited, 0n]);
    const booked = await claims.policy(policy);
    expect([booked.reserved, booked.owed, booked.paid]).to.deep.equal([2n, 1n, 0n]);
    expect(await claims.owedOf(policy)).to.equal(benefit);
    const after = await claims.program(program);
    expect([after.free, after.committed]).to.deep.equal([before.free, before.committed]);

    await expect(claims.connect(stranger).pay(policy))
      .to.emit(claims, "PolicyPaid")
      .withArgs(policy, controller.address, 1n, benefit);
    expect(await token.balanceOf(controller)).to.equal(benefit);
    const paid = await claims.policy(policy);
    expect([paid.reserved, paid.owed, paid.paid]).to.deep.equal([2n, 0n, 1n]);
    expect((await claims.program(program)).committed).to.equal(before.committed - benefit);
    await expect(claims.pay(policy)).to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingOwed");
    const receipt = await (await tx).wait();
    console.log("gas", receipt?.gasUsed);
  });
});
