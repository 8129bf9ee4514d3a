// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { concat, dataSlice, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import type { MockVerifier, StatementRegistry } from "../../types/ethers-contracts/index.js";
import { block, trapdoorProof } from "./support/batch.ts";
import { anyKey, deployKey } from "./support/proofs.ts";
import { packTerms } from "./support/terms.ts";
import {
  codeHash,
  DAY,
  delay,
  deployBatchVerifier,
  deployRegistry,
  deployVerifier,
  deployWorld,
  ethers,
  KeyKind,
  load,
  mockProof,
  networkHelpers,
  type Proof,
  type ProposalFields,
  proposal,
  type RegistryConfig,
  statementId,
  suspensionCooldown,
  suspensionTime,
  time,
} from "./support/world.ts";

const zeroInputs = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };

describe("StatementRegistry", () => {
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
    it("puts the statements of its constructor in force at once", async () => {
      const { statements, statement, verifier } = await load(deployWorld);
      const record = await statements.statement(statement);
      expect(record.verifier).to.equal(await verifier.getAddress());
      expect(record.verifierCodeHash).to.equal(await codeHash(record.verifier));
      expect([
        record.template,
        record.profile,
        record.epochs,
        record.epochSeconds,
        record.codes,
        record.samples,
      ]).to.deep.equal([1n, 1n, 1n, DAY, 363n, 288n]);
      expect([record.retiredAt, record.forged, record.successor]).to.deep.equal([0n, false, ZeroHash]);
      expect(await statements.inForceAt(statement, await time.latest())).to.equal(statement);
      expect(await statements.statementIdOf("glucose-day", 1n)).to.equal(statementId("glucose-day", 1n));
    });

    for (const [what, values] of [
      ["no delay", { delay: 0n }],
      ["a suspension shorter than the delay", { suspensionTime: delay - 1n }],
      ["a cool-down shorter than a suspension", { suspensionCooldown: suspensionTime - 1n }],
      ["a cool-down without end", { suspensionCooldown: 4n * 365n * DAY }],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { statements } = await load(deployWorld);
        await expect(deployRegistry(await config(values))).to.be.revertedWithCustomError(
          statements,
          "StatementRegistry_InvalidTimes",
        );
      });
    }

    it("refuses to be without governor or guardian", async () => {
      const { statements } = await load(deployWorld);
      for (const values of [{ governor: ZeroAddress }, { guardian: ZeroAddress }]) {
        await expect(deployRegistry(await config(values))).to.be.revertedWithCustomError(
          statements,
          "StatementRegistry_ZeroAddress",
        );
      }
    });
  });

  describe("T17: development keys", () => {
    it("T17: are refused by a registry that does not allow them, and by its constructor", async () => {
      const { statements, verifier } = await load(deployWorld);
      const genesis = [await proposal(verifier, { keyKind: KeyKind.Development })];
      await expect(deployRegistry(await config({ genesis }))).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_DevelopmentKeyRefused",
      );
      const registry = await deployRegistry(await config());
      await expect(registry.propose(genesis[0]!)).to.be.revertedWithCustomError(
        registry,
        "StatementRegistry_DevelopmentKeyRefused",
      );
    });

    it("T17: are accepted on a local chain when the deployer asks for it", async () => {
      const { verifier } = await load(deployWorld);
      const genesis = [await proposal(verifier, { keyKind: KeyKind.Development })];
      const registry = await deployRegistry(await config({ genesis, allowDevelopmentKeys: true }));
      expect(await registry.allowsDevelopmentKeys()).to.equal(true);
      expect((await registry.statement(statementId("glucose-day", 1n))).keyKind).to.equal(
        KeyKind.Development,
      );
    });

    it("T17: a known key hash or code hash is refused under a production label, also where development keys are allowed", async () => {
      const { verifier, statements } = await load(deployWorld);
      const known = await proposal(verifier);
      const keyHash = known.verificationKeyHash;
      for (const allowDevelopmentKeys of [false, true]) {
        const byKey = await config({
          allowDevelopmentKeys,
          developmentKeyHashes: [keyHash],
          genesis: [known],
        });
        await expect(deployRegistry(byKey))
          .to.be.revertedWithCustomError(statements, "StatementRegistry_DevelopmentKeyUnderFalseLabel")
          .withArgs(statementId("glucose-day", 1n), keyHash);
        const hash = await codeHash(await verifier.getAddress());
        const byCode = await config({
          allowDevelopmentKeys,
          developmentCodeHashes: [hash],
          genesis: [await proposal(verifier)],
        });
        await expect(deployRegistry(byCode))
          .to.be.revertedWithCustomError(statements, "StatementRegistry_DevelopmentKeyUnderFalseLabel")
          .withArgs(statementId("glucose-day", 1n), hash);
      }
      expect(await statements.isKnownDevelopmentHash(keccak256("0xdede"))).to.equal(true);
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
        const factory = await there.getContractFactory("StatementRegistry");
        await expect(factory.deploy(settings))
          .to.be.revertedWithCustomError(factory, "StatementRegistry_DevelopmentKeysNotAllowedOnChain")
          .withArgs(chainId);
        // The same registry without development keys is welcome there.
        await factory.deploy({ ...settings, allowDevelopmentKeys: false });
      });
    }

    for (const chainId of [1337, 2442, 59141, 534351, 8022833, 167013]) {
      it(`T17: test chain ${chainId} is on the allow-list`, async () => {
        const { ethers: there } = await network.create({ override: { chainId } });
        const factory = await there.getContractFactory("StatementRegistry");
        const registry = (await factory.deploy({
          ...(await config({ allowDevelopmentKeys: true })),
          batchVerifier: await there.deployContract("Groth16BatchVerifier"),
        })) as unknown as StatementRegistry;
        expect(await registry.allowsDevelopmentKeys()).to.equal(true);
      });
    }

    it("T17: a falsely labelled key with a known trapdoor is removed by whoever forges a proof of nothing", async () => {
      const { stranger } = await load(deployWorld);
      const trapdoor = await ethers.deployContract("TrapdoorVerifier");
      const registry = await deployRegistry(await config({ genesis: [await proposal(trapdoor)] }));
      const id = statementId("glucose-day", 1n);
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
      const record = await registry.statement(id);
      expect(record.forged).to.equal(true);
      expect(await registry.isSuspendedAt(id, await time.latest())).to.equal(true);
      expect(await registry.inForceAt(id, await time.latest())).to.equal(ZeroHash);
      await expect(registry.exposeForgery(id, forged)).to.be.revertedWithCustomError(
        registry,
        "StatementRegistry_NothingToExpose",
      );
    });

    it("T17: exposing needs a proof that verifies, a statement on record and a production label", async () => {
      const { statements, statement, verifier2 } = await load(deployWorld);
      await expect(
        statements.exposeForgery(statement, mockProof({ ...zeroInputs, terms: 1n })),
      ).to.be.revertedWithCustomError(statements, "StatementRegistry_NoForgery");
      await expect(statements.exposeForgery(ZeroHash, mockProof(zeroInputs))).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_UnknownStatement",
      );
      const registry = await deployRegistry(
        await config({
          allowDevelopmentKeys: true,
          genesis: [await proposal(verifier2, { keyKind: KeyKind.Development })],
        }),
      );
      await expect(registry.exposeForgery(statement, mockProof(zeroInputs))).to.be.revertedWithCustomError(
        registry,
        "StatementRegistry_NothingToExpose",
      );
    });

    it("T17: exposing during a suspension prolongs it, and brings an announced retirement forward", async () => {
      const { statements, statement, governor, guardian } = await load(deployWorld);
      await statements.connect(governor).scheduleRetirement(statement);
      await statements.connect(guardian).suspend(statement, "doubt");
      const suspended = BigInt(await time.latest());
      await time.increase(DAY);
      await statements.exposeForgery(statement, mockProof(zeroInputs));
      const now = BigInt(await time.latest());
      const [start, end] = await statements.lastSuspensionBefore(statement, now + 1n);
      expect([start, end]).to.deep.equal([suspended, now + suspensionTime]);
      expect((await statements.statement(statement)).retiredAt).to.equal(now);
    });

    it("T17: exposing a statement that is retired already leaves the time of its retirement", async () => {
      const { statements, statement, governor } = await load(deployWorld);
      await statements.connect(governor).scheduleRetirement(statement);
      const { retiredAt } = await statements.statement(statement);
      await time.increaseTo(retiredAt + 5n);
      await statements.exposeForgery(statement, mockProof(zeroInputs));
      expect((await statements.statement(statement)).retiredAt).to.equal(retiredAt);
    });
  });

  describe("additions", () => {
    async function proposed() {
      const world = await deployWorld();
      const next = await proposal(world.verifier2, { version: 2n, predecessor: world.statement });
      const tx = await world.statements.connect(world.governor).propose(next);
      const id = statementId("glucose-day", 2n);
      await expect(tx).to.emit(world.statements, "StatementProposed");
      const [event] = await world.statements.queryFilter(world.statements.filters.StatementProposed(id));
      expect(event!.args.addableFrom).to.equal(BigInt(await time.latest()) + delay);
      expect(event!.args.proposal.verifier).to.equal(next.verifier);
      return { ...world, next, id };
    }

    it("T28: come into force after the delay and not a second earlier, for anybody who asks", async () => {
      const { statements, next, id, stranger } = await load(proposed);
      const [hash, addableFrom] = await statements.proposalOf(id);
      expect(hash).to.not.equal(ZeroHash);
      await time.setNextBlockTimestamp(addableFrom - 1n);
      await expect(statements.connect(stranger).add(next))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_TooEarly")
        .withArgs(id, addableFrom);
      await time.setNextBlockTimestamp(addableFrom);
      await expect(statements.connect(stranger).add(next)).to.emit(statements, "StatementAdded");
      expect((await statements.statement(id)).addedAt).to.equal(addableFrom);
      expect((await statements.proposalOf(id)).hash).to.equal(ZeroHash);
    });

    it("T28: what is added is what was announced", async () => {
      const { statements, next, id } = await load(proposed);
      await time.increase(delay);
      const other = await deployVerifier(3n);
      const address = await other.getAddress();
      await expect(statements.add({ ...next, verifier: address, verifierCodeHash: await codeHash(address) }))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_UnknownProposal")
        .withArgs(id);
      await expect(statements.add({ ...next, version: 3n })).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_UnknownProposal",
      );
    });

    it("a proposal can be withdrawn, once, and made again with the full delay", async () => {
      const { statements, next, id, governor } = await load(proposed);
      await expect(statements.connect(governor).propose(next)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_AlreadyProposed",
      );
      await expect(statements.connect(governor).cancelProposal(id))
        .to.emit(statements, "ProposalCancelled")
        .withArgs(id);
      await expect(statements.connect(governor).cancelProposal(id)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_UnknownProposal",
      );
      await time.increase(delay);
      await expect(statements.add(next)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_UnknownProposal",
      );
      await statements.connect(governor).propose(next);
      await expect(statements.add(next)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_TooEarly",
      );
    });

    it("V1: a statement on record can be neither proposed nor added again", async () => {
      const { statements, statement, verifier, verifier2, governor, next, id } = await load(proposed);
      const before = await statements.statement(statement);
      for (const other of [verifier, verifier2]) {
        await expect(statements.connect(governor).propose(await proposal(other)))
          .to.be.revertedWithCustomError(statements, "StatementRegistry_AlreadyKnown")
          .withArgs(statement);
      }
      await time.increase(delay);
      await statements.add(next);
      await expect(statements.add(next)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_UnknownProposal",
      );
      const after = await statements.statement(statement);
      expect(after.successor).to.equal(id);
      expect([after.verifier, after.verifierCodeHash, after.addedAt]).to.deep.equal([
        before.verifier,
        before.verifierCodeHash,
        before.addedAt,
      ]);
    });

    it("T18: a verifier without code, or with other code than announced, is refused", async () => {
      const { statements, governor, stranger, verifier2 } = await load(deployWorld);
      const nobody = await proposal(stranger.address, { version: 2n });
      const emptyCodeHash = keccak256("0x");
      for (const verifierCodeHash of [emptyCodeHash, ZeroHash]) {
        await expect(
          statements.connect(governor).propose({ ...nobody, verifierCodeHash }),
        ).to.be.revertedWithCustomError(statements, "StatementRegistry_CodeHashMismatch");
      }
      await expect(
        statements
          .connect(governor)
          .propose(await proposal(verifier2, { version: 2n, verifierCodeHash: emptyCodeHash })),
      )
        .to.be.revertedWithCustomError(statements, "StatementRegistry_CodeHashMismatch")
        .withArgs(await verifier2.getAddress(), emptyCodeHash, await codeHash(await verifier2.getAddress()));
    });

    it("V1: code that changed between announcement and addition is refused", async () => {
      const { statements, next } = await load(proposed);
      await time.increase(delay);
      await ethers.provider.send("hardhat_setCode", [next.verifier, "0x6001600155"]);
      await expect(statements.add(next)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_CodeHashMismatch",
      );
    });

    const wrong: [string, Partial<ProposalFields>, string][] = [
      ["an empty name", { name: "" }, "StatementRegistry_InvalidName"],
      ["a name of 65 bytes", { name: "x".repeat(65) }, "StatementRegistry_InvalidName"],
      ["version 0", { version: 0n }, "StatementRegistry_InvalidParameter"],
      ["template 0, which no circuit may accept", { template: 0n }, "StatementRegistry_InvalidParameter"],
      ["no epochs", { epochs: 0n }, "StatementRegistry_InvalidParameter"],
      ["epochs of no length", { epochSeconds: 0n }, "StatementRegistry_InvalidParameter"],
      ["a profile without codes", { codes: 0n }, "StatementRegistry_InvalidParameter"],
      ["epochs without samples", { samples: 0n }, "StatementRegistry_InvalidParameter"],
      ["no verification key", { verificationKey: ZeroAddress }, "StatementRegistry_KeyHashMismatch"],
      ["no hash of it", { verificationKeyHash: ZeroHash }, "StatementRegistry_KeyHashMismatch"],
      ["another key", { verificationKeyHash: keccak256("0x01") }, "StatementRegistry_KeyHashMismatch"],
      ["a period as long as the delay", { epochs: 15n }, "StatementRegistry_PeriodNotShorterThanDelay"],
      [
        "a predecessor nobody knows",
        { predecessor: keccak256("0x55") },
        "StatementRegistry_UnknownStatement",
      ],
    ];
    for (const [what, values, error] of wrong) {
      it(`refuses ${what}`, async () => {
        const { statements, governor, verifier2 } = await load(deployWorld);
        const next = await proposal(verifier2, { version: 2n, ...values });
        await expect(statements.connect(governor).propose(next)).to.be.revertedWithCustomError(
          statements,
          error,
        );
      });
    }

    it("accepts a name of 64 bytes and a period just below the delay", async () => {
      const { statements, governor, verifier2 } = await load(deployWorld);
      await statements
        .connect(governor)
        .propose(await proposal(verifier2, { name: "x".repeat(64), epochs: 1n, epochSeconds: delay - 1n }));
    });

    for (const [field, value] of [
      ["template", 2n],
      ["profile", 2n],
      ["epochs", 2n],
      ["epochSeconds", DAY / 2n],
      ["codes", 362n],
      ["samples", 287n],
    ] as const) {
      it(`a successor differs in nothing that proofs see: ${field}`, async () => {
        const { statements, governor, verifier2, statement } = await load(deployWorld);
        const next = await proposal(verifier2, { version: 2n, predecessor: statement, [field]: value });
        await expect(statements.connect(governor).propose(next))
          .to.be.revertedWithCustomError(statements, "StatementRegistry_NotASuccessor")
          .withArgs(statement, field);
      });
    }

    it("a statement has one successor", async () => {
      const { statements, next, id, statement, governor, verifier } = await load(proposed);
      const rival = await proposal(verifier, { version: 3n, predecessor: statement });
      await statements.connect(governor).propose(rival);
      await time.increase(delay);
      await statements.add(next);
      await expect(statements.add(rival))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_SuccessorExists")
        .withArgs(statement, id);
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
      const { statements, governor } = await load(deployWorld);
      const key = await deployKey(words(4));
      const next = await proposal(await deployVerifier(9n), { version: 2n, verificationKey: key });
      expect(next.verificationKeyHash).to.equal(keccak256(words(4)));
      await statements.connect(governor).propose(next);
      await time.increase(delay);
      await statements.add(next);
      const id = statementId("glucose-day", 2n);
      expect(await statements.verificationKeyOf(id)).to.equal(key);
      const record = await statements.statement(id);
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
        const { statements, governor } = await load(deployWorld);
        const next = await withCode(code);
        for (const verificationKeyHash of [next.verificationKeyHash, keccak256(code), ZeroHash]) {
          await expect(statements.connect(governor).propose({ ...next, verificationKeyHash }))
            .to.be.revertedWithCustomError(statements, "StatementRegistry_KeyHashMismatch")
            .withArgs(next.verificationKey, verificationKeyHash, ZeroHash);
        }
      });
    }

    it("T16: refuses another key than the one announced, and names both", async () => {
      const { statements, governor } = await load(deployWorld);
      const next = await withCode(concat(["0x00", words(4)]));
      const announced = keccak256(words(3));
      await expect(statements.connect(governor).propose({ ...next, verificationKeyHash: announced }))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_KeyHashMismatch")
        .withArgs(next.verificationKey, announced, keccak256(words(4)));
    });

    it("T16: a key that is gone when the statement is added is refused", async () => {
      const { statements, governor } = await load(deployWorld);
      const next = await withCode(concat(["0x00", words(4)]));
      await statements.connect(governor).propose(next);
      await time.increase(delay);
      await networkHelpers.setCode(next.verificationKey, "0x");
      await expect(statements.add(next)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_KeyHashMismatch",
      );
    });

    it("T17: a forgery under the key alone exposes it: its verifier is honest", async () => {
      const { statements, statement, verifier, stranger } = await load(deployWorld);
      const { a, b, c } = trapdoorProof([0n, 0n, 0n, 0n], 1n);
      expect(await verifier.verifyProof(a, b, c, [0n, 0n, 0n, 0n])).to.equal(false);
      await expect(statements.exposeForgery(statement, trapdoorProof([0n, 0n, 1n, 0n], 1n)))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_NoForgery")
        .withArgs(statement);
      await expect(statements.connect(stranger).exposeForgery(statement, { a, b, c }))
        .to.emit(statements, "ForgeryExposed")
        .withArgs(statement, stranger.address);
      expect((await statements.statement(statement)).forged).to.equal(true);
    });

    it("T17: a forgery under the verifier alone exposes it: nobody knows a trapdoor of its key", async () => {
      const { stranger } = await load(deployWorld);
      const trapdoor = await ethers.deployContract("TrapdoorVerifier");
      const key = await deployKey(words(4));
      const genesis = [await proposal(await trapdoor.getAddress(), { verificationKey: key })];
      const registry = await deployRegistry(await config({ genesis }));
      const id = statementId("glucose-day", 1n);
      const forged = trapdoorProof([0n, 0n, 0n, 0n], 2n);
      const batchVerifier = await deployBatchVerifier();
      expect(await batchVerifier.verify(key, block(forged, [0n, 0n, 0n, 0n]))).to.equal(false);
      await expect(registry.connect(stranger).exposeForgery(id, forged))
        .to.emit(registry, "ForgeryExposed")
        .withArgs(id, stranger.address);
    });

    it("T18: a proof that is malformed exposes nothing", async () => {
      const { statements, statement } = await load(deployWorld);
      const proof = trapdoorProof([0n, 0n, 0n, 0n], 1n);
      const malformed = { ...proof, a: [proof.a[0], proof.a[1] + 1n] as [bigint, bigint] };
      await expect(statements.exposeForgery(statement, malformed)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_NoForgery",
      );
    });

    it("T18: the batch verifier has code, and is the one that was given", async () => {
      const { statements, stranger } = await load(deployWorld);
      for (const batchVerifier of [ZeroAddress, stranger.address]) {
        await expect(deployRegistry(await config({ batchVerifier })))
          .to.be.revertedWithCustomError(statements, "StatementRegistry_NotAContract")
          .withArgs(batchVerifier);
      }
      const batchVerifier = await (await deployBatchVerifier()).getAddress();
      const registry = await deployRegistry(await config({ batchVerifier }));
      expect(await registry.batchVerifier()).to.equal(batchVerifier);
    });
  });

  describe("V2: stops and retirement", () => {
    it("V2: a suspension ends by itself, to the second", async () => {
      const { statements, statement, guardian } = await load(deployWorld);
      const tx = await statements.connect(guardian).suspend(statement, "doubt");
      const start = BigInt((await tx.getBlock())!.timestamp);
      await expect(tx)
        .to.emit(statements, "StatementSuspended")
        .withArgs(statement, start + suspensionTime, "doubt");
      expect(await statements.isSuspendedAt(statement, start - 1n)).to.equal(false);
      expect(await statements.isSuspendedAt(statement, start)).to.equal(true);
      expect(await statements.isSuspendedAt(statement, start + suspensionTime - 1n)).to.equal(true);
      expect(await statements.isSuspendedAt(statement, start + suspensionTime)).to.equal(false);
    });

    it("V2: no suspension during a suspension, and none before the cool-down is over", async () => {
      const { statements, statement, guardian } = await load(deployWorld);
      await statements.connect(guardian).suspend(statement, "doubt");
      const end = BigInt(await time.latest()) + suspensionTime;
      await expect(statements.connect(guardian).suspend(statement, "again"))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_AlreadySuspended")
        .withArgs(statement, end);
      await time.setNextBlockTimestamp(end + suspensionCooldown - 1n);
      await expect(statements.connect(guardian).suspend(statement, "again"))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_CoolingDown")
        .withArgs(statement, end + suspensionCooldown);
      await time.setNextBlockTimestamp(end + suspensionCooldown);
      await statements.connect(guardian).suspend(statement, "again");
    });

    it("an early end starts the cool-down at once, and keeps the history", async () => {
      const { statements, statement, guardian } = await load(deployWorld);
      await expect(statements.connect(guardian).endSuspension(statement)).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_NotSuspended",
      );
      const starts: bigint[] = [];
      for (let i = 0; i < 5; i++) {
        await statements.connect(guardian).suspend(statement, `${i}`);
        starts.push(BigInt(await time.latest()));
        await time.increase(DAY);
        await expect(statements.connect(guardian).endSuspension(statement))
          .to.emit(statements, "SuspensionEnded")
          .withArgs(statement);
        await time.increase(suspensionCooldown);
      }
      expect(await statements.lastSuspensionBefore(statement, starts[0]!)).to.deep.equal([0n, 0n]);
      for (const start of starts) {
        const [found, end] = await statements.lastSuspensionBefore(statement, start + 1n);
        expect([found, end > start + DAY - 1n && end < start + DAY + 5n]).to.deep.equal([start, true]);
        expect(await statements.isSuspendedAt(statement, start + DAY / 2n)).to.equal(true);
        expect(await statements.isSuspendedAt(statement, start + 2n * DAY)).to.equal(false);
        expect(await statements.isSuspendedAt(statement, start - 1n)).to.equal(false);
      }
    });

    it("V2, T28: retirement takes the delay, is announced once and stays", async () => {
      const { statements, statement, governor } = await load(deployWorld);
      const tx = await statements.connect(governor).scheduleRetirement(statement);
      const retiredAt = BigInt(await time.latest()) + delay;
      await expect(tx).to.emit(statements, "RetirementScheduled").withArgs(statement, retiredAt);
      expect((await statements.statement(statement)).retiredAt).to.equal(retiredAt);
      await expect(statements.connect(governor).scheduleRetirement(statement))
        .to.be.revertedWithCustomError(statements, "StatementRegistry_RetirementAlreadyScheduled")
        .withArgs(statement, retiredAt);
      expect(await statements.inForceAt(statement, retiredAt - 1n)).to.equal(statement);
      expect(await statements.inForceAt(statement, retiredAt)).to.equal(ZeroHash);
    });

    it("a retired statement's successor is in force from its own addition on", async () => {
      const { statements, statement, governor, verifier2 } = await load(deployWorld);
      await statements.connect(governor).scheduleRetirement(statement);
      const { retiredAt } = await statements.statement(statement);
      await time.increase(DAY);
      const next = await proposal(verifier2, { version: 2n, predecessor: statement });
      await statements.connect(governor).propose(next);
      await time.increase(delay);
      await statements.add(next);
      const addedAt = BigInt(await time.latest());
      const id = statementId("glucose-day", 2n);
      expect(await statements.inForceAt(statement, retiredAt)).to.equal(ZeroHash);
      expect(await statements.inForceAt(statement, addedAt - 1n)).to.equal(ZeroHash);
      expect(await statements.inForceAt(statement, addedAt)).to.equal(id);
    });

    it("unknown statements are named as such everywhere", async () => {
      const { statements, governor, guardian } = await load(deployWorld);
      const nothing = keccak256("0x99");
      const calls = [
        () => statements.connect(governor).scheduleRetirement(nothing),
        () => statements.connect(guardian).suspend(nothing, ""),
        () => statements.statement(nothing),
        () => statements.inForceAt(nothing, 0n),
        () => statements.checkTerms(nothing, 0n),
        () => statements.verificationKeyOf(nothing),
      ];
      for (const call of calls) {
        await expect(call()).to.be.revertedWithCustomError(statements, "StatementRegistry_UnknownStatement");
      }
      expect(await statements.settling(nothing, 0n, 0n)).to.deep.equal([
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
        const { statements, governor, guardian, other, stranger } = await load(deployWorld);
        const nominate = role === "Governor" ? "nominateGovernor" : "nominateGuardian";
        const accept = role === "Governor" ? "acceptGovernor" : "acceptGuardian";
        const holder = role === "Governor" ? "governor" : "guardian";
        const pending = role === "Governor" ? "pendingGovernor" : "pendingGuardian";
        const previous = role === "Governor" ? governor : guardian;
        await expect(statements.connect(governor)[nominate](other.address))
          .to.emit(statements, `${role}Nominated`)
          .withArgs(previous.address, other.address);
        expect(await statements[holder]()).to.equal(previous.address);
        expect(await statements[pending]()).to.equal(other.address);
        await expect(statements.connect(stranger)[accept]())
          .to.be.revertedWithCustomError(statements, "StatementRegistry_NotNominee")
          .withArgs(stranger.address, other.address);
        await expect(statements.connect(other)[accept]())
          .to.emit(statements, `${role}Changed`)
          .withArgs(previous.address, other.address);
        expect(await statements[holder]()).to.equal(other.address);
        expect(await statements[pending]()).to.equal(ZeroAddress);
        await expect(statements.connect(other)[accept]()).to.be.revertedWithCustomError(
          statements,
          "StatementRegistry_NotNominee",
        );
      });
    }
  });

  it("T12: terms are packed alike here and in circuits/protocol.json", async () => {
    const { statements, statement } = await load(deployWorld);
    expect(await statements.checkTerms(statement, packTerms())).to.equal(DAY);
  });

  it("T18: every strange answer of a verifier is no proof", async () => {
    const { statements, statement, verifier } = await load(deployWorld);
    for (const behaviour of [2, 3, 4, 5]) {
      await (verifier as MockVerifier).behave(behaviour);
      await expect(statements.exposeForgery(statement, mockProof(zeroInputs))).to.be.revertedWithCustomError(
        statements,
        "StatementRegistry_NoForgery",
      );
    }
    await ethers.provider.send("hardhat_setCode", [await verifier.getAddress(), "0x"]);
    await expect(statements.exposeForgery(statement, mockProof(zeroInputs))).to.be.revertedWithCustomError(
      statements,
      "StatementRegistry_NoForgery",
    );
  });
});
