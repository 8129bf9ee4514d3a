// SPDX-License-Identifier: GPL-3.0-or-later
//
// The SDK's clients of the circuit registry, in the hands of the governor, the guardian, their successors and strangers.
import { CircuitClient, CircuitGovernance, type CircuitProposal, claimFamilyFields } from "@vitalproof/sdk";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { simulatedProof, UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../support/simulatedProof.ts";
import { circuitId, installKey, keyHash } from "./support/circuits.ts";
import { codeHash, load, time } from "./support/network.ts";
import { refusalIn } from "./support/refusal.ts";
import { delay, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

async function proposed() {
  const world = await deployWorld();
  const address = await world.circuits.getAddress();
  const [governor, guardian, stranger, other] = [
    world.governor,
    world.guardian,
    world.stranger,
    world.other,
  ].map((account) => new CircuitGovernance(address, account)) as [
    CircuitGovernance,
    CircuitGovernance,
    CircuitGovernance,
    CircuitGovernance,
  ];
  const verifier = await world.verifier2.getAddress();
  const verificationKey = await installKey();
  const proposal: CircuitProposal = {
    name: "glucose-day",
    version: 2,
    verifier,
    verifierCodeHash: await codeHash(verifier),
    verificationKey,
    verificationKeyHash: await keyHash(verificationKey),
    ...claimFamilyFields({
      template: 1,
      profile: 1,
      epochs: 1,
      epochSeconds: 86_400,
      codes: 363,
      samples: 288,
    }),
    ceremony: keccak256("0x02"),
    predecessor: world.circuit,
  };
  const { result: addableFrom } = await governor.propose(proposal);
  const view = new CircuitClient(address, world.stranger);
  return { ...world, view, clients: { governor, guardian, stranger, other }, proposal, addableFrom };
}

describe("CircuitGovernance", () => {
  const id = circuitId("glucose-day", 2n);

  it("announces a circuit, and adds it after the delay", async () => {
    const { clients, view, proposal, addableFrom, circuit } = await load(proposed);
    expect(addableFrom).to.equal((await time.latest()) + Number(delay));
    expect(await refusalIn(clients.stranger.add(proposal))).to.equal("CircuitRegistry_TooEarly");
    await time.increaseTo(addableFrom);
    expect((await clients.stranger.add(proposal)).result).to.equal(id);
    const record = await view.circuit(id);
    expect([record.family, record.facts]).to.deep.equal([proposal.family, proposal.facts]);
    expect((await view.circuit(circuit)).successor).to.equal(id);
    expect((await view.verificationKeyOf(id)).nPublic).to.equal(4);
  });

  it("withdraws an announced circuit", async () => {
    const { clients, proposal, addableFrom } = await load(proposed);
    await clients.governor.cancelProposal(id);
    await time.increaseTo(addableFrom);
    expect(await refusalIn(clients.stranger.add(proposal))).to.equal("CircuitRegistry_UnknownProposal");
  });

  it("suspends and retires a circuit, and says until and from when", async () => {
    const { clients, view, circuit } = await load(proposed);
    const { result: until } = await clients.guardian.suspend(circuit, "doubt");
    const now = await time.latest();
    expect(until).to.equal(now + Number(suspensionTime));
    expect(await view.isSuspendedAt(circuit, now)).to.equal(true);
    await clients.guardian.endSuspension(circuit);
    expect(await view.isSuspendedAt(circuit, await time.latest())).to.equal(false);
    const { result: retiredAt } = await clients.governor.scheduleRetirement(circuit);
    expect(retiredAt).to.equal((await time.latest()) + Number(delay));
    expect(await refusalIn(clients.stranger.suspend(circuit, "mine"))).to.equal(
      "CircuitRegistry_NotGuardian",
    );
  });

  it("removes a circuit by a forged proof of zeros", async () => {
    const { clients, view, circuit } = await load(proposed);
    const proofOf = (inputs: readonly bigint[]) =>
      simulatedProof(UNIT_TRAPDOOR, UNIT_INPUT_POINTS, inputs, 3n);
    expect(await refusalIn(clients.stranger.exposeForgery(circuit, proofOf([0n, 0n, 0n, 1n])))).to.equal(
      "CircuitRegistry_NoForgery",
    );
    await clients.stranger.exposeForgery(circuit, proofOf([0n, 0n, 0n, 0n]));
    expect((await view.circuit(circuit)).forgedAt).to.equal(await time.latest());
  });

  it("hands both roles on", async () => {
    const { clients, view, other } = await load(proposed);
    await clients.governor.nominateGuardian(other.address);
    await clients.other.acceptGuardian();
    await clients.governor.nominateGovernor(other.address);
    await clients.other.acceptGovernor();
    expect([await view.governor(), await view.guardian()]).to.deep.equal([other.address, other.address]);
    expect(await refusalIn(clients.governor.nominateGovernor(other.address))).to.equal(
      "CircuitRegistry_NotGovernor",
    );
  });
});
