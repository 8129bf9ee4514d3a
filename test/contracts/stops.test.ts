// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { deployClosing } from "./support/closing.ts";
import { load, time } from "./support/network.ts";
import {
  DAY,
  HOUR,
  holder,
  pauseCooldown,
  pauseTime,
  reopenTime,
  resumeTime,
  suspensionTime,
} from "./support/values.ts";
import { deployAnchored, deployInsured } from "./support/world.ts";

const _zeros = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };

describe("T27: stops end, and windows wait for them", () => {
  describe("pauses", () => {
    it("T27: a pause stops new programs, policies and claims, and ends by itself", async () => {
      const { claims, pauser, insurer, policy, consentId, claim, issue, offer, pauses } =
        await load(deployClosing);
      const tx = await pauses.connect(pauser).pause("a look");
      const until = BigInt((await tx.getBlock())!.timestamp) + pauseTime;
      await expect(tx).to.emit(pauses, "Paused").withArgs(until, "a look");
      expect(await pauses.pausedUntil()).to.equal(until);
      for (const call of [
        () => claim(policy, 0n, consentId),
        () => issue({ holder: holder + 5n }),
        async () => claims.connect(insurer).createProgram(await offer()),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_IsPaused").withArgs(until);
      }
      await time.increaseTo(until);
      expect(await pauses.pausedUntil()).to.equal(0n);
      await claim(policy, 0n, consentId);
    });

    it("P9: while paused, owed money is paid, claims are reviewed, lapsed periods released, free money withdrawn", async () => {
      const {
        claims,
        pauser,
        stranger,
        policy,
        program,
        consentId,
        claim,
        anchorPeriod,
        withdraw,
        release,
        pauses,
      } = await load(deployAnchored);
      await claim(policy, 0n, consentId);
      await anchorPeriod(policy, 1n);
      const { releasableFrom } = await claims.windowOf(policy, 1n);
      await time.increaseTo(releasableFrom);
      await pauses.connect(pauser).pause("");
      await claims.connect(stranger).pay(policy);
      await release(policy, 1n);
      await withdraw(program, 1n);
      expect((await claims.policy(policy)).paid).to.equal(1n);
    });

    it("T27: the window stays open for the resume time after a pause that touched it, to the second", async () => {
      const { claims, pauser, policy, consentId, claim, closes, pauses } = await load(deployClosing);
      await pauses.connect(pauser).pause("");
      const until = await pauses.pausedUntil();
      const { closesAt, releasableFrom } = await claims.windowOf(policy, 0n);
      expect([closesAt, releasableFrom]).to.deep.equal([until + resumeTime, until + resumeTime + reopenTime]);
      expect(closesAt).to.be.greaterThan(closes);
      await time.setNextBlockTimestamp(until + resumeTime - 1n);
      await claim(policy, 0n, consentId);
    });

    it("T27: at the end of the resume time it is closed, and its reserve free once no outage can reopen it", async () => {
      const { claims, pauser, policy, consentId, claim, release, pauses } = await load(deployClosing);
      await pauses.connect(pauser).pause("");
      const closes = (await pauses.pausedUntil()) + resumeTime;
      await time.setNextBlockTimestamp(closes);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_WindowClosed")
        .withArgs(policy, 0n, closes);
      await time.setNextBlockTimestamp(closes + reopenTime - 1n);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotReleasableYet",
      );
      await time.setNextBlockTimestamp(closes + reopenTime);
      await release(policy, 0n);
    });

    it("T27: a pause that ended well before the window closed changes nothing", async () => {
      const { claims, pauser, policy, closes, pauses } = await load(deployAnchored).then(async (world) => ({
        ...world,
        closes: (await world.claims.windowOf(world.policy, 0n)).closesAt,
      }));
      await pauses.connect(pauser).pause("");
      await time.increaseTo(closes - 1n);
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(closes);
    });

    it("a pause that was ended early moves the window by what is left of it", async () => {
      const { claims, pauser, policy, pauses } = await load(deployClosing);
      await pauses.connect(pauser).pause("");
      await time.increase(HOUR / 2n);
      await expect(pauses.connect(pauser).endPause()).to.emit(pauses, "PauseEnded");
      const now = BigInt(await time.latest());
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(now + resumeTime);
      await expect(pauses.connect(pauser).endPause()).to.be.revertedWithCustomError(
        pauses,
        "PauseRegistry_NotPaused",
      );
    });

    it("T27: a pause that begins as or after the window closes does not open it again", async () => {
      const { claims, pauser, policy, consentId, claim, closes, release, pauses } = await load(deployClosing);
      await time.setNextBlockTimestamp(closes);
      await pauses.connect(pauser).pause("");
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(closes);
      await time.increase(pauseTime);
      await release(policy, 0n);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_PeriodReleased",
      );
    });

    it("T27: no pause during a pause, nor within the cool-down", async () => {
      const { pauser, pauses } = await load(deployClosing);
      await pauses.connect(pauser).pause("");
      const until = await pauses.pausedUntil();
      await expect(pauses.connect(pauser).pause(""))
        .to.be.revertedWithCustomError(pauses, "PauseRegistry_AlreadyPaused")
        .withArgs(until);
      await time.setNextBlockTimestamp(until + pauseCooldown - 1n);
      await expect(pauses.connect(pauser).pause(""))
        .to.be.revertedWithCustomError(pauses, "PauseRegistry_CoolingDown")
        .withArgs(until + pauseCooldown);
      await time.setNextBlockTimestamp(until + pauseCooldown);
      await pauses.connect(pauser).pause("");
    });

    it("T28: the pauser changes in two steps", async () => {
      const { pauser, other, stranger, pauses } = await load(deployInsured);
      await expect(pauses.connect(pauser).nominatePauser(other.address))
        .to.emit(pauses, "PauserNominated")
        .withArgs(pauser.address, other.address);
      expect(await pauses.pendingPauser()).to.equal(other.address);
      await expect(pauses.connect(stranger).acceptPauser())
        .to.be.revertedWithCustomError(pauses, "PauseRegistry_NotNominee")
        .withArgs(stranger.address, other.address);
      await expect(pauses.connect(other).acceptPauser())
        .to.emit(pauses, "PauserChanged")
        .withArgs(pauser.address, other.address);
      expect([await pauses.pauser(), await pauses.pendingPauser()]).to.deep.equal([
        other.address,
        ZeroAddress,
      ]);
      await expect(pauses.connect(pauser).pause("")).to.be.revertedWithCustomError(
        pauses,
        "PauseRegistry_NotPauser",
      );
    });
  });

  it("T27: whatever was stopped, in the end every reserve is paid or free", async () => {
    const {
      claims,
      circuits,
      anchors,
      attester,
      guardian,
      pauser,
      insurer,
      circuit,
      token,
      policy,
      program,
      claim,
      consentId,
      withdraw,
      release,
      pauses,
      moneyOf,
    } = await load(deployClosing);
    await pauses.connect(pauser).pause("");
    await circuits.connect(guardian).suspend(circuit, "");
    await anchors.connect(attester).nominateAttester(1n, ZeroAddress);
    await claims
      .connect(insurer)
      .endPolicy(policy)
      .catch(() => undefined);
    await time.increase(suspensionTime);
    await claim(policy, 0n, consentId);
    await time.increase(1000n * DAY);
    const { periods } = await claims.policy(policy);
    for (let period = 1n; period < periods; period++) await release(policy, period);
    await claims.pay(policy);
    expect((await moneyOf(program)).committed).to.equal(0n);
    const { free } = await moneyOf(program);
    await withdraw(program, free);
    expect(await token.balanceOf(claims)).to.equal(0n);
  });
});
