// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import { circuitId, deployVerifier, type Facts, type ProposalFields, proposal } from "./support/circuits.ts";
import { codeHash, ethers, load, time } from "./support/network.ts";
import { anyKey, deployKey } from "./support/proofs.ts";
import { DAY, delay } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

describe("CircuitRegistry: additions", () => {
  async function proposed() {
    const world = await deployWorld();
    const next = await proposal(world.verifier2, { version: 2n, predecessor: world.circuit });
    const tx = await world.circuits.connect(world.governor).propose(next);
    const id = circuitId("glucose-day", 2n);
    await expect(tx).to.emit(world.circuits, "CircuitProposed");
    const [event] = await world.circuits.queryFilter(world.circuits.filters.CircuitProposed(id));
    expect(event!.args.addableFrom).to.equal(BigInt(await time.latest()) + delay);
    expect(event!.args.proposal.verifier).to.equal(next.verifier);
    return { ...world, next, id };
  }

  it("T28: come into force after the delay and not a second earlier, for anybody who asks", async () => {
    const { circuits, next, id, stranger } = await load(proposed);
    const [hash, addableFrom] = await circuits.proposalOf(id);
    expect(hash).to.not.equal(ZeroHash);
    await time.setNextBlockTimestamp(addableFrom - 1n);
    await expect(circuits.connect(stranger).add(next))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_TooEarly")
      .withArgs(id, addableFrom);
    await time.setNextBlockTimestamp(addableFrom);
    await expect(circuits.connect(stranger).add(next)).to.emit(circuits, "CircuitAdded");
    expect((await circuits.circuit(id)).addedAt).to.equal(addableFrom);
    expect((await circuits.proposalOf(id)).hash).to.equal(ZeroHash);
  });

  it("T28: expire when nobody brings them into force, and can be announced again", async () => {
    const { circuits, next, id, governor } = await load(proposed);
    const [, addableFrom] = await circuits.proposalOf(id);
    const expired = addableFrom + delay;
    await time.setNextBlockTimestamp(expired - 1n);
    await expect(circuits.connect(governor).propose(next))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_AlreadyProposed")
      .withArgs(id);
    await time.setNextBlockTimestamp(expired);
    await expect(circuits.add(next))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_ProposalExpired")
      .withArgs(id, expired);
    await circuits.connect(governor).propose(next);
    const again = await circuits.proposalOf(id);
    expect(again.addableFrom).to.equal(BigInt(await time.latest()) + delay);
    // In the last second it still can.
    await time.setNextBlockTimestamp(again.addableFrom + delay - 1n);
    await expect(circuits.add(next)).to.emit(circuits, "CircuitAdded");
  });

  it("T28: what is added is what was announced", async () => {
    const { circuits, next, id } = await load(proposed);
    await time.increase(delay);
    const other = await deployVerifier(3n);
    const address = await other.getAddress();
    await expect(circuits.add({ ...next, verifier: address, verifierCodeHash: await codeHash(address) }))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_UnknownProposal")
      .withArgs(id);
    await expect(circuits.add({ ...next, version: 3n })).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_UnknownProposal",
    );
  });

  it("a proposal can be withdrawn, once, and made again with the full delay", async () => {
    const { circuits, next, id, governor } = await load(proposed);
    await expect(circuits.connect(governor).propose(next)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_AlreadyProposed",
    );
    await expect(circuits.connect(governor).cancelProposal(id))
      .to.emit(circuits, "ProposalCancelled")
      .withArgs(id);
    await expect(circuits.connect(governor).cancelProposal(id)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_UnknownProposal",
    );
    await time.increase(delay);
    await expect(circuits.add(next)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_UnknownProposal",
    );
    await circuits.connect(governor).propose(next);
    await expect(circuits.add(next)).to.be.revertedWithCustomError(circuits, "CircuitRegistry_TooEarly");
  });

  it("V1: a circuit on record can be neither proposed nor added again", async () => {
    const { circuits, circuit, verifier, verifier2, governor, next, id } = await load(proposed);
    const before = await circuits.circuit(circuit);
    for (const other of [verifier, verifier2]) {
      await expect(circuits.connect(governor).propose(await proposal(other)))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_AlreadyKnown")
        .withArgs(circuit);
    }
    await time.increase(delay);
    await circuits.add(next);
    await expect(circuits.add(next)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_UnknownProposal",
    );
    const after = await circuits.circuit(circuit);
    expect(after.successor).to.equal(id);
    expect([after.verifier, after.verifierCodeHash, after.addedAt]).to.deep.equal([
      before.verifier,
      before.verifierCodeHash,
      before.addedAt,
    ]);
  });

  it("T18: a verifier without code, or with other code than announced, is refused", async () => {
    const { circuits, governor, stranger, verifier2 } = await load(deployWorld);
    const nobody = await proposal(stranger.address, { version: 2n });
    const emptyCodeHash = keccak256("0x");
    for (const verifierCodeHash of [emptyCodeHash, ZeroHash]) {
      await expect(
        circuits.connect(governor).propose({ ...nobody, verifierCodeHash }),
      ).to.be.revertedWithCustomError(circuits, "CircuitRegistry_CodeHashMismatch");
    }
    await expect(
      circuits
        .connect(governor)
        .propose(await proposal(verifier2, { version: 2n, verifierCodeHash: emptyCodeHash })),
    )
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_CodeHashMismatch")
      .withArgs(await verifier2.getAddress(), emptyCodeHash, await codeHash(await verifier2.getAddress()));
  });

  it("V1: code that changed between announcement and addition is refused", async () => {
    const { circuits, next } = await load(proposed);
    await time.increase(delay);
    await ethers.provider.send("hardhat_setCode", [next.verifier, "0x6001600155"]);
    await expect(circuits.add(next)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_CodeHashMismatch",
    );
  });

  const wrong: [string, Partial<ProposalFields & Facts>, string][] = [
    ["an empty name", { name: "" }, "CircuitRegistry_InvalidName"],
    ["a name of 65 bytes", { name: "x".repeat(65) }, "CircuitRegistry_InvalidName"],
    ["version 0", { version: 0n }, "CircuitRegistry_InvalidParameter"],
    ["no family", { family: `0x${"00".repeat(16)}` }, "CircuitRegistry_InvalidParameter"],
    ["no public inputs", { inputs: 0n }, "CircuitRegistry_InvalidParameter"],
    ["a key for fewer public inputs", { inputs: 5n }, "CircuitRegistry_KeyHashMismatch"],
    ["a key for more public inputs", { inputs: 3n }, "CircuitRegistry_KeyHashMismatch"],
    [
      "65,535 public inputs, which no key on chain holds",
      { inputs: 65_535n },
      "CircuitRegistry_KeyHashMismatch",
    ],
    ["no verification key", { verificationKey: ZeroAddress }, "CircuitRegistry_KeyHashMismatch"],
    ["no hash of it", { verificationKeyHash: ZeroHash }, "CircuitRegistry_KeyHashMismatch"],
    ["another key", { verificationKeyHash: keccak256("0x01") }, "CircuitRegistry_KeyHashMismatch"],
    ["a period as long as the delay", { epochs: 15n }, "CircuitRegistry_PeriodNotShorterThanDelay"],
    ["a predecessor nobody knows", { predecessor: keccak256("0x55") }, "CircuitRegistry_UnknownCircuit"],
  ];
  for (const [what, values, error] of wrong) {
    it(`refuses ${what}`, async () => {
      const { circuits, governor, verifier2 } = await load(deployWorld);
      const next = await proposal(verifier2, { version: 2n, ...values });
      await expect(circuits.connect(governor).propose(next)).to.be.revertedWithCustomError(circuits, error);
    });
  }

  it("accepts a name of 64 bytes and a period just below the delay", async () => {
    const { circuits, governor, verifier2 } = await load(deployWorld);
    await circuits
      .connect(governor)
      .propose(await proposal(verifier2, { name: "x".repeat(64), epochs: 1n, epochSeconds: delay - 1n }));
  });

  for (const [field, value, named] of [
    ["template", 2n, "facts"],
    ["profile", 2n, "facts"],
    ["epochs", 2n, "facts"],
    ["epochSeconds", DAY / 2n, "facts"],
    ["codes", 362n, "facts"],
    ["samples", 287n, "facts"],
    ["family", `0x${"ab".repeat(16)}`, "family"],
    ["facts", `0x${"ab".repeat(32)}`, "facts"],
    ["period", DAY / 2n, "period"],
    ["zeroImpossible", false, "zeroImpossible"],
  ] as const) {
    it(`a successor differs in nothing that proofs see: ${field}`, async () => {
      const { circuits, governor, verifier2, circuit } = await load(deployWorld);
      const next = await proposal(verifier2, { version: 2n, predecessor: circuit, [field]: value });
      await expect(circuits.connect(governor).propose(next))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotASuccessor")
        .withArgs(circuit, named);
    });
  }

  it("a successor differs in nothing that proofs see: inputs", async () => {
    const { circuits, governor, verifier2, circuit } = await load(deployWorld);
    const next = await proposal(verifier2, {
      version: 2n,
      predecessor: circuit,
      inputs: 5n,
      verificationKey: await deployKey(anyKey(5).bytes),
    });
    await expect(circuits.connect(governor).propose(next))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotASuccessor")
      .withArgs(circuit, "inputs");
  });

  it("a circuit has one successor", async () => {
    const { circuits, next, id, circuit, governor, verifier } = await load(proposed);
    const rival = await proposal(verifier, { version: 3n, predecessor: circuit });
    await circuits.connect(governor).propose(rival);
    await time.increase(delay);
    await circuits.add(next);
    await expect(circuits.add(rival))
      .to.be.revertedWithCustomError(circuits, "CircuitRegistry_SuccessorExists")
      .withArgs(circuit, id);
  });
});
