// SPDX-License-Identifier: GPL-3.0-or-later
//
// T36: who settles a period, and until when, after exposures, retirements and successions.
import { expect } from "chai";
import { inOneBlock } from "./support/blocks.ts";
import { circuitId, deployVerifier, proposal } from "./support/circuits.ts";
import { mockProof } from "./support/mockProof.ts";
import { load, time } from "./support/network.ts";
import { DAY, delay, holder, reopenTime, resumeTime, root, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const never = 2n ** 64n - 1n;
const zeros = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };
const forgery = mockProof(zeros);
const version = (number: bigint) => circuitId("glucose-day", number);

/** A program with a window of `claimWindow`, a policy of a few days whose first is anchored, and the governor's ways. */
async function insured(claimWindow: bigint) {
  const world = await deployWorld();
  const { claims, circuits, governor, guardian, createProgram, fund, issue, grant } = world;
  const program = await createProgram({ claimWindow });
  await fund(program, world.program * 1_000_000_000n);
  const policy = await issue({ program, periods: 5n, holder: holder + 1n });
  const consentId = await grant({ program });
  await world.anchorPeriod(policy, 0n);
  /** Announces a successor; call what it returns to add it, `delay` later at the earliest. */
  async function succeed(number = 1n) {
    const verifier = await deployVerifier(10n + number);
    const next = await proposal(verifier, { version: number + 1n, predecessor: version(number) });
    await circuits.connect(governor).propose(next);
    return { add: () => circuits.add(next) };
  }
  const nominalClose = (await claims.windowOf(policy, 0n)).closesAt;
  return {
    ...world,
    program,
    policy,
    consentId,
    nominalClose,
    succeed,
    expose: (number: bigint) => circuits.exposeForgery(version(number), forgery),
    retire: (number: bigint) => circuits.connect(governor).scheduleRetirement(version(number)),
    suspend: (number: bigint) => circuits.connect(guardian).suspend(version(number), ""),
    endSuspension: (number: bigint) => circuits.connect(guardian).endSuspension(version(number)),
    window: async (period = 0n) => {
      const { closesAt, circuit } = await claims.windowOf(policy, period);
      return { closesAt, circuit };
    },
    settles: async (number: bigint, period = 0n) => {
      await expect(world.claim(policy, period, consentId))
        .to.emit(claims, "ClaimSettled")
        .withArgs(policy, period, version(number), root, consentId, 0n);
    },
    blocked: async (number: bigint, until = never, period = 0n) => {
      await expect(world.claim(policy, period, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_CircuitBlocked")
        .withArgs(version(number), until);
    },
  };
}
const short = () => insured(7n * DAY);
const long = () => insured(60n * DAY);
const veryLong = () => insured(300n * DAY);

const now = async () => BigInt(await time.latest());

describe("T36: circuits settle a period in turn", () => {
  describe("an exposed circuit", () => {
    it("T17: settles nothing more, and its windows wait for a successor as long as governance needs", async () => {
      const { expose, window, blocked, nominalClose, policy, release, claims } = await load(short);
      await time.increaseTo(nominalClose - 10n);
      await expose(1n);
      const closes = (await now()) + delay + suspensionTime + resumeTime;
      expect(await window()).to.deep.equal({ closesAt: closes, circuit: version(1n) });
      await time.setNextBlockTimestamp(closes - 1n);
      await blocked(1n);
      // P10: with no successor in that time the period lapses.
      await time.setNextBlockTimestamp(closes + reopenTime - 1n);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotReleasableYet",
      );
      await time.setNextBlockTimestamp(closes + reopenTime);
      await release(policy, 0n);
      expect((await claims.policy(policy)).reserved).to.equal(4n);
    });

    it("T36: one exposed as the window closes does not open it again", async () => {
      const { expose, window, nominalClose } = await load(short);
      await time.setNextBlockTimestamp(nominalClose);
      await expose(1n);
      expect((await window()).closesAt).to.equal(nominalClose);
    });

    it("T36: hands over from the second that its successor is in force, long before the window closes", async () => {
      const { expose, succeed, settles, blocked, window, nominalClose } = await load(long);
      await expose(1n);
      const { add } = await succeed();
      await time.increase(delay);
      await blocked(1n);
      await add();
      expect(await window()).to.deep.equal({ closesAt: nominalClose, circuit: version(2n) });
      await settles(2n);
    });

    it("T36: hands over at once where the successor is in force already", async () => {
      const { expose, succeed, settles, window } = await load(long);
      const { add } = await succeed();
      await time.increase(delay);
      await add();
      await settles(1n, 0n);
      expect((await window()).circuit).to.equal(version(1n));
      await expose(1n);
      expect((await window()).circuit).to.equal(version(2n));
    });

    it("T36: a successor that comes in the last second leaves the resume time to make a proof under it", async () => {
      const { expose, succeed, settles, window, nominalClose, policy, claim, consentId, claims } =
        await load(short);
      await time.increaseTo(nominalClose - 10n);
      await expose(1n);
      const { closesAt: last } = await window();
      await time.increaseTo(last - delay - DAY);
      const { add } = await succeed();
      await time.setNextBlockTimestamp(last - 1n);
      await add();
      expect(await window()).to.deep.equal({ closesAt: last - 1n + resumeTime, circuit: version(2n) });
      await time.setNextBlockTimestamp(last - 2n + resumeTime);
      await settles(2n);
      await time.setNextBlockTimestamp(last - 1n + resumeTime);
      await expect(claim(policy, 1n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotAnchored",
      );
    });

    it("T36: one that comes as the window closes comes too late", async () => {
      const { expose, succeed, window, nominalClose, policy, claim, consentId, claims } = await load(short);
      await time.increaseTo(nominalClose - 10n);
      await expose(1n);
      const { closesAt } = await window();
      await time.increaseTo(closesAt - delay - DAY);
      const { add } = await succeed();
      await time.setNextBlockTimestamp(closesAt);
      await add();
      expect((await window()).closesAt).to.equal(closesAt);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_WindowClosed")
        .withArgs(policy, 0n, closesAt);
    });

    it("T36: a successor brings the close of the waiting back, to no less than the resume time from then", async () => {
      const { expose, succeed, window, nominalClose } = await load(short);
      const { add } = await succeed();
      await time.increaseTo(nominalClose - 10n);
      await expose(1n);
      const { closesAt: waiting } = await window();
      await time.increase(delay);
      await add();
      const { closesAt } = await window();
      expect(closesAt).to.be.lessThan(waiting);
      expect(closesAt).to.equal((await now()) + resumeTime);
    });

    it("T36: periods that begin after it and before the successor wait for the successor", async () => {
      const { expose, succeed, settles, blocked, anchorPeriod, policy } = await load(long);
      await expose(1n);
      const { add } = await succeed();
      await anchorPeriod(policy, 3n);
      await blocked(1n, never, 3n);
      await time.increase(delay);
      await add();
      await settles(2n, 3n);
    });

    it("T36: cannot be suspended, and a suspension that runs cannot be ended early", async () => {
      const { circuits, expose, suspend, endSuspension, window, nominalClose } = await load(short);
      await time.increaseTo(nominalClose - 10n);
      await suspend(1n);
      await expose(1n);
      const forgedAt = await now();
      const before = await window();
      await expect(endSuspension(1n))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_Forged")
        .withArgs(version(1n), forgedAt);
      expect(await window()).to.deep.equal(before);
      await time.increase(suspensionTime);
      await expect(suspend(1n))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_Forged")
        .withArgs(version(1n), forgedAt);
    });
  });

  describe("a successor that is exposed", () => {
    it("T36: does not bring the broken circuit back: its window waits for the next one", async () => {
      const { suspend, succeed, expose, settles, blocked, window, nominalClose } = await load(short);
      const { add } = await succeed();
      await time.increaseTo(nominalClose - 10n);
      await suspend(1n);
      const suspended = await now();
      await time.increaseTo(nominalClose);
      await time.increase(delay);
      await add();
      expect((await window()).circuit).to.equal(version(2n));
      await expose(2n);
      const exposed = await now();
      // The first one's suspension is over, and it stays out.
      await time.increaseTo(suspended + suspensionTime + 5n);
      await blocked(2n);
      expect((await window()).closesAt).to.equal(exposed + delay + suspensionTime + resumeTime);
      const third = await succeed(2n);
      await time.increase(delay);
      await third.add();
      await settles(3n);
    });

    it("T36: has its turn, though it is exposed in the very second in which that comes", async () => {
      const { circuits, succeed, window } = await load(long);
      const { add } = await succeed();
      await time.increase(delay);
      await add();
      await inOneBlock(
        [1n, 2n].map((number) => (gas) => circuits.exposeForgery(version(number), forgery, gas)),
      );
      expect((await circuits.circuit(version(2n))).forgedAt).to.equal(
        (await circuits.circuit(version(1n))).forgedAt,
      );
      expect((await window()).circuit).to.equal(version(2n));
    });

    it("T36: at most four circuits settle one period", async () => {
      const { expose, succeed, window, blocked, circuits, claims, policy, nominalClose } =
        await load(veryLong);
      let exposedAt = 0n;
      for (let number = 1n; number <= 4n; number++) {
        await expose(number);
        exposedAt = await now();
        const { add } = await succeed(number);
        await time.increase(delay);
        await add();
        expect((await window()).circuit).to.equal(version(number < 4n ? number + 1n : 4n));
      }
      await blocked(4n);
      // The fifth does not end the wait for a successor of the fourth: it is none of this period's.
      const [start] = await claims.periodTimes(policy, 0n);
      expect(await circuits.lastStopBefore(version(1n), start, nominalClose, never)).to.equal(
        exposedAt + delay + suspensionTime,
      );
    });
  });

  describe("a successor that is retired", () => {
    it("T36: keeps the windows it was applied to, and closes none of them in the past", async () => {
      const { suspend, succeed, retire, settles, window, nominalClose, circuits } = await load(short);
      await time.increaseTo(nominalClose - 10n);
      await suspend(1n);
      const { add } = await succeed();
      await time.increase(delay);
      await add();
      await suspend(2n);
      const suspended = await now();
      const expected = {
        closesAt: suspended + suspensionTime + resumeTime,
        circuit: version(2n),
      };
      expect(await window()).to.deep.equal(expected);
      await retire(2n);
      const next = await succeed(2n);
      const { retiredAt } = await circuits.circuit(version(2n));
      expect(retiredAt).to.be.lessThan(expected.closesAt);
      for (const at of [retiredAt - 1n, retiredAt, retiredAt + 1n]) {
        await time.increaseTo(at);
        expect(await window()).to.deep.equal(expected);
      }
      await next.add();
      expect(await window()).to.deep.equal(expected);
      await time.setNextBlockTimestamp(expected.closesAt - 1n);
      await settles(2n);
    });

    it("T36: keeps what an exposure gave it, also where the exposed circuit is suspended as the window closes", async () => {
      const { suspend, expose, succeed, retire, settles, window, nominalClose, circuits } = await load(long);
      const { add } = await succeed();
      await time.increase(delay);
      await add();
      await time.increaseTo(nominalClose - delay - DAY);
      await retire(2n);
      await suspend(1n);
      await time.increaseTo(nominalClose - 2n * DAY);
      await expose(1n);
      expect((await circuits.circuit(version(2n))).retiredAt).to.be.lessThan(nominalClose);
      for (const at of [nominalClose - 1n, nominalClose]) {
        await time.increaseTo(at);
        expect((await window()).circuit, `${at - nominalClose}`).to.equal(version(2n));
      }
      await settles(2n);
    });

    it("a successor retired before it would take over is passed by", async () => {
      const { succeed, retire, expose, window, settles } = await load(veryLong);
      const first = await succeed();
      await time.increase(delay);
      await first.add();
      const next = await succeed(2n);
      await retire(2n);
      await time.increase(delay);
      await next.add();
      await expose(1n);
      expect((await window()).circuit).to.equal(version(3n));
      await settles(3n);
    });
  });

  describe("a suspension as the window closes", () => {
    it("hands over for good: ending it early does not bring the broken circuit back", async () => {
      const { suspend, endSuspension, succeed, settles, window, nominalClose } = await load(short);
      const { add } = await succeed();
      await time.increaseTo(nominalClose - 10n);
      await suspend(1n);
      await time.increase(delay);
      await add();
      expect((await window()).circuit).to.equal(version(2n));
      await endSuspension(1n);
      expect((await window()).circuit).to.equal(version(2n));
      await settles(2n);
    });
  });
});
