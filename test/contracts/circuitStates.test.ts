// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import { inOneBlock } from "./support/blocks.ts";
import { circuitId, proposal } from "./support/circuits.ts";
import { mockProof } from "./support/mockProof.ts";
import { load, networkHelpers, time } from "./support/network.ts";
import { DAY, delay, suspensionCooldown, suspensionTime } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

describe("V2: CircuitRegistry: stops and retirement", () => {
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

  it("a circuit settles what begins in the second of its addition, and nothing before", async () => {
    const { circuits, circuit } = await load(deployWorld);
    const { addedAt } = await circuits.circuit(circuit);
    for (const [start, settles] of [
      [addedAt - 1n, ZeroHash],
      [addedAt, circuit],
    ] as const) {
      expect(await circuits.inForceAt(circuit, start)).to.equal(settles);
      expect((await circuits.settling(circuit, start, start + DAY)).base).to.equal(settles);
    }
  });

  it("V2: no verifier is named where none may be asked: suspended, or exposed", async () => {
    const { circuits, circuit, guardian, verifier } = await load(deployWorld);
    const start = BigInt(await time.latest());
    const settling = () => circuits.settling(circuit, start, start + 60n * DAY);
    expect(await settling()).to.deep.equal([circuit, circuit, 0n, await verifier.getAddress()]);
    await circuits.connect(guardian).suspend(circuit, "");
    const until = BigInt(await time.latest()) + suspensionTime;
    expect(await settling()).to.deep.equal([circuit, circuit, until, ZeroAddress]);
    const zeros = { holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n };
    await circuits.exposeForgery(circuit, mockProof(zeros));
    expect(await settling()).to.deep.equal([circuit, circuit, 2n ** 64n - 1n, ZeroAddress]);
  });

  for (const [what, later, counts] of [
    ["as it hands over counts", 0n, true],
    ["a second after it handed over does not", 1n, false],
  ] as const) {
    // One whose code changed hands over as its successor is added, and can be suspended then and later.
    it(`T36: what stops a circuit ${what}`, async () => {
      const { circuits, circuit, governor, guardian, verifier, verifier2 } = await load(deployWorld);
      const start = BigInt(await time.latest());
      const next = await proposal(verifier2, { version: 2n, predecessor: circuit });
      await circuits.connect(governor).propose(next);
      await time.increase(delay);
      await networkHelpers.setCode(await verifier.getAddress(), "0xfe");
      const suspend = circuits.connect(guardian).suspend;
      if (later === 0n) {
        await inOneBlock([(gas) => circuits.add(next, gas), (gas) => suspend(circuit, "", gas)]);
      } else {
        await circuits.add(next);
        await time.setNextBlockTimestamp(BigInt(await time.latest()) + later);
        await suspend(circuit, "");
      }
      const { addedAt } = await circuits.circuit(circuitId("glucose-day", 2n));
      expect(BigInt(await time.latest())).to.equal(addedAt + later);
      const closes = start + 60n * DAY;
      expect(await circuits.lastStopBefore(circuit, start, closes, closes)).to.equal(
        counts ? addedAt + suspensionTime : addedAt,
      );
    });
  }

  it("a circuit that was never stopped has no last stop", async () => {
    const { circuits, circuit } = await load(deployWorld);
    const start = BigInt(await time.latest());
    expect(await circuits.lastStopBefore(circuit, start, start + DAY, 2n ** 256n - 1n)).to.equal(0n);
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
    // Periods that begin then are settled alike.
    for (const [start, settles] of [
      [retiredAt - 1n, circuit],
      [retiredAt, ZeroHash],
      [addedAt - 1n, ZeroHash],
      [addedAt, id],
    ] as const) {
      expect((await circuits.settling(circuit, start, start + DAY)).base, `${start - addedAt}`).to.equal(
        settles,
      );
    }
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
