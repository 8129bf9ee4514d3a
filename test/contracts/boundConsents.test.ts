// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health ledger as the second source of consents for claims: bound once, asked at each claim, gone with its bit.
import {
  bindActionOf,
  boundConsentIdOf,
  isBoundConsent,
  ownSlotWitness,
  packRights,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { LEDGER_GAS } from "../../bench/targets.ts";
import { RIGHTS } from "../support/ledgerPage.ts";
import { type Bound, binding, bound, deployBound } from "./support/bound.ts";
import { deployLedger } from "./support/ledger.ts";
import { claimCost } from "./support/ledgerCosts.ts";
import { mockProof } from "./support/mockProof.ts";
import { connection, ethers, load, time } from "./support/network.ts";
import { idOf, simulated } from "./support/realCircuits.ts";
import { PeriodState, root } from "./support/values.ts";

const MINUTE = 60;

async function force({ page, ledger, stranger }: Bound, slot: number) {
  const { consent, secret } = page.patients[slot]!;
  const action = revokeActionOf(page.address);
  const witness = ownSlotWitness({ leaves: page.state.leaves, slot, consent, secret, action });
  const proof = simulated("own-slot", witness.publicInputs);
  return ledger.connect(stranger).revokeByForce(page.page, idOf("own-slot"), slot, proof);
}

describe("HealthLedger: consents that claims rely on", () => {
  it("gives each account one number", async () => {
    const { ledger, insurer, attester } = await load(deployLedger);
    await expect(ledger.connect(insurer).registerGrantee())
      .to.emit(ledger, "GranteeRegistered")
      .withArgs(1n, insurer.address);
    await expect(ledger.connect(insurer).registerGrantee()).not.to.emit(ledger, "GranteeRegistered");
    await ledger.connect(attester).registerGrantee();
    expect([await ledger.granteeOf(insurer), await ledger.granteeOf(attester)]).to.deep.equal([1n, 2n]);
  });

  it("binds a consent to a matter, by anyone with the proof, once; ids and actions are the SDK's", async () => {
    const world = await load(deployBound);
    const { ledger, matter, stranger, page, until } = world;
    const consentId = boundConsentIdOf(1n, 1, matter);
    expect(isBoundConsent(consentId)).to.equal(true);
    expect(await ledger.boundConsentIdOf(1n, 1, matter)).to.equal(consentId);
    expect(await ledger.bindActionOf(1n, matter)).to.equal(bindActionOf(page.address, matter));
    const asked = [consentId, matter.patient, matter.grantee, matter.purpose, matter.program] as const;
    expect(await ledger.isActive(...asked)).to.equal(false);
    await expect(ledger.connect(stranger).bind(...binding(world, 1)))
      .to.emit(ledger, "ConsentBound")
      .withArgs(consentId, 1n, 1, packRights(page.patients[1]!.consent.rights), Object.values(matter));
    expect(await ledger.isActive(...asked)).to.equal(true);
    expect(await ledger.boundConsent(consentId)).to.deep.equal([1n, 1n, BigInt(until)]);
    await expect(ledger.bind(...binding(world, 1))).not.to.emit(ledger, "ConsentBound");
    // Asked about another matter, it says no.
    for (const [i, other] of [stranger.address, stranger.address, ethers.ZeroHash, 9n].entries()) {
      const changed = asked.map((each, k) => (k === i + 1 ? other : each)) as unknown as typeof asked;
      expect(await ledger.isActive(...changed), String(i)).to.equal(false);
    }
  });

  it("C1: refuses a consent that is not for payment, names another grantee, is over, revoked, or another's", async () => {
    const world = await load(deployBound);
    const { ledger, stranger, matter } = world;
    const refused = (args: ReturnType<typeof binding>, error: string) =>
      expect(ledger.bind(...args), error).to.be.revertedWithCustomError(ledger, `HealthLedger_${error}`);
    await refused(binding(world, 0), "NotForPayment");
    // Slot 2 names a number that is not the insurer's.
    await refused(binding(world, 2), "NotProven");
    await refused(binding(world, 1, { matter: { ...matter, grantee: stranger.address } }), "UnknownGrantee");
    await refused(binding(world, 1, { matter: { ...matter, patient: stranger.address } }), "NotProven");
    await refused(binding(world, 1, { matter: { ...matter, program: 2n } }), "NotProven");
    await refused(binding(world, 1, { rights: packRights({ ...RIGHTS, until: 39_000_000 }) }), "NotProven");
    const [page, , slot, rights, whose, proof] = binding(world, 1);
    await refused([page, idOf("own-slot"), slot, rights, whose, proof] as never, "CircuitNotUsable");
    await refused([2n, idOf("bind-slot"), slot, rights, whose, proof] as never, "UnknownPage");
    await refused([page, idOf("bind-slot"), 9, rights, whose, proof] as never, "NotLive");
    await time.increaseTo(world.until * MINUTE);
    await refused(binding(world, 1), "ConsentOver");
    const other = await load(deployBound);
    await force(other, 1);
    await expect(other.ledger.bind(...binding(other, 1))).to.be.revertedWithCustomError(
      ledger,
      "HealthLedger_NotLive",
    );
  });

  it("C1 C2: a claim under it is settled until its minute; what is nobody's is asked at neither source", async () => {
    const world = await load(bound);
    const { claims, policy, consentId, firstEpoch, inputsOf, until, matter, consents } = world;
    const submit = async (period: bigint, id = consentId) =>
      claims.submitClaim(policy, period, id, mockProof(await inputsOf(firstEpoch, period)));
    await submit(0n);
    expect((await claims.periodOf(policy, 0n))[0]).to.equal(PeriodState.Credited);
    const nobodys = boundConsentIdOf(1n, 1, { ...matter, program: 77n });
    for (const id of [nobodys, `0x${"11".repeat(32)}`, consentId.replace(/^0x4c/, "0x4d")])
      await expect(submit(1n, id), id).to.be.revertedWithCustomError(claims, "ClaimsPayout_NoActiveConsent");
    const { patient, grantee, purpose, program } = matter;
    expect(await consents.isActive(consentId, patient, grantee, purpose, program)).to.equal(false);
    await time.increaseTo(until * MINUTE - 2);
    await submit(1n);
    await time.increaseTo(until * MINUTE);
    await expect(submit(2n)).to.be.revertedWithCustomError(claims, "ClaimsPayout_NoActiveConsent");
  });

  it("H16 C3: a revocation and a claim in one block, in both orders", async () => {
    const world = await load(bound);
    const { claims, policy, consentId, firstEpoch, inputsOf, ledger } = world;
    const proofs = await Promise.all(
      [0n, 1n].map(async (period) => mockProof(await inputsOf(firstEpoch, period))),
    );
    const { provider } = connection;
    const inOneBlock = async (act: () => Promise<void>) => {
      await provider.request({ method: "evm_setAutomine", params: [false] });
      try {
        await act();
      } finally {
        await provider.request({ method: "evm_mine", params: [] });
        await provider.request({ method: "evm_setAutomine", params: [true] });
      }
    };
    const gasLimit = 2_000_000;
    // The miner orders by tip: the first one has the higher.
    const first = { gasLimit, maxPriorityFeePerGas: 3_000_000_000n, maxFeePerGas: 100_000_000_000n };
    const second = { ...first, maxPriorityFeePerGas: 1_000_000_000n };
    const { consent, secret } = world.page.patients[1]!;
    const action = revokeActionOf(world.page.address);
    const witness = ownSlotWitness({ leaves: world.page.state.leaves, slot: 1, consent, secret, action });
    const revoking = [1n, idOf("own-slot"), 1, simulated("own-slot", witness.publicInputs)] as const;

    const snapshot = await provider.request({ method: "evm_snapshot", params: [] });
    await inOneBlock(async () => {
      await claims.connect(world.relayer).submitClaim(policy, 0n, consentId, proofs[0]!, first);
      await ledger.connect(world.stranger).revokeByForce(...revoking, second);
    });
    const block = (await ethers.provider.getBlock("latest"))!;
    expect(block.transactions).to.have.length(2);
    expect((await claims.periodOf(policy, 0n))[0], "claimed first").to.equal(PeriodState.Credited);
    expect(await ledger.isLive(1n, 1)).to.equal(false);

    await provider.request({ method: "evm_revert", params: [snapshot] });
    await inOneBlock(async () => {
      await ledger.connect(world.stranger).revokeByForce(...revoking, first);
      await claims.connect(world.relayer).submitClaim(policy, 0n, consentId, proofs[0]!, second);
    });
    expect((await ethers.provider.getBlock("latest"))!.transactions).to.have.length(2);
    expect((await claims.periodOf(policy, 0n))[0], "revoked first").to.equal(PeriodState.Open);
    expect(await ledger.isLive(1n, 1)).to.equal(false);
  });

  it("C3: a batch leaves out claims whose consent was revoked, whichever source had it", async () => {
    const world = await load(bound);
    const { claims, policy, consentId, grant, circuit } = world;
    const open = await grant();
    const items = [consentId, open].map((id, i) => ({
      policyId: policy,
      period: BigInt(i),
      consentId: id,
      ...{ circuit, anchorRoot: root },
      proof: mockProof({ holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n }),
    }));
    const reasons = async () => (await claims.previewClaims(items)).map(({ reason }) => Number(reason));
    expect(await reasons()).to.deep.equal([0, 0]);
    await force(world, 1);
    const [first, second] = await reasons();
    expect(first).to.be.greaterThan(0);
    expect(second).to.equal(0);
    await world.consents.connect(world.controller).revoke(open);
    expect(await reasons()).to.deep.equal([first, first]);
  });

  it(`gas: a claim costs at most ${LEDGER_GAS.claimMore} more than under a consent in public (as built)`, async () => {
    const [inPublic, inLedger] = [await claimCost("registry"), await claimCost("ledger")];
    console.log(`      ${inPublic.gas} in public, ${inLedger.gas} in the ledger`);
    expect(inLedger.gas - inPublic.gas).to.be.at.most(LEDGER_GAS.claimMore);
  });
});
