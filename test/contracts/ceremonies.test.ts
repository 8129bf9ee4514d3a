// SPDX-License-Identifier: GPL-3.0-or-later
//
// T16: the registry names the ceremony of each key. A new version of a circuit has a new ceremony, and what was settled
// under the old one stays as it was.
import { expect } from "chai";
import { keccak256, type Result } from "ethers";
import type { MockVerifier } from "../../types/ethers-contracts/index.ts";
import type { CircuitStructOutput } from "../../types/ethers-contracts/registries/CircuitRegistry.ts";
import { circuitId, deployVerifier, proposal } from "./support/circuits.ts";
import { mockProof } from "./support/mockProof.ts";
import { ethers, load, time } from "./support/network.ts";
import { delay, holder, PeriodState, root } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const first = circuitId("glucose-day", 1n);
const second = circuitId("glucose-day", 2n);

/** A claim is settled under version 1; then version 2 with a ceremony of its own is announced. */
async function settledOnce() {
  const world = await deployWorld();
  const { circuits, governor, createProgram, fund, issue, grant } = world;
  const program = await createProgram();
  await fund(program, world.program * 1_000_000_000n);
  const policy = await issue({ program, periods: 2n, holder: holder + 1n });
  const consentId = await grant({ program });
  await world.anchorPeriod(policy, 0n);
  const { blockNumber } = (await (await world.claim(policy, 0n, consentId)).wait())!;
  const ceremony = keccak256("0x02");
  const next = await proposal(await deployVerifier(12n), { version: 2n, predecessor: first, ceremony });
  await circuits.connect(governor).propose(next);
  return { ...world, policy, consentId, blockNumber, next };
}

const fieldsOf = (record: CircuitStructOutput) => (record as unknown as Result).toObject();

describe("T16: ceremonies on chain", () => {
  it("the record of a circuit, its announcement and its addition name the transcript", async () => {
    const { circuits, next } = await load(settledOnce);
    const [announced] = await circuits.queryFilter(circuits.filters.CircuitProposed(second));
    expect(announced!.args.proposal.ceremony).to.equal(next.ceremony);
    await time.increase(delay);
    await circuits.add(next);
    expect((await circuits.circuit(second)).ceremony).to.equal(next.ceremony);
    const [added] = await circuits.queryFilter(circuits.filters.CircuitAdded(second));
    expect(added!.args.proposal.ceremony).to.equal(next.ceremony);
    expect((await circuits.circuit(first)).ceremony).to.not.be.oneOf([next.ceremony, `0x${"0".repeat(64)}`]);
  });

  it("what is added has the ceremony that was announced", async () => {
    const { circuits, next } = await load(settledOnce);
    await time.increase(delay);
    await expect(circuits.add({ ...next, ceremony: keccak256("0x03") })).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_UnknownProposal",
    );
  });

  it("after a new version and its ceremony the old circuit is frozen, and its past claims are readable", async () => {
    const world = await load(settledOnce);
    const { circuits, claims, governor, policy, consentId, blockNumber, next } = world;
    const before = await circuits.circuit(first);
    await time.increase(delay);
    await circuits.add(next);
    await circuits.connect(governor).scheduleRetirement(first);
    await time.increase(delay);

    const after = await circuits.circuit(first);
    const { successor, retiredAt, ...rest } = fieldsOf(after);
    expect([successor, retiredAt]).to.deep.equal([second, BigInt(await time.latest())]);
    const { successor: _, retiredAt: __, ...had } = fieldsOf(before);
    expect(rest).to.deep.equal(had);
    // Nothing can be put in its place, and nothing new begins under it.
    const again = await proposal(await deployVerifier(13n), { version: 1n });
    await expect(circuits.connect(governor).propose(again)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_AlreadyKnown",
    );
    await expect(world.createProgram({ circuit: first })).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_CircuitNotInForce",
    );

    // The claim, the circuit that settled it, its ceremony, and the proof under its verifier.
    const [settled] = await claims.queryFilter(claims.filters.ClaimSettled(policy), blockNumber, blockNumber);
    expect([...settled!.args].slice(0, 5)).to.deep.equal([policy, 0n, first, root, consentId]);
    expect((await claims.periodOf(policy, 0n)).state).to.equal(PeriodState.Credited);
    expect(after.ceremony).to.equal(before.ceremony);
    const [owner, anchorRoot, terms, scope] = await claims.claimInputs(policy, 0n);
    const { a, b, c } = mockProof({ holder: owner, anchorRoot, terms, scope });
    const verifier = (await ethers.getContractAt("MockVerifier", after.verifier)) as unknown as MockVerifier;
    expect(await verifier.verifyProof(a, b, c, [owner, anchorRoot, terms, scope])).to.equal(true);
  });
});
