// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import { inOneBlock } from "./support/blocks.ts";
import type { ConsentFields } from "./support/documents.ts";
import { ethers, load, networkHelpers, time } from "./support/network.ts";
import { signing } from "./support/signing.ts";
import { DAY, HOUR } from "./support/values.ts";
import { deployAnchored } from "./support/world.ts";

describe("ConsentRegistry", () => {
  describe("C1: active means granted, in time and not revoked", () => {
    it("C1: an own grant is active from its first second until just before its last", async () => {
      const { consents, consent, controller, isActive } = await load(signing);
      const from = BigInt(await time.latest()) + HOUR;
      const value = await consent({ from, until: from + DAY });
      const id = await consents.consentIdOf(value);
      await expect(consents.connect(controller).grant(value))
        .to.emit(consents, "ConsentGranted")
        .withArgs(
          id,
          value.patient,
          value.grantee,
          value.purpose,
          value.program,
          value.from,
          value.until,
          value.receiptHash,
          value.nonce,
        );
      for (const [at, active] of [
        [from - 1n, false],
        [from, true],
        [from + DAY - 1n, true],
        [from + DAY, false],
      ] as const) {
        await time.increaseTo(at);
        expect(await isActive(id, value), `${at - from}`).to.equal(active);
      }
    });

    it("C1: for another patient, grantee, purpose, program or id it is not active", async () => {
      const { consents, consent, controller, isActive, stranger } = await load(signing);
      const value = await consent();
      await consents.connect(controller).grant(value);
      const id = await consents.consentIdOf(value);
      expect(await isActive(id, value)).to.equal(true);
      expect(await isActive(id, { ...value, patient: stranger.address })).to.equal(false);
      expect(await isActive(id, { ...value, grantee: stranger.address })).to.equal(false);
      expect(await isActive(id, { ...value, purpose: ZeroHash })).to.equal(false);
      expect(await isActive(id, { ...value, program: 2n })).to.equal(false);
      expect(await isActive(keccak256(id), value)).to.equal(false);
      expect(await isActive(ZeroHash, value)).to.equal(false);
    });

    it("C1: nobody grants in another's name", async () => {
      const { consents, consent, stranger, controller } = await load(signing);
      await expect(consents.connect(stranger).grant(await consent()))
        .to.be.revertedWithCustomError(consents, "ConsentRegistry_NotPatient")
        .withArgs(stranger.address, controller.address);
    });

    it("the id and the record hold what was granted", async () => {
      const { consents, consent, controller } = await load(signing);
      const value = await consent();
      const id = keccak256(
        ethers.AbiCoder.defaultAbiCoder().encode(
          ["string", "address", "address", "bytes32", "uint256", "uint64", "uint64", "bytes32", "uint256"],
          [
            "vitalproof/consent/1",
            value.patient,
            value.grantee,
            value.purpose,
            value.program,
            value.from,
            value.until,
            value.receiptHash,
            value.nonce,
          ],
        ),
      );
      expect(await consents.consentIdOf(value)).to.equal(id);
      await consents.connect(controller).grant(value);
      const record = await consents.consentOf(id);
      expect([record.patient, record.from, record.until, record.revokedAt]).to.deep.equal([
        value.patient,
        value.from,
        value.until,
        0n,
      ]);
      expect(record.grantedAt).to.equal(BigInt(await time.latest()));
    });

    const wrong: [string, Partial<ConsentFields>, string][] = [
      ["no grantee", { grantee: ZeroAddress }, "ConsentRegistry_InvalidGrantee"],
      ["no time at all", { from: 5_000_000_000n, until: 5_000_000_000n }, "ConsentRegistry_InvalidTimes"],
      [
        "an end before its beginning",
        { from: 5_000_000_001n, until: 5_000_000_000n },
        "ConsentRegistry_InvalidTimes",
      ],
      ["an end in the past", { from: 0n, until: 1n }, "ConsentRegistry_InvalidTimes"],
      ["no receipt", { receiptHash: ZeroHash }, "ConsentRegistry_NoReceipt"],
    ];
    for (const [what, values, error] of wrong) {
      it(`refuses a consent with ${what}`, async () => {
        const { consents, consent, controller } = await load(signing);
        await expect(consents.connect(controller).grant(await consent(values))).to.be.revertedWithCustomError(
          consents,
          error,
        );
      });
    }

    it("C1: refuses a consent that ends in the second it is granted: it would never be active", async () => {
      const { consents, consent, controller } = await load(signing);
      const until = BigInt(await time.latest()) + HOUR;
      const value = await consent({ from: 0n, until });
      await time.setNextBlockTimestamp(until);
      await expect(consents.connect(controller).grant(value))
        .to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidTimes")
        .withArgs(0n, until);
    });
  });

  describe("C2: revocation is final", () => {
    it("C2, T30: a re-grant does not revive what was revoked; a new consent leaves the old one revoked", async () => {
      const { consents, consent, controller, isActive, signGrant, deadline } = await load(signing);
      const value = await consent();
      const signature = await signGrant(value);
      const as = consents.connect(controller);
      await as.grant(value);
      const id = await consents.consentIdOf(value);
      await expect(as.revoke(id)).to.emit(consents, "ConsentRevoked").withArgs(id, controller.address);
      const revokedAt = BigInt(await time.latest());
      expect(await isActive(id, value)).to.equal(false);
      await expect(as.grant(value))
        .to.be.revertedWithCustomError(consents, "ConsentRegistry_Revoked")
        .withArgs(id, revokedAt);
      await expect(consents.grantWithSignature(value, deadline, signature)).to.be.revertedWithCustomError(
        consents,
        "ConsentRegistry_Revoked",
      );
      const again = { ...value, nonce: value.nonce + 1000n };
      await as.grant(again);
      expect(await isActive(await consents.consentIdOf(again), value)).to.equal(true);
      expect(await isActive(id, value)).to.equal(false);
      expect((await consents.consentOf(id)).revokedAt).to.equal(revokedAt);
    });

    it("revoking twice does nothing", async () => {
      const { consents, consent, controller } = await load(signing);
      const value = await consent();
      const id = await consents.consentIdOf(value);
      const as = consents.connect(controller);
      await as.grant(value);
      await as.revoke(id);
      const first = await consents.revokedAtBy(controller, id);
      await time.increase(HOUR);
      await expect(as.revoke(id)).not.to.emit(consents, "ConsentRevoked");
      expect(await consents.revokedAtBy(controller, id)).to.equal(first);
      expect((await consents.consentOf(id)).revokedAt).to.equal(first);
    });

    it("C2: what is signed but not granted can be revoked beforehand", async () => {
      const { consents, consent, controller, signGrant, deadline } = await load(signing);
      const value = await consent();
      const signature = await signGrant(value);
      const id = await consents.consentIdOf(value);
      await consents.connect(controller).revoke(id);
      expect(await consents.revokedAtBy(controller, id)).to.equal(BigInt(await time.latest()));
      await expect(consents.grantWithSignature(value, deadline, signature)).to.be.revertedWithCustomError(
        consents,
        "ConsentRegistry_Revoked",
      );
    });

    it("P8: a stranger's revocation touches nobody's consent, before and after it is granted", async () => {
      const { consents, consent, controller, stranger, isActive } = await load(signing);
      const value = await consent();
      const id = await consents.consentIdOf(value);
      await consents.connect(stranger).revoke(id);
      await consents.connect(controller).grant(value);
      expect(await isActive(id, value)).to.equal(true);
      await consents.connect(stranger).revoke(id);
      expect(await isActive(id, value)).to.equal(true);
      expect((await consents.consentOf(id)).revokedAt).to.equal(0n);
    });
  });

  describe("T30: consent and claim", () => {
    it("T30, C3: revoked and then claimed in one block: refused", async () => {
      const { consents, claims, controller, relayer, policy, consentId, proofOf } =
        await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      const [revocation, claim] = await inOneBlock([
        (overrides) => consents.connect(controller).revoke(consentId, overrides),
        (overrides) => claims.connect(relayer).submitClaim(policy, 0n, consentId, proof, overrides),
      ]);
      expect([revocation!.status, claim!.status]).to.deep.equal([1, 0]);
      expect((await claims.policy(policy)).owed).to.equal(0n);
    });

    it("T30: claimed and then revoked in one block: earned, and paid", async () => {
      const { consents, claims, controller, relayer, policy, consentId, proofOf } =
        await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      const [claim, revocation] = await inOneBlock([
        (overrides) => claims.connect(relayer).submitClaim(policy, 0n, consentId, proof, overrides),
        (overrides) => consents.connect(controller).revoke(consentId, overrides),
      ]);
      expect([claim!.status, revocation!.status]).to.deep.equal([1, 1]);
      expect((await claims.policy(policy)).owed).to.equal(1n);
      await claims.pay(policy);
      expect((await claims.policy(policy)).paid).to.equal(1n);
    });

    it("T30: a consent that ends is good in its last second and not in the next", async () => {
      const { claims, grant, policy, proofOf } = await load(deployAnchored);
      const until = BigInt(await time.latest()) + HOUR;
      const consentId = await grant({ until });
      const proof = await proofOf(policy, 0n);
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(until);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NoActiveConsent")
        .withArgs(policy, consentId);
      await snapshot.restore();
      await time.setNextBlockTimestamp(until - 1n);
      await claims.submitClaim(policy, 0n, consentId, proof);
    });

    it("T30: another account's consent, and one for another insurer, purpose, program or later time, opens nothing", async () => {
      const { consents, claims, stranger, policy, proofOf, grant, purpose } = await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      const now = BigInt(await time.latest());
      const ids = [
        await grant({ patient: stranger.address }, stranger),
        await grant({ grantee: stranger.address }),
        await grant({ purpose: keccak256(purpose) }),
        await grant({ program: 2n }),
        await grant({ from: now + DAY }),
        ZeroHash,
      ];
      for (const id of ids) {
        await expect(claims.submitClaim(policy, 0n, id, proof)).to.be.revertedWithCustomError(
          claims,
          "ClaimsPayout_NoActiveConsent",
        );
      }
      expect(await consents.revokedAtBy(stranger, ids[0]!)).to.equal(0n);
    });
  });
});
