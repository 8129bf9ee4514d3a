// SPDX-License-Identifier: GPL-3.0-or-later
//
// What each operation costs, and a claim by part. `npm run baselines` runs this
// file with --gas-stats-json and compares; `npm run bench` also takes the sizes of
// all its transactions, which go to the file that TRANSACTION_SIZES names.
import { writeFileSync } from "node:fs";
import { circuitIdOf, circuitOf, proofCalldata } from "@vitalproof/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { intrinsicGas } from "../support/gas.ts";
import { BENEFIT, CIRCUIT, claimable, type Fixture, verifierOf } from "./fixture.ts";
import { transactionSizes } from "./transactions.ts";

const CLAIM_CEILING = 330_000n;
/** Periods claimed one by one; the others are claimed together. */
const SINGLE = 3;

describe("e2e: gas", () => {
  let fixture: Fixture;
  before(async function () {
    this.timeout(300_000);
    fixture = await claimable([288, 288, 288, 288, 288]);
  });
  after(async () => {
    const file = process.env.TRANSACTION_SIZES;
    if (file !== undefined) writeFileSync(file, JSON.stringify(await transactionSizes(fixture)));
  });

  it("a claim that is verified and credited costs at most 330,000 gas; by part", async () => {
    const { world, policy, consent, proofs } = fixture;
    const relayer = world.claimsAs(world.roles.relayer);
    const costs: bigint[] = [];
    for (const [period, proven] of proofs.slice(0, SINGLE).entries()) {
      const { gasUsed } = await relayer.submitClaim({
        policy,
        period,
        consentId: consent,
        proof: proven!.proof,
      });
      costs.push(gasUsed);
      expect(gasUsed, `period ${period}`).to.be.lessThanOrEqual(CLAIM_CEILING);
    }

    const { a, b, c } = proofCalldata(proofs[0]!.proof);
    const inputs = [...proofs[0]!.publicInputs] as [bigint, bigint, bigint, bigint];
    const verifier = await verifierOf(fixture);
    const address = await verifier.getAddress();
    const data = verifier.interface.encodeFunctionData("verifyProof", [a, b, c, inputs]);
    // Sent, not estimated: an estimate holds the 1/64 that each call keeps back (EIP-150).
    const sent = await (await world.roles.stranger.sendTransaction({ to: address, data })).wait();
    const verification = sent!.gasUsed - intrinsicGas(data);
    const claimData = world.contracts.claims.interface.encodeFunctionData("submitClaim", [
      policy,
      0,
      consent,
      { a, b, c },
    ]);
    const base = intrinsicGas(claimData);
    console.log(
      `      claim ${costs[0]} gas = ${base} transaction and calldata + ${verification} Groth16 verification + ${costs[0]! - base - verification} checks, storage and event`,
    );
    expect(verification).to.be.lessThan(210_000n);
    expect(Math.max(...costs.map(Number)) - Math.min(...costs.map(Number))).to.be.lessThan(20_000);
  });

  it("two claims in one transaction cost less than one claim each", async () => {
    const { world, policy, consent, proofs } = fixture;
    const circuit = circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version);
    const items = proofs.slice(SINGLE).map((proven, i) => ({
      policy,
      period: SINGLE + i,
      consentId: consent,
      circuit,
      anchorRoot: proven!.publicInputs[1]!,
      proof: proven!.proof,
    }));
    const { gasUsed, result } = await world.claimsAs(world.roles.relayer).submitClaims(items);
    expect(result, "left out").to.deep.equal([]);
    console.log(`      ${items.length} claims in one transaction: ${gasUsed} gas`);
    expect(gasUsed / BigInt(items.length)).to.be.lessThan(230_000n);
  });

  it("payment, redirection, release, withdrawal, ending and revocation run, so that their gas is on record", async () => {
    const { world, policy, consent, insurer, patient } = fixture;
    const { relayer, insurer: insurerAccount, attester } = world.roles;
    await world.claimsAs(relayer).pay(policy);
    await world.custodyAs(insurerAccount).withdraw(insurer.escrow, BENEFIT, insurerAccount.address);
    const controller = (await patient.controller(insurer.program)).connect(world.connection.ethers.provider);
    await (await relayer.sendTransaction({ to: controller.address, value: 10n ** 18n })).wait();
    const claims = world.contracts.claims.connect(controller);
    await (await claims.setPayee(policy, relayer.address)).wait();
    expect(await claims.payeeOf(policy)).to.equal(relayer.address);
    await (await claims.setPayee(policy, ZeroAddress)).wait();
    await patient.revoke(insurer.program, consent);
    await world
      .anchorsAs(attester)
      .correct(
        fixture.attester.group,
        await world.claimsAs(relayer).anchorDayOf(policy, fixture.proofs.length - 1),
        7n,
        "for the record",
      );
    // Of the other program nothing was claimed: its periods lapse.
    const { other } = fixture;
    await world.passUntil(world.now + 60 * 86_400);
    const { result: released } = await world.claimsAs(relayer).releasePeriods(other.policy, 0, SINGLE);
    expect(released).to.equal(SINGLE);
    const states = await Promise.all(
      fixture.proofs.map(async (_, i) => (await world.claimsAs(relayer).periodOf(other.policy, i)).state),
    );
    expect(states).to.deep.equal(["released", "released", "released", "open", "open"]);
  });
});
