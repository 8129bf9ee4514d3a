// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { circuitId, proposal } from "./support/circuits.ts";
import { load, time } from "./support/network.ts";
import {
  benefit,
  DAY,
  delay,
  HOUR,
  holder,
  pauseCooldown,
  pauseTime,
  reopenTime,
  resumeTime,
  root,
  suspensionCooldown,
  suspensionTime,
} from "./support/values.ts";
import { deployAnchored, deployInsured } from "./support/world.ts";

const second = circuitId("glucose-day", 2n);
const never = 2n ** 64n - 1n;
const _zeros = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };

/** The policy's first day is anchored and its window closes in an hour. */
async function deployClosing() {
  const world = await deployAnchored();
  const { closesAt } = await world.claims.windowOf(world.policy, 0n);
  await time.increaseTo(closesAt - HOUR);
  return { ...world, closes: closesAt };
}

/** As `deployClosing`, with a successor of the circuit added an hour before the window closes. */
async function deployWithSuccessor() {
  const world = await deployAnchored();
  const { claims, circuits, governor, circuit, verifier2, policy } = world;
  // A period later than the first, so that the delay fits before its window closes.
  const next = await proposal(verifier2, { version: 2n, predecessor: circuit });
  await circuits.connect(governor).propose(next);
  await time.increase(delay);
  const firstEpoch = await world.nextEpoch();
  const late = await world.issue({ firstEpoch, holder: holder + 1n });
  await world.anchorPeriod(late, 0n, root);
  await circuits.add(next);
  const { closesAt } = await claims.windowOf(late, 0n);
  await time.increaseTo(closesAt - HOUR);
  return { ...world, earlier: policy, policy: late, closes: closesAt };
}

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
      const {
        claims,
        circuits,
        governor,
        circuit,
        program,
        issue,
        fund,
        anchorPeriod,
        claim,
        consentId,
        release,
      } = await load(deployInsured);
      await fund(program, 100n * benefit);
      const policy = await issue({ periods: 30n, holder: holder + 1n });
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
      const {
        claims,
        circuits,
        governor,
        circuit,
        verifier2,
        program,
        issue,
        fund,
        anchorPeriod,
        claim,
        consentId,
      } = await load(deployInsured);
      await fund(program, 100n * benefit);
      const policy = await issue({ periods: 30n, holder: holder + 1n });
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
