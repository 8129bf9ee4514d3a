// SPDX-License-Identifier: GPL-3.0-or-later
//
// The registry and circuits that are not claims: any number of public inputs, facts that it does not read, and the same
// powers over them. Proofs are real, from the trapdoors of test keys.
import { proofCalldata } from "@vitalproof/sdk";
import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import type { Groth16BatchVerifier } from "../../types/ethers-contracts/index.js";
import { simulatedProof } from "../support/simulatedProof.ts";
import { circuitId, type ProposalFields, proposal } from "./support/circuits.ts";
import type { Proof } from "./support/mockProof.ts";
import { ethers, load, networkHelpers, time } from "./support/network.ts";
import { anyKey, batchOf, deployKey, type TestKey, testKey, trueBlock } from "./support/proofs.ts";
import { DAY, delay, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const FAMILY = "0x6c656467657200000000000000000000"; // "ledger"
const FACTS = keccak256("0x1ed9e4");

for (const inputs of [1, 2, 7]) {
  describe(`CircuitRegistry: a circuit of another family with ${inputs} public inputs`, () => {
    const key = anyKey(inputs);
    const zeros = Array<bigint>(inputs).fill(0n);
    const id = circuitId("ledger-step", 1n);

    const proofOf = ({ trapdoor, points }: TestKey, values: readonly bigint[]): Proof =>
      proofCalldata(simulatedProof(trapdoor, points, values, 5n));

    async function proposedWith(values: Partial<ProposalFields> = {}) {
      const world = await deployWorld();
      const verificationKey = await deployKey(key.bytes);
      const verifier = await ethers.deployContract("KeyVerifier", [verificationKey]);
      const next = await proposal(await verifier.getAddress(), {
        name: "ledger-step",
        verificationKey,
        family: FAMILY,
        facts: FACTS,
        inputs: BigInt(inputs),
        period: 0n,
        ...values,
      });
      await world.circuits.connect(world.governor).propose(next);
      return { ...world, next, verificationKey, verifier };
    }

    async function added(values: Partial<ProposalFields> = {}) {
      const world = await proposedWith(values);
      await time.increase(delay);
      await world.circuits.add(world.next);
      return world;
    }
    const proposed = () => proposedWith();
    const onRecord = () => added();
    const mayProveZeros = () => added({ zeroImpossible: false });

    it("is on record after the delay, with facts as they were given", async () => {
      const { circuits, verificationKey, verifier } = await load(onRecord);
      expect(await circuits.factsOf(id)).to.deep.equal([FAMILY, FACTS, BigInt(inputs), 0n, true]);
      const record = await circuits.circuit(id);
      expect([record.verifier, record.verificationKey, record.verificationKeyHash]).to.deep.equal([
        await verifier.getAddress(),
        verificationKey,
        keccak256(key.bytes),
      ]);
      const now = await time.latest();
      expect(await circuits.inForceAt(id, now)).to.equal(id);
      expect(await circuits.settling(id, now, now + 1)).to.deep.equal([id, id, 0n, record.verifier]);
    });

    it("V1 V2: its verifier is named while it is in force: not unknown, suspended, retired, forged or of other code", async () => {
      const { circuits, governor, guardian, verifier } = await load(onRecord);
      const inForce = async () => (await circuits.verifierInForce(id))[0];
      const address = await verifier.getAddress();
      expect(await circuits.verifierInForce(id)).to.deep.equal([address, FAMILY]);
      expect(await circuits.verifierInForce(ZeroHash)).to.deep.equal([ZeroAddress, `0x${"00".repeat(16)}`]);
      await circuits.connect(guardian).suspend(id, "a test");
      expect(await inForce()).to.equal(ZeroAddress);
      await circuits.connect(guardian).endSuspension(id);
      expect(await inForce()).to.equal(address);
      const code = await ethers.provider.getCode(address);
      await networkHelpers.setCode(address, "0x00");
      expect(await inForce()).to.equal(ZeroAddress);
      await networkHelpers.setCode(address, code);
      await circuits.connect(governor).scheduleRetirement(id);
      expect(await inForce(), "until its day comes").to.equal(address);
      await time.increase(delay);
      expect(await inForce()).to.equal(ZeroAddress);
      const forged = await added();
      await forged.circuits.exposeForgery(id, proofOf(key, zeros));
      expect((await forged.circuits.verifierInForce(id))[0]).to.equal(ZeroAddress);
    });

    it("T16: needs a key for exactly as many inputs, in front of and behind which one is refused", async () => {
      const { circuits, governor, next } = await load(proposed);
      await circuits.connect(governor).cancelProposal(id);
      for (const wrong of [inputs + 1, inputs + 2, ...(inputs > 1 ? [inputs - 1] : [])]) {
        await expect(circuits.connect(governor).propose({ ...next, inputs: wrong }))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_KeyHashMismatch")
          .withArgs(next.verificationKey, next.verificationKeyHash, ZeroHash);
      }
      await circuits.connect(governor).propose(next);
    });

    it("its proofs are verified one by one and in a batch, and false ones by neither", async () => {
      const { circuits, verifier, verificationKey } = await load(onRecord);
      const batchVerifier = (await ethers.getContractAt(
        "Groth16BatchVerifier",
        await circuits.batchVerifier(),
      )) as unknown as Groth16BatchVerifier;
      const abi = [
        `function verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[${inputs}]) view returns (bool)`,
      ];
      const single = await ethers.getContractAt(abi, await verifier.getAddress());
      const values = zeros.map((_, i) => 11n * BigInt(i + 1));
      const { a, b, c } = proofOf(key, values);
      expect(await single.verifyProof!(a, b, c, values)).to.equal(true);
      expect(await single.verifyProof!(a, b, c, values.with(0, 12n))).to.equal(false);
      const blocks = [3n, 4n].map((seed) => trueBlock(key, values, seed));
      expect(await batchVerifier.verify(verificationKey, batchOf(blocks))).to.equal(true);
      const lie = blocks[1]!.with(-1, blocks[1]!.at(-1)! + 1n);
      expect(await batchVerifier.verify(verificationKey, batchOf([blocks[0]!, lie]))).to.equal(false);
    });

    it("T17: a forged proof of zeros removes it; a proof of anything else does not", async () => {
      const { circuits, stranger } = await load(onRecord);
      for (const at of zeros.keys()) {
        await expect(circuits.exposeForgery(id, proofOf(key, zeros.with(at, 1n))))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NoForgery")
          .withArgs(id);
      }
      await expect(circuits.connect(stranger).exposeForgery(id, proofOf(key, zeros)))
        .to.emit(circuits, "ForgeryExposed")
        .withArgs(id, stranger.address);
      const now = BigInt(await time.latest());
      const { forgedAt, retiredAt } = await circuits.circuit(id);
      expect([forgedAt, retiredAt]).to.deep.equal([now, now]);
      // What waits for a proof waits for a successor, as long as governance needs to bring one.
      const end = await circuits.lastStopBefore(id, now, now + 1n, now + 1n);
      expect(end).to.equal(now + delay + suspensionTime);
    });

    it("T17: a forgery that only its verifier, or only its key in a batch, accepts removes it too", async () => {
      const { trapdoor, points } = anyKey(inputs + 8);
      const batched = testKey(trapdoor, points.slice(0, inputs + 1));
      for (const [what, forger] of [
        ["verifier", key],
        ["key", batched],
      ] as const) {
        const { circuits } = await added({ verificationKey: await deployKey(batched.bytes) });
        await expect(circuits.exposeForgery(id, proofOf(forger, zeros)), what).to.emit(
          circuits,
          "ForgeryExposed",
        );
      }
    });

    it("a circuit that may prove zeros is not removed by a proof of them", async () => {
      const { circuits } = await load(mayProveZeros);
      await expect(circuits.exposeForgery(id, proofOf(key, zeros)))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_ZeroMayBeProven")
        .withArgs(id);
      expect((await circuits.circuit(id)).forgedAt).to.equal(0n);
    });

    it("is suspended, retired and followed by a successor as a claim circuit is", async () => {
      const { circuits, governor, guardian, next, verificationKey } = await load(onRecord);
      await circuits.connect(guardian).suspend(id, "doubt");
      const suspended = await time.latest();
      expect(await circuits.isSuspendedAt(id, suspended)).to.equal(true);
      expect((await circuits.settling(id, suspended, suspended + 1))[3]).to.equal(ZeroAddress);
      await circuits.connect(guardian).endSuspension(id);

      const verifier = await ethers.deployContract("KeyVerifier", [verificationKey]);
      const successor = { ...next, verifier: await verifier.getAddress(), version: 2n, predecessor: id };
      await expect(circuits.connect(governor).propose({ ...successor, facts: ZeroHash }))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotASuccessor")
        .withArgs(id, "facts");
      await circuits.connect(governor).scheduleRetirement(id);
      await circuits.connect(governor).propose(successor);
      await time.increase(delay + DAY);
      await circuits.add(successor);
      const second = circuitId("ledger-step", 2n);
      expect(await circuits.inForceAt(id, await time.latest())).to.equal(second);
    });

    it("T31: makes no program", async () => {
      const { claims, claimTerms, insurer, offer } = await load(onRecord);
      await expect(claims.connect(insurer).createProgram(await offer({ circuit: id })))
        .to.be.revertedWithCustomError(claimTerms, "ClaimFacts_AnotherFamily")
        .withArgs(FAMILY);
    });
  });
}
