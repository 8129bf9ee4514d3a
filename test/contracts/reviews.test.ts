// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { load, time } from "./support/network.ts";
import { benefit, DAY, PeriodState, root } from "./support/values.ts";
import { deployReviewed } from "./support/world.ts";

describe("ClaimsPayout: reviews", () => {
  describe("T27: reviews", () => {
    it("a verified claim waits for the insurer; silence approves it", async () => {
      const { claims, policy, program, consentId, claim, stranger, circuit } = await load(deployReviewed);
      const before = await claims.program(program);
      const tx = await claim(policy, 0n, consentId);
      const until = BigInt((await tx.getBlock())!.timestamp) + 5n * DAY;
      await expect(tx).to.emit(claims, "ClaimSettled").withArgs(policy, 0n, circuit, root, consentId, until);
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.UnderReview, until]);
      const { reserved, owed } = await claims.policy(policy);
      expect([reserved, owed]).to.deep.equal([3n, 0n]);
      expect(await claims.program(program)).to.deep.equal(before);
      await time.setNextBlockTimestamp(until - 1n);
      await expect(claims.connect(stranger).approveClaim(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_ReviewNotOver")
        .withArgs(policy, 0n, until);
      await time.setNextBlockTimestamp(until);
      await expect(claims.connect(stranger).approveClaim(policy, 0n))
        .to.emit(claims, "ClaimCredited")
        .withArgs(policy, 0n, stranger.address);
      expect((await claims.policy(policy)).owed).to.equal(1n);
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Credited, 0n]);
    });

    it("the insurer may approve at once, and after a rejection", async () => {
      const { claims, insurer, policy, consentId, claim, anchorPeriod } = await load(deployReviewed);
      await claim(policy, 0n, consentId);
      await claims.connect(insurer).approveClaim(policy, 0n);
      await anchorPeriod(policy, 1n);
      await claim(policy, 1n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 1n, "a mistake");
      await claims.connect(insurer).approveClaim(policy, 1n);
      expect((await claims.policy(policy)).owed).to.equal(2n);
    });

    it("P7: a rejected benefit stays reserved, and the insurer cannot take it", async () => {
      const { claims, insurer, policy, program, consentId, claim, release, moneyOf } =
        await load(deployReviewed);
      await claim(policy, 0n, consentId);
      const before = await moneyOf(program);
      const tx = await claims.connect(insurer).rejectClaim(policy, 0n, "not convinced");
      const until = BigInt((await tx.getBlock())!.timestamp) + 10n * DAY;
      await expect(tx).to.emit(claims, "ClaimRejected").withArgs(policy, 0n, until, "not convinced");
      // The arbiter's time counts from here, not what was left of the insurer's.
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Rejected, until]);
      expect(await moneyOf(program)).to.deep.equal(before);
      expect((await claims.policy(policy)).reserved).to.equal(3n);
      await expect(claims.connect(insurer).arbitrate(policy, 0n, false, "")).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotArbiter",
      );
      await expect(claims.connect(insurer).rejectClaim(policy, 0n, "again")).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WrongState",
      );
      await time.increase(1000n * DAY);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NothingToRelease",
      );
    });

    it("T27: an arbiter that is silent lets it be paid", async () => {
      const { claims, insurer, stranger, policy, consentId, claim, token, controller } =
        await load(deployReviewed);
      await claim(policy, 0n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 0n, "no");
      const [, until] = await claims.periodOf(policy, 0n);
      await time.setNextBlockTimestamp(until - 1n);
      await expect(claims.connect(stranger).approveClaim(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_ReviewNotOver",
      );
      await time.setNextBlockTimestamp(until);
      await claims.connect(stranger).approveClaim(policy, 0n);
      await claims.pay(policy);
      expect(await token.balanceOf(controller)).to.equal(benefit);
    });

    it("the arbiter decides either way, in its time, once", async () => {
      const { claims, insurer, arbiter, policy, program, consentId, claim, anchorPeriod, moneyOf } =
        await load(deployReviewed);
      const as = claims.connect(arbiter);
      await claim(policy, 0n, consentId);
      await expect(as.arbitrate(policy, 0n, true, ""))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_WrongState")
        .withArgs(policy, 0n, PeriodState.UnderReview);
      await claims.connect(insurer).rejectClaim(policy, 0n, "no");
      await expect(as.arbitrate(policy, 0n, true, "it holds"))
        .to.emit(claims, "ClaimCredited")
        .withArgs(policy, 0n, arbiter.address);
      await anchorPeriod(policy, 1n);
      await claim(policy, 1n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 1n, "no");
      const before = await moneyOf(program);
      await expect(as.arbitrate(policy, 1n, false, "it does not"))
        .to.emit(claims, "ClaimDenied")
        .withArgs(policy, 1n, "it does not");
      expect(await claims.periodOf(policy, 1n)).to.deep.equal([PeriodState.Denied, 0n]);
      const after = await moneyOf(program);
      expect([after.free - before.free, before.committed - after.committed]).to.deep.equal([
        benefit,
        benefit,
      ]);
      const { reserved, owed } = await claims.policy(policy);
      expect([reserved, owed]).to.deep.equal([1n, 1n]);
      for (const period of [0n, 1n]) {
        for (const call of [
          () => as.arbitrate(policy, period, true, ""),
          () => claims.connect(insurer).rejectClaim(policy, period, ""),
          () => claims.connect(insurer).approveClaim(policy, period),
        ]) {
          await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_WrongState");
        }
      }
    });

    it("T27: rejecting or deciding too late is refused", async () => {
      const { claims, insurer, arbiter, policy, consentId, claim, anchorPeriod } = await load(deployReviewed);
      await claim(policy, 0n, consentId);
      const [, reviewUntil] = await claims.periodOf(policy, 0n);
      await anchorPeriod(policy, 1n);
      await claim(policy, 1n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 1n, "no");
      const [, arbiterUntil] = await claims.periodOf(policy, 1n);
      await time.setNextBlockTimestamp(reviewUntil);
      await expect(claims.connect(insurer).rejectClaim(policy, 0n, "late"))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_ReviewOver")
        .withArgs(policy, 0n, reviewUntil);
      await time.setNextBlockTimestamp(arbiterUntil);
      await expect(claims.connect(arbiter).arbitrate(policy, 1n, false, "late"))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_ReviewOver")
        .withArgs(policy, 1n, arbiterUntil);
    });

    it("T27: an insurer that rejects everything and an arbiter that denies everything freeze nothing", async () => {
      const { claims, insurer, arbiter, policy, program, consentId, claim, anchorPeriod, moneyOf } =
        await load(deployReviewed);
      for (const period of [0n, 1n, 2n]) {
        if (period > 0n) await anchorPeriod(policy, period);
        await claim(policy, period, consentId);
        await claims.connect(insurer).rejectClaim(policy, period, "no");
        await claims.connect(arbiter).arbitrate(policy, period, false, "no");
      }
      const { reserved, owed, paid } = await claims.policy(policy);
      expect([reserved, owed, paid]).to.deep.equal([0n, 0n, 0n]);
      expect((await moneyOf(program)).committed).to.equal(0n);
    });

    it("C3: a consent revoked during the review takes nothing back", async () => {
      const { claims, consents, controller, policy, consentId, claim } = await load(deployReviewed);
      await claim(policy, 0n, consentId);
      await consents.connect(controller).revoke(consentId);
      await time.increase(5n * DAY);
      await claims.approveClaim(policy, 0n);
      await claims.pay(policy);
      expect((await claims.policy(policy)).paid).to.equal(1n);
    });

    it("an open period is neither approved, rejected nor decided", async () => {
      const { claims, insurer, arbiter, policy } = await load(deployReviewed);
      for (const call of [
        () => claims.connect(insurer).approveClaim(policy, 0n),
        () => claims.connect(insurer).rejectClaim(policy, 0n, ""),
        () => claims.connect(arbiter).arbitrate(policy, 0n, true, ""),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_WrongState")
          .withArgs(policy, 0n, PeriodState.Open);
      }
    });
  });
});
