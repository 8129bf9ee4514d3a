// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, Signature, ZeroAddress } from "ethers";
import { type ConsentFields, grantTypes, revocationTypes } from "./support/documents.ts";
import { ethers, load, time } from "./support/network.ts";
import { signing } from "./support/signing.ts";

/** Order of secp256k1: s and N - s sign alike, and only the lower one is accepted. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("ConsentRegistry: signatures", () => {
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
});
