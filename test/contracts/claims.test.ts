// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import type { MockVerifier } from "../../types/ethers-contracts/index.js";
import { circuitId, proposal } from "./support/circuits.ts";
import { mockProof, type ProofInputs } from "./support/mockProof.ts";
import { coder, ethers, load, networkHelpers, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import {
  benefit,
  claimWindow,
  correctionTime,
  DAY,
  delay,
  graceTime,
  holder,
  intakeTime,
  offset,
  PeriodState,
  R,
  reopenTime,
  root,
} from "./support/values.ts";
import { deployAnchored, deployInsured, deployReviewed, deployWorld } from "./support/world.ts";

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

  describe("T22: time and anchors", () => {
    it("not before the period is over", async () => {
      const { claims, policy, consentId, proofOf, firstEpoch } = await load(deployInsured);
      const end = 900n * offset + (firstEpoch + 1n) * DAY;
      const proof = await proofOf(policy, 0n);
      await time.setNextBlockTimestamp(end - 1n);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_PeriodNotOver")
        .withArgs(policy, 0n, end);
      // In the second it ends in, it is over; nothing but the anchor is missing.
      await time.setNextBlockTimestamp(end);
      await expect(claims.submitClaim(policy, 0n, consentId, proof)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotAnchored",
      );
    });

    it("T22: not on a day that is not anchored, even with a proof against root 0", async () => {
      const { claims, policy, consentId, proofOf, firstEpoch } = await load(deployInsured);
      const end = 900n * offset + (firstEpoch + 1n) * DAY;
      await time.increaseTo(end + 1n);
      const proof = await proofOf(policy, 0n);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotAnchored")
        .withArgs(1n, (end - 1n) / DAY);
    });

    it("T22: another day's or another group's root does not count", async () => {
      const { claims, anchors, stranger, policy, consentId, anchorPeriod, inputsOf, firstEpoch } =
        await load(deployInsured);
      await anchors.connect(stranger).createGroup(intakeTime, 2n * graceTime, DAY, 2n);
      const day = await claims.anchorDayOf(policy, 0n);
      await anchorPeriod(policy, 1n, 888n);
      const [from] = await anchors.anchorWindow(2n, day);
      expect(BigInt(await time.latest())).to.be.greaterThanOrEqual(from);
      await anchors.connect(stranger).anchor(2n, day, 999n);
      for (const anchorRoot of [888n, 999n]) {
        const proof = mockProof(await inputsOf(firstEpoch, 0n, { anchorRoot }));
        await expect(claims.submitClaim(policy, 0n, consentId, proof)).to.be.revertedWithCustomError(
          claims,
          "ClaimsPayout_NotAnchored",
        );
      }
    });

    it("the window closes claimWindow after the anchor was written, to the second", async () => {
      const { claims, anchors, policy, consentId, proofOf } = await load(deployAnchored);
      const { writtenAt } = await anchors.anchorOf(1n, await claims.anchorDayOf(policy, 0n));
      const proof = await proofOf(policy, 0n);
      const window = await claims.windowOf(policy, 0n);
      expect([window.openedAt, window.closesAt]).to.deep.equal([writtenAt, writtenAt + claimWindow]);
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(writtenAt + claimWindow);
      await expect(claims.submitClaim(policy, 0n, consentId, proof))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_WindowClosed")
        .withArgs(policy, 0n, writtenAt + claimWindow);
      await snapshot.restore();
      await time.setNextBlockTimestamp(writtenAt + claimWindow - 1n);
      await claims.submitClaim(policy, 0n, consentId, proof);
    });

    it("T22: a correction restarts the window and changes the root that counts; what is settled stays", async () => {
      const { claims, anchors, attester, policy, consentId, proofOf, claim, anchorPeriod } =
        await load(deployAnchored);
      await anchorPeriod(policy, 1n, 5n);
      const old = await proofOf(policy, 1n);
      await claim(policy, 0n, consentId);
      const day = await claims.anchorDayOf(policy, 1n);
      const [, , correctableUntil] = await anchors.anchorWindow(1n, day);
      await anchors.connect(attester).correct(1n, day - 1n, 6n, "settled day");
      await time.setNextBlockTimestamp(correctableUntil);
      await anchors.connect(attester).correct(1n, day, 6n, "open day");
      expect((await claims.policy(policy)).owed).to.equal(1n);
      const window = await claims.windowOf(policy, 1n);
      expect([window.openedAt, window.closesAt, window.releasableFrom]).to.deep.equal([
        correctableUntil,
        correctableUntil + claimWindow,
        correctableUntil + claimWindow + reopenTime,
      ]);
      await expect(claims.submitClaim(policy, 1n, consentId, old)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidProof",
      );
      await time.setNextBlockTimestamp(correctableUntil + claimWindow - 1n);
      await claims.submitClaim(policy, 1n, consentId, await proofOf(policy, 1n));
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_PeriodAlreadyClaimed",
      );
    });

    it("a short window may reopen with a correction; until then its reserve is kept", async () => {
      const {
        claims,
        anchors,
        attester,
        createProgram,
        fund,
        issue,
        nextEpoch,
        grant,
        anchorPeriod,
        claim,
        release,
      } = await load(deployWorld);
      const program = await createProgram({ claimWindow: DAY });
      await fund(program, benefit);
      const policy = await issue({ program, firstEpoch: await nextEpoch(), periods: 1n });
      const consentId = await grant({ program });
      await anchorPeriod(policy, 0n);
      const day = await claims.anchorDayOf(policy, 0n);
      const [from, , correctableUntil] = await anchors.anchorWindow(1n, day);
      await time.increaseTo(from + DAY + 5n);
      await expect(claim(policy, 0n, consentId)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WindowClosed",
      );
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
        .withArgs(policy, 0n, from + DAY + reopenTime);
      expect(correctableUntil).to.be.lessThan(from + DAY + reopenTime);
      await time.setNextBlockTimestamp(correctableUntil);
      await anchors.connect(attester).correct(1n, day, 6n, "wrong root");
      await claim(policy, 0n, consentId);
      expect((await claims.policy(policy)).owed).to.equal(1n);
    });
  });

  describe("T27, P10: periods that are not claimed", () => {
    it("P10: an unclaimed period becomes free when it can no longer be claimed, and not a second earlier", async () => {
      const { claims, policy, program, stranger, consentId, claim, release, moneyOf } =
        await load(deployAnchored);
      const { closesAt, releasableFrom } = await claims.windowOf(policy, 0n);
      expect(releasableFrom).to.equal(closesAt + reopenTime);
      const before = await moneyOf(program);
      await time.setNextBlockTimestamp(releasableFrom - 1n);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotReleasableYet")
        .withArgs(policy, 0n, releasableFrom);
      await time.setNextBlockTimestamp(releasableFrom);
      await expect(release(policy, 0n, stranger))
        .to.emit(claims, "PeriodsReleased")
        .withArgs(policy, 0n, 1n, 1n);
      const after = await moneyOf(program);
      expect([after.free - before.free, before.committed - after.committed]).to.deep.equal([
        benefit,
        benefit,
      ]);
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Released, 0n]);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingToRelease")
        .withArgs(policy, 0n, 1n);
      await expect(claim(policy, 0n, consentId))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_PeriodReleased")
        .withArgs(policy, 0n);
    });

    it("T27: a day that was never anchored lapses with its correction time", async () => {
      const { claims, policy, program, firstEpoch, withdraw, release, moneyOf } = await load(deployInsured);
      const end = 900n * offset + (firstEpoch + 1n) * DAY;
      const dayEnd = ((end - 1n) / DAY + 1n) * DAY;
      const lapse = dayEnd + intakeTime + graceTime + correctionTime + 1n;
      const window = await claims.windowOf(policy, 0n);
      expect([window.openedAt, window.closesAt, window.releasableFrom, window.circuit]).to.deep.equal([
        0n,
        0n,
        lapse,
        ZeroHash,
      ]);
      await time.setNextBlockTimestamp(lapse - 1n);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotReleasableYet",
      );
      await time.setNextBlockTimestamp(lapse);
      await release(policy, 0n);
      const { free } = await moneyOf(program);
      await withdraw(program, free);
    });

    it("P4: a period that was claimed cannot be released, whatever time passes", async () => {
      const { claims, policy, consentId, claim, release } = await load(deployAnchored);
      await claim(policy, 0n, consentId);
      await time.increase(1000n * DAY);
      await expect(release(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingToRelease")
        .withArgs(policy, 0n, 1n);
    });

    it("T27: a policy that was ended keeps paying for what had begun", async () => {
      const { claims, insurer, policy, consentId, anchorPeriod, claim, firstEpoch, token, controller } =
        await load(deployInsured);
      await time.setNextBlockTimestamp(900n * offset + firstEpoch * DAY);
      await claims.connect(insurer).endPolicy(policy);
      await anchorPeriod(policy, 0n);
      await claim(policy, 0n, consentId);
      await claims.pay(policy);
      expect(await token.balanceOf(controller)).to.equal(benefit);
    });

    it("T26: wind-down leaves no money behind", async () => {
      const {
        claims,
        token,
        policy,
        program,
        consentId,
        anchorPeriod,
        claim,
        fund,
        claimsAddress,
        custody,
        withdraw,
        release,
        moneyOf,
      } = await load(deployAnchored);
      await fund(program, 1n);
      await claim(policy, 0n, consentId);
      await anchorPeriod(policy, 1n, 5n);
      await time.increase(1000n * DAY);
      await release(policy, 1n);
      await release(policy, 2n);
      await claims.pay(policy);
      const { free, committed } = await moneyOf(program);
      expect(committed).to.equal(0n);
      await withdraw(program, free);
      expect(await token.balanceOf(claimsAddress)).to.equal(0n);
      expect(await custody.accountedIn(token)).to.equal(0n);
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

  describe("T27: reviews", () => {
    it("a verified claim waits for the insurer; silence approves it", async () => {
      const { claims, policy, program, consentId, claim, stranger, circuit } = await load(deployReviewed);
      const before = await claims.program(program);
      const tx = await claim(policy, 0n, consentId);
      const until = BigInt((await tx.getBlock())!.timestamp) + 5n * DAY;
      await expect(tx).to.emit(claims, "ClaimSettled").withArgs(policy, 0n, circuit, root, consentId, until);
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.UnderReview, until]);
      const { reserved, owed } = await claims.policy(policy);
      expect([reserved, owed]).to.deep.equal([3n, 0n]);
      expect(await claims.program(program)).to.deep.equal(before);
      await time.setNextBlockTimestamp(until - 1n);
      await expect(claims.connect(stranger).approveClaim(policy, 0n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_ReviewNotOver")
        .withArgs(policy, 0n, until);
      await time.setNextBlockTimestamp(until);
      await expect(claims.connect(stranger).approveClaim(policy, 0n))
        .to.emit(claims, "ClaimCredited")
        .withArgs(policy, 0n, stranger.address);
      expect((await claims.policy(policy)).owed).to.equal(1n);
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Credited, 0n]);
    });

    it("the insurer may approve at once, and after a rejection", async () => {
      const { claims, insurer, policy, consentId, claim, anchorPeriod } = await load(deployReviewed);
      await claim(policy, 0n, consentId);
      await claims.connect(insurer).approveClaim(policy, 0n);
      await anchorPeriod(policy, 1n);
      await claim(policy, 1n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 1n, "a mistake");
      await claims.connect(insurer).approveClaim(policy, 1n);
      expect((await claims.policy(policy)).owed).to.equal(2n);
    });

    it("P7: a rejected benefit stays reserved, and the insurer cannot take it", async () => {
      const { claims, insurer, policy, program, consentId, claim, release, moneyOf } =
        await load(deployReviewed);
      await claim(policy, 0n, consentId);
      const before = await moneyOf(program);
      const tx = await claims.connect(insurer).rejectClaim(policy, 0n, "not convinced");
      const until = BigInt((await tx.getBlock())!.timestamp) + 10n * DAY;
      await expect(tx).to.emit(claims, "ClaimRejected").withArgs(policy, 0n, until, "not convinced");
      // The arbiter's time counts from here, not what was left of the insurer's.
      expect(await claims.periodOf(policy, 0n)).to.deep.equal([PeriodState.Rejected, until]);
      expect(await moneyOf(program)).to.deep.equal(before);
      expect((await claims.policy(policy)).reserved).to.equal(3n);
      await expect(claims.connect(insurer).arbitrate(policy, 0n, false, "")).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NotArbiter",
      );
      await expect(claims.connect(insurer).rejectClaim(policy, 0n, "again")).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_WrongState",
      );
      await time.increase(1000n * DAY);
      await expect(release(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NothingToRelease",
      );
    });

    it("T27: an arbiter that is silent lets it be paid", async () => {
      const { claims, insurer, stranger, policy, consentId, claim, token, controller } =
        await load(deployReviewed);
      await claim(policy, 0n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 0n, "no");
      const [, until] = await claims.periodOf(policy, 0n);
      await time.setNextBlockTimestamp(until - 1n);
      await expect(claims.connect(stranger).approveClaim(policy, 0n)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_ReviewNotOver",
      );
      await time.setNextBlockTimestamp(until);
      await claims.connect(stranger).approveClaim(policy, 0n);
      await claims.pay(policy);
      expect(await token.balanceOf(controller)).to.equal(benefit);
    });

    it("the arbiter decides either way, in its time, once", async () => {
      const { claims, insurer, arbiter, policy, program, consentId, claim, anchorPeriod, moneyOf } =
        await load(deployReviewed);
      const as = claims.connect(arbiter);
      await claim(policy, 0n, consentId);
      await expect(as.arbitrate(policy, 0n, true, ""))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_WrongState")
        .withArgs(policy, 0n, PeriodState.UnderReview);
      await claims.connect(insurer).rejectClaim(policy, 0n, "no");
      await expect(as.arbitrate(policy, 0n, true, "it holds"))
        .to.emit(claims, "ClaimCredited")
        .withArgs(policy, 0n, arbiter.address);
      await anchorPeriod(policy, 1n);
      await claim(policy, 1n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 1n, "no");
      const before = await moneyOf(program);
      await expect(as.arbitrate(policy, 1n, false, "it does not"))
        .to.emit(claims, "ClaimDenied")
        .withArgs(policy, 1n, "it does not");
      expect(await claims.periodOf(policy, 1n)).to.deep.equal([PeriodState.Denied, 0n]);
      const after = await moneyOf(program);
      expect([after.free - before.free, before.committed - after.committed]).to.deep.equal([
        benefit,
        benefit,
      ]);
      const { reserved, owed } = await claims.policy(policy);
      expect([reserved, owed]).to.deep.equal([1n, 1n]);
      for (const period of [0n, 1n]) {
        for (const call of [
          () => as.arbitrate(policy, period, true, ""),
          () => claims.connect(insurer).rejectClaim(policy, period, ""),
          () => claims.connect(insurer).approveClaim(policy, period),
        ]) {
          await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_WrongState");
        }
      }
    });

    it("T27: rejecting or deciding too late is refused", async () => {
      const { claims, insurer, arbiter, policy, consentId, claim, anchorPeriod } = await load(deployReviewed);
      await claim(policy, 0n, consentId);
      const [, reviewUntil] = await claims.periodOf(policy, 0n);
      await anchorPeriod(policy, 1n);
      await claim(policy, 1n, consentId);
      await claims.connect(insurer).rejectClaim(policy, 1n, "no");
      const [, arbiterUntil] = await claims.periodOf(policy, 1n);
      await time.setNextBlockTimestamp(reviewUntil);
      await expect(claims.connect(insurer).rejectClaim(policy, 0n, "late"))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_ReviewOver")
        .withArgs(policy, 0n, reviewUntil);
      await time.setNextBlockTimestamp(arbiterUntil);
      await expect(claims.connect(arbiter).arbitrate(policy, 1n, false, "late"))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_ReviewOver")
        .withArgs(policy, 1n, arbiterUntil);
    });

    it("T27: an insurer that rejects everything and an arbiter that denies everything freeze nothing", async () => {
      const { claims, insurer, arbiter, policy, program, consentId, claim, anchorPeriod, moneyOf } =
        await load(deployReviewed);
      for (const period of [0n, 1n, 2n]) {
        if (period > 0n) await anchorPeriod(policy, period);
        await claim(policy, period, consentId);
        await claims.connect(insurer).rejectClaim(policy, period, "no");
        await claims.connect(arbiter).arbitrate(policy, period, false, "no");
      }
      const { reserved, owed, paid } = await claims.policy(policy);
      expect([reserved, owed, paid]).to.deep.equal([0n, 0n, 0n]);
      expect((await moneyOf(program)).committed).to.equal(0n);
    });

    it("C3: a consent revoked during the review takes nothing back", async () => {
      const { claims, consents, controller, policy, consentId, claim } = await load(deployReviewed);
      await claim(policy, 0n, consentId);
      await consents.connect(controller).revoke(consentId);
      await time.increase(5n * DAY);
      await claims.approveClaim(policy, 0n);
      await claims.pay(policy);
      expect((await claims.policy(policy)).paid).to.equal(1n);
    });

    it("an open period is neither approved, rejected nor decided", async () => {
      const { claims, insurer, arbiter, policy } = await load(deployReviewed);
      for (const call of [
        () => claims.connect(insurer).approveClaim(policy, 0n),
        () => claims.connect(insurer).rejectClaim(policy, 0n, ""),
        () => claims.connect(arbiter).arbitrate(policy, 0n, true, ""),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_WrongState")
          .withArgs(policy, 0n, PeriodState.Open);
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
