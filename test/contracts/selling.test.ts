// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is not sold: by whom, under what, on whose word; and what ended policies give back.
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { inOneBlock } from "./support/blocks.ts";
import { load, time } from "./support/network.ts";
import { Assurance, DAY, holder, offset, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

describe("ClaimsPayout: what is not sold", () => {
  it("T28: no program of the group's attester", async () => {
    const { claims, scopes, insurer, attester, offer } = await load(deployWorld);
    await scopes.connect(insurer).setMember(1n, attester.address, true);
    await expect(claims.connect(attester).createProgram(await offer()))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_InsurerGoverns")
      .withArgs(attester.address);
  });

  it("T28: no policy once the insurer pauses, governs, guards or attests", async () => {
    const { pauses, circuits, anchors, pauser, governor, insurer, claims, issue, attester, handOver } =
      await load(deployWorld);
    const refused = async (signer = attester) =>
      expect(issue({}, insurer, signer))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InsurerGoverns")
        .withArgs(insurer.address);
    await pauses.connect(pauser).nominatePauser(insurer.address);
    await issue();
    await pauses.connect(insurer).acceptPauser();
    await refused();
    await pauses.connect(insurer).nominatePauser(pauser.address);
    await pauses.connect(pauser).acceptPauser();

    await circuits.connect(governor).nominateGovernor(insurer.address);
    await circuits.connect(insurer).acceptGovernor();
    await refused();
    await circuits.connect(insurer).nominateGovernor(governor.address);
    await circuits.connect(governor).acceptGovernor();

    await circuits.connect(governor).nominateGuardian(insurer.address);
    await circuits.connect(insurer).acceptGuardian();
    await refused();
    await circuits.connect(governor).nominateGuardian(pauser.address);
    await circuits.connect(pauser).acceptGuardian();
    await issue({ holder: holder + 1n });

    await handOver(insurer.address, () => anchors.connect(insurer).acceptAttester(1n));
    await refused(insurer);
  });

  it("T27: nothing under a suspended circuit: no program, no policy", async () => {
    const { claims, circuits, circuit, guardian, insurer, offer, issue } = await load(deployWorld);
    await circuits.connect(guardian).suspend(circuit, "doubt");
    const until = BigInt(await time.latest()) + suspensionTime;
    for (const call of [async () => claims.connect(insurer).createProgram(await offer()), () => issue()]) {
      await expect(call())
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_CircuitBlocked")
        .withArgs(circuit, until);
    }
    await time.setNextBlockTimestamp(until);
    await claims.connect(insurer).createProgram(await offer());
    await issue();
  });

  it("T27: nothing in the very second of the suspension", async () => {
    const { claims, circuits, circuit, guardian, insurer, offer } = await load(deployWorld);
    const offered = await offer();
    const [suspended, refused] = await inOneBlock([
      (overrides) => circuits.connect(guardian).suspend(circuit, "doubt", overrides),
      (overrides) => claims.connect(insurer).createProgram(offered, overrides),
    ]);
    expect([suspended!.status, refused!.status]).to.deep.equal([1, 0]);
  });

  it("T10: an attestation for another offer under the same number is void", async () => {
    const { claims, insurer, attestation, signAttestation, program, createProgram } = await load(deployWorld);
    const second = await createProgram({ benefit: 1n });
    const { offerHash } = await claims.program(program);
    // As it would be signed before the chain reorganised.
    for (const other of [ZeroHash, (await claims.program(second)).offerHash]) {
      const value = await attestation({ offerHash: other });
      await expect(claims.connect(insurer).issuePolicy(value, await signAttestation(value)))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_OtherOffer")
        .withArgs(program, offerHash);
    }
  });

  it("T29: the hash of the offer is part of what is signed", async () => {
    const { claims, insurer, attestation, signAttestation } = await load(deployWorld);
    const value = await attestation();
    const signature = await signAttestation({ ...value, offerHash: ZeroHash });
    await expect(claims.connect(insurer).issuePolicy(value, signature)).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_InvalidAttestation",
    );
  });

  it("a group without time for corrections is refused", async () => {
    const { anchors } = await load(deployWorld);
    await expect(anchors.createGroup(0n, 3600n, DAY - 1n, Assurance.SelfAttested))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_InvalidTimes")
      .withArgs(0n, 3600n, DAY - 1n);
  });
});

describe("P5: coverage that ended policies give back", () => {
  /** A policy of 90 days and a renewal of one, neither begun. */
  async function renewed() {
    const world = await deployWorld();
    const firstEpoch = (await world.nextEpoch()) + 5n;
    const earlier = await world.issue({ firstEpoch, periods: 90n });
    const renewal = await world.issue({ firstEpoch: firstEpoch + 90n, periods: 1n });
    const end = world.claims.connect(world.controller);
    return { ...world, firstEpoch, earlier, renewal, end };
  }

  for (const order of ["earlier first", "renewal first"]) {
    it(`all of it, when both end before they begin: ${order}`, async () => {
      const { claims, end, earlier, renewal, issue, firstEpoch } = await load(renewed);
      const [first, second] = order === "earlier first" ? [earlier, renewal] : [renewal, earlier];
      await end.endPolicy(first);
      await end.endPolicy(second);
      expect(await claims.coveredUntil(1n, holder)).to.equal(0n);
      await issue({ firstEpoch });
    });
  }

  it("what the earlier one never covered, when it ended in its middle and the renewal before it began", async () => {
    const { claims, end, earlier, renewal, issue, firstEpoch } = await load(renewed);
    const start = 900n * offset + firstEpoch * DAY;
    await time.setNextBlockTimestamp(start + 2n * DAY);
    await end.endPolicy(earlier);
    expect(await claims.coveredUntil(1n, holder)).to.equal(start + 91n * DAY);
    await end.endPolicy(renewal);
    expect(await claims.coveredUntil(1n, holder)).to.equal(start + 3n * DAY);
    await issue({ firstEpoch: firstEpoch + 3n });
  });

  it("over a chain of policies, whatever ends in it", async () => {
    const { claims, end, earlier, renewal, issue, firstEpoch } = await load(renewed);
    const third = await issue({ firstEpoch: firstEpoch + 100n, periods: 1n });
    const start = 900n * offset + firstEpoch * DAY;
    const covered = async () => ((await claims.coveredUntil(1n, holder)) - start) / DAY;
    await end.endPolicy(renewal);
    expect(await covered()).to.equal(101n);
    await end.endPolicy(third);
    expect(await covered()).to.equal(90n);
    const fourth = await issue({ firstEpoch: firstEpoch + 90n, periods: 2n });
    expect((await claims.policy(fourth)).previous).to.equal(earlier);
    expect(await covered()).to.equal(92n);
  });
});
