// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { concat, dataSlice, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import type { CircuitRegistry, MockVerifier } from "../../types/ethers-contracts/index.js";
import { block, trapdoorProof } from "./support/batch.ts";
import {
  circuitId,
  deployBatchVerifier,
  deployRegistry,
  deployVerifier,
  type ProposalFields,
  proposal,
  registryConfig,
} from "./support/circuits.ts";
import { mockProof, type Proof } from "./support/mockProof.ts";
import { codeHash, ethers, load, networkHelpers, time } from "./support/network.ts";
import { anyKey, deployKey } from "./support/proofs.ts";
import { DAY, delay, NO_CEREMONY, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const zeroInputs = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };

describe("CircuitRegistry: keys", () => {
  describe("T17: development keys", () => {
    it("T17: are refused by a registry that does not allow them, and by its constructor", async () => {
      const { circuits, verifier } = await load(deployWorld);
      const genesis = [await proposal(verifier, { ceremony: NO_CEREMONY })];
      await expect(deployRegistry(await registryConfig({ genesis }))).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_DevelopmentKeyRefused",
      );
      const registry = await deployRegistry(await registryConfig());
      await expect(registry.propose(genesis[0]!)).to.be.revertedWithCustomError(
        registry,
        "CircuitRegistry_DevelopmentKeyRefused",
      );
    });

    it("T17: are accepted on a local chain when the deployer asks for it", async () => {
      const { verifier } = await load(deployWorld);
      const genesis = [await proposal(verifier, { ceremony: NO_CEREMONY })];
      const registry = await deployRegistry(await registryConfig({ genesis, allowDevelopmentKeys: true }));
      expect(await registry.allowsDevelopmentKeys()).to.equal(true);
      expect((await registry.circuit(circuitId("glucose-day", 1n))).ceremony).to.equal(NO_CEREMONY);
    });

    it("T17: a known key hash or code hash is refused under a production label, also where development keys are allowed", async () => {
      const { verifier, circuits } = await load(deployWorld);
      const known = await proposal(verifier);
      const keyHash = known.verificationKeyHash;
      for (const allowDevelopmentKeys of [false, true]) {
        const byKey = await registryConfig({
          allowDevelopmentKeys,
          developmentKeyHashes: [keyHash],
          genesis: [known],
        });
        await expect(deployRegistry(byKey))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_DevelopmentKeyUnderFalseLabel")
          .withArgs(circuitId("glucose-day", 1n), keyHash);
        const hash = await codeHash(await verifier.getAddress());
        const byCode = await registryConfig({
          allowDevelopmentKeys,
          developmentCodeHashes: [hash],
          genesis: [await proposal(verifier)],
        });
        await expect(deployRegistry(byCode))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_DevelopmentKeyUnderFalseLabel")
          .withArgs(circuitId("glucose-day", 1n), hash);
      }
      expect(await circuits.isKnownDevelopmentHash(keccak256("0xdede"))).to.equal(true);
    });

    for (const chainId of [1, 1101, 59144, 534352, 324]) {
      it(`T17: chain ${chainId} is not on the allow-list`, async () => {
        const { ethers: there } = await network.create({
          override: { chainId },
        });
        const settings = {
          ...(await registryConfig({ allowDevelopmentKeys: true })),
          batchVerifier: await there.deployContract("Groth16BatchVerifier"),
        };
        const factory = await there.getContractFactory("CircuitRegistry");
        await expect(factory.deploy(settings))
          .to.be.revertedWithCustomError(factory, "CircuitRegistry_DevelopmentKeysNotAllowedOnChain")
          .withArgs(chainId);
        // The same registry without development keys is welcome there.
        await factory.deploy({ ...settings, allowDevelopmentKeys: false });
      });
    }

    for (const chainId of [1337, 2442, 59141, 534351, 8022833]) {
      it(`T17: test chain ${chainId} is on the allow-list`, async () => {
        const { ethers: there } = await network.create({ override: { chainId } });
        const factory = await there.getContractFactory("CircuitRegistry");
        const registry = (await factory.deploy({
          ...(await registryConfig({ allowDevelopmentKeys: true })),
          batchVerifier: await there.deployContract("Groth16BatchVerifier"),
        })) as unknown as CircuitRegistry;
        expect(await registry.allowsDevelopmentKeys()).to.equal(true);
      });
    }

    it("T17: a falsely labelled key with a known trapdoor is removed by whoever forges a proof of nothing", async () => {
      const { stranger } = await load(deployWorld);
      const trapdoor = await ethers.deployContract("TrapdoorVerifier");
      const registry = await deployRegistry(await registryConfig({ genesis: [await proposal(trapdoor)] }));
      const id = circuitId("glucose-day", 1n);
      const [a, b, c] = await trapdoor.getFunction("forge").staticCall([0n, 0n, 0n, 0n]);
      const forged: Proof = {
        a: [a[0], a[1]],
        b: [
          [b[0][0], b[0][1]],
          [b[1][0], b[1][1]],
        ],
        c: [c[0], c[1]],
      };
      await expect(registry.connect(stranger).exposeForgery(id, forged))
        .to.emit(registry, "ForgeryExposed")
        .withArgs(id, stranger.address);
      const record = await registry.circuit(id);
      expect(record.forgedAt).to.equal(await time.latest());
      expect(await registry.isSuspendedAt(id, await time.latest())).to.equal(false);
      expect(await registry.inForceAt(id, await time.latest())).to.equal(ZeroHash);
      await expect(registry.exposeForgery(id, forged)).to.be.revertedWithCustomError(
        registry,
        "CircuitRegistry_NothingToExpose",
      );
    });

    it("T17: exposing needs a proof that verifies, a circuit on record and a production label", async () => {
      const { circuits, circuit, verifier2 } = await load(deployWorld);
      await expect(
        circuits.exposeForgery(circuit, mockProof({ ...zeroInputs, terms: 1n })),
      ).to.be.revertedWithCustomError(circuits, "CircuitRegistry_NoForgery");
      await expect(circuits.exposeForgery(ZeroHash, mockProof(zeroInputs))).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_UnknownCircuit",
      );
      const registry = await deployRegistry(
        await registryConfig({
          allowDevelopmentKeys: true,
          genesis: [await proposal(verifier2, { ceremony: NO_CEREMONY })],
        }),
      );
      await expect(registry.exposeForgery(circuit, mockProof(zeroInputs))).to.be.revertedWithCustomError(
        registry,
        "CircuitRegistry_NothingToExpose",
      );
    });

    it("T17: exposing brings an announced retirement forward; a suspension that runs remains as it is", async () => {
      const { circuits, circuit, governor, guardian } = await load(deployWorld);
      await circuits.connect(governor).scheduleRetirement(circuit);
      await circuits.connect(guardian).suspend(circuit, "doubt");
      const suspended = BigInt(await time.latest());
      await time.increase(DAY);
      await circuits.exposeForgery(circuit, mockProof(zeroInputs));
      const now = BigInt(await time.latest());
      const [start, end] = await circuits.lastSuspensionBefore(circuit, now + 1n);
      expect([start, end]).to.deep.equal([suspended, suspended + suspensionTime]);
      expect((await circuits.circuit(circuit)).retiredAt).to.equal(now);
    });

    it("T17: exposing a circuit that is retired already leaves the time of its retirement", async () => {
      const { circuits, circuit, governor } = await load(deployWorld);
      await circuits.connect(governor).scheduleRetirement(circuit);
      const { retiredAt } = await circuits.circuit(circuit);
      await time.increaseTo(retiredAt + 5n);
      await circuits.exposeForgery(circuit, mockProof(zeroInputs));
      expect((await circuits.circuit(circuit)).retiredAt).to.equal(retiredAt);
    });
  });

  describe("T16: the verification key on chain", () => {
    /** A proposal whose key is code that this test makes up, with the hash of what it holds. */
    async function withCode(code: string): Promise<ProposalFields> {
      const address = "0x00000000000000000000000000000000000BAd00";
      await networkHelpers.setCode(address, code);
      return proposal(await deployVerifier(9n), { version: 2n, verificationKey: address });
    }
    const words = (inputs: number) => dataSlice(anyKey(5).bytes, 0, 448 + 64 * (inputs + 1));

    it("T16: a key for the four inputs of a claim is put on record", async () => {
      const { circuits, governor } = await load(deployWorld);
      const key = await deployKey(words(4));
      const next = await proposal(await deployVerifier(9n), { version: 2n, verificationKey: key });
      expect(next.verificationKeyHash).to.equal(keccak256(words(4)));
      await circuits.connect(governor).propose(next);
      await time.increase(delay);
      await circuits.add(next);
      const id = circuitId("glucose-day", 2n);
      expect(await circuits.verificationKeyOf(id)).to.equal(key);
      const record = await circuits.circuit(id);
      expect([record.verificationKey, record.verificationKeyHash]).to.deep.equal([key, keccak256(words(4))]);
    });

    for (const [what, code] of [
      ["a key for three inputs", concat(["0x00", words(3)])],
      ["a key for five inputs", concat(["0x00", words(5)])],
      ["a byte too few", dataSlice(concat(["0x00", words(4)]), 0, 768)],
      ["a byte too many", concat(["0x00", words(4), "0x00"])],
      ["code that does not begin with STOP", concat(["0x01", words(4)])],
      ["code that can destroy itself", concat(["0xff", words(4)])],
      ["the words alone", words(4)],
      ["an account without code", "0x"],
    ] as const) {
      it(`T16: refuses ${what}, whatever its hash`, async () => {
        const { circuits, governor } = await load(deployWorld);
        const next = await withCode(code);
        for (const verificationKeyHash of [next.verificationKeyHash, keccak256(code), ZeroHash]) {
          await expect(circuits.connect(governor).propose({ ...next, verificationKeyHash }))
            .to.be.revertedWithCustomError(circuits, "CircuitRegistry_KeyHashMismatch")
            .withArgs(next.verificationKey, verificationKeyHash, ZeroHash);
        }
      });
    }

    it("T16: refuses another key than the one announced, and names both", async () => {
      const { circuits, governor } = await load(deployWorld);
      const next = await withCode(concat(["0x00", words(4)]));
      const announced = keccak256(words(3));
      await expect(circuits.connect(governor).propose({ ...next, verificationKeyHash: announced }))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_KeyHashMismatch")
        .withArgs(next.verificationKey, announced, keccak256(words(4)));
    });

    it("T16: a key that is gone when the circuit is added is refused", async () => {
      const { circuits, governor } = await load(deployWorld);
      const next = await withCode(concat(["0x00", words(4)]));
      await circuits.connect(governor).propose(next);
      await time.increase(delay);
      await networkHelpers.setCode(next.verificationKey, "0x");
      await expect(circuits.add(next)).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_KeyHashMismatch",
      );
    });

    it("T17: a forgery under the key alone exposes it: its verifier is honest", async () => {
      const { circuits, circuit, verifier, stranger } = await load(deployWorld);
      const { a, b, c } = trapdoorProof([0n, 0n, 0n, 0n], 1n);
      expect(await verifier.verifyProof(a, b, c, [0n, 0n, 0n, 0n])).to.equal(false);
      await expect(circuits.exposeForgery(circuit, trapdoorProof([0n, 0n, 1n, 0n], 1n)))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NoForgery")
        .withArgs(circuit);
      await expect(circuits.connect(stranger).exposeForgery(circuit, { a, b, c }))
        .to.emit(circuits, "ForgeryExposed")
        .withArgs(circuit, stranger.address);
      expect((await circuits.circuit(circuit)).forgedAt).to.equal(await time.latest());
    });

    it("T17: a forgery under the verifier alone exposes it: nobody knows a trapdoor of its key", async () => {
      const { stranger } = await load(deployWorld);
      const trapdoor = await ethers.deployContract("TrapdoorVerifier");
      const key = await deployKey(words(4));
      const genesis = [await proposal(await trapdoor.getAddress(), { verificationKey: key })];
      const registry = await deployRegistry(await registryConfig({ genesis }));
      const id = circuitId("glucose-day", 1n);
      const forged = trapdoorProof([0n, 0n, 0n, 0n], 2n);
      const batchVerifier = await deployBatchVerifier();
      expect(await batchVerifier.verify(key, block(forged, [0n, 0n, 0n, 0n]))).to.equal(false);
      await expect(registry.connect(stranger).exposeForgery(id, forged))
        .to.emit(registry, "ForgeryExposed")
        .withArgs(id, stranger.address);
    });

    it("T18: a proof that is malformed exposes nothing", async () => {
      const { circuits, circuit } = await load(deployWorld);
      const proof = trapdoorProof([0n, 0n, 0n, 0n], 1n);
      const malformed = { ...proof, a: [proof.a[0], proof.a[1] + 1n] as [bigint, bigint] };
      await expect(circuits.exposeForgery(circuit, malformed)).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_NoForgery",
      );
    });

    it("T18: the batch verifier has code, and is the one that was given", async () => {
      const { circuits, stranger } = await load(deployWorld);
      for (const batchVerifier of [ZeroAddress, stranger.address]) {
        await expect(deployRegistry(await registryConfig({ batchVerifier })))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotAContract")
          .withArgs(batchVerifier);
      }
      const batchVerifier = await (await deployBatchVerifier()).getAddress();
      const registry = await deployRegistry(await registryConfig({ batchVerifier }));
      expect(await registry.batchVerifier()).to.equal(batchVerifier);
    });
  });

  it("T18: every strange answer of a verifier is no proof", async () => {
    const { circuits, circuit, verifier } = await load(deployWorld);
    for (const behaviour of [2, 3, 4, 5]) {
      await (verifier as MockVerifier).behave(behaviour);
      await expect(circuits.exposeForgery(circuit, mockProof(zeroInputs))).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_NoForgery",
      );
    }
    await ethers.provider.send("hardhat_setCode", [await verifier.getAddress(), "0x"]);
    await expect(circuits.exposeForgery(circuit, mockProof(zeroInputs))).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_NoForgery",
    );
  });
});
