// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { deployProven, type Item, SkipReason } from "./support/batch.ts";
import { circuitId, deployVerifier, proposal } from "./support/circuits.ts";
import {
  booksOf,
  circuitProof,
  crowdOfFour,
  first,
  key,
  malleated,
  outcomeOf,
  previewOf,
  receiptOf,
  saidIn,
} from "./support/mixed.ts";
import { ethers, load, networkHelpers, takesItsBlocksAlong, time } from "./support/network.ts";
import { deployKey, scalarOf } from "./support/proofs.ts";
import { benefit, claimWindow, DAY, delay, reopenTime, root, suspensionTime } from "./support/values.ts";

/** Random batches that are held against their preview. */
const rounds = process.env.LONG === "1" ? 1_000 : 40;

describe("ClaimsPayout: batches and items that do not count", () => {
  takesItsBlocksAlong();

  describe("items that are left out", () => {
    /** One item for every reason, each with what has to be said of it, and true claims beside them. */
    async function deployEveryReason() {
      const world = await deployProven();
      const {
        claims,
        circuits,
        governor,
        guardian,
        createProgram,
        fund,
        issue,
        grant,
        nextEpoch,
        item,
        release,
      } = world;
      const mock = await deployVerifier(7n);
      const others = ["glucose-retired", "glucose-suspended"];
      for (const name of others) {
        await circuits.connect(governor).propose(await proposal(mock, { name }));
      }
      await time.increase(delay);
      const [retired, suspended] = others.map((name) => circuitId(name, 1n)) as [string, string];
      for (const name of others) await circuits.add(await proposal(mock, { name }));
      const programs = [
        world.program,
        await createProgram({ circuit: retired }),
        await createProgram({ circuit: suspended }),
      ];
      const consents: string[] = [];
      for (const program of programs) {
        await fund(program, benefit * 500n);
        consents.push(await grant({ program }));
      }
      const firstEpoch = (await nextEpoch()) + 1n;
      let holder = 20n;
      const insure = (program: number) =>
        issue({ program: programs[program]!, firstEpoch, periods: 40n, holder: ++holder });
      const good = [await insure(0), await insure(0), await insure(0)];
      const [released, late, claimed, wrong] = [
        await insure(0),
        await insure(0),
        await insure(0),
        await insure(0),
      ];
      const [underRetired, underSuspended] = [await insure(1), await insure(2)];
      await circuits.connect(governor).scheduleRetirement(retired);

      await world.anchorPeriod(good[0]!, 0n);
      await time.increase(claimWindow + reopenTime + DAY);
      await release(released, 0n);
      await world.anchorPeriod(good[0]!, 20n);
      await circuits.connect(guardian).suspend(suspended, "doubt");
      const until = BigInt(await time.latest()) + suspensionTime;
      const consentId = consents[0]!;
      const spent = await item(claimed, 20n, consentId);
      await claims.submitClaim(claimed, 20n, consentId, spent.proof);

      const of = async (policyId: bigint, period: bigint, values: Partial<Item> = {}): Promise<Item> => ({
        ...(await item(good[0]!, 20n, consentId)),
        policyId,
        period,
        ...values,
      });
      const [, end] = await claims.periodTimes(good[0]!, 30n);
      const [start] = await claims.periodTimes(underRetired, 20n);
      const { closesAt } = await claims.windowOf(late, 0n);
      const day = await claims.anchorDayOf(good[0]!, 19n);
      const reasons: [Item, bigint, bigint][] = [
        [await of(999n, 20n), SkipReason.UnknownPolicy, 0n],
        [await of(0n, 20n), SkipReason.UnknownPolicy, 0n],
        [await of(good[0]!, 40n), SkipReason.UnknownPeriod, 0n],
        [await of(good[0]!, 2n ** 32n - 1n), SkipReason.UnknownPeriod, 0n],
        [spent, SkipReason.PeriodAlreadyClaimed, 0n],
        [await of(released, 0n), SkipReason.PeriodReleased, 0n],
        [await of(good[0]!, 30n), SkipReason.PeriodNotOver, end],
        [await of(good[0]!, 19n), SkipReason.NotAnchored, day],
        [await of(underRetired, 20n, { circuit: retired }), SkipReason.CircuitNotInForce, start],
        [await of(late, 0n), SkipReason.WindowClosed, closesAt],
        [await of(underSuspended, 20n, { circuit: suspended }), SkipReason.CircuitBlocked, until],
        [await of(wrong, 20n, { consentId: ZeroHash }), SkipReason.NoActiveConsent, 0n],
        [await of(wrong, 20n, { consentId: consents[1]! }), SkipReason.NoActiveConsent, 0n],
        [await of(wrong, 20n, { circuit: retired }), SkipReason.OtherCircuit, BigInt(first)],
        [await of(wrong, 20n, { circuit: ZeroHash }), SkipReason.OtherCircuit, BigInt(first)],
        [await of(wrong, 20n, { anchorRoot: root + 1n }), SkipReason.OtherRoot, root],
        [await of(wrong, 20n, { anchorRoot: 0n }), SkipReason.OtherRoot, root],
      ];
      const settled: Item[] = [];
      for (const policy of good) settled.push(await item(policy, 20n, consentId));
      return { ...world, settled, reasons };
    }

    it("every reason is said with its detail, and the claims beside them are settled", async () => {
      const { claims, settled, reasons } = await load(deployEveryReason);
      expect(new Set(reasons.map(([, reason]) => reason)).size).to.equal(Object.keys(SkipReason).length - 1);
      const half = reasons.length / 2;
      const entries: [Item, bigint, bigint][] = [
        [settled[0]!, SkipReason.None, 0n],
        ...reasons.slice(0, half),
        [settled[1]!, SkipReason.None, 0n],
        ...reasons.slice(half),
        [settled[2]!, SkipReason.None, 0n],
      ];
      const items = entries.map(([item]) => item);
      const before = await booksOf(claims, 1);
      expect(await previewOf(claims, items)).to.deep.equal(entries.map(([, ...said]) => said));
      expect(await claims.submitClaims.staticCall(items)).to.equal(3n);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(saidIn(claims, receipt)).to.deep.equal(
        entries.map(([{ policyId, period, consentId }, reason, detail], index) =>
          reason === SkipReason.None
            ? ["ClaimSettled", policyId, period, first, root, consentId, 0n]
            : ["ClaimSkipped", policyId, period, reason, BigInt(index), detail],
        ),
      );
      const after = await booksOf(claims, 1);
      const owed = after.policies.map(({ policy }, i) => policy.owed - before.policies[i]!.policy.owed);
      expect(owed.reduce((sum, one) => sum + one)).to.equal(3n);
      for (const { policyId } of settled) expect(owed[Number(policyId) - 1]).to.equal(1n);
      expect(after.programs).to.deep.equal(before.programs);
    });

    it("a single claim is refused for the same reason", async () => {
      const { claims, reasons } = await load(deployEveryReason);
      const errors = new Map<bigint, string>([
        [SkipReason.UnknownPolicy, "ClaimsPayout_UnknownPolicy"],
        [SkipReason.UnknownPeriod, "ClaimsPayout_UnknownPeriod"],
        [SkipReason.PeriodAlreadyClaimed, "ClaimsPayout_PeriodAlreadyClaimed"],
        [SkipReason.PeriodReleased, "ClaimsPayout_PeriodReleased"],
        [SkipReason.PeriodNotOver, "ClaimsPayout_PeriodNotOver"],
        [SkipReason.NotAnchored, "ClaimsPayout_NotAnchored"],
        [SkipReason.CircuitNotInForce, "ClaimsPayout_CircuitNotInForce"],
        [SkipReason.WindowClosed, "ClaimsPayout_WindowClosed"],
        [SkipReason.CircuitBlocked, "ClaimsPayout_CircuitBlocked"],
        [SkipReason.NoActiveConsent, "ClaimsPayout_NoActiveConsent"],
      ]);
      for (const [{ policyId, period, consentId, proof }, reason] of reasons) {
        const error = errors.get(reason);
        if (error === undefined) continue;
        await expect(claims.submitClaim(policyId, period, consentId, proof)).to.be.revertedWithCustomError(
          claims,
          error,
        );
      }
    });

    it("a batch of nothing but such items settles nothing, and verifies nothing", async () => {
      const { claims, circuits, reasons, verifier } = await load(deployEveryReason);
      const items = reasons.map(([item]) => item);
      // Whatever was asked of these would fail now; the last reasons look at the verifier's code first.
      await networkHelpers.setCode(await circuits.batchVerifier(), "0xfe");
      expect(await claims.submitClaims.staticCall(items)).to.equal(0n);
      const before = await booksOf(claims, 1);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(reasons.map(([, ...said]) => said));
      expect(await booksOf(claims, 1)).to.deep.equal(before);
      expect(await verifier.getAddress()).to.not.equal(await circuits.batchVerifier());
    });

    it("what is foreseen is what happens: random batches of such items, true claims and repetitions", async () => {
      const { claims, settled, reasons } = await load(deployEveryReason);
      const [good] = settled as [Item];
      const pool: Item[] = [
        ...reasons.map(([item]) => item),
        ...settled,
        ...settled,
        { ...good, consentId: ZeroHash },
        { ...good, anchorRoot: 3n },
        { ...good, circuit: ZeroHash },
        { ...good, proof: malleated(good.proof) },
      ];
      const met = new Set<bigint>();
      for (let round = 0; round < rounds; round++) {
        const length = 1 + Number(scalarOf(round) % 12n);
        const items = Array.from(
          { length },
          (_, i) => pool[Number(scalarOf(round, i) % BigInt(pool.length))]!,
        );
        const snapshot = await networkHelpers.takeSnapshot();
        const preview = await previewOf(claims, items);
        const receipt = await receiptOf(claims.submitClaims(items));
        const outcome = outcomeOf(claims, receipt, length);
        expect(preview, `round ${round}`).to.deep.equal(outcome);
        for (const [reason] of outcome) met.add(reason);
        await snapshot.restore();
      }
      expect(met.size).to.equal(Object.keys(SkipReason).length);
    });

    it("foresees nothing of no items", async () => {
      const { claims } = await load(crowdOfFour);
      expect(await claims.previewClaims([])).to.deep.equal([]);
    });
  });

  describe("proofs against what does not count any more", () => {
    it("T22: a root corrected after proving: left out by its name, and false under the new one's", async () => {
      const { claims, anchors, attester, policies, consentId, item } = await load(crowdOfFour);
      const old = [];
      for (const policy of policies) old.push(await item(policy, 0n, consentId));
      await anchors.connect(attester).correct(1n, await claims.anchorDayOf(policies[0]!, 0n), 888n, "late");
      const fresh = await item(policies[0]!, 0n, consentId);
      const renamed = { ...old[1]!, anchorRoot: 888n };

      const items = [old[0]!, old[1]!, fresh, old[2]!, old[3]!];
      const expected = items.map((one) =>
        one === fresh ? [SkipReason.None, 0n] : [SkipReason.OtherRoot, 888n],
      );
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      // The preview does not look at proofs.
      expect(await previewOf(claims, [fresh, renamed])).to.deep.equal(Array(2).fill([SkipReason.None, 0n]));
      await expect(claims.submitClaims([fresh, renamed]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(1, policies[1]!, 0);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });

    it("a successor that took over: the old circuit's proofs are left out by their name, and false under its", async () => {
      const { claims, circuits, governor, guardian, policies, consentId, item } = await load(crowdOfFour);
      const [a, b, c, d] = policies as [bigint, bigint, bigint, bigint];
      const old = await Promise.all([a, b, c].map((policy) => item(policy, 0n, consentId)));
      const exported = await ethers.deployContract("GlucoseDayVerifier");
      const successor = await proposal(await exported.getAddress(), {
        version: 2n,
        predecessor: first,
        verificationKey: await deployKey(key.bytes),
      });
      const id = circuitId("glucose-day", 2n);
      await circuits.connect(guardian).suspend(first, "doubt");
      await circuits.connect(governor).propose(successor);
      await time.increase(delay);
      await circuits.add(successor);
      expect((await claims.windowOf(a, 0n)).circuit).to.equal(id);

      const fresh = async (policy: bigint) => {
        const proof = circuitProof([...(await claims.claimInputs(policy, 0n))]);
        return item(policy, 0n, consentId, { circuit: id, proof });
      };
      const items = [old[0]!, await fresh(b), old[2]!, await fresh(d)];
      const expected = items.map(({ circuit }) =>
        circuit === id ? [SkipReason.None, 0n] : [SkipReason.OtherCircuit, BigInt(id)],
      );
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      const renamed = { ...old[0]!, circuit: id };
      await expect(claims.submitClaims([await fresh(b), await fresh(d), renamed]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(2, a, 0);
      const snapshot = await networkHelpers.takeSnapshot();
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      await snapshot.restore();
      // Two of the successor's, verified together under its own key.
      expect(await claims.submitClaims.staticCall([await fresh(b), await fresh(d), old[0]!])).to.equal(2n);
    });
  });
});
