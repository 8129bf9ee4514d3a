// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, Signature, ZeroAddress, ZeroHash } from "ethers";
import { inOneBlock } from "./support/blocks.ts";
import { type ConsentFields, grantTypes, revocationTypes } from "./support/documents.ts";
import { domainOf, ethers, load, networkHelpers, time } from "./support/network.ts";
import { DAY, HOUR } from "./support/values.ts";
import { deployAnchored, deployWorld } from "./support/world.ts";

/** Order of secp256k1: s and N - s sign alike, and only the lower one is accepted. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("ConsentRegistry", () => {
  async function signing() {
    const world = await deployWorld();
    const domain = await domainOf("Vitalproof Consent", world.consents);
    const deadline = BigInt(await time.latest()) + DAY;
    const signGrant = (consent: ConsentFields, by = world.controller, until = deadline) =>
      by.signTypedData(domain, grantTypes, { ...consent, deadline: until });
    const signRevocation = (consentId: string, by = world.controller, until = deadline) =>
      by.signTypedData(domain, revocationTypes, { consentId, deadline: until });
    const isActive = (id: string, c: ConsentFields) =>
      world.consents.isActive(id, c.patient, c.grantee, c.purpose, c.program);
    return { ...world, domain, deadline, signGrant, signRevocation, isActive };
  }

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

  describe("T29: signatures", () => {
    it("T29: a relayed grant and a relayed revocation count", async () => {
      const {
        consents,
        consent,
        relayer,
        controller,
        signGrant,
        signRevocation,
        deadline,
        isActive,
        domain,
      } = await load(signing);
      const value = await consent();
      expect(await consents.grantDigest(value, deadline)).to.equal(
        ethers.TypedDataEncoder.hash(domain, grantTypes, { ...value, deadline }),
      );
      await expect(
        consents.connect(relayer).grantWithSignature(value, deadline, await signGrant(value)),
      ).to.emit(consents, "ConsentGranted");
      const id = await consents.consentIdOf(value);
      expect(await isActive(id, value)).to.equal(true);
      expect(await consents.revocationDigest(id, deadline)).to.equal(
        ethers.TypedDataEncoder.hash(domain, revocationTypes, { consentId: id, deadline }),
      );
      await expect(
        consents.connect(relayer).revokeWithSignature(controller, id, deadline, await signRevocation(id)),
      )
        .to.emit(consents, "ConsentRevoked")
        .withArgs(id, controller.address);
      expect(await isActive(id, value)).to.equal(false);
    });

    it("T29: a front-run or repeated grant or revocation does no harm", async () => {
      const { consents, consent, stranger, controller, signGrant, signRevocation, deadline, isActive } =
        await load(signing);
      const value = await consent();
      const signature = await signGrant(value);
      const id = await consents.consentIdOf(value);
      await consents.connect(stranger).grantWithSignature(value, deadline, signature);
      const { grantedAt } = await consents.consentOf(id);
      // The patient's own transaction, and any repetition, go through and change nothing.
      await expect(consents.connect(controller).grant(value)).not.to.emit(consents, "ConsentGranted");
      await expect(consents.connect(stranger).grantWithSignature(value, deadline, signature)).not.to.emit(
        consents,
        "ConsentGranted",
      );
      expect((await consents.consentOf(id)).grantedAt).to.equal(grantedAt);
      expect(await isActive(id, value)).to.equal(true);
      const revocation = await signRevocation(id);
      await consents.connect(stranger).revokeWithSignature(controller, id, deadline, revocation);
      await consents.connect(controller).revoke(id);
      await consents.connect(stranger).revokeWithSignature(controller, id, deadline, revocation);
      expect(await isActive(id, value)).to.equal(false);
    });

    it("T29: a deadline holds to the second, and is signed", async () => {
      const { consents, consent, controller, signGrant, signRevocation, deadline } = await load(signing);
      const value = await consent();
      const id = await consents.consentIdOf(value);
      const signature = await signGrant(value);
      const revocation = await signRevocation(id);
      for (const other of [deadline + 1n, 2n ** 256n - 1n]) {
        await expect(consents.grantWithSignature(value, other, signature))
          .to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidSignature")
          .withArgs(controller.address);
      }
      await time.setNextBlockTimestamp(deadline);
      await consents.grantWithSignature(value, deadline, signature);
      await expect(consents.grantWithSignature(value, deadline, signature))
        .to.be.revertedWithCustomError(consents, "ConsentRegistry_SignatureExpired")
        .withArgs(deadline);
      await expect(
        consents.revokeWithSignature(controller, id, deadline, revocation),
      ).to.be.revertedWithCustomError(consents, "ConsentRegistry_SignatureExpired");
    });

    it("T29: every signed field is signed", async () => {
      const { consents, consent, signGrant, deadline, stranger } = await load(signing);
      const value = await consent();
      const signature = await signGrant(value);
      const changes: Partial<ConsentFields>[] = [
        { patient: stranger.address },
        { grantee: stranger.address },
        { purpose: keccak256("0x02") },
        { program: 2n },
        { from: value.from + 1n },
        { until: value.until + 1n },
        { receiptHash: keccak256("0x03") },
        { nonce: value.nonce + 1n },
      ];
      for (const change of changes) {
        await expect(
          consents.grantWithSignature({ ...value, ...change }, deadline, signature),
        ).to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidSignature");
      }
    });

    it("T29: another chain, contract, name, version or type is refused", async () => {
      const { consents, claims, consent, controller, domain, deadline, signRevocation } = await load(signing);
      const value = await consent();
      const message = { ...value, deadline };
      const domains = [
        { ...domain, chainId: 1n },
        { ...domain, verifyingContract: await claims.getAddress() },
        { ...domain, name: "Vitalproof Claims" },
        { ...domain, version: "2" },
      ];
      const signatures = await Promise.all(
        domains.map((other) => controller.signTypedData(other, grantTypes, message)),
      );
      signatures.push(await controller.signTypedData(domain, { Grant: grantTypes.ConsentGrant }, message));
      signatures.push(await signRevocation(await consents.consentIdOf(value)));
      for (const signature of signatures) {
        await expect(consents.grantWithSignature(value, deadline, signature)).to.be.revertedWithCustomError(
          consents,
          "ConsentRegistry_InvalidSignature",
        );
      }
    });

    it("T29: high-s, short, long, empty and zero signatures, and the zero signer, are refused", async () => {
      const { consents, consent, signGrant, deadline } = await load(signing);
      const value = await consent();
      const signature = await signGrant(value);
      const { r, s, yParity } = Signature.from(signature);
      const highS = ethers.concat([
        r,
        ethers.zeroPadValue(ethers.toBeHex(N - BigInt(s)), 32),
        yParity === 0 ? "0x1c" : "0x1b",
      ]);
      for (const bad of [highS, signature.slice(0, -2), `${signature}00`, "0x", `0x${"00".repeat(65)}`]) {
        await expect(consents.grantWithSignature(value, deadline, bad)).to.be.revertedWithCustomError(
          consents,
          "ConsentRegistry_InvalidSignature",
        );
      }
      const nobody = { ...value, patient: ZeroAddress };
      for (const bad of [signature, `0x${"00".repeat(65)}`, "0x"]) {
        await expect(consents.grantWithSignature(nobody, deadline, bad))
          .to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidSignature")
          .withArgs(ZeroAddress);
      }
    });

    it("T29: a contract wallet signs through ERC-1271, and its answer counts at that moment", async () => {
      const { consents, consent, controller, stranger, signGrant, deadline, isActive } = await load(signing);
      const wallet = await ethers.deployContract("Wallet", [controller.address]);
      const value = await consent({ patient: await wallet.getAddress() });
      await expect(
        consents.grantWithSignature(value, deadline, await signGrant(value, stranger)),
      ).to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidSignature");
      await consents.grantWithSignature(value, deadline, await signGrant(value));
      const id = await consents.consentIdOf(value);
      expect(await isActive(id, value)).to.equal(true);
      // The owner is not the patient: its own revocation does nothing, the wallet's does.
      await consents.connect(controller).revoke(id);
      expect(await isActive(id, value)).to.equal(true);
      await wallet.connect(controller).getFunction("execute")(
        await consents.getAddress(),
        consents.interface.encodeFunctionData("revoke", [id]),
      );
      expect(await isActive(id, value)).to.equal(false);
    });

    it("T29: a signature for one wallet of an owner does not count for another", async () => {
      const { consents, consent, controller, signGrant, deadline } = await load(signing);
      const one = await ethers.deployContract("Wallet", [controller.address]);
      const two = await ethers.deployContract("Wallet", [controller.address]);
      const value = await consent({ patient: await one.getAddress() });
      await expect(
        consents.grantWithSignature(
          { ...value, patient: await two.getAddress() },
          deadline,
          await signGrant(value),
        ),
      ).to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidSignature");
    });

    it("T29: a wallet that re-enters or revokes while it is asked cannot: it is asked by static call", async () => {
      const { consents, consent, controller, signGrant, deadline, isActive } = await load(signing);
      const wallet = await ethers.deployContract("CallingWallet", [controller.address]);
      for (const attack of ["revoke", "grant"] as const) {
        const value = await consent({ patient: await wallet.getAddress() });
        const id = await consents.consentIdOf(value);
        const data =
          attack === "revoke"
            ? consents.interface.encodeFunctionData("revoke", [id])
            : consents.interface.encodeFunctionData("grant", [value]);
        await wallet.getFunction("arm")(await consents.getAddress(), data);
        await consents.grantWithSignature(value, deadline, await signGrant(value));
        expect(await isActive(id, value)).to.equal(true);
      }
    });

    it("T29: a wallet that burns gas costs its relayer, and nobody else", async () => {
      const { consents, consent, controller, grant, deadline } = await load(signing);
      const wallet = await ethers.deployContract("GasBurningWallet");
      const value = await consent({ patient: await wallet.getAddress() });
      await expect(
        consents.grantWithSignature(value, deadline, "0x", { gasLimit: 2_000_000 }),
      ).to.be.revertedWithCustomError(consents, "ConsentRegistry_InvalidSignature");
      await grant({}, controller);
    });

    it("T29: a wallet's short or dirty answer is no yes", async () => {
      const { consents, consent, deadline } = await load(signing);
      const wallet = await ethers.deployContract("MisansweringWallet");
      const value = await consent({ patient: await wallet.getAddress() });
      for (const length of [0n, 4n, 31n, 32n]) {
        await wallet.getFunction("answerWith")(length);
        await expect(consents.grantWithSignature(value, deadline, "0x")).to.be.revertedWithCustomError(
          consents,
          "ConsentRegistry_InvalidSignature",
        );
      }
    });

    it("T29: a delegated account (EIP-7702) signs with its own key or through its code", async () => {
      const { consents, consent, controller, other, signGrant, deadline, isActive } = await load(signing);
      const wallet = await ethers.deployContract("Wallet", [other.address]);
      // The designator that a set-code transaction leaves: 0xef0100 and the address of the code.
      const designator = `0xef0100${(await wallet.getAddress()).slice(2)}`;
      await ethers.provider.send("hardhat_setCode", [controller.address, designator]);
      expect(await ethers.provider.getCode(controller.address)).to.equal(designator.toLowerCase());
      const byKey = await consent();
      await consents.grantWithSignature(byKey, deadline, await signGrant(byKey, controller));
      expect(await isActive(await consents.consentIdOf(byKey), byKey)).to.equal(true);
      // Its storage says who owns it once the code runs in its place.
      await ethers.provider.send("hardhat_setStorageAt", [
        controller.address,
        "0x0",
        ethers.zeroPadValue(other.address, 32),
      ]);
      const byCode = await consent();
      await consents.grantWithSignature(byCode, deadline, await signGrant(byCode, other));
      expect(await isActive(await consents.consentIdOf(byCode), byCode)).to.equal(true);
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
