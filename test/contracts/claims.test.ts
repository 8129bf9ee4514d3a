// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, ZeroAddress } from "ethers";
import type { MockVerifier } from "../../types/ethers-contracts/index.js";
import { circuitId, proposal } from "./support/circuits.ts";
import { mockProof, type ProofInputs } from "./support/mockProof.ts";
import { coder, ethers, load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { benefit, DAY, delay, holder, offset, PeriodState, R, root } from "./support/values.ts";
import { deployAnchored, deployInsured, deployWorld } from "./support/world.ts";

describe("ClaimsPayout: claims", () => {
  it("pays a period that was proven: reserved, then owed, then paid", async () => {
    const {
      claims,
      policy,
      program,
      consentId,
      token,
      controller,
      stranger,
      relayer,
      inputsOf,
      firstEpoch,
      moneyOf,
      circuit,
    } = await load(deployAnchored);
    const before = await moneyOf(program);
    // The inputs are worked out here; the mock verifier takes a proof of exactly these.
    const inputs = await inputsOf(firstEpoch, 0n);
    expect(await claims.claimInputs(policy, 0n)).to.deep.equal([
      inputs.holder,
      inputs.anchorRoot,
      inputs.terms,
      inputs.scope,
    ]);
    await expect(claims.connect(relayer).submitClaim(policy, 0n, consentId, mockProof(inputs)))
      .to.emit(claims, "ClaimSettled")
      .withArgs(policy, 0n, circuit, root, consentId, 0n);
    expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Credited, 0n]);
    const booked = await claims.policy(policy);
    expect([booked.reserved, booked.owed, booked.paid]).to.deep.equal([2n, 1n, 0n]);
    expect(await claims.owedOf(policy)).to.equal(benefit);
    const after = await moneyOf(program);
    expect([after.free, after.committed]).to.deep.equal([before.free, before.committed]);

    await expect(claims.connect(stranger).pay(policy))
      .to.emit(claims, "PolicyPaid")
      .withArgs(policy, controller.address, 1n, benefit);
    expect(await token.balanceOf(controller)).to.equal(benefit);
    const paid = await claims.policy(policy);
    expect([paid.reserved, paid.owed, paid.paid]).to.deep.equal([2n, 0n, 1n]);
    expect((await moneyOf(program)).committed).to.equal(before.committed - benefit);
    await expect(claims.pay(policy))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingOwed")
      .withArgs(policy);
  });

  it("pays several periods together", async () => {
    const { claims, policy, consentId, token, controller, anchorPeriod, claim } = await load(deployAnchored);
    await claim(policy, 0n, consentId);
    await anchorPeriod(policy, 1n, root + 1n);
    await anchorPeriod(policy, 2n, root + 2n);
    await claim(policy, 2n, consentId);
    await claim(policy, 1n, consentId);
    await claims.pay(policy);
    expect(await token.balanceOf(controller)).to.equal(3n * benefit);
    const { reserved, owed, paid } = await claims.policy(policy);
    expect([reserved, owed, paid]).to.deep.equal([0n, 0n, 3n]);
  });

  it("a period of several epochs is proven against the day of its last one, with terms of its first", async () => {
    const {
      claims,
      insurer,
      governor,
      circuits,
      verifier,
      verifier2,
      offer,
      fund,
      issue,
      grant,
      anchorPeriod,
      inputsOf,
    } = await load(deployWorld);
    await circuits.connect(governor).propose(await proposal(verifier2, { name: "glucose-7d", epochs: 7n }));
    await time.increase(delay);
    await circuits.add(await proposal(verifier2, { name: "glucose-7d", epochs: 7n }));
    await claims
      .connect(insurer)
      .createProgram(await offer({ circuit: circuitId("glucose-7d", 1n), terms: packTerms({ epochs: 7n }) }));
    await fund(2n, benefit * 2n);
    const firstEpoch = (BigInt(await time.latest()) - 900n * offset) / DAY + 3n;
    const policy = await issue({ program: 2n, firstEpoch, periods: 2n });
    const consentId = await grant({ program: 2n });
    const start = 900n * offset + (firstEpoch + 7n) * DAY;
    expect(await claims.periodTimes(policy, 1n)).to.deep.equal([start, start + 7n * DAY]);
    await anchorPeriod(policy, 1n);
    const inputs = await inputsOf(firstEpoch, 1n, {}, { epochs: 7n });
    await claims.submitClaim(policy, 1n, consentId, mockProof(inputs));
    expect(await verifier.getAddress()).not.to.equal(await verifier2.getAddress());
  });

  describe("N1, T11, T13: the proof is for exactly this policy and period", () => {
    const changes: [string, (inputs: ProofInputs) => ProofInputs][] = [
      ["another holder", (i) => ({ ...i, holder: i.holder + 1n })],
      ["another root", (i) => ({ ...i, anchorRoot: i.anchorRoot + 1n })],
      ["the next epoch", (i) => ({ ...i, terms: i.terms + (1n << 32n) })],
      ["the epoch before", (i) => ({ ...i, terms: i.terms - (1n << 32n) })],
      ["epoch 0", (i) => ({ ...i, terms: packTerms() })],
      ["lower terms", (i) => ({ ...i, terms: i.terms - (1n << 120n) })],
      ["another scope", (i) => ({ ...i, scope: i.scope + 1n })],
      ["holder + r", (i) => ({ ...i, holder: i.holder + R })],
      ["holder and root swapped", (i) => ({ ...i, holder: i.anchorRoot, anchorRoot: i.holder })],
      ["terms and scope swapped", (i) => ({ ...i, terms: i.scope, scope: i.terms })],
      ["zeros", () => ({ holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n })],
    ];
    for (const [what, change] of changes) {
      it(`T11, T13: a proof for ${what} is refused, and nothing is written`, async () => {
        const { claims, policy, consentId, inputsOf, firstEpoch } = await load(deployAnchored);
        const proof = mockProof(change(await inputsOf(firstEpoch, 0n)));
        const before = await claims.policy(policy);
        await expect(claims.submitClaim(policy, 0n, consentId, proof))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProof")
          .withArgs(policy, 0n);
        expect(await claims.policy(policy)).to.deep.equal(before);
        expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Open, 0n]);
      });
    }

    it("T11: another chain has another scope, so its proofs do not count here", async () => {
      const { claims, scopes, policy, consentId, inputsOf, firstEpoch } = await load(deployAnchored);
      const scope =
        BigInt(
          keccak256(
            coder.encode(
              ["string", "uint256", "address", "uint256"],
              ["vitalproof/scope/2", 1n, await scopes.getAddress(), 1n],
            ),
          ),
        ) % R;
      await expect(
        claims.submitClaim(policy, 0n, consentId, mockProof(await inputsOf(firstEpoch, 0n, { scope }))),
      ).to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProof");
    });

    it("T20: a copied proof pays nobody but the policy's payee", async () => {
      const { claims, policy, consentId, token, controller, stranger, issue, grant, proofOf } =
        await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      await claims.connect(stranger).submitClaim(policy, 0n, consentId, proof);
      await claims.connect(stranger).pay(policy);
      expect(await token.balanceOf(stranger)).to.equal(0n);
      expect(await token.balanceOf(controller)).to.equal(benefit);
      // A policy of the thief's own has another holder, so the same proof does nothing there.
      const own = await issue({ controller: stranger.address, holder: holder + 1n });
      const ownConsent = await grant({ patient: stranger.address }, stranger);
      await time.increase(5n * DAY);
      await expect(claims.connect(stranger).submitClaim(own, 0n, ownConsent, proof)).to.be.revert(ethers);
      expect((await claims.policy(own)).owed).to.equal(0n);
    });

    it("T19, P5: a malleated proof of a claimed period gains nothing", async () => {
      const { claims, policy, consentId, proofOf } = await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      await claims.submitClaim(policy, 0n, consentId, proof);
      const malleated = { ...proof, c: [1n, 2n] as [bigint, bigint] };
      for (const again of [proof, malleated]) {
        await expect(claims.submitClaim(policy, 0n, consentId, again))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_PeriodAlreadyClaimed")
          .withArgs(policy, 0n);
      }
      await claims.pay(policy);
      await expect(claims.submitClaim(policy, 0n, consentId, proof)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_PeriodAlreadyClaimed",
      );
      expect((await claims.policy(policy)).paid).to.equal(1n);
    });

    it("T18: calldata that is too short is refused; bytes behind it change nothing", async () => {
      const { claims, claimsAddress, policy, consentId, proofOf, stranger } = await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      const data = claims.interface.encodeFunctionData("submitClaim", [policy, 0n, consentId, proof]);
      for (const bytes of [1, 31, 32, 64, 256]) {
        await expect(
          stranger.sendTransaction({
            to: claimsAddress,
            data: data.slice(0, -2 * bytes),
            gasLimit: 1_000_000,
          }),
        ).to.be.revert(ethers);
      }
      await stranger.sendTransaction({ to: claimsAddress, data: `${data}${"ab".repeat(40)}` });
      expect((await claims.policy(policy)).owed).to.equal(1n);
    });

    it("T18: a verifier that reverts or answers anything but one word 1 proves nothing", async () => {
      const { claims, verifier, policy, consentId, proofOf } = await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      for (const behaviour of [2, 3, 4, 5]) {
        await (verifier as MockVerifier).behave(behaviour);
        await expect(claims.submitClaim(policy, 0n, consentId, proof)).to.be.revertedWithCustomError(
          claims,
          "ClaimsPayout_InvalidProof",
        );
      }
    });

    it("T18, V1: a verifier whose code is gone or another settles nothing", async () => {
      const { claims, circuit, verifier, policy, consentId, proofOf } = await load(deployAnchored);
      const proof = await proofOf(policy, 0n);
      const other = await ethers.deployContract("OtherCode");
      const codes = ["0x", await ethers.provider.getCode(await other.getAddress())];
      for (const code of codes) {
        await ethers.provider.send("hardhat_setCode", [await verifier.getAddress(), code]);
        await expect(claims.submitClaim(policy, 0n, consentId, proof))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_CircuitBlocked")
          .withArgs(circuit, 2n ** 64n - 1n);
      }
    });
  });

  describe("T25: the payee", () => {
    it("is the controller, or whom it named, read at payment", async () => {
      const { claims, policy, consentId, controller, payee, other, token, claim } =
        await load(deployAnchored);
      await claim(policy, 0n, consentId);
      await expect(claims.connect(controller).setPayee(policy, other.address))
        .to.emit(claims, "PayeeChanged")
        .withArgs(policy, other.address);
      await claims.connect(controller).setPayee(policy, payee.address);
      expect(await claims.payeeOf(policy)).to.equal(payee.address);
      await claims.pay(policy);
      expect(await token.balanceOf(payee)).to.equal(benefit);
      await claims.connect(controller).setPayee(policy, ZeroAddress);
      expect(await claims.payeeOf(policy)).to.equal(controller.address);
    });

    it("can be named in the attestation", async () => {
      const { claims, issue, grant, anchorPeriod, claim, payee, token } = await load(deployWorld);
      const policy = await issue({ payee: payee.address });
      const consentId = await grant();
      await anchorPeriod(policy, 0n);
      await claim(policy, 0n, consentId);
      await claims.pay(policy);
      expect(await token.balanceOf(payee)).to.equal(benefit);
    });

    it("P8: is changed by nobody but the controller", async () => {
      const { claims, policy, stranger, insurer, attester, payee } = await load(deployInsured);
      for (const who of [stranger, insurer, attester, payee]) {
        await expect(claims.connect(who).setPayee(policy, who.address))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotController")
          .withArgs(policy, who.address);
      }
    });
  });

  it("unknown periods are named as such", async () => {
    const { claims, policy, consentId, proofOf, insurer } = await load(deployInsured);
    const proof = await proofOf(policy, 0n);
    for (const call of [
      () => claims.submitClaim(policy, 3n, consentId, proof),
      () => claims.connect(insurer).approveClaim(policy, 2n ** 32n - 1n),
      () => claims.periodTimes(policy, 3n),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_UnknownPeriod");
    }
  });
});
