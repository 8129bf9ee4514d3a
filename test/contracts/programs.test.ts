// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, ZeroHash } from "ethers";
import type { ClaimsPayout } from "../../types/ethers-contracts/index.js";
import { circuitId, deployRegistry, deployVerifier, proposal } from "./support/circuits.ts";
import type { Offer } from "./support/documents.ts";
import { ethers, load, time } from "./support/network.ts";
import { packTerms, type TermsFields, unusedBitOf } from "./support/terms.ts";
import { Assurance, benefit, DAY, delay, NO_CEREMONY, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

describe("ClaimsPayout: programs and their money", () => {
  describe("construction", () => {
    it("knows its registries, its custody and its own purpose", async () => {
      const { claims, circuits, scopes, anchors, consents, claimsAddress, pauses, custody } =
        await load(deployWorld);
      expect(await claims.pauses()).to.equal(await pauses.getAddress());
      expect(await claims.custody()).to.equal(await custody.getAddress());
      expect(await claims.scopes()).to.equal(await scopes.getAddress());
      expect(await claims.circuits()).to.equal(await circuits.getAddress());
      expect(await claims.anchors()).to.equal(await anchors.getAddress());
      expect(await claims.consents()).to.equal(await consents.getAddress());
      expect(await claims.claimPurpose()).to.equal(
        keccak256(
          ethers.AbiCoder.defaultAbiCoder().encode(
            ["string", "address"],
            ["vitalproof/purpose/claim/1", claimsAddress],
          ),
        ),
      );
    });

    it("refuses registries without code", async () => {
      const { claims, pauses, scopes, consents, ledger, custody, stranger } = await load(deployWorld);
      const factory = await ethers.getContractFactory("ClaimsPayout");
      const good = await Promise.all(
        [pauses, scopes, consents, ledger, custody].map((contract) => contract.getAddress()),
      );
      for (let i = 0; i < good.length; i++) {
        const args = good.map((address, j) => (i === j ? stranger.address : address));
        await expect(factory.deploy(...(args as [string, string, string, string, string])))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotAContract")
          .withArgs(stranger.address);
      }
    });
  });

  describe("T31: offers", () => {
    it("an offer is on record as it was made", async () => {
      const { claims, custody, insurer, arbiter, offer, moneyOf } = await load(deployWorld);
      const made = await offer({ arbiter: arbiter.address, reviewTime: DAY, arbiterTime: 2n * DAY });
      await expect(claims.connect(insurer).createProgram(made)).to.emit(claims, "ProgramCreated");
      const id = await claims.programCount();
      const program = await claims.program(id);
      for (const field of Object.keys(made) as (keyof Offer)[]) {
        if (field === "assurance" || field === "token") continue;
        expect(program[field], field).to.equal(made[field]);
      }
      expect([program.insurer, program.group, program.epochSeconds]).to.deep.equal([
        insurer.address,
        1n,
        DAY,
      ]);
      expect((await custody.escrow(program.escrow)).token).to.equal(made.token);
      const offerType = "tuple(bytes32,uint256,uint8,uint256,address,uint128,address,uint32,uint32,uint32)";
      expect(program.offerHash).to.equal(
        keccak256(ethers.AbiCoder.defaultAbiCoder().encode([offerType], [Object.values(made)])),
      );
      expect(await moneyOf(id)).to.deep.equal({ free: 0n, committed: 0n });
      const [event] = await claims.queryFilter(claims.filters.ProgramCreated(id));
      expect(event!.args.offer.terms).to.equal(made.terms);
      expect(event!.args.groupId).to.equal(1n);
    });

    const wrong: [string, (world: Awaited<ReturnType<typeof deployWorld>>) => Partial<Offer>, string][] = [
      [
        "another assurance class than the group's",
        () => ({ assurance: Assurance.SelfAttested }),
        "AssuranceMismatch",
      ],
      ["no benefit", () => ({ benefit: 0n }), "InvalidBenefit"],
      ["a claim window below a day", () => ({ claimWindow: DAY - 1n }), "InvalidClaimWindow"],
      ["a claim window above a year", () => ({ claimWindow: 365n * DAY + 1n }), "InvalidClaimWindow"],
      ["an arbiter but no review", (w) => ({ arbiter: w.arbiter.address }), "InvalidReview"],
      ["arbiter's time but no review", () => ({ arbiterTime: DAY }), "InvalidReview"],
      ["a review without arbiter", () => ({ reviewTime: DAY, arbiterTime: DAY }), "InvalidReview"],
      [
        "the insurer as arbiter",
        (w) => ({ reviewTime: DAY, arbiterTime: DAY, arbiter: w.insurer.address }),
        "InvalidReview",
      ],
      [
        "a review without end",
        (w) => ({ reviewTime: 60n * DAY + 1n, arbiterTime: DAY, arbiter: w.arbiter.address }),
        "InvalidReview",
      ],
      [
        "an arbiter without time",
        (w) => ({ reviewTime: DAY, arbiterTime: DAY - 1n, arbiter: w.arbiter.address }),
        "InvalidReview",
      ],
      [
        "an arbiter without end",
        (w) => ({ reviewTime: DAY, arbiterTime: 180n * DAY + 1n, arbiter: w.arbiter.address }),
        "InvalidReview",
      ],
    ];
    it("T31: refuses a token without code, as custody does", async () => {
      const { claims, custody, insurer, offer, stranger } = await load(deployWorld);
      await expect(claims.connect(insurer).createProgram(await offer({ token: stranger.address })))
        .to.be.revertedWithCustomError(custody, "Custody_NotAContract")
        .withArgs(stranger.address);
    });

    for (const [what, values, error] of wrong) {
      it(`T31: refuses ${what}`, async () => {
        const world = await load(deployWorld);
        await expect(
          world.claims.connect(world.insurer).createProgram(await world.offer(values(world))),
        ).to.be.revertedWithCustomError(world.claims, `ClaimsPayout_${error}`);
      });
    }

    const edges: [string, (world: Awaited<ReturnType<typeof deployWorld>>) => Partial<Offer>][] = [
      ["a benefit of one unit", () => ({ benefit: 1n })],
      ["a claim window of a day", () => ({ claimWindow: DAY })],
      ["a claim window of a year", () => ({ claimWindow: 365n * DAY })],
      [
        "a review of a second, and an arbiter's time of a day",
        (w) => ({ reviewTime: 1n, arbiterTime: DAY, arbiter: w.arbiter.address }),
      ],
      [
        "a review of 60 days",
        (w) => ({ reviewTime: 60n * DAY, arbiterTime: 2n * DAY, arbiter: w.arbiter.address }),
      ],
      [
        "an arbiter's time of 180 days",
        (w) => ({ reviewTime: DAY, arbiterTime: 180n * DAY, arbiter: w.arbiter.address }),
      ],
    ];
    for (const [what, values] of edges) {
      it(`accepts ${what}`, async () => {
        const world = await load(deployWorld);
        await world.createProgram(values(world));
      });
    }

    it("T28: whoever can stop or replace circuits is no insurer", async () => {
      const { claims, scopes, insurer, governor, guardian, pauser, offer } = await load(deployWorld);
      for (const who of [governor, guardian, pauser]) {
        await scopes.connect(insurer).setMember(1n, who.address, true);
        await expect(claims.connect(who).createProgram(await offer()))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InsurerGoverns")
          .withArgs(who.address);
      }
    });

    it("refuses a circuit that nobody knows, is retired, or is a retired one's heir", async () => {
      const { claims, circuits, circuit, insurer, governor, offer } = await load(deployWorld);
      await expect(
        claims.connect(insurer).createProgram(await offer({ circuit: ZeroHash })),
      ).to.be.revertedWithCustomError(circuits, "CircuitRegistry_UnknownCircuit");
      await circuits.connect(governor).scheduleRetirement(circuit);
      await claims.connect(insurer).createProgram(await offer());
      await time.increase(delay);
      await expect(claims.connect(insurer).createProgram(await offer())).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_CircuitNotInForce",
      );
    });
  });

  describe("T31: terms", () => {
    const impossible: [string, Partial<TermsFields>, string, unknown[]?][] = [
      ["another template", { template: 2n }, "Mismatch", ["template", 2n, 1n]],
      ["template 0", { template: 0n }, "Mismatch", ["template", 0n, 1n]],
      ["another profile", { profile: 2n }, "Mismatch", ["profile", 2n, 1n]],
      ["other epochs", { epochs: 14n }, "Mismatch", ["epochs", 14n, 1n]],
      ["no epochs", { epochs: 0n }, "Mismatch", ["epochs", 0n, 1n]],
      ["a first epoch", { epoch: 1n }, "Mismatch", ["epoch", 1n, 0n]],
      ["an offset of a whole epoch", { offset: 96n }, "OutOfRange", ["offset", 96n, 0n, 95n]],
      ["an unknown flag", { flags: 8n }, "UnknownFlags", [8n]],
      ["the highest flag", { flags: 128n }, "UnknownFlags", [128n]],
      ["code 0 in the band", { low: 0n }, "OutOfRange", ["low", 0n, 1n, 142n]],
      ["an empty band", { low: 143n }, "OutOfRange", ["low", 143n, 1n, 142n]],
      ["a band beyond the table", { high: 364n }, "OutOfRange", ["high", 364n, 32n, 363n]],
      [
        "shares that cross",
        { shareMin: 5001n, shareMax: 5000n },
        "OutOfRange",
        ["shareMin", 5001n, 0n, 5000n],
      ],
      ["more than all", { shareMax: 10001n }, "OutOfRange", ["shareMax", 10001n, 7000n, 10000n]],
      ["means that cross", { meanMin: 10n, meanMax: 9n }, "OutOfRange", ["meanMin", 10n, 0n, 9n]],
      ["a mean beyond the table", { meanMax: 364n }, "OutOfRange", ["meanMax", 364n, 0n, 363n]],
      [
        "one mean without its lower end",
        { flags: 2n, meanMin: 9n, meanMax: 9n },
        "OutOfRange",
        ["meanMax", 9n, 10n, 363n],
      ],
      [
        "one mean without its upper end",
        { flags: 4n, meanMin: 9n, meanMax: 9n },
        "OutOfRange",
        ["meanMax", 9n, 10n, 363n],
      ],
      [
        "coverages that cross",
        { coverageMin: 2n, coverageMax: 1n },
        "OutOfRange",
        ["coverageMin", 2n, 0n, 1n],
      ],
      ["more coverage than all", { coverageMax: 10001n }, "OutOfRange", ["coverageMax", 10001n, 0n, 10000n]],
      ["of-valid without coverage", { flags: 1n }, "OutOfRange", ["coverageMin", 0n, 1n, 10000n]],
      ["nothing asked for", { shareMin: 0n }, "MetByMissingReadings"],
      ["only a mean of at least the lowest code", { shareMin: 0n, meanMin: 1n }, "MetByMissingReadings"],
      ["only a mean above nothing", { flags: 2n, shareMin: 0n, meanMin: 0n }, "MetByMissingReadings"],
      [
        "only an upper bound on coverage",
        { shareMin: 0n, coverageMin: 1n, coverageMax: 10n },
        "OutOfRange",
        ["coverageMax", 10n, 10000n, 10000n],
      ],
      [
        "an upper bound on coverage that dropping readings would help to meet (T8)",
        { coverageMax: 9999n },
        "OutOfRange",
        ["coverageMax", 9999n, 10000n, 10000n],
      ],
    ];
    for (const [what, values, error, args] of impossible) {
      it(`T31: refuses ${what}`, async () => {
        const { claims, claimTerms, insurer, offer } = await load(deployWorld);
        const call = expect(
          claims.connect(insurer).createProgram(await offer({ terms: packTerms(values) })),
        ).to.be.revertedWithCustomError(claimTerms, `Terms_${error}`);
        await (args === undefined ? call : call.withArgs(...args));
      });
    }

    const possible: [string, Partial<TermsFields>][] = [
      ["the last offset of a day", { offset: 95n }],
      ["a band of one code at each end", { low: 363n, high: 363n }],
      ["exactly one share", { shareMin: 10000n }],
      ["only an upper bound on the share", { shareMin: 0n, shareMax: 9999n }],
      ["only a mean above the lowest code", { shareMin: 0n, meanMin: 2n }],
      ["only a mean below the highest code", { shareMin: 0n, meanMax: 362n }],
      ["only a mean above the lowest code, which is left out", { flags: 2n, shareMin: 0n, meanMin: 1n }],
      ["only a mean below the highest code, which is left out", { flags: 4n, shareMin: 0n }],
      ["means without their ends next to each other", { flags: 6n, meanMin: 9n, meanMax: 10n }],
      ["one mean with its ends", { meanMin: 9n, meanMax: 9n }],
      ["only coverage", { shareMin: 0n, coverageMin: 1n }],
      ["of-valid with coverage", { flags: 1n, shareMin: 0n, coverageMin: 1n }],
    ];
    for (const [what, values] of possible) {
      it(`accepts ${what}`, async () => {
        const { createProgram } = await load(deployWorld);
        await createProgram({ terms: packTerms(values) });
      });
    }

    it("T31: refuses every bit beyond the template's fields", async () => {
      const { claims, claimTerms, insurer, offer } = await load(deployWorld);
      for (let bit = unusedBitOf("distribution"); bit < 256n; bit++) {
        await expect(
          claims.connect(insurer).createProgram(await offer({ terms: packTerms() | (1n << bit) })),
          `bit ${bit}`,
        ).to.be.revertedWithCustomError(claimTerms, "Terms_UnusedBits");
      }
    });

    it("T31: refuses a template it has no check for", async () => {
      const { governor, guardian, claimTerms } = await load(deployWorld);
      const registry = await deployRegistry({
        governor: governor.address,
        guardian: guardian.address,
        delay,
        suspensionTime,
        suspensionCooldown: 40n * DAY,
        allowDevelopmentKeys: true,
        developmentKeyHashes: [],
        developmentCodeHashes: [],
        genesis: [await proposal(await deployVerifier(9n), { template: 5n, ceremony: NO_CEREMONY })],
      });
      await expect(claimTerms.check(registry, circuitId("glucose-day", 1n), packTerms({ template: 5n })))
        .to.be.revertedWithCustomError(claimTerms, "Terms_UnknownTemplate")
        .withArgs(5n);
    });
  });

  describe("money of a program", () => {
    it("is an escrow of the insurer's that only the claims contract commits", async () => {
      const { claims, custody, claimsAddress, insurer, token, program, escrowOf, createProgram } =
        await load(deployWorld);
      const { token: in_, owner, module } = await custody.escrow(await escrowOf(program));
      expect([in_, owner, module]).to.deep.equal([await token.getAddress(), insurer.address, claimsAddress]);
      const second = await createProgram();
      expect(await escrowOf(second)).to.equal((await escrowOf(program)) + 1n);
      const [event] = await claims.queryFilter(claims.filters.ProgramCreated(second));
      expect(event!.args.escrowId).to.equal(await escrowOf(second));
    });

    it("P7: the insurer cannot withdraw what is reserved or owed, nor anybody what is free", async () => {
      const { custody, stranger, program, issue, withdraw, moneyOf, escrowOf } = await load(deployWorld);
      await issue({ periods: 90n });
      const { free, committed } = await moneyOf(program);
      expect([free, committed]).to.deep.equal([10n * benefit, 90n * benefit]);
      const escrow = await escrowOf(program);
      await expect(withdraw(program, free + 1n))
        .to.be.revertedWithCustomError(custody, "Custody_InsufficientFree")
        .withArgs(escrow, free, free + 1n);
      await expect(withdraw(program, 1n, stranger.address, stranger))
        .to.be.revertedWithCustomError(custody, "Custody_NotOwner")
        .withArgs(escrow, stranger.address);
      await withdraw(program, free);
    });

    it("unknown programs are named as such", async () => {
      const { claims, insurer, issue } = await load(deployWorld);
      const calls: ((contract: ClaimsPayout, id: bigint) => Promise<unknown>)[] = [
        (contract, id) => contract.program(id),
        (_, id) => issue({ program: id }),
      ];
      for (const id of [0n, 2n]) {
        for (const call of calls) {
          await expect(call(claims.connect(insurer), id))
            .to.be.revertedWithCustomError(claims, "ClaimsPayout_UnknownProgram")
            .withArgs(id);
        }
      }
    });
  });
});
