// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { Q } from "../support/mangling.ts";
import { type Item, SkipReason, trapdoorProof } from "./support/batch.ts";
import {
  booksOf,
  crowdOfFour,
  deployMixed,
  falseProof,
  inputsOf,
  malleated,
  outcomeOf,
  previewOf,
  receiptOf,
} from "./support/mixed.ts";
import type { Proof } from "./support/mockProof.ts";
import { ethers, load, networkHelpers, takesItsBlocksAlong } from "./support/network.ts";
import { twistPointOutsideGroup } from "./support/proofs.ts";
import { benefit } from "./support/values.ts";

describe("ClaimsPayout: batches and proofs", () => {
  takesItsBlocksAlong();

  describe("N1: false proofs", () => {
    async function deployReady() {
      const world = await crowdOfFour();
      const { claims, policies, consentId, item } = world;
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      const lies = await Promise.all(
        items.map(async (one) => ({ ...one, proof: await falseProof(claims, one) })),
      );
      return { ...world, items, lies };
    }

    it("N1: one at any position reverts everything, and is named to whoever asks with much gas", async () => {
      const { claims, items, lies } = await load(deployReady);
      const before = await booksOf(claims, 1);
      for (const [index, lie] of lies.entries()) {
        const batch = items.with(index, lie);
        await expect(claims.submitClaims.staticCall(batch, { gasLimit: 8_000_000n }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
          .withArgs(index, lie.policyId, 0);
      }
      expect(await booksOf(claims, 1)).to.deep.equal(before);
    });

    it("N1: one at any position reverts everything where the gas suffices for the batch alone", async () => {
      const { claims, items, lies } = await load(deployReady);
      const before = await booksOf(claims, 1);
      const gasLimit = await claims.submitClaims.estimateGas(items);
      for (const [index, lie] of lies.entries()) {
        await expect(claims.submitClaims(items.with(index, lie), { gasLimit }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
          .withArgs(0, 3);
      }
      expect(await booksOf(claims, 1)).to.deep.equal(before);
      await claims.submitClaims(items, { gasLimit });
      expect(await booksOf(claims, 1)).to.not.deep.equal(before);
    });

    it("N1: of several the first is named", async () => {
      const { claims, items, lies } = await load(deployReady);
      await expect(claims.submitClaims([items[0]!, lies[1]!, items[2]!, lies[3]!]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(1, lies[1]!.policyId, 0);
    });

    it("N1: the index counts what is left out, also where one claim is all there is to verify", async () => {
      const { claims, items, lies } = await load(deployReady);
      const skipped = { ...items[0]!, consentId: ZeroHash };
      for (const batch of [
        [skipped, lies[1]!, skipped],
        [skipped, items[2]!, skipped, lies[1]!],
      ]) {
        await expect(claims.submitClaims(batch))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
          .withArgs(batch.indexOf(lies[1]!), lies[1]!.policyId, 0);
      }
      const gasLimit = await claims.submitClaims.estimateGas([skipped, items[1]!, skipped]);
      await expect(claims.submitClaims([skipped, lies[1]!, skipped], { gasLimit }))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
        .withArgs(0, 2);
      await expect(claims.submitClaims([lies[3]!]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(0, lies[3]!.policyId, 0);
    });

    it("N1: two whose errors cancel are found out", async () => {
      const { claims, items, trueProof } = await load(deployReady);
      // Each with the other's true proof: the sums over both are right.
      const [a, b] = items as [Item, Item];
      const batch = [
        { ...a, proof: await trueProof(b.policyId, 0n) },
        { ...b, proof: await trueProof(a.policyId, 0n) },
      ];
      await expect(claims.submitClaims(batch))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(0, a.policyId, 0);
    });

    it("N1: one in the second of two circuits' runs reverts the first as well", async () => {
      const { claims, claimOf } = await load(deployMixed);
      const good = [await claimOf(0, 0n), await claimOf(3, 0n), await claimOf(2, 0n), await claimOf(2, 1n)];
      const before = await booksOf(claims, 2);
      for (const index of [2, 3]) {
        // A true proof under the other circuit's key is a false one here.
        const lie = { ...good[index]!, proof: trapdoorProof(await inputsOf(claims, good[index]!), 3n) };
        const batch = good.with(index, lie);
        await expect(claims.submitClaims(batch))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
          .withArgs(index, lie.policyId, lie.period);
        const gasLimit = await claims.submitClaims.estimateGas(good);
        await expect(claims.submitClaims(batch, { gasLimit }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
          .withArgs(2, 3);
      }
      expect(await booksOf(claims, 2)).to.deep.equal(before);
    });

    it("N1, T18: whatever a batch verifier answers but one word 1 proves nothing", async () => {
      const { claims, circuits, items } = await load(deployReady);
      const answers: Record<string, string> = {
        "0": "0x5f5f5260205ff3",
        "2": "0x60025f5260205ff3",
        "-1": "0x5f195f5260205ff3",
        "31 bytes": "0x6101005f52601f5ff3",
        "two words": "0x60015f5260405ff3",
        nothing: "0x00",
        "no code": "0x",
        "a revert with 1": "0x60015f5260205ffd",
        "an invalid instruction": "0xfe",
      };
      const address = await circuits.batchVerifier();
      for (const [what, code] of Object.entries(answers)) {
        await networkHelpers.setCode(address, code);
        // The proofs are true, so none of them is named.
        await expect(claims.submitClaims.staticCall(items, { gasLimit: 8_000_000n }), what)
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
          .withArgs(0, 3);
      }
      await networkHelpers.setCode(address, "0x60015f5260205ff3");
      expect(await claims.submitClaims.staticCall(items)).to.equal(4n);
    });

    it("T18, V1: with a verifier whose code is gone or another everything is left out", async () => {
      const { claims, verifier, items } = await load(deployReady);
      for (const code of ["0x", "0x60015f5260205ff3"]) {
        await networkHelpers.setCode(await verifier.getAddress(), code);
        const expected = items.map(() => [SkipReason.CircuitBlocked, 2n ** 64n - 1n]);
        expect(await previewOf(claims, items)).to.deep.equal(expected);
        expect(await claims.submitClaims.staticCall(items)).to.equal(0n);
        expect(outcomeOf(claims, await receiptOf(claims.submitClaims(items)), 4)).to.deep.equal(expected);
      }
    });

    it("P5, T18: calldata that is cut off, or names a period beyond its 32 bits, is refused", async () => {
      const { claims, claimsAddress, items, stranger } = await load(deployReady);
      const data = claims.interface.encodeFunctionData("submitClaims", [items]);
      const send = (changed: string) =>
        stranger.sendTransaction({ to: claimsAddress, data: changed, gasLimit: 3_000_000n });
      for (const bytes of [1, 32, 256, 416]) {
        await expect(send(data.slice(0, -2 * bytes)), `${bytes} bytes`).to.be.revert(ethers);
      }
      // The second word of the first item: selector, offset, length, policy, period.
      const period = 2 + 8 + 64 * 3;
      const alias = `${data.slice(0, period)}${(2n ** 32n).toString(16).padStart(64, "0")}${data.slice(period + 64)}`;
      await expect(send(alias)).to.be.revert(ethers);
      expect((await claims.policy(items[0]!.policyId)).owed).to.equal(0n);
      await send(`${data}${"ab".repeat(40)}`);
      expect((await claims.policy(items[0]!.policyId)).owed).to.equal(1n);
    });

    it("N1, T18: malformed proofs are false proofs, and named", async () => {
      const { claims, items } = await load(deployReady);
      const { proof } = items[2]!;
      const [x1, x0, y1, y0] = twistPointOutsideGroup() as [bigint, bigint, bigint, bigint];
      const malformed: Record<string, Proof> = {
        "A off the curve": { ...proof, a: [proof.a[0], proof.a[1] + 1n] },
        "A at infinity": { ...proof, a: [0n, 0n] },
        "C + q": { ...proof, c: [proof.c[0] + Q, proof.c[1]] },
        "B at infinity": {
          ...proof,
          b: [
            [0n, 0n],
            [0n, 0n],
          ],
        },
        "B outside the group": {
          ...proof,
          b: [
            [x1, x0],
            [y1, y0],
          ],
        },
      };
      const skipped = { ...items[0]!, consentId: ZeroHash };
      for (const [what, lie] of Object.entries(malformed)) {
        const item = { ...items[2]!, proof: lie };
        // Among others, and alone behind one that is left out.
        for (const batch of [items.with(2, item), [skipped, skipped, item]]) {
          await expect(claims.submitClaims.staticCall(batch, { gasLimit: 8_000_000n }), what)
            .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
            .withArgs(2, item.policyId, 0);
        }
      }
    });
  });

  describe("T19, T20, P5: copies", () => {
    it("T19, T20: a copied batch of malleated proofs, sent by a stranger, pays the policies' payees", async () => {
      const { claims, stranger, controller, token, policies, consentId, item } = await load(crowdOfFour);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      const copied = items.map((one) => ({ ...one, proof: malleated(one.proof) }));
      await claims.connect(stranger).submitClaims(copied);
      for (const policy of policies) await claims.connect(stranger).pay(policy);
      expect(await token.balanceOf(controller)).to.equal(4n * benefit);
      expect(await token.balanceOf(stranger)).to.equal(0n);
      // The honest one comes too late, and nothing is paid twice.
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, 4)).to.deep.equal(
        Array(4).fill([SkipReason.PeriodAlreadyClaimed, 0n]),
      );
      for (const policy of policies) {
        const { owed, paid } = await claims.policy(policy);
        expect([owed, paid]).to.deep.equal([0n, 1n]);
      }
    });

    it("P5: of the same batch again everything is left out, and no verification is paid for", async () => {
      const { claims, circuits, verifier, policies, consentId, item } = await load(crowdOfFour);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      await claims.submitClaims(items);
      // Neither is asked: both would burn everything now.
      await networkHelpers.setCode(await circuits.batchVerifier(), "0xfe");
      await networkHelpers.setCode(await verifier.getAddress(), "0xfe");
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, 4)).to.deep.equal(
        Array(4).fill([SkipReason.PeriodAlreadyClaimed, 0n]),
      );
    });

    it("T20: a proof for one policy settles no other, whatever the item says", async () => {
      const { claims, policies, consentId, item } = await load(crowdOfFour);
      const [a, b] = policies as [bigint, bigint];
      const { proof } = await item(a, 0n, consentId);
      const batch = [await item(a, 0n, consentId), await item(b, 0n, consentId, { proof })];
      await expect(claims.submitClaims(batch))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(1, b, 0);
    });
  });
});
