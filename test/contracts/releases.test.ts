// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { deployVerifier, proposal } from "./support/circuits.ts";
import { load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import {
  benefit,
  claimWindow,
  DAY,
  delay,
  HOUR,
  PeriodState,
  reopenTime,
  resumeTime,
  suspensionTime,
} from "./support/values.ts";
import { deployWorld, deployWorldWith } from "./support/world.ts";

describe("P10: releasing many periods at once", () => {
  /** A policy of 150 days, nothing anchored, all of it over for long. */
  async function lapsed() {
    const world = await deployWorld();
    await world.fund(world.program, 1000n * benefit);
    const policy = await world.issue({ periods: 150n });
    await time.increase(200n * DAY);
    return { ...world, policy };
  }

  it("frees every open period of a stretch, over the borders of words, in one transaction", async () => {
    const { claims, stranger, policy, program, moneyOf } = await load(lapsed);
    const before = await moneyOf(program);
    await expect(claims.connect(stranger).releasePeriods(policy, 3n, 140n))
      .to.emit(claims, "PeriodsReleased")
      .withArgs(policy, 3n, 140n, 137n);
    const after = await moneyOf(program);
    expect(after.free - before.free).to.equal(137n * benefit);
    expect(before.committed - after.committed).to.equal(137n * benefit);
    for (const [period, state] of [
      [2n, PeriodState.Open],
      [3n, PeriodState.Released],
      [63n, PeriodState.Released],
      [64n, PeriodState.Released],
      [139n, PeriodState.Released],
      [140n, PeriodState.Open],
    ] as const) {
      expect((await claims.periodOf(policy, period))[0], `${period}`).to.equal(state);
    }
    expect((await claims.policy(policy)).reserved).to.equal(13n);
    // What is released already is passed over.
    await expect(claims.releasePeriods(policy, 0n, 150n))
      .to.emit(claims, "PeriodsReleased")
      .withArgs(policy, 0n, 150n, 13n);
    await expect(claims.releasePeriods(policy, 0n, 150n))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingToRelease")
      .withArgs(policy, 0n, 150n);
  });

  it("refuses stretches that are empty, backwards, or longer than the policy", async () => {
    const { claims, policy } = await load(lapsed);
    for (const [from, until] of [
      [3n, 3n],
      [4n, 3n],
      [0n, 151n],
      [150n, 151n],
      [0n, 2n ** 32n - 1n],
    ] as const) {
      await expect(claims.releasePeriods(policy, from, until))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidPeriods")
        .withArgs(policy, from, until, 150n);
    }
  });

  it("refuses the whole stretch while one of it can still be claimed, and names that one", async () => {
    const { claims, fund, program, issue, anchors } = await load(deployWorld);
    await fund(program, 1000n * benefit);
    const policy = await issue({ periods: 30n });
    const day = await claims.anchorDayOf(policy, 10n);
    const [, , correctableUntil] = await anchors.anchorWindow(1n, day);
    await time.setNextBlockTimestamp(correctableUntil + 1n);
    await expect(claims.releasePeriods(policy, 0n, 12n))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
      .withArgs(policy, 11n, correctableUntil + 1n + DAY);
    await claims.releasePeriods(policy, 0n, 11n);
  });

  it("refuses a stretch where only the middle of a day, under another circuit than its ends, can be claimed", async () => {
    // A circuit can come and go within a day where governance decides in hours.
    const world = await deployWorldWith("MockVerifier", {
      delay: 2n * HOUR,
      facts: { epochSeconds: HOUR },
      terms: { offset: 0n },
    });
    const { claims, circuits, governor, guardian, circuit, verifier2, issue } = world;
    const dayStart = (BigInt(await time.latest()) / DAY + 2n) * DAY;
    const policy = await issue({ firstEpoch: dayStart / HOUR, periods: 24n });
    const at = (hour: bigint) => time.setNextBlockTimestamp(dayStart + hour * HOUR);
    await at(-1n);
    await circuits.connect(governor).scheduleRetirement(circuit);
    const next = await proposal(verifier2, { version: 2n, predecessor: circuit, epochSeconds: HOUR });
    await at(2n);
    await circuits.connect(governor).propose(next);
    await at(4n);
    await circuits.add(next);
    const successor = await circuits.circuitIdOf("glucose-day", 2n);
    await at(6n);
    await circuits.connect(governor).scheduleRetirement(successor);
    await world.anchorPeriod(policy, 0n);
    const closes = BigInt(await time.latest()) + claimWindow;
    const [none, later] = [ZeroHash, successor];
    const expected = [circuit, none, none, none, later, later, later, later, none, none];
    for (const [period, settles] of expected.entries()) {
      expect((await claims.windowOf(policy, period)).circuit, `${period}`).to.equal(settles);
    }
    // Its suspension as the windows close keeps those of its four periods open, and no others.
    await time.setNextBlockTimestamp(closes - 1n);
    await circuits.connect(guardian).suspend(successor, "");
    const releasableFrom = closes - 1n + suspensionTime + resumeTime + reopenTime;
    await time.setNextBlockTimestamp(closes + reopenTime);
    await expect(claims.releasePeriods(policy, 0n, 24n))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
      .withArgs(policy, 4n, releasableFrom);
    await claims.releasePeriods(policy, 0n, 4n);
    await claims.releasePeriods(policy, 8n, 24n);
    await time.setNextBlockTimestamp(releasableFrom);
    await claims.releasePeriods(policy, 4n, 8n);
  });

  it("costs a few hundred gas a period where many are proven against one day (as built)", async () => {
    const { claims, circuits, governor, createProgram, fund, issue, nextEpoch } = await load(deployWorld);
    const facts = { template: 1n, profile: 1n, epochs: 1n, epochSeconds: 30n, codes: 363n, samples: 288n };
    const windows = await proposal(await deployVerifier(9n), { name: "windows", ...facts });
    await circuits.connect(governor).propose(windows);
    await time.increase(delay);
    await circuits.add(windows);
    const circuit = await circuits.circuitIdOf("windows", 1n);
    const program = await createProgram({ circuit, terms: packTerms({ offset: 0n }), benefit: 1n });
    await fund(program, 100_000n);
    const firstEpoch = (await nextEpoch(0n, 30n)) + 10n;
    const policy = await issue({ program, firstEpoch, periods: 20_000n, holder: 99n });
    await time.increase(100n * DAY);
    const gas = async (from: bigint, until: bigint) =>
      (await (await claims.releasePeriods(policy, from, until)).wait())!.gasUsed;
    // Seven days, each looked at once at either end, and a new word of states for every 64 periods.
    expect(await gas(0n, 16_384n)).to.be.lessThan(16_384n * 450n);
    expect((await claims.policy(policy)).reserved).to.equal(20_000n - 16_384n);
    expect(await gas(16_384n, 16_385n)).to.be.lessThan(120_000n);
  });
});
