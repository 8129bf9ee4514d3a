// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { deployVerifier, proposal } from "./support/circuits.ts";
import { load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { benefit, DAY, delay, PeriodState } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

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
