// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { proposal } from "./support/circuits.ts";
import { deployClosing, deployWithSuccessor, never, second } from "./support/closing.ts";
import { load, time } from "./support/network.ts";
import {
  benefit,
  DAY,
  delay,
  HOUR,
  holder,
  reopenTime,
  resumeTime,
  root,
  suspensionCooldown,
  suspensionTime,
} from "./support/values.ts";
import { deployInsured } from "./support/world.ts";

/** A policy of 30 days, so that some begin after a retirement that is announced now. */
async function insuredForAMonth() {
  const world = await deployInsured();
  await world.fund(world.program, 100n * benefit);
  return { ...world, policy: await world.issue({ periods: 30n, holder: holder + 1n }) };
}

describe("T27: circuits that stop, and windows that wait for them", () => {
  describe("suspensions", () => {
    it("T27: a suspended circuit settles nothing until it ends; the window waits", async () => {
      const { claims, circuits, guardian, circuit, policy, consentId, claim } = await load(deployClosing);
      await circuits.connect(guardian).suspend(circuit, "doubt");
      const [, until] = await circuits.lastSuspensionBefore(circuit, never);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_CircuitBlocked")
        .withArgs(circuit, until);
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(until + resumeTime);
      await time.setNextBlockTimestamp(until - 1n);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CircuitBlocked",
      );
      await time.setNextBlockTimestamp(until + resumeTime - 1n);
      await claim(policy, 0n, consentId);
      expect((await claims.policy(policy)).owed).to.equal(1n);
    });

    it("T27: pause and suspension one after the other: each moves the window once, and it ends", async () => {
      const { claims, circuits, guardian, pauser, circuit, policy, consentId, claim, release, pauses } =
        await load(deployClosing);
      await pauses.connect(pauser).pause("");
      const pausedUntil = await pauses.pausedUntil();
      await time.setNextBlockTimestamp(pausedUntil + resumeTime - 1n);
      await circuits.connect(guardian).suspend(circuit, "doubt");
      const suspendedUntil = pausedUntil + resumeTime - 1n + suspensionTime;
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(suspendedUntil + resumeTime);
      // Neither can come again before the window closes.
      await time.setNextBlockTimestamp(suspendedUntil + resumeTime - 1n);
      await expect(pauses.connect(pauser).pause("")).to.be.revertedWithCustomError(
        pauses,
        "PauseRegistry_CoolingDown",
      );
      await expect(circuits.connect(guardian).suspend(circuit, "")).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_CoolingDown",
      );
      await time.setNextBlockTimestamp(suspendedUntil + resumeTime);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WindowClosed",
      );
      await time.setNextBlockTimestamp(suspendedUntil + resumeTime + reopenTime);
      await release(policy, 0n);
    });

    it("T27: old stops far apart are looked up one by one", async () => {
      const { claims, circuits, guardian, circuit, policy, consentId, claim, closes } =
        await load(deployClosing);
      await circuits.connect(guardian).suspend(circuit, "first");
      const closesAt = BigInt(await time.latest()) + suspensionTime + resumeTime;
      for (let i = 0; i < 3; i++) {
        await time.increase(suspensionTime + suspensionCooldown);
        await circuits.connect(guardian).suspend(circuit, "later");
      }
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(closesAt);
      expect(closesAt).to.be.greaterThan(closes);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WindowClosed",
      );
    });
  });

  describe("successors", () => {
    it("a successor does not settle what its predecessor can: before the window closes, and without a suspension", async () => {
      const { claims, circuits, guardian, circuit, policy, grant, controller, claim, closes } =
        await load(deployWithSuccessor);
      const consentId = await grant({}, controller);
      expect((await claims.windowOf(policy, 0n)).circuit).to.equal(circuit);
      await circuits.connect(guardian).suspend(circuit, "doubt");
      expect((await claims.windowOf(policy, 0n)).circuit).to.equal(circuit);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CircuitBlocked",
      );
      await time.increase(HOUR / 2n);
      await circuits.connect(guardian).endSuspension(circuit);
      await time.increaseTo(closes);
      // The suspension was over as the window closed: the predecessor still counts in the resume time.
      expect((await claims.windowOf(policy, 0n)).circuit).to.equal(circuit);
      await expect(claim(policy, 0n, consentId)).to.emit(claims, "ClaimSettled");
    });

    it("settles once its predecessor is suspended as the window closes, and then alone", async () => {
      const { claims, circuits, guardian, circuit, verifier, policy, consentId, claim, closes } =
        await load(deployWithSuccessor);
      await circuits.connect(guardian).suspend(circuit, "broken");
      await time.setNextBlockTimestamp(closes - 1n);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_CircuitBlocked")
        .withArgs(circuit, BigInt((await circuits.lastSuspensionBefore(circuit, never))[1]));
      await time.increaseTo(closes);
      expect((await claims.windowOf(policy, 0n)).circuit).to.equal(second);
      // Even when the suspension ends early, the broken predecessor does not come back for this period.
      await circuits.connect(guardian).endSuspension(circuit);
      expect((await claims.windowOf(policy, 0n)).circuit).to.equal(second);
      await verifier.behave(1);
      await expect(claim(policy, 0n, consentId))
        .to.emit(claims, "ClaimSettled")
        .withArgs(policy, 0n, second, root, consentId, 0n);
    });

    it("T27: a successor that is suspended too moves the window once more", async () => {
      const { claims, circuits, guardian, circuit, policy, consentId, claim, closes } =
        await load(deployWithSuccessor);
      await circuits.connect(guardian).suspend(circuit, "broken");
      const [, firstEnd] = await circuits.lastSuspensionBefore(circuit, never);
      await time.setNextBlockTimestamp(firstEnd + resumeTime - 1n);
      await circuits.connect(guardian).suspend(second, "broken too");
      const secondEnd = firstEnd + resumeTime - 1n + suspensionTime;
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(secondEnd + resumeTime);
      expect(closes).to.be.lessThan(firstEnd);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_CircuitBlocked")
        .withArgs(second, secondEnd);
      await time.setNextBlockTimestamp(secondEnd + resumeTime - 1n);
      await claim(policy, 0n, consentId);
    });

    it("with no successor the predecessor counts again when its suspension ends", async () => {
      const { claims, circuits, guardian, circuit, policy, consentId, claim, closes } =
        await load(deployClosing);
      await circuits.connect(guardian).suspend(circuit, "doubt");
      await time.increaseTo(closes + DAY);
      await circuits.connect(guardian).endSuspension(circuit);
      await expect(claim(policy, 0n, consentId)).to.emit(claims, "ClaimSettled");
    });
  });

  describe("retirement", () => {
    it("T27: a period settles under the circuit in force at its start, also after that was retired", async () => {
      const { claims, circuits, governor, circuit, issue, nextEpoch, anchorPeriod, claim, consentId } =
        await load(deployInsured);
      await circuits.connect(governor).scheduleRetirement(circuit);
      const { retiredAt } = await circuits.circuit(circuit);
      await time.increaseTo(retiredAt - DAY);
      const policy = await issue({ firstEpoch: await nextEpoch(), periods: 1n, holder: holder + 1n });
      await anchorPeriod(policy, 0n);
      expect(BigInt(await time.latest())).to.be.greaterThan(retiredAt);
      await expect(claim(policy, 0n, consentId))
        .to.emit(claims, "ClaimSettled")
        .withArgs(policy, 0n, circuit, root, consentId, 0n);
    });

    it("T27, P10: periods that begin after a retirement without successor lapse; nothing is stuck", async () => {
      const { claims, circuits, governor, circuit, policy, anchorPeriod, claim, consentId, release } =
        await load(insuredForAMonth);
      await circuits.connect(governor).scheduleRetirement(circuit);
      await anchorPeriod(policy, 29n);
      const window = await claims.windowOf(policy, 29n);
      expect(window.circuit).to.equal(ZeroHash);
      await expect(claim(policy, 29n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CircuitNotInForce",
      );
      await time.setNextBlockTimestamp(window.releasableFrom);
      await release(policy, 29n);
    });

    it("a period that begins after a retirement settles under the successor", async () => {
      const { claims, circuits, governor, circuit, verifier2, policy, anchorPeriod, claim, consentId } =
        await load(insuredForAMonth);
      const next = await proposal(verifier2, { version: 2n, predecessor: circuit });
      await circuits.connect(governor).propose(next);
      await circuits.connect(governor).scheduleRetirement(circuit);
      await time.increase(delay);
      await circuits.add(next);
      await anchorPeriod(policy, 29n);
      await expect(claim(policy, 29n, consentId))
        .to.emit(claims, "ClaimSettled")
        .withArgs(policy, 29n, second, root, consentId, 0n);
    });
  });
});
