// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import {
  CLAIMS_FAMILY,
  circuitId,
  dayFacts,
  deployRegistry,
  packFacts,
  registryConfig,
} from "./support/circuits.ts";
import { codeHash, load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { DAY, delay, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

describe("CircuitRegistry", () => {
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
      ["a cool-down above three years", { suspensionCooldown: 3n * 365n * DAY + 1n }],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { circuits } = await load(deployWorld);
        await expect(deployRegistry(await registryConfig(values))).to.be.revertedWithCustomError(
          circuits,
          "CircuitRegistry_InvalidTimes",
        );
      });
    }

    for (const [what, values] of [
      ["a delay of a second", { delay: 1n }],
      ["a suspension as long as the delay", { suspensionTime: delay }],
      ["a cool-down as long as a suspension", { suspensionCooldown: suspensionTime }],
      ["a cool-down of three years", { suspensionCooldown: 3n * 365n * DAY }],
    ] as const) {
      it(`accepts ${what}`, async () => {
        const registry = await deployRegistry(await registryConfig(values));
        for (const [name, value] of Object.entries(values)) {
          expect(await registry[name as keyof typeof values](), name).to.equal(value);
        }
      });
    }

    it("refuses to be without governor or guardian", async () => {
      const { circuits } = await load(deployWorld);
      for (const values of [{ governor: ZeroAddress }, { guardian: ZeroAddress }]) {
        await expect(deployRegistry(await registryConfig(values))).to.be.revertedWithCustomError(
          circuits,
          "CircuitRegistry_ZeroAddress",
        );
      }
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
        const accepted = circuits.connect(other)[accept]();
        await expect(accepted).to.emit(circuits, `${role}Changed`).withArgs(previous.address, other.address);
        // Nobody was nominated as guardian who could lose that.
        await expect(accepted).to.not.emit(circuits, "GuardianNominated");
        expect(await circuits[holder]()).to.equal(other.address);
        expect(await circuits[pending]()).to.equal(ZeroAddress);
        await expect(circuits.connect(other)[accept]()).to.be.revertedWithCustomError(
          circuits,
          "CircuitRegistry_NotNominee",
        );
      });
    }

    it("T28: a new governor does not inherit the previous one's choice of a guardian", async () => {
      const { circuits, governor, guardian, other, stranger } = await load(deployWorld);
      await circuits.connect(governor).nominateGuardian(stranger.address);
      await circuits.connect(governor).nominateGovernor(other.address);
      await expect(circuits.connect(other).acceptGovernor())
        .to.emit(circuits, "GuardianNominated")
        .withArgs(guardian.address, ZeroAddress);
      await expect(circuits.connect(stranger).acceptGuardian())
        .to.be.revertedWithCustomError(circuits, "CircuitRegistry_NotNominee")
        .withArgs(stranger.address, ZeroAddress);
      await circuits.connect(other).nominateGuardian(stranger.address);
      await circuits.connect(stranger).acceptGuardian();
      expect(await circuits.guardian()).to.equal(stranger.address);
    });
  });

  it("T12: terms are packed alike here and in circuits/protocol.json", async () => {
    const { circuits, circuit, claimTerms } = await load(deployWorld);
    expect(await claimTerms.check(circuits, circuit, packTerms())).to.equal(DAY);
  });
});
