// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { mockProof } from "./support/mockProof.ts";
import { load, networkHelpers, time } from "./support/network.ts";
import {
  Assurance,
  benefit,
  claimWindow,
  correctionTime,
  DAY,
  graceTime,
  HOUR,
  intakeTime,
  offset,
  PeriodState,
  reopenTime,
  root,
} from "./support/values.ts";
import { deployAnchored, deployInsured, deployWorld } from "./support/world.ts";

describe("ClaimsPayout: claims in time", () => {
  describe("T22: time and anchors", () => {
    it("not before the period is over", async () => {
      const { claims, policy, consentId, proofOf, firstEpoch } = await load(deployInsured);
      const end = 900n * offset + (firstEpoch + 1n) * DAY;
      const proof = await proofOf(policy, 0n);
      await time.setNextBlockTimestamp(end - 1n);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_PeriodNotOver")
        .withArgs(policy, 0n, end);
      // In the second it ends in, it is over; nothing but the anchor is missing.
      await time.setNextBlockTimestamp(end);
      await expect(claims.submitClaim(policy, 0n, consentId, proof)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotAnchored",
      );
    });

    it("T22: not on a day that is not anchored, even with a proof against root 0", async () => {
      const { claims, policy, consentId, proofOf, firstEpoch } = await load(deployInsured);
      const end = 900n * offset + (firstEpoch + 1n) * DAY;
      await time.increaseTo(end + 1n);
      const proof = await proofOf(policy, 0n);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotAnchored")
        .withArgs(1n, (end - 1n) / DAY);
    });

    it("T22: another day's or another group's root does not count", async () => {
      const { claims, anchors, stranger, policy, consentId, anchorPeriod, inputsOf, firstEpoch } =
        await load(deployInsured);
      await anchors.connect(stranger).createGroup(intakeTime, 2n * graceTime, DAY, 2n);
      const day = await claims.anchorDayOf(policy, 0n);
      await anchorPeriod(policy, 1n, 888n);
      const [from] = await anchors.anchorWindow(2n, day);
      expect(BigInt(await time.latest())).to.be.greaterThanOrEqual(from);
      await anchors.connect(stranger).anchor(2n, day, 999n);
      for (const anchorRoot of [888n, 999n]) {
        const proof = mockProof(await inputsOf(firstEpoch, 0n, { anchorRoot }));
        await expect(claims.submitClaim(policy, 0n, consentId, proof)).to.be.revertedWithCustomError(
          claims,
          "ClaimsPayout_NotAnchored",
        );
      }
    });

    it("the window closes claimWindow after the anchor was written, to the second", async () => {
      const { claims, anchors, policy, consentId, proofOf } = await load(deployAnchored);
      const { writtenAt } = await anchors.anchorOf(1n, await claims.anchorDayOf(policy, 0n));
      const proof = await proofOf(policy, 0n);
      const window = await claims.windowOf(policy, 0n);
      expect([window.openedAt, window.closesAt]).to.deep.equal([writtenAt, writtenAt + claimWindow]);
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(writtenAt + claimWindow);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_WindowClosed")
        .withArgs(policy, 0n, writtenAt + claimWindow);
      await snapshot.restore();
      await time.setNextBlockTimestamp(writtenAt + claimWindow - 1n);
      await claims.submitClaim(policy, 0n, consentId, proof);
    });

    it("T22: a correction restarts the window and changes the root that counts; what is settled stays", async () => {
      const { claims, anchors, attester, policy, consentId, proofOf, claim, anchorPeriod } =
        await load(deployAnchored);
      await anchorPeriod(policy, 1n, 5n);
      const old = await proofOf(policy, 1n);
      await claim(policy, 0n, consentId);
      const day = await claims.anchorDayOf(policy, 1n);
      const [, , correctableUntil] = await anchors.anchorWindow(1n, day);
      await anchors.connect(attester).correct(1n, day - 1n, 6n, "settled day");
      await time.setNextBlockTimestamp(correctableUntil);
      await anchors.connect(attester).correct(1n, day, 6n, "open day");
      expect((await claims.policy(policy)).owed).to.equal(1n);
      const window = await claims.windowOf(policy, 1n);
      expect([window.openedAt, window.closesAt, window.releasableFrom]).to.deep.equal([
        correctableUntil,
        correctableUntil + claimWindow,
        correctableUntil + claimWindow + reopenTime,
      ]);
      await expect(claims.submitClaim(policy, 1n, consentId, old)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidProof",
      );
      await time.setNextBlockTimestamp(correctableUntil + claimWindow - 1n);
      await claims.submitClaim(policy, 1n, consentId, await proofOf(policy, 1n));
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_PeriodAlreadyClaimed",
      );
    });

    it("a short window may reopen with a correction; until then its reserve is kept", async () => {
      const {
        claims,
        anchors,
        attester,
        createProgram,
        fund,
        issue,
        nextEpoch,
        grant,
        anchorPeriod,
        claim,
        release,
      } = await load(deployWorld);
      const program = await createProgram({ claimWindow: DAY });
      await fund(program, benefit);
      const policy = await issue({ program, firstEpoch: await nextEpoch(), periods: 1n });
      const consentId = await grant({ program });
      await anchorPeriod(policy, 0n);
      const day = await claims.anchorDayOf(policy, 0n);
      const [from, , correctableUntil] = await anchors.anchorWindow(1n, day);
      await time.increaseTo(from + DAY + 5n);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WindowClosed",
      );
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
        .withArgs(policy, 0n, from + DAY + reopenTime);
      expect(correctableUntil).to.be.lessThan(from + DAY + reopenTime);
      await time.setNextBlockTimestamp(correctableUntil);
      await anchors.connect(attester).correct(1n, day, 6n, "wrong root");
      await claim(policy, 0n, consentId);
      expect((await claims.policy(policy)).owed).to.equal(1n);
    });

    it("P10: a reserve is kept while the day can be corrected, long after its window and the reopening time", async () => {
      const { world, policy, from, correctableUntil } = await anchoredDayThatStaysCorrectable();
      const { claims, release } = world;
      const { closesAt, releasableFrom } = await claims.windowOf(policy, 0n);
      expect([closesAt, releasableFrom]).to.deep.equal([from + DAY, correctableUntil + 1n]);
      for (const at of [closesAt + reopenTime, correctableUntil]) {
        await time.setNextBlockTimestamp(at);
        await expect(release(policy, 0n))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
          .withArgs(policy, 0n, correctableUntil + 1n);
      }
      await time.setNextBlockTimestamp(correctableUntil + 1n);
      await release(policy, 0n);
    });

    it("P10: a corrected day is not written again: its reserve waits for its own window alone", async () => {
      const { world, policy, day, correctableUntil } = await anchoredDayThatStaysCorrectable();
      const { claims, anchors, attester, release } = world;
      await anchors.connect(attester).correct(2n, day, 6n, "a leaf was left out");
      const { closesAt, releasableFrom } = await claims.windowOf(policy, 0n);
      expect(releasableFrom)
        .to.equal(closesAt + reopenTime)
        .and.to.be.lessThan(correctableUntil);
      await time.setNextBlockTimestamp(releasableFrom);
      await release(policy, 0n);
    });
  });

  describe("T27, P10: periods that are not claimed", () => {
    it("P10: an unclaimed period becomes free when it can no longer be claimed, and not a second earlier", async () => {
      const { claims, policy, program, stranger, consentId, claim, release, moneyOf } =
        await load(deployAnchored);
      const { closesAt, releasableFrom } = await claims.windowOf(policy, 0n);
      expect(releasableFrom).to.equal(closesAt + reopenTime);
      const before = await moneyOf(program);
      await time.setNextBlockTimestamp(releasableFrom - 1n);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
        .withArgs(policy, 0n, releasableFrom);
      await time.setNextBlockTimestamp(releasableFrom);
      await expect(release(policy, 0n, stranger))
        .to.emit(claims, "PeriodsReleased")
        .withArgs(policy, 0n, 1n, 1n);
      const after = await moneyOf(program);
      expect([after.free - before.free, before.committed - after.committed]).to.deep.equal([
        benefit,
        benefit,
      ]);
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Released, 0n]);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingToRelease")
        .withArgs(policy, 0n, 1n);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_PeriodReleased")
        .withArgs(policy, 0n);
    });

    it("T27: a day that was never anchored lapses with its correction time", async () => {
      const { claims, policy, program, firstEpoch, withdraw, release, moneyOf } = await load(deployInsured);
      const end = 900n * offset + (firstEpoch + 1n) * DAY;
      const dayEnd = ((end - 1n) / DAY + 1n) * DAY;
      const lapse = dayEnd + intakeTime + graceTime + correctionTime + 1n;
      const window = await claims.windowOf(policy, 0n);
      expect([window.openedAt, window.closesAt, window.releasableFrom, window.circuit]).to.deep.equal([
        0n,
        0n,
        lapse,
        ZeroHash,
      ]);
      await time.setNextBlockTimestamp(lapse - 1n);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotReleasableYet",
      );
      await time.setNextBlockTimestamp(lapse);
      await release(policy, 0n);
      const { free } = await moneyOf(program);
      await withdraw(program, free);
    });

    it("P4: a period that was claimed cannot be released, whatever time passes", async () => {
      const { claims, policy, consentId, claim, release } = await load(deployAnchored);
      await claim(policy, 0n, consentId);
      await time.increase(1000n * DAY);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingToRelease")
        .withArgs(policy, 0n, 1n);
    });

    it("T27: a policy that was ended keeps paying for what had begun", async () => {
      const { claims, insurer, policy, consentId, anchorPeriod, claim, firstEpoch, token, controller } =
        await load(deployInsured);
      await time.setNextBlockTimestamp(900n * offset + firstEpoch * DAY);
      await claims.connect(insurer).endPolicy(policy);
      await anchorPeriod(policy, 0n);
      await claim(policy, 0n, consentId);
      await claims.pay(policy);
      expect(await token.balanceOf(controller)).to.equal(benefit);
    });

    it("T26: wind-down leaves no money behind", async () => {
      const {
        claims,
        token,
        policy,
        program,
        consentId,
        anchorPeriod,
        claim,
        fund,
        claimsAddress,
        custody,
        withdraw,
        release,
        moneyOf,
      } = await load(deployAnchored);
      await fund(program, 1n);
      await claim(policy, 0n, consentId);
      await anchorPeriod(policy, 1n, 5n);
      await time.increase(1000n * DAY);
      await release(policy, 1n);
      await release(policy, 2n);
      await claims.pay(policy);
      const { free, committed } = await moneyOf(program);
      expect(committed).to.equal(0n);
      await withdraw(program, free);
      expect(await token.balanceOf(claimsAddress)).to.equal(0n);
      expect(await custody.accountedIn(token)).to.equal(0n);
    });
  });
});

/** A policy's only period, anchored by a group that may correct a day long after the program's claim window of a day. */
async function anchoredDayThatStaysCorrectable() {
  const world = await load(deployWorld);
  const { claims, anchors, scopes, attester, insurer, createProgram, fund, issue } = world;
  await anchors.connect(attester).createGroup(0n, HOUR, 90n * DAY, Assurance.SupervisedGateway);
  await scopes.connect(insurer).createScope(2n);
  const program = await createProgram({ scope: 2n, claimWindow: DAY });
  await fund(program, benefit);
  const policy = await issue({ program, periods: 1n });
  const day = await claims.anchorDayOf(policy, 0n);
  const [from, , correctableUntil] = await anchors.anchorWindow(2n, day);
  await time.setNextBlockTimestamp(from);
  await anchors.connect(attester).anchor(2n, day, root);
  return { world, policy, day, from, correctableUntil };
}
