// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { deployRegistry } from "./support/circuits.ts";
import { ethers, load, time } from "./support/network.ts";
import {
  DAY,
  delay,
  HOUR,
  outageCooldown,
  outageTime,
  pauseCooldown,
  pauseTime,
  reopenTime,
  resumeTime,
  suspensionCooldown,
  suspensionTime,
} from "./support/values.ts";
import { deployAnchored, deployWorld } from "./support/world.ts";

const now = async () => BigInt(await time.latest());

describe("PauseRegistry", () => {
  it("knows its circuits, its pauser and its cool-downs", async () => {
    const { pauses, circuits, pauser } = await load(deployWorld);
    expect(await pauses.circuits()).to.equal(await circuits.getAddress());
    expect(await pauses.pauser()).to.equal(pauser.address);
    expect(await pauses.pauseCooldown()).to.equal(pauseCooldown);
    expect(await pauses.outageCooldown()).to.equal(outageCooldown);
    expect(await pauses.reopenTime()).to.equal(reopenTime);
  });

  it("refuses no circuits, no pauser, and circuits whose cool-down could starve a window", async () => {
    const { pauses, circuits, pauser, stranger, governor, guardian } = await load(deployWorld);
    const factory = await ethers.getContractFactory("PauseRegistry");
    await expect(factory.deploy(stranger.address, pauser.address))
      .to.be.revertedWithCustomError(pauses, "PauseRegistry_NotAContract")
      .withArgs(stranger.address);
    await expect(factory.deploy(circuits, ZeroAddress)).to.be.revertedWithCustomError(
      pauses,
      "PauseRegistry_ZeroAddress",
    );
    const registryWith = (cooldown: bigint) =>
      deployRegistry({
        governor: governor.address,
        guardian: guardian.address,
        delay,
        suspensionTime,
        suspensionCooldown: cooldown,
        allowDevelopmentKeys: false,
        developmentKeyHashes: [],
        developmentCodeHashes: [],
        genesis: [],
      });
    await expect(factory.deploy(await registryWith(suspensionCooldown - 1n), pauser.address))
      .to.be.revertedWithCustomError(pauses, "PauseRegistry_SuspensionCooldownTooShort")
      .withArgs(suspensionCooldown - 1n, suspensionCooldown);
    await factory.deploy(await registryWith(suspensionCooldown), pauser.address);
  });

  describe("outages", () => {
    /** The window of the policy's first day closed an hour ago. */
    async function closed() {
      const world = await deployAnchored();
      const { closesAt } = await world.claims.windowOf(world.policy, 0n);
      await time.increaseTo(closesAt + HOUR);
      return { ...world, closesAt, as: world.pauses.connect(world.pauser) };
    }

    it("T27: a window that ended in an outage is open for the resume time after it", async () => {
      const { as, pauses, claims, policy, consentId, claim, closesAt } = await load(closed);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WindowClosed",
      );
      const [from, until] = [closesAt - 1n, closesAt + HOUR];
      await expect(as.declareOutage(from, until, "the sequencer stood still"))
        .to.emit(pauses, "OutageDeclared")
        .withArgs(from, until, "the sequencer stood still");
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(until + resumeTime);
      expect(await pauses.lastStopBefore(from)).to.equal(0n);
      expect(await pauses.lastStopBefore(from + 1n)).to.equal(until);
      await time.setNextBlockTimestamp(until + resumeTime - 1n);
      await claim(policy, 0n, consentId);
    });

    it("T27: one that began as or after the window closed changes nothing", async () => {
      const { as, claims, policy, closesAt } = await load(closed);
      await as.declareOutage(closesAt, closesAt + HOUR, "");
      expect((await claims.windowOf(policy, 0n)).closesAt).to.equal(closesAt);
    });

    it("P4: nothing that an outage can reopen was released before", async () => {
      const { as, claims, policy, release, closesAt } = await load(closed);
      // The longest outage that began in the last second of the window, declared in the last second that it can be.
      await time.setNextBlockTimestamp(closesAt + reopenTime - 2n);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
        .withArgs(policy, 0n, closesAt + reopenTime);
      await time.setNextBlockTimestamp(closesAt + reopenTime - 1n);
      await as.declareOutage(closesAt - 1n, closesAt - 1n + outageTime, "");
      const { closesAt: reopened } = await claims.windowOf(policy, 0n);
      expect(reopened).to.equal(closesAt - 1n + outageTime + resumeTime);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotReleasableYet",
      );
    });

    it("refuses what lies ahead, is over for long, lasts longer than can be, or ends before it begins", async () => {
      const { as, pauses } = await load(closed);
      const at = (await now()) + 1000n;
      for (const [from, until] of [
        [at - 60n, at + 1n],
        [at - 2n * DAY, at - DAY - 1n],
        [at - outageTime - 1n, at],
        [at, at],
        [at, at - 1n],
      ] as const) {
        await time.setNextBlockTimestamp(at);
        await expect(as.declareOutage.staticCall(from, until, "", { blockTag: "pending" }))
          .to.be.revertedWithCustomError(pauses, "PauseRegistry_InvalidOutage")
          .withArgs(from, until);
      }
      for (const [from, until] of [
        [at - 1n, at],
        [at - outageTime, at],
        [at - DAY - outageTime, at - DAY],
      ] as const) {
        await time.setNextBlockTimestamp(at);
        await as.declareOutage.staticCall(from, until, "", { blockTag: "pending" });
      }
      await time.setNextBlockTimestamp(at);
      await as.declareOutage(at - DAY - outageTime, at - DAY, "");
    });

    it("waits for its cool-down, and not for that of pauses", async () => {
      const { as, pauses } = await load(closed);
      await as.pause("");
      const until = await now();
      await as.declareOutage(until - HOUR, until, "");
      await time.increaseTo(until + outageCooldown);
      await expect(as.declareOutage(until + outageCooldown - 1n, until + outageCooldown, ""))
        .to.be.revertedWithCustomError(pauses, "PauseRegistry_CoolingDown")
        .withArgs(until + outageCooldown);
      await time.increase(1n);
      await as.declareOutage(until + outageCooldown, until + outageCooldown + 1n, "");
    });

    it("stops nothing", async () => {
      const { as, pauses } = await load(closed);
      const at = await now();
      await as.declareOutage(at - HOUR, at, "");
      expect(await pauses.pausedUntil()).to.equal(0n);
    });
  });

  it("the later end counts, of pauses and outages", async () => {
    const { pauses, pauser } = await load(deployWorld);
    const as = pauses.connect(pauser);
    await as.pause("");
    const paused = await now();
    await as.declareOutage(paused - HOUR, paused - 1n, "");
    expect(await pauses.lastStopBefore(paused)).to.equal(paused - 1n);
    expect(await pauses.lastStopBefore(paused + 1n)).to.equal(paused + pauseTime);
  });
});
