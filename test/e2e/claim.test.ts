// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real proofs against the deployed system: who is paid, and who is not.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readFile, textInput } from "@vitalproof/readers";
import {
  anchorTree,
  claimWitness,
  codeOf,
  createIdentity,
  enrolmentWitness,
  type Proof,
  packContext,
  proofCalldata,
  prove,
  subjectOf,
  VitalproofError,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre from "hardhat";
import { poseidon2 } from "poseidon-lite";
import { Report } from "../../scripts/demo/report.ts";
import { ownFile, type Scenario, scenarioOf } from "../../scripts/demo/scenarios.ts";
import { tellStory } from "../../scripts/demo/story.ts";
import { Patient } from "../../simulation/index.ts";
import { guessedEpochs, guessedHashes, hitsOf, publicWords } from "./enumeration.ts";
import {
  BENEFIT,
  claimable,
  FIRST_EPOCH,
  type Fixture,
  issue,
  OFFSET,
  PROFILE,
  refused,
  verifierOf,
} from "./fixture.ts";

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const SHARED = join(import.meta.dirname, "../../../shared/data");

/** The negated proof (-A, -B, C) satisfies the same pairing equation. */
function malleated({ a, b, c }: Proof): Proof {
  const negate = (y: bigint) => (Q - y) % Q;
  return { a: [a[0], negate(a[1])], b: [b[0], [negate(b[1][0]), negate(b[1][1])]], c };
}

describe("e2e: claims with real proofs", () => {
  let fixture: Fixture;
  let restore: () => Promise<void>;
  before(async function () {
    this.timeout(300_000);
    // In band: exactly at the limit of 70 % (202 of 288), one below, all, all.
    fixture = await claimable([202, 201, 288, 288]);
    const snapshot = await fixture.world.connection.networkHelpers.takeSnapshot();
    restore = async () => {
      await snapshot.restore();
      await fixture.world.passUntil(0); // everybody's clock back to the chain's
    };
  });
  afterEach(() => restore());

  const submit = (period: number, proof: Proof, consentId = fixture.consent, policy = fixture.policy) =>
    fixture.world.claimsAs(fixture.world.roles.relayer).submitClaim({ policy, period, consentId, proof });
  const proofOf = (period: number) => fixture.proofs[period]!.proof;

  it("T14: a day at the exact limit is credited, and paid to the controller", async () => {
    const { world, policy } = fixture;
    await submit(0, proofOf(0));
    const claims = world.claimsAs(world.roles.stranger);
    expect(await claims.owedOf(policy)).to.equal(BENEFIT);
    const payee = await claims.payeeOf(policy);
    expect((await claims.pay(policy)).result).to.equal(BENEFIT);
    expect(await world.token.balanceOf(payee)).to.equal(BENEFIT);
    expect(payee).to.equal((await fixture.patient.controller(fixture.insurer.program)).address);
  });

  it("T4: one reading below the limit has no proof, and no other day's proof stands in for it", async () => {
    await refused(fixture.patient.proveClaim(fixture.requests[1]!), "STATEMENT_NOT_MET");
    for (const period of [0, 2, 3]) await refused(submit(1, proofOf(period)), "ClaimsPayout_InvalidProof");
  });

  it("claims cost at most 330,000 gas", async () => {
    const costs: bigint[] = [];
    for (const period of [0, 2, 3]) costs.push((await submit(period, proofOf(period))).gasUsed);
    for (const cost of costs) expect(cost).to.be.lessThanOrEqual(330_000n);
  });

  it("T20: a proof copied by a stranger pays the policy's payee and nobody else", async () => {
    const { world, policy, consent } = fixture;
    const before = await world.token.balanceOf(world.roles.stranger.address);
    await world
      .claimsAs(world.roles.stranger)
      .submitClaim({ policy, period: 2, consentId: consent, proof: proofOf(2) });
    await world.claimsAs(world.roles.stranger).pay(policy);
    expect(await world.token.balanceOf(world.roles.stranger.address)).to.equal(before);
    expect(
      await world.token.balanceOf((await fixture.patient.controller(fixture.insurer.program)).address),
    ).to.equal(BENEFIT);
    await refused(submit(2, proofOf(2)), "ClaimsPayout_PeriodAlreadyClaimed");
  });

  it("T19: a malleated proof verifies by nature and gains nothing", async () => {
    const { world, policy } = fixture;
    const verifier = await verifierOf(fixture);
    const inputs = [...fixture.proofs[2]!.publicInputs] as [bigint, bigint, bigint, bigint];
    const { a, b, c } = proofCalldata(malleated(proofOf(2)));
    expect(await verifier.verifyProof(a, b, c, inputs)).to.equal(true);
    await submit(2, malleated(proofOf(2)));
    await refused(submit(2, proofOf(2)), "ClaimsPayout_PeriodAlreadyClaimed");
    await refused(submit(3, malleated(proofOf(2))), "ClaimsPayout_InvalidProof");
    expect(await world.claimsAs(world.roles.relayer).owedOf(policy)).to.equal(BENEFIT);
  });

  it("T11: replay for another period, policy, program or scope is refused", async () => {
    const { insurer, other } = fixture;
    await refused(submit(3, proofOf(2)), "ClaimsPayout_InvalidProof");
    await refused(submit(2, proofOf(3)), "ClaimsPayout_InvalidProof");
    await refused(submit(4, proofOf(2)), "ClaimsPayout_UnknownPeriod");
    // The same person, day and terms under another program's scope.
    expect(other.insurer.scope).to.not.equal(insurer.scope);
    for (const period of [0, 2, 3]) {
      await refused(
        submit(period, proofOf(period), other.consent, other.policy),
        "ClaimsPayout_InvalidProof",
      );
    }
    await refused(submit(2, proofOf(2), fixture.consent, other.policy), "ClaimsPayout_NoActiveConsent");
  });

  it("T13: claimInputs of the contract are the proof's public inputs, all four derived on chain", async () => {
    const { world, policy } = fixture;
    for (const period of [0, 2, 3]) {
      expect(await world.claimsAs(world.roles.relayer).claimInputs(policy, period)).to.deep.equal([
        ...fixture.proofs[period]!.publicInputs,
      ]);
    }
  });

  it("T22: after a correction the proof against the old root is refused, a new one under the new root is paid", async () => {
    const { world, attester, policy, patient, requests } = fixture;
    const anchors = world.anchorsAs(world.roles.attester);
    const day = await world.claimsAs(world.roles.relayer).anchorDayOf(policy, 3);
    const leaf = patient.log.leaf(FIRST_EPOCH + 3);
    const corrected = anchorTree([leaf, 12_345n]);
    await anchors.correct(attester.group, day, corrected.root, "a leaf was missing");
    await refused(submit(3, proofOf(3)), "ClaimsPayout_InvalidProof");
    await refused(anchors.correct(attester.group, day, 7n, "again"), "AnchorRegistry_AlreadyCorrected");
    const again = await patient.proveClaim({ ...requests[3]!, path: corrected.path(leaf) });
    await submit(3, again.proof);
    expect(await world.claimsAs(world.roles.relayer).owedOf(policy)).to.equal(BENEFIT);
  });

  it("T22: a claim on a day that is not anchored is refused", async () => {
    const { world, attester, insurer, patient } = fixture;
    const next = FIRST_EPOCH + 6;
    const policy = await issue({ attester, insurer, patient }, 1, next);
    await world.passUntil((next + 1) * 86_400 + OFFSET * 900 + 60);
    await refused(submit(0, proofOf(2), fixture.consent, policy), "ClaimsPayout_NotAnchored");
  });

  it("T30: no claim without a consent, under a revoked one, or under another account's", async () => {
    const { world, insurer, patient } = fixture;
    await refused(submit(2, proofOf(2), ZeroHash), "ClaimsPayout_NoActiveConsent");
    const thief = new Patient(world);
    const others = (await thief.consent(insurer.program)).result;
    await refused(submit(2, proofOf(2), others), "ClaimsPayout_NoActiveConsent");
    await patient.revoke(insurer.program, fixture.consent);
    await refused(submit(2, proofOf(2)), "ClaimsPayout_NoActiveConsent");
    const again = (await patient.consent(insurer.program)).result;
    await submit(2, proofOf(2), again);
  });

  it("T10: no policy on somebody else's subject", async () => {
    const { world, attester, insurer, patient } = fixture;
    const thief = new Patient(world);
    // The thief applies with an own proof: the attester knows nobody under that subject …
    const own = await thief.apply(insurer.program, { firstEpoch: FIRST_EPOCH + 20, periods: 1 });
    const request = {
      scopeNumber: insurer.scopeNumber,
      publicInputs: own.publicInputs,
      proof: own.proof,
    };
    await refused(
      attester.attest({ ...request, attestation: own.attestation, subject: thief.identity.subject }),
      "INTAKE_SUBJECT_UNKNOWN",
    );
    // … and the patient's subject is not what the proof shows,
    await refused(
      attester.attest({ ...request, attestation: own.attestation, subject: patient.identity.subject }),
      "ATTESTATION_MISMATCH",
    );
    // also when the public inputs are rewritten to say so.
    const rewritten = own.publicInputs.map((value, i) => (i === 1 ? patient.identity.subject : value));
    await refused(
      attester.attest({
        ...request,
        publicInputs: rewritten,
        attestation: own.attestation,
        subject: patient.identity.subject,
      }),
      "PROOF_INVALID",
    );
    // The patient's own enrolment proof, stolen, with the thief's account.
    const stolen = await patient.apply(insurer.program, { firstEpoch: FIRST_EPOCH + 20, periods: 1 });
    for (const change of [
      { controller: world.roles.stranger.address },
      { payee: world.roles.stranger.address },
      { periods: 2 },
      { nonce: 1n },
      { offerHash: `0x${"0f".repeat(32)}` },
    ]) {
      await refused(
        attester.attest({
          attestation: { ...stolen.attestation, ...change },
          scopeNumber: insurer.scopeNumber,
          subject: patient.identity.subject,
          proof: stolen.proof,
          publicInputs: stolen.publicInputs,
        }),
        "ATTESTATION_MISMATCH",
      );
    }
    // A signature over another attestation, or by somebody else, issues nothing.
    const { attestation } = own;
    const { signAttestation } = await import("@vitalproof/sdk");
    const domain = await world.claimsAs(world.roles.insurer).domain();
    await refused(
      insurer.issuePolicy(attestation, await signAttestation(world.roles.stranger, domain, attestation)),
      "ClaimsPayout_InvalidAttestation",
    );
    const otherChain = await signAttestation(world.roles.attester, { ...domain, chainId: 1n }, attestation);
    await refused(insurer.issuePolicy(attestation, otherChain), "ClaimsPayout_InvalidAttestation");
    // Nor does one for the offer that had the program's number before a reorganisation of the chain.
    const before = { ...attestation, offerHash: `0x${"0f".repeat(32)}` };
    const forIt = await signAttestation(world.roles.attester, domain, before);
    await refused(insurer.issuePolicy(before, forIt), "ClaimsPayout_OtherOffer");
  });

  it("T10: an enrolment proof cannot be made for a pair of two people", async () => {
    const { insurer, patient, world } = fixture;
    const thief = createIdentity();
    const witness = enrolmentWitness(thief.secret(), { scope: insurer.scope, policyHash: 5n });
    const { Witness } = await import("@vitalproof/sdk");
    const mixed = new Witness("enrolment", witness.publicInputs, {
      ...witness.circuitInput(),
      subject: subjectOf(patient.identity.secret()),
    });
    await refused(
      prove(childProcessProver(), await world.artifacts.load("enrolment"), mixed),
      "WITNESS_REJECTED",
    );
  });

  it("T32: every reading, tried against every word of the chain in every way at hand: no hit", async () => {
    const { world, patient } = fixture;
    for (const period of [0, 2, 3]) await submit(period, proofOf(period));
    const published = await publicWords(world.connection.ethers.provider);
    const { salt, previous } = patient.log.epochs.find(({ epoch }) => epoch === FIRST_EPOCH)!;
    const context = packContext({ profile: PROFILE.id, offset: OFFSET, epoch: FIRST_EPOCH });
    const known = { previous, context, subject: patient.identity.subject };
    const days = (salts: readonly bigint[]) =>
      hitsOf(guessedEpochs(PROFILE, known, salts, [120, 250]), published);
    // The first day is among those that are tried: with its salt the leaf is found, which alone is the root too.
    expect(days([salt]).hits).to.have.length(2);
    expect(days([0n])).to.deep.equal({
      hits: [],
      tried: 3 * (PROFILE.codes + 1 + 289),
    });

    // One reading hashed with the holder's name, in a word of an event, would be found, and is the only one.
    const leak = poseidon2([BigInt(codeOf(PROFILE, 120)), patient.identity.holder(fixture.insurer.scope)]);
    const hashes = hitsOf(guessedHashes(PROFILE, published), new Set([...published, leak]));
    expect(hashes.hits).to.deep.equal([leak]);
    expect(hashes.tried).to.be.greaterThan(10_000);
  });

  it("T33: secrets, salts, heads, subject and readings are in no calldata, log or error", async () => {
    const { world, patient, requests } = fixture;
    await submit(0, proofOf(0));
    const hex = (value: bigint) => value.toString(16).padStart(64, "0");
    const secrets = [patient.identity.secret(), patient.identity.subject, patient.log.head];
    for (const { salt, head } of patient.log.epochs) secrets.push(salt, head);
    const markers = secrets.map(hex);
    const provider = world.connection.ethers.provider;
    const latest = await provider.getBlockNumber();
    let seen = 0;
    for (let number = 0; number <= latest; number++) {
      const block = (await provider.getBlock(number, true))!;
      for (const transaction of block.prefetchedTransactions) {
        const receipt = (await provider.getTransactionReceipt(transaction.hash))!;
        const text = [transaction.data, ...receipt.logs.flatMap((log) => [log.data, ...log.topics])]
          .join(" ")
          .toLowerCase();
        for (const marker of markers) expect(text).to.not.include(marker);
        seen++;
      }
    }
    expect(seen).to.be.greaterThan(15);
    try {
      claimWitness(patient.identity.secret(), requests[1]!);
      expect.fail("must be refused");
    } catch (error) {
      const text = `${error} ${JSON.stringify(error)} ${error instanceof VitalproofError ? error.stack : ""}`;
      for (const secret of secrets)
        expect(text).to.not.include(secret.toString()).and.to.not.include(hex(secret));
    }
    expect(JSON.stringify([patient.identity, patient.log, patient.device])).to.not.match(/[0-9]{60}/);
  });
});

describe("e2e: the story of the demo", () => {
  const tell = async (scenario: Scenario) => {
    const report = new Report({ write() {} });
    const result = await tellStory(hre, report, scenario);
    expect(report.failures).to.deep.equal([]);
    for (const { name, outcome, holds } of result.periods) {
      expect(outcome, name).to.equal(holds ? "paid" : "refused");
    }
    return { result, report };
  };

  it("a made-up week: four days paid, three refused, every lie refused for its own reason", async function () {
    this.timeout(300_000);
    const { result, report } = await tell(await scenarioOf("glucose-day"));
    expect(result.periods.map(({ outcome }) => outcome)).to.deep.equal([
      "paid",
      "paid",
      "refused",
      "paid",
      "refused",
      "paid",
      "refused",
    ]);
    expect(report.steps.filter(({ refused: refusal }) => refusal === true).length).to.equal(11);
  });

  it("a real export (../shared/data): every day that meets the terms is paid, every other refused", async function () {
    this.timeout(300_000);
    const file = join(SHARED, "cgm/cgmquantify_MIT/dexcom_g6_test_file.csv");
    if (!existsSync(file)) {
      console.log(
        `      skipped: ${file.split("/").slice(-3).join("/")} is not there; it is not part of this repository`,
      );
      this.skip();
    }
    const zone = "America/New_York";
    const { readings } = await readFile(textInput(readFileSync(file, "utf8")), { zone });
    const { result } = await tell(ownFile(readings, zone));
    expect(result.periods.reduce((sum, { valid }) => sum + valid, 0)).to.equal(2148);
    expect(result.periods.reduce((sum, { inBand }) => sum + inBand, 0)).to.equal(2019);
    expect(result.claims).to.equal(7);
    expect(result.paid).to.equal("175.00 tUSDC");
    expect(result.periods.length * PROFILE.slots).to.be.greaterThan(2148);
  });
});
