// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { concat, dataSlice, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import type { CircuitRegistry, MockVerifier } from "../../types/ethers-contracts/index.js";
import { block, trapdoorProof } from "./support/batch.ts";
import {
  CLAIMS_FAMILY,
  circuitId,
  dayFacts,
  deployBatchVerifier,
  deployRegistry,
  deployVerifier,
  type Facts,
  type ProposalFields,
  packFacts,
  proposal,
  type RegistryConfig,
} from "./support/circuits.ts";
import { mockProof, type Proof } from "./support/mockProof.ts";
import { codeHash, ethers, load, networkHelpers, time } from "./support/network.ts";
import { anyKey, deployKey } from "./support/proofs.ts";
import { packTerms } from "./support/terms.ts";
import { DAY, delay, NO_CEREMONY, suspensionCooldown, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const zeroInputs = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };

describe("CircuitRegistry", () => {
  async function config(values: Partial<RegistryConfig> = {}): Promise<RegistryConfig> {
    const [governor, guardian] = await ethers.getSigners();
    return {
      governor: governor!.address,
      guardian: guardian!.address,
      delay,
      suspensionTime,
      suspensionCooldown,
      allowDevelopmentKeys: false,
      developmentKeyHashes: [],
      developmentCodeHashes: [],
      genesis: [],
      ...values,
    };
  }

  describe("construction", () => {
    it("puts the circuits of its constructor in force at once", async () => {
      const { circuits, circuit, verifier } = await load(deployWorld);
      const record = await circuits.circuit(circuit);
      expect(record.verifier).to.equal(await verifier.getAddress());
      expect(record.verifierCodeHash).to.equal(await codeHash(record.verifier));
      expect([
        record.family,
        record.facts,
        record.inputs,
        record.period,
        record.zeroImpossible,
      ]).to.deep.equal([CLAIMS_FAMILY, packFacts(dayFacts), 4n, DAY, true]);
      expect(await circuits.factsOf(circuit)).to.deep.equal([
        CLAIMS_FAMILY,
        packFacts(dayFacts),
        4n,
        DAY,
        true,
      ]);
      expect([record.retiredAt, record.forgedAt, record.successor]).to.deep.equal([0n, 0n, ZeroHash]);
      expect(await circuits.inForceAt(circuit, await time.latest())).to.equal(circuit);
      expect(await circuits.circuitIdOf("glucose-day", 1n)).to.equal(circuitId("glucose-day", 1n));
    });

    for (const [what, values] of [
      ["no delay", { delay: 0n }],
      ["a suspension shorter than the delay", { suspensionTime: delay - 1n }],
      ["a cool-down shorter than a suspension", { suspensionCooldown: suspensionTime - 1n }],
      ["a cool-down without end", { suspensionCooldown: 4n * 365n * DAY }],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { circuits } = await load(deployWorld);
        await expect(deployRegistry(await config(values))).to.be.revertedWithCustomError(
          circuits,
          "CircuitRegistry_InvalidTimes",
        );
      });
    }

    it("refuses to be without governor or guardian", async () => {
      const { circuits } = await load(deployWorld);
      for (const values of [{ governor: ZeroAddress }, { guardian: ZeroAddress }]) {
        await expect(deployRegistry(await config(values))).to.be.revertedWithCustomError(
          circuits,
          "CircuitRegistry_ZeroAddress",
        );
      }
    });
  });

  describe("T17: development keys", () => {
    it("T17: are refused by a registry that does not allow them, and by its constructor", async () => {
      const { circuits, verifier } = await load(deployWorld);
      const genesis = [await proposal(verifier, { ceremony: NO_CEREMONY })];
      await expect(deployRegistry(await config({ genesis }))).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_DevelopmentKeyRefused",
      );
      const registry = await deployRegistry(await config());
      await expect(registry.propose(genesis[0]!)).to.be.revertedWithCustomError(
        registry,
        "CircuitRegistry_DevelopmentKeyRefused",
      );
    });

    it("T17: are accepted on a local chain when the deployer asks for it", async () => {
      const { verifier } = await load(deployWorld);
      const genesis = [await proposal(verifier, { ceremony: NO_CEREMONY })];
      const registry = await deployRegistry(await config({ genesis, allowDevelopmentKeys: true }));
      expect(await registry.allowsDevelopmentKeys()).to.equal(true);
      expect((await registry.circuit(circuitId("glucose-day", 1n))).ceremony).to.equal(NO_CEREMONY);
    });

    it("T17: a known key hash or code hash is refused under a production label, also where development keys are allowed", async () => {
      const { verifier, circuits } = await load(deployWorld);
      const known = await proposal(verifier);
      const keyHash = known.verificationKeyHash;
      for (const allowDevelopmentKeys of [false, true]) {
        const byKey = await config({
          allowDevelopmentKeys,
          developmentKeyHashes: [keyHash],
          genesis: [known],
        });
        await expect(deployRegistry(byKey))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_DevelopmentKeyUnderFalseLabel")
          .withArgs(circuitId("glucose-day", 1n), keyHash);
        const hash = await codeHash(await verifier.getAddress());
        const byCode = await config({
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
          ...(await config({ allowDevelopmentKeys: true })),
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
          ...(await config({ allowDevelopmentKeys: true })),
          batchVerifier: await there.deployContract("Groth16BatchVerifier"),
        })) as unknown as CircuitRegistry;
        expect(await registry.allowsDevelopmentKeys()).to.equal(true);
      });
    }

    it("T17: a falsely labelled key with a known trapdoor is removed by whoever forges a proof of nothing", async () => {
      const { stranger } = await load(deployWorld);
      const trapdoor = await ethers.deployContract("TrapdoorVerifier");
      const registry = await deployRegistry(await config({ genesis: [await proposal(trapdoor)] }));
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
        await config({
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

  describe("additions", () => {
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
      const registry = await deployRegistry(await config({ genesis }));
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
        await expect(deployRegistry(await config({ batchVerifier })))
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotAContract")
          .withArgs(batchVerifier);
      }
      const batchVerifier = await (await deployBatchVerifier()).getAddress();
      const registry = await deployRegistry(await config({ batchVerifier }));
      expect(await registry.batchVerifier()).to.equal(batchVerifier);
    });
  });

  describe("V2: stops and retirement", () => {
    it("V2: a suspension ends by itself, to the second", async () => {
      const { circuits, circuit, guardian } = await load(deployWorld);
      const tx = await circuits.connect(guardian).suspend(circuit, "doubt");
      const start = BigInt((await tx.getBlock())!.timestamp);
      await expect(tx)
        .to.emit(circuits, "CircuitSuspended")
        .withArgs(circuit, start + suspensionTime, "doubt");
      expect(await circuits.isSuspendedAt(circuit, start - 1n)).to.equal(false);
      expect(await circuits.isSuspendedAt(circuit, start)).to.equal(true);
      expect(await circuits.isSuspendedAt(circuit, start + suspensionTime - 1n)).to.equal(true);
      expect(await circuits.isSuspendedAt(circuit, start + suspensionTime)).to.equal(false);
    });

    it("V2: no suspension during a suspension, and none before the cool-down is over", async () => {
      const { circuits, circuit, guardian } = await load(deployWorld);
      await circuits.connect(guardian).suspend(circuit, "doubt");
      const end = BigInt(await time.latest()) + suspensionTime;
      await expect(circuits.connect(guardian).suspend(circuit, "again"))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_AlreadySuspended")
        .withArgs(circuit, end);
      await time.setNextBlockTimestamp(end + suspensionCooldown - 1n);
      await expect(circuits.connect(guardian).suspend(circuit, "again"))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_CoolingDown")
        .withArgs(circuit, end + suspensionCooldown);
      await time.setNextBlockTimestamp(end + suspensionCooldown);
      await circuits.connect(guardian).suspend(circuit, "again");
    });

    it("an early end starts the cool-down at once, and keeps the history", async () => {
      const { circuits, circuit, guardian } = await load(deployWorld);
      await expect(circuits.connect(guardian).endSuspension(circuit)).to.be.revertedWithCustomError(
        circuits,
        "CircuitRegistry_NotSuspended",
      );
      const starts: bigint[] = [];
      for (let i = 0; i < 5; i++) {
        await circuits.connect(guardian).suspend(circuit, `${i}`);
        starts.push(BigInt(await time.latest()));
        await time.increase(DAY);
        await expect(circuits.connect(guardian).endSuspension(circuit))
          .to.emit(circuits, "SuspensionEnded")
          .withArgs(circuit);
        await time.increase(suspensionCooldown);
      }
      expect(await circuits.lastSuspensionBefore(circuit, starts[0]!)).to.deep.equal([0n, 0n]);
      for (const start of starts) {
        const [found, end] = await circuits.lastSuspensionBefore(circuit, start + 1n);
        expect([found, end > start + DAY - 1n && end < start + DAY + 5n]).to.deep.equal([start, true]);
        expect(await circuits.isSuspendedAt(circuit, start + DAY / 2n)).to.equal(true);
        expect(await circuits.isSuspendedAt(circuit, start + 2n * DAY)).to.equal(false);
        expect(await circuits.isSuspendedAt(circuit, start - 1n)).to.equal(false);
      }
    });

    it("V2, T28: retirement takes the delay, is announced once and stays", async () => {
      const { circuits, circuit, governor } = await load(deployWorld);
      const tx = await circuits.connect(governor).scheduleRetirement(circuit);
      const retiredAt = BigInt(await time.latest()) + delay;
      await expect(tx).to.emit(circuits, "RetirementScheduled").withArgs(circuit, retiredAt);
      expect((await circuits.circuit(circuit)).retiredAt).to.equal(retiredAt);
      await expect(circuits.connect(governor).scheduleRetirement(circuit))
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_RetirementAlreadyScheduled")
        .withArgs(circuit, retiredAt);
      expect(await circuits.inForceAt(circuit, retiredAt - 1n)).to.equal(circuit);
      expect(await circuits.inForceAt(circuit, retiredAt)).to.equal(ZeroHash);
    });

    it("a retired circuit's successor is in force from its own addition on", async () => {
      const { circuits, circuit, governor, verifier2 } = await load(deployWorld);
      await circuits.connect(governor).scheduleRetirement(circuit);
      const { retiredAt } = await circuits.circuit(circuit);
      await time.increase(DAY);
      const next = await proposal(verifier2, { version: 2n, predecessor: circuit });
      await circuits.connect(governor).propose(next);
      await time.increase(delay);
      await circuits.add(next);
      const addedAt = BigInt(await time.latest());
      const id = circuitId("glucose-day", 2n);
      expect(await circuits.inForceAt(circuit, retiredAt)).to.equal(ZeroHash);
      expect(await circuits.inForceAt(circuit, addedAt - 1n)).to.equal(ZeroHash);
      expect(await circuits.inForceAt(circuit, addedAt)).to.equal(id);
    });

    it("unknown circuits are named as such everywhere", async () => {
      const { circuits, governor, guardian } = await load(deployWorld);
      const nothing = keccak256("0x99");
      const calls = [
        () => circuits.connect(governor).scheduleRetirement(nothing),
        () => circuits.connect(guardian).suspend(nothing, ""),
        () => circuits.circuit(nothing),
        () => circuits.inForceAt(nothing, 0n),
        () => circuits.factsOf(nothing),
        () => circuits.verificationKeyOf(nothing),
      ];
      for (const call of calls) {
        await expect(call()).to.be.revertedWithCustomError(circuits, "CircuitRegistry_UnknownCircuit");
      }
      expect(await circuits.settling(nothing, 0n, 0n)).to.deep.equal([
        ZeroHash,
        ZeroHash,
        2n ** 64n - 1n,
        ZeroAddress,
      ]);
    });
  });

  describe("T28: roles change hands in two steps", () => {
    for (const role of ["Governor", "Guardian"] as const) {
      it(`T28: ${role}`, async () => {
        const { circuits, governor, guardian, other, stranger } = await load(deployWorld);
        const nominate = role === "Governor" ? "nominateGovernor" : "nominateGuardian";
        const accept = role === "Governor" ? "acceptGovernor" : "acceptGuardian";
        const holder = role === "Governor" ? "governor" : "guardian";
        const pending = role === "Governor" ? "pendingGovernor" : "pendingGuardian";
        const previous = role === "Governor" ? governor : guardian;
        await expect(circuits.connect(governor)[nominate](other.address))
          .to.emit(circuits, `${role}Nominated`)
          .withArgs(previous.address, other.address);
        expect(await circuits[holder]()).to.equal(previous.address);
        expect(await circuits[pending]()).to.equal(other.address);
        await expect(circuits.connect(stranger)[accept]())
          .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotNominee")
          .withArgs(stranger.address, other.address);
        await expect(circuits.connect(other)[accept]())
          .to.emit(circuits, `${role}Changed`)
          .withArgs(previous.address, other.address);
        expect(await circuits[holder]()).to.equal(other.address);
        expect(await circuits[pending]()).to.equal(ZeroAddress);
        await expect(circuits.connect(other)[accept]()).to.be.revertedWithCustomError(
          circuits,
          "CircuitRegistry_NotNominee",
        );
      });
    }
  });

  it("T12: terms are packed alike here and in circuits/protocol.json", async () => {
    const { circuits, circuit, claimTerms } = await load(deployWorld);
    expect(await claimTerms.check(circuits, circuit, packTerms())).to.equal(DAY);
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
