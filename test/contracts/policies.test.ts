// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { circuitId, proposal } from "./support/circuits.ts";
import { load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { benefit, DAY, delay, holder, NO_CEREMONY, offset } from "./support/values.ts";
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

    it("T27: the first period stays from the very second it begins", async () => {
      const { claims, insurer, policy, firstEpoch } = await load(deployInsured);
      await time.setNextBlockTimestamp(900n * offset + firstEpoch * DAY);
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
