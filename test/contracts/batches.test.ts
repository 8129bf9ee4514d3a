// SPDX-License-Identifier: GPL-3.0-or-later
//
// Claims in batches, with true proofs and a relayer that is not to be trusted.
import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre from "hardhat";
import { intrinsicGas } from "../support/gas.ts";
import { type Item, SkipReason } from "./support/batch.ts";
import { inOneBlock } from "./support/blocks.ts";
import {
  booksOf,
  crowdOf64,
  crowdOfFour,
  crowdOfSixteen,
  deployMixed,
  falseProof,
  first,
  malleated,
  outcomeOf,
  previewOf,
  receiptOf,
  saidIn,
  second,
} from "./support/mixed.ts";
import { ethers, load, networkHelpers, takesItsBlocksAlong, time } from "./support/network.ts";
import { benefit, PeriodState, review, root } from "./support/values.ts";

describe("ClaimsPayout: batches", () => {
  takesItsBlocksAlong();

  describe("settle what single claims settle", () => {
    // Places of policies: 0 and 3 in the first program, 1 under review, 2 under the second circuit.
    const batches: [string, [number, bigint][]][] = [
      [
        "one statement",
        [
          [0, 0n],
          [3, 0n],
          [0, 1n],
        ],
      ],
      [
        "a program with review",
        [
          [1, 0n],
          [0, 0n],
          [1, 1n],
        ],
      ],
      [
        "two circuits side by side",
        [
          [0, 0n],
          [3, 1n],
          [2, 0n],
          [2, 1n],
        ],
      ],
      [
        "two circuits in turns",
        [
          [0, 0n],
          [2, 1n],
          [1, 0n],
          [2, 0n],
          [3, 0n],
          [3, 1n],
          [0, 1n],
        ],
      ],
      ["a single claim", [[2, 0n]]],
    ];
    for (const [what, places] of batches) {
      it(`N1, P1: ${what}: the same events, states and money`, async () => {
        const { claims, relayer, policies, claimOf, token, controller } = await load(deployMixed);
        const items: Item[] = [];
        for (const [place, period] of places) items.push(await claimOf(place, period));
        const at = BigInt(await time.latest()) + 100n;
        const snapshot = await networkHelpers.takeSnapshot();

        await time.setNextBlockTimestamp(at);
        const singles = await inOneBlock(
          items.map(
            ({ policyId, period, consentId, proof }) =>
              (overrides) =>
                claims.connect(relayer).submitClaim(policyId, period, consentId, proof, overrides),
          ),
        );
        expect(singles.map(({ status }) => status)).to.deep.equal(items.map(() => 1));
        const expected = {
          said: singles.flatMap((receipt) => saidIn(claims, receipt)),
          books: await booksOf(claims, 3),
        };
        await snapshot.restore();

        expect(await previewOf(claims, items)).to.deep.equal(items.map(() => [SkipReason.None, 0n]));
        expect(await claims.submitClaims.staticCall(items)).to.equal(BigInt(items.length));
        await time.setNextBlockTimestamp(at);
        const receipt = await receiptOf(claims.connect(relayer).submitClaims(items));
        expect(saidIn(claims, receipt)).to.deep.equal(expected.said);
        expect(await booksOf(claims, 3)).to.deep.equal(expected.books);

        let owed = 0n;
        for (const policy of policies) {
          const amount = await claims.owedOf(policy);
          owed += amount;
          if (amount !== 0n) await claims.pay(policy);
        }
        expect(owed).to.equal(benefit * BigInt(places.filter(([place]) => place !== 1).length));
        expect(await token.balanceOf(controller)).to.equal(owed);
      });
    }

    it("P4: a claim under review is reviewed as ever", async () => {
      const { claims, insurer, policies, claimOf } = await load(deployMixed);
      const receipt = await receiptOf(
        claims.submitClaims([await claimOf(1, 0n), await claimOf(0, 0n), await claimOf(1, 1n)]),
      );
      const { timestamp } = (await ethers.provider.getBlock(receipt.blockNumber))!;
      const until = BigInt(timestamp) + review.reviewTime;
      expect(await claims.periodOf(policies[1]!, 0n)).to.deep.equal([PeriodState.UnderReview, until]);
      await claims.connect(insurer).approveClaim(policies[1]!, 0n);
      await claims.connect(insurer).rejectClaim(policies[1]!, 1n, "doubt");
      expect(await claims.owedOf(policies[1]!)).to.equal(benefit);
      expect((await claims.periodOf(policies[1]!, 1n))[0]).to.equal(PeriodState.Rejected);
      const again = [await claimOf(1, 0n), await claimOf(1, 1n)];
      const expected = Array(2).fill([SkipReason.PeriodAlreadyClaimed, 0n]);
      expect(await previewOf(claims, again)).to.deep.equal(expected);
      expect(outcomeOf(claims, await receiptOf(claims.submitClaims(again)), 2)).to.deep.equal(expected);
    });

    it("P5: the second of two for one period is left out, whatever its proof, root, circuit or consent", async () => {
      const { claims, policies, trueProof, claimOf } = await load(deployMixed);
      const item = await claimOf(0, 0n);
      const again: Item[] = [
        item,
        { ...item, proof: await trueProof(policies[0]!, 0n) },
        { ...item, proof: malleated(item.proof) },
        { ...item, consentId: ZeroHash },
        { ...item, anchorRoot: 1n },
        { ...item, circuit: second },
        { ...item, proof: await falseProof(claims, item) },
      ];
      const items = [item, ...again, await claimOf(3, 0n)];
      const expected = items.map((_, i) => [
        i === 0 || i === items.length - 1 ? SkipReason.None : SkipReason.PeriodAlreadyClaimed,
        0n,
      ]);
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });

    it("P5: if the first of two for one period is left out, the second is not", async () => {
      const { claims, policies, claimOf } = await load(deployMixed);
      const item = await claimOf(0, 0n);
      const items = [{ ...item, anchorRoot: 1n }, { ...item, circuit: second }, item, item];
      const expected = [
        [SkipReason.OtherRoot, root],
        [SkipReason.OtherCircuit, BigInt(first)],
        [SkipReason.None, 0n],
        [SkipReason.PeriodAlreadyClaimed, 0n],
      ];
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });
  });

  describe("stops and consents", () => {
    it("an empty batch is refused", async () => {
      const { claims } = await load(crowdOfFour);
      await expect(claims.submitClaims([])).to.be.revertedWithCustomError(claims, "ClaimsPayout_NoClaims");
    });

    it("T27: neither a batch nor its preview while paused", async () => {
      const { claims, pauser, policies, consentId, item, pauses } = await load(crowdOfFour);
      const items = [await item(policies[0]!, 0n, consentId)];
      await pauses.connect(pauser).pause("doubt");
      const until = await pauses.pausedUntil();
      const calls = [
        () => claims.submitClaims(items),
        () => claims.previewClaims(items),
        () => claims.submitClaims([]),
      ];
      for (const call of calls) {
        await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_IsPaused").withArgs(until);
      }
      await time.increaseTo(until);
      await claims.submitClaims(items);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });

    for (const order of ["before", "after"] as const) {
      it(`T30, C3: a consent revoked in the same block ${order} the batch`, async () => {
        const { claims, consents, controller, relayer, policies, consentId, item, grant } =
          await load(crowdOfFour);
        const kept = await grant();
        const items = [
          await item(policies[0]!, 0n, consentId),
          await item(policies[1]!, 0n, kept),
          await item(policies[2]!, 0n, kept),
        ];
        const sends: Parameters<typeof inOneBlock>[0] = [
          (overrides) => consents.connect(controller).revoke(consentId, overrides),
          (overrides) => claims.connect(relayer).submitClaims(items, overrides),
        ];
        const receipts = await inOneBlock(order === "before" ? sends : sends.toReversed());
        const batch = receipts[order === "before" ? 1 : 0]!;
        expect(receipts.map(({ status }) => status)).to.deep.equal([1, 1]);
        const reason = order === "before" ? SkipReason.NoActiveConsent : SkipReason.None;
        expect(outcomeOf(claims, batch, 3)).to.deep.equal([
          [reason, 0n],
          [SkipReason.None, 0n],
          [SkipReason.None, 0n],
        ]);
      });
    }
  });

  describe("gas", () => {
    before(function () {
      if (hre.globalOptions.coverage) {
        console.log("      skipped: instrumented code costs more");
        this.skip();
      }
    });

    it("T31: a batch of 16 costs the same beside 10 and beside 300 other policies", async () => {
      const { claims, policies, consentId, item, issue, fund } = await load(crowdOfSixteen);
      await fund(1n, benefit * 1000n);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      const costs: bigint[] = [];
      let others = 0n;
      for (const crowd of [10n, 300n]) {
        for (; others < crowd; others++) await issue({ holder: 7n + others, periods: 1n });
        const snapshot = await networkHelpers.takeSnapshot();
        costs.push((await receiptOf(claims.submitClaims(items))).gasUsed);
        await snapshot.restore();
      }
      expect(costs[1]).to.equal(costs[0]);
    });

    it("64 claims of different policies under different consents cost at most 120,000 gas each, all in (as built)", async () => {
      const { claims, policies, grant, item } = await load(crowdOf64);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, await grant()));
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(await outcomeOf(claims, receipt, 64)).to.deep.equal(Array(64).fill([SkipReason.None, 0n]));
      const data = claims.interface.encodeFunctionData("submitClaims", [items]);
      const storage = await storageOf(receipt.hash);
      console.log(
        `      each ${receipt.gasUsed / 64n} gas, of which ${intrinsicGas(data) / 64n} transaction and calldata, ${storage.gas / 64n} storage written (${storage.fresh} words for the first time, ${storage.changed} changed)`,
      );
      expect(receipt.gasUsed / 64n).to.be.lessThanOrEqual(120_000n);
      // Its word of states; what else is written was there before.
      expect(storage.fresh).to.equal(64);
    });

    /** What a transaction's SSTOREs cost, and how many of them wrote to an empty word. */
    async function storageOf(hash: string): Promise<{ gas: bigint; fresh: number; changed: number }> {
      const trace: { structLogs: { op: string; gasCost: number }[] } = await ethers.provider.send(
        "debug_traceTransaction",
        [hash, { disableStack: true, disableMemory: true, disableStorage: true }],
      );
      const writes = trace.structLogs.filter(({ op }) => op === "SSTORE").map(({ gasCost }) => gasCost);
      // 20,000 for an empty word, 2,900 for another, and 2,100 more where it was not looked at before (EIP-2929).
      const fresh = writes.filter((gas) => gas >= 20_000).length;
      const changed = writes.filter((gas) => gas >= 2_900 && gas < 20_000).length;
      return { gas: BigInt(writes.reduce((sum, gas) => sum + gas, 0)), fresh, changed };
    }
  });
});
