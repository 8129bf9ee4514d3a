// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { circuitId, proposal } from "./support/circuits.ts";
import { type Attestation, attestationTypes } from "./support/documents.ts";
import { domainOf, ethers, load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { benefit, DAY, delay, holder, NO_CEREMONY, offset, R } from "./support/values.ts";
import { deployInsured, deployWorld } from "./support/world.ts";

describe("ClaimsPayout: policies", () => {
  it("P3: a policy reserves its whole possible benefit", async () => {
    const { claims, insurer, controller, program, attestation, signAttestation, moneyOf } =
      await load(deployWorld);
    const before = await moneyOf(program);
    const value = await attestation({ periods: 7n });
    const digest = await claims.attestationDigest(value);
    await expect(claims.connect(insurer).issuePolicy(value, await signAttestation(value)))
      .to.emit(claims, "PolicyIssued")
      .withArgs(1n, program, controller.address, holder, ZeroAddress, value.firstEpoch, 7n, digest);
    const after = await moneyOf(program);
    expect([before.free - after.free, after.committed - before.committed]).to.deep.equal([
      7n * benefit,
      7n * benefit,
    ]);
    const policy = await claims.policy(1n);
    expect(policy).to.deep.equal([
      program,
      value.firstEpoch,
      7n,
      7n,
      0n,
      0n,
      holder,
      controller.address,
      0n,
      ZeroAddress,
    ]);
    expect(await claims.payeeOf(1n)).to.equal(controller.address);
    const start = 900n * offset + value.firstEpoch * DAY;
    expect(await claims.periodTimes(1n, 6n)).to.deep.equal([start + 6n * DAY, start + 7n * DAY]);
    expect(await claims.anchorDayOf(1n, 6n)).to.equal((start + 7n * DAY - 1n) / DAY);
    expect(await claims.coveredUntil(1n, holder)).to.equal(start + 7n * DAY);
    expect(await claims.policyCount()).to.equal(1n);
  });

  it("an epoch that ends at midnight belongs to the day before", async () => {
    const { claims, createProgram, fund, issue, nextEpoch } = await load(deployWorld);
    const program = await createProgram({ terms: packTerms({ offset: 0n }) });
    await fund(program, benefit);
    const firstEpoch = await nextEpoch(0n);
    const policy = await issue({ program, periods: 1n, firstEpoch });
    expect(await claims.anchorDayOf(policy, 0n)).to.equal(firstEpoch);
  });

  it("P3: no policy beyond what is free", async () => {
    const { program, issue, custody } = await load(deployWorld);
    await expect(issue({ periods: 101n }))
      .to.be.revertedWithCustomError(custody, "Custody_InsufficientFree")
      .withArgs(program, 100n * benefit, 101n * benefit);
    await issue({ periods: 100n });
  });

  it("T26: a reserve too large for 128 bits is refused, not wrapped", async () => {
    const { createProgram, fund, issue, custody } = await load(deployWorld);
    const program = await createProgram({ benefit: 2n ** 128n - 1n });
    await fund(program, 10n);
    await expect(issue({ program, periods: 2n })).to.be.revertedWithCustomError(
      custody,
      "Custody_InsufficientFree",
    );
  });

  describe("T10, T29: the holder attestation", () => {
    it("T29: its digest is EIP-712's", async () => {
      const { claims, attestation } = await load(deployWorld);
      const value = await attestation();
      expect(await claims.attestationDigest(value)).to.equal(
        ethers.TypedDataEncoder.hash(await domainOf("Vitalproof Claims", claims), attestationTypes, value),
      );
    });

    it("T10: every field of it is signed: another program, holder, controller, payee, run or time is refused", async () => {
      const { claims, insurer, stranger, attestation, signAttestation, createProgram, fund } =
        await load(deployWorld);
      const other = await createProgram();
      await fund(other, benefit * 10n);
      const value = await attestation();
      const signature = await signAttestation(value);
      const changes: Partial<Attestation>[] = [
        { program: other },
        { holder: holder + 1n },
        { controller: stranger.address },
        { payee: stranger.address },
        { firstEpoch: value.firstEpoch + 1n },
        { periods: value.periods + 1n },
        { nonce: value.nonce + 1n },
        { expiry: value.expiry + 1n },
      ];
      for (const change of changes) {
        await expect(
          claims.connect(insurer).issuePolicy({ ...value, ...change }, signature),
          JSON.stringify(Object.keys(change)),
        ).to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidAttestation");
      }
      await claims.connect(insurer).issuePolicy(value, signature);
    });

    it("T10: missing, or signed by anybody but the attester of the program's group: refused", async () => {
      const { claims, anchors, attester, insurer, controller, stranger, attestation, signAttestation } =
        await load(deployWorld);
      await anchors.connect(stranger).createGroup(0n, 3600n, DAY, 2n);
      const value = await attestation();
      const digest = await claims.attestationDigest(value);
      for (const who of [insurer, controller, stranger]) {
        await expect(claims.connect(insurer).issuePolicy(value, await signAttestation(value, who)))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidAttestation")
          .withArgs(digest, attester.address);
      }
      for (const bad of ["0x", `0x${"00".repeat(65)}`, `0x${"ff".repeat(64)}`]) {
        await expect(claims.connect(insurer).issuePolicy(value, bad)).to.be.revertedWithCustomError(
          claims,
          "ClaimsPayout_InvalidAttestation",
        );
      }
    });

    it("T10, T11: for another chain, contract, domain or type: refused", async () => {
      const { claims, consents, insurer, attester, attestation } = await load(deployWorld);
      const value = await attestation();
      const domain = await domainOf("Vitalproof Claims", claims);
      const signatures = [
        await attester.signTypedData({ ...domain, chainId: 1n }, attestationTypes, value),
        await attester.signTypedData(
          { ...domain, verifyingContract: await consents.getAddress() },
          attestationTypes,
          value,
        ),
        await attester.signTypedData({ ...domain, name: "Vitalproof Anchors" }, attestationTypes, value),
        await attester.signTypedData({ ...domain, version: "2" }, attestationTypes, value),
        await attester.signTypedData(domain, { Attestation: attestationTypes.HolderAttestation }, value),
        await attester.signMessage(ethers.getBytes(await claims.attestationDigest(value))),
      ];
      for (const signature of signatures) {
        await expect(claims.connect(insurer).issuePolicy(value, signature)).to.be.revertedWithCustomError(
          claims,
          "ClaimsPayout_InvalidAttestation",
        );
      }
    });

    it("T10: is good in its last second and not after it", async () => {
      const { claims, insurer, attestation, signAttestation, nextEpoch } = await load(deployWorld);
      const expiry = BigInt(await time.latest()) + 100n;
      const firstEpoch = (await nextEpoch()) + 5n;
      const one = await attestation({ expiry, firstEpoch });
      const two = await attestation({ expiry, firstEpoch: firstEpoch + 3n });
      const signatures = [await signAttestation(one), await signAttestation(two)];
      await time.setNextBlockTimestamp(expiry);
      await claims.connect(insurer).issuePolicy(one, signatures[0]!);
      await expect(claims.connect(insurer).issuePolicy(two, signatures[1]!))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_AttestationExpired")
        .withArgs(expiry);
    });

    it("T10: is used once, also after its policy was ended", async () => {
      const { claims, insurer, controller, attestation, signAttestation, nextEpoch } =
        await load(deployWorld);
      const value = await attestation({ firstEpoch: (await nextEpoch()) + 2n });
      const signature = await signAttestation(value);
      const digest = await claims.attestationDigest(value);
      await claims.connect(insurer).issuePolicy(value, signature);
      expect(await claims.isAttestationUsed(digest)).to.equal(true);
      await claims.connect(controller).endPolicy(1n);
      await expect(claims.connect(insurer).issuePolicy(value, signature))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_AttestationUsed")
        .withArgs(digest);
    });

    it("T22: a former attester's signature no longer counts, a new one's does", async () => {
      const { claims, anchors, other, insurer, attestation, signAttestation, handOver } =
        await load(deployWorld);
      await handOver(other.address, () => anchors.connect(other).acceptAttester(1n));
      const value = await attestation();
      const old = await signAttestation(value);
      await expect(claims.connect(insurer).issuePolicy(value, old)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidAttestation",
      );
      await claims.connect(insurer).issuePolicy(value, await signAttestation(value, other));
    });

    it("T29: an attester may be a contract wallet, and one that calls out cannot change anything", async () => {
      const { claims, anchors, attester, insurer, attestation, signAttestation, moneyOf, handOver } =
        await load(deployWorld);
      const wallet = await ethers.deployContract("CallingWallet", [attester.address]);
      await handOver(await wallet.getAddress(), () =>
        wallet.connect(attester).getFunction("execute")(
          anchors,
          anchors.interface.encodeFunctionData("acceptAttester", [1n]),
        ),
      );
      const value = await attestation();
      await wallet.getFunction("arm")(
        await claims.getAddress(),
        claims.interface.encodeFunctionData("setPayee", [1n, ZeroAddress]),
      );
      const before = await moneyOf(1n);
      await claims.connect(insurer).issuePolicy(value, await signAttestation(value));
      const after = await moneyOf(1n);
      expect(after.free + after.committed).to.equal(before.free + before.committed);
    });

    it("P7: only the program's insurer issues", async () => {
      const { claims, issue, stranger, attester, controller } = await load(deployWorld);
      for (const who of [stranger, attester, controller]) {
        await expect(issue({}, who))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotInsurer")
          .withArgs(1n, who.address);
      }
    });

    const wrong: [string, Partial<Attestation>, string, unknown[]?][] = [
      ["no controller", { controller: ZeroAddress }, "ZeroAddress"],
      ["holder 0", { holder: 0n }, "InvalidHolder", [0n]],
      ["holder r", { holder: R }, "InvalidHolder", [R]],
      ["the largest word as holder", { holder: 2n ** 256n - 1n }, "InvalidHolder", [2n ** 256n - 1n]],
      ["no periods", { periods: 0n }, "NoPeriods"],
      ["a run beyond 32 bits", { firstEpoch: 2n ** 32n - 2n, periods: 3n }, "EpochOutOfRange", [2n ** 32n]],
      ["as many periods as fit", { periods: 2n ** 32n - 1n }, "EpochOutOfRange"],
      [
        "an anchor day beyond 32 bits",
        { firstEpoch: 2n ** 32n - 1n, periods: 1n },
        "EpochOutOfRange",
        [2n ** 32n - 1n],
      ],
    ];
    for (const [what, values, error, args] of wrong) {
      it(`T31: refuses ${what}`, async () => {
        const { claims, issue } = await load(deployWorld);
        const call = expect(issue(values)).to.be.revertedWithCustomError(claims, `ClaimsPayout_${error}`);
        await (args === undefined ? call : call.withArgs(...args));
      });
    }

    // With epochs of a day the anchor day leaves its 32 bits as well; only shorter ones show the epoch's own limit.
    it("T31: an hourly epoch ends at 32 bits too, where the anchor day is far from its end", async () => {
      const { claims, circuits, governor, verifier2, createProgram, fund, issue } = await load(deployWorld);
      const hourly = await proposal(verifier2, { name: "glucose-hour", epochSeconds: 3600n });
      await circuits.connect(governor).propose(hourly);
      await time.increase(delay);
      await circuits.add(hourly);
      const program = await createProgram({
        circuit: circuitId("glucose-hour", 1n),
        terms: packTerms({ offset: 0n }),
      });
      await fund(program, benefit);
      await expect(issue({ program, firstEpoch: 2n ** 32n - 1n, periods: 2n }))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_EpochOutOfRange")
        .withArgs(2n ** 32n);
      const policy = await issue({ program, firstEpoch: 2n ** 32n - 1n, periods: 1n });
      expect(await claims.anchorDayOf(policy, 0n)).to.equal(2n ** 32n / 24n);
    });

    it("T31: accepts the last epoch and the last day that fit", async () => {
      const { claims, issue } = await load(deployInsured);
      const policy = await issue({ firstEpoch: 2n ** 32n - 2n, periods: 1n, holder: holder + 1n });
      expect(await claims.anchorDayOf(policy, 0n)).to.equal(2n ** 32n - 1n);
    });

    it("T25: refuses this contract as payee", async () => {
      const { claims, claimsAddress, issue, controller } = await load(deployInsured);
      await expect(issue({ payee: claimsAddress })).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidRecipient",
      );
      await expect(claims.connect(controller).setPayee(1n, claimsAddress)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidRecipient",
      );
    });
  });

  describe("covered time", () => {
    it("covers only periods that have not begun, to the second", async () => {
      const { claims, insurer, attestation, signAttestation, nextEpoch } = await load(deployWorld);
      const firstEpoch = (await nextEpoch()) + 1n;
      const start = 900n * offset + firstEpoch * DAY;
      const value = await attestation({ firstEpoch });
      const signature = await signAttestation(value);
      await time.increaseTo(start - 2n);
      await time.setNextBlockTimestamp(start - 1n);
      await claims.connect(insurer).issuePolicy(value, signature);
      const late = await attestation({ firstEpoch, holder: holder + 1n });
      const lateSignature = await signAttestation(late);
      await time.setNextBlockTimestamp(start);
      await expect(claims.connect(insurer).issuePolicy(late, lateSignature))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_AlreadyBegun")
        .withArgs(start);
    });

    it("P5: no second of one holder and scope is covered twice, across programs of the scope", async () => {
      const { claims, issue, firstEpoch, createProgram, fund } = await load(deployInsured);
      const program = await createProgram();
      await fund(program, benefit * 10n);
      const end = 900n * offset + (firstEpoch + 3n) * DAY;
      for (const first of [firstEpoch, firstEpoch + 2n]) {
        for (const id of [1n, program]) {
          await expect(issue({ program: id, firstEpoch: first }))
            .to.be.revertedWithCustomError(claims, "ClaimsPayout_CoverageOverlaps")
            .withArgs(1n, holder, 900n * offset + first * DAY, end);
        }
      }
      await issue({ program, firstEpoch: firstEpoch + 3n });
      // Another holder is another matter.
      await issue({ firstEpoch, holder: holder + 1n });
    });

    it("P5: programs of one scope with different offsets cannot overlap by hours either", async () => {
      const { claims, issue, firstEpoch, createProgram, fund } = await load(deployInsured);
      const program = await createProgram({ terms: packTerms({ offset: 19n }) });
      await fund(program, benefit * 10n);
      await expect(issue({ program, firstEpoch: firstEpoch + 3n })).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CoverageOverlaps",
      );
      await issue({ program, firstEpoch: firstEpoch + 4n });
    });

    it("P5: open claim windows do not block a renewal", async () => {
      const { issue, firstEpoch } = await load(deployInsured);
      await issue({ firstEpoch: firstEpoch + 3n });
      await time.increaseTo(900n * offset + (firstEpoch + 6n) * DAY - 10n);
      await issue({ firstEpoch: firstEpoch + 6n });
    });

    it("P5: scopes are apart", async () => {
      const { scopes, insurer, issue, firstEpoch, createProgram, fund } = await load(deployInsured);
      await scopes.connect(insurer).createScope(1n);
      const program = await createProgram({ scope: 2n });
      await fund(program, benefit * 10n);
      await issue({ program, firstEpoch });
    });
  });

  describe("ending a policy", () => {
    it("frees the periods that have not begun; those that have stay", async () => {
      const { claims, controller, policy, program, firstEpoch, moneyOf } = await load(deployInsured);
      const before = await moneyOf(program);
      await time.setNextBlockTimestamp(900n * offset + (firstEpoch + 1n) * DAY);
      await expect(claims.connect(controller).endPolicy(policy))
        .to.emit(claims, "PolicyEnded")
        .withArgs(policy, controller.address, 2n, 1n);
      const after = await moneyOf(program);
      expect([after.free - before.free, before.committed - after.committed]).to.deep.equal([
        benefit,
        benefit,
      ]);
      const ended = await claims.policy(policy);
      expect([ended.periods, ended.reserved]).to.deep.equal([2n, 2n]);
      expect(await claims.coveredUntil(1n, holder)).to.equal(900n * offset + (firstEpoch + 2n) * DAY);
      await expect(claims.periodOf(policy, 2n))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_UnknownPeriod")
        .withArgs(policy, 2n);
      await expect(claims.connect(controller).endPolicy(policy)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_NothingToEnd",
      );
    });

    it("T27: the insurer may end it too, and only from the next period on", async () => {
      const { claims, insurer, policy, firstEpoch } = await load(deployInsured);
      await time.setNextBlockTimestamp(900n * offset + (firstEpoch + 1n) * DAY - 1n);
      await claims.connect(insurer).endPolicy(policy);
      expect((await claims.policy(policy)).periods).to.equal(1n);
    });

    it("a policy ended before it begins leaves room for another at once", async () => {
      const { claims, controller, policy, issue, firstEpoch, program, moneyOf } = await load(deployInsured);
      await claims.connect(controller).endPolicy(policy);
      expect((await claims.policy(policy)).periods).to.equal(0n);
      expect((await moneyOf(program)).committed).to.equal(0n);
      expect(await claims.coveredUntil(1n, holder)).to.equal(0n);
      await issue({ firstEpoch });
    });

    it("P5: ending a renewal early does not open time that an earlier policy covers", async () => {
      const { claims, controller, issue, firstEpoch } = await load(deployInsured);
      const renewal = await issue({ firstEpoch: firstEpoch + 5n });
      await claims.connect(controller).endPolicy(renewal);
      expect(await claims.coveredUntil(1n, holder)).to.equal(900n * offset + (firstEpoch + 3n) * DAY);
      await expect(issue({ firstEpoch: firstEpoch + 2n })).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CoverageOverlaps",
      );
    });

    it("P5: ending an earlier policy does not open time that a renewal covers", async () => {
      const { claims, controller, policy, issue, firstEpoch } = await load(deployInsured);
      await issue({ firstEpoch: firstEpoch + 3n });
      await claims.connect(controller).endPolicy(policy);
      await expect(issue({ firstEpoch: firstEpoch + 4n })).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CoverageOverlaps",
      );
    });

    it("P8: nobody else may end it", async () => {
      const { claims, policy, stranger, attester, payee, pauser } = await load(deployInsured);
      for (const who of [stranger, attester, payee, pauser]) {
        await expect(claims.connect(who).endPolicy(policy))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotControllerOrInsurer")
          .withArgs(policy, who.address);
      }
    });
  });

  it("no policy is sold for periods that no circuit would settle", async () => {
    const { claims, circuits, circuit, governor, verifier2, issue, nextEpoch, fund } =
      await load(deployWorld);
    await fund(1n, benefit * 1000n);
    await circuits.connect(governor).scheduleRetirement(circuit);
    const { retiredAt } = await circuits.circuit(circuit);
    const firstEpoch = await nextEpoch();
    const last = (retiredAt - 1n - 900n * offset) / DAY;
    await expect(issue({ firstEpoch, periods: last - firstEpoch + 2n })).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_CircuitNotInForce",
    );
    await issue({ firstEpoch, periods: last - firstEpoch + 1n });
    // With a successor on record the following periods are settled again.
    const next = await proposal(verifier2, {
      version: 2n,
      predecessor: circuit,
      ceremony: NO_CEREMONY,
    });
    await circuits.connect(governor).propose(next);
    await time.increase(delay);
    await circuits.add(next);
    expect(await circuits.inForceAt(circuit, await time.latest())).to.equal(circuitId("glucose-day", 2n));
    await issue();
  });

  it("unknown policies are named as such", async () => {
    const { claims, consentId, release } = await load(deployInsured);
    const proof = {
      a: [0n, 0n],
      b: [
        [0n, 0n],
        [0n, 0n],
      ],
      c: [0n, 0n],
    } as const;
    for (const id of [0n, 2n]) {
      const calls = [
        () => claims.policy(id),
        () => claims.endPolicy(id),
        () => claims.setPayee(id, ZeroAddress),
        () => claims.pay(id),
        () => claims.payeeOf(id),
        () => claims.owedOf(id),
        () => claims.periodOf(id, 0n),
        () => claims.periodTimes(id, 0n),
        () => claims.anchorDayOf(id, 0n),
        () => claims.windowOf(id, 0n),
        () => claims.claimInputs(id, 0n),
        () => release(id, 0n),
        () => claims.approveClaim(id, 0n),
        () => claims.rejectClaim(id, 0n, ""),
        () => claims.arbitrate(id, 0n, true, ""),
        () => claims.submitClaim(id, 0n, consentId, proof as never),
      ];
      for (const call of calls) {
        await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_UnknownPolicy").withArgs(id);
      }
    }
  });
});
