// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type BytesLike, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { deployContracts, type Genesis, type VerifierName } from "./deployment.ts";
import { type Attestation, attestationTypes, type ConsentFields, type Offer } from "./documents.ts";
import { mockProof, type Proof, type ProofInputs } from "./mockProof.ts";
import { coder, domainOf, ethers, time } from "./network.ts";
import { packTerms, type TermsFields } from "./terms.ts";
import {
  Assurance,
  benefit,
  claimWindow,
  correctionTime,
  DAY,
  epochSeconds,
  graceTime,
  holder,
  intakeTime,
  offset,
  R,
  review,
  root,
} from "./values.ts";

/** Everything deployed, one group, one scope, one funded program; and the steps of the story as functions. */
export async function deployWorldWith(
  verifierName: VerifierName,
  { terms, ...genesis }: Genesis & { terms?: Partial<TermsFields> } = {},
) {
  const contracts = await deployContracts(verifierName, genesis);
  const { insurer, attester, controller, stranger, relayer } = contracts;
  const { anchors, consents, scopes, custody, claims, token, purpose, circuit } = contracts;

  await anchors
    .connect(attester)
    .createGroup(intakeTime, graceTime, correctionTime, Assurance.SupervisedGateway);
  await scopes.connect(insurer).createScope(1n);

  let nonce = 0n;

  async function offer(values: Partial<Offer> = {}): Promise<Offer> {
    return {
      circuit,
      scope: 1n,
      assurance: Assurance.SupervisedGateway,
      terms: packTerms(terms),
      token: await token.getAddress(),
      benefit,
      arbiter: ZeroAddress,
      claimWindow,
      reviewTime: 0n,
      arbiterTime: 0n,
      ...values,
    };
  }

  async function createProgram(
    values: Partial<Offer> = {},
    by: HardhatEthersSigner = insurer,
  ): Promise<bigint> {
    await claims.connect(by).createProgram(await offer(values));
    return claims.programCount();
  }

  async function fund(program: bigint, amount: bigint, from: HardhatEthersSigner = insurer): Promise<void> {
    await token.mint(from.address, amount);
    await token.connect(from).approve(custody, amount);
    await custody.connect(from).fund(await escrowOf(program), amount);
  }

  async function escrowOf(program: bigint): Promise<bigint> {
    return (await claims.program(program)).escrow;
  }

  /** What a program has, free and committed. */
  async function moneyOf(program: bigint): Promise<{ free: bigint; committed: bigint }> {
    const { free, committed } = await custody.escrow(await escrowOf(program));
    return { free, committed };
  }

  async function withdraw(
    program: bigint,
    amount: bigint,
    to: string = insurer.address,
    by: HardhatEthersSigner = insurer,
  ) {
    return custody.connect(by).withdraw(await escrowOf(program), amount, to);
  }

  async function release(policy: bigint, period: bigint, by: HardhatEthersSigner = stranger) {
    return claims.connect(by).releasePeriods(policy, period, period + 1n);
  }

  /** The first epoch that has not begun. */
  async function nextEpoch(offset_ = offset, seconds = epochSeconds): Promise<bigint> {
    const now = BigInt(await time.latest());
    return (now - 900n * offset_) / seconds + 1n;
  }

  async function attestation(values: Partial<Attestation> = {}): Promise<Attestation> {
    const program = values.program ?? 1n;
    return {
      program,
      // An unknown program has no offer.
      offerHash:
        program > (await claims.programCount()) ? ZeroHash : (await claims.program(program)).offerHash,
      holder,
      controller: controller.address,
      payee: ZeroAddress,
      firstEpoch: await nextEpoch(),
      periods: 3n,
      nonce: ++nonce,
      expiry: BigInt(await time.latest()) + 30n * DAY,
      ...values,
    };
  }

  async function signAttestation(value: Attestation, by: HardhatEthersSigner = attester): Promise<string> {
    return by.signTypedData(await domainOf("Vitalproof Claims", claims), attestationTypes, value);
  }

  async function issue(
    values: Partial<Attestation> = {},
    by: HardhatEthersSigner = insurer,
    signer: HardhatEthersSigner = attester,
  ): Promise<bigint> {
    const value = await attestation(values);
    await claims.connect(by).issuePolicy(value, await signAttestation(value, signer));
    return claims.policyCount();
  }

  async function consent(values: Partial<ConsentFields> = {}): Promise<ConsentFields> {
    const now = BigInt(await time.latest());
    return {
      patient: controller.address,
      grantee: insurer.address,
      purpose,
      program: 1n,
      from: now,
      until: now + 3650n * DAY,
      receiptHash: keccak256("0xc0ffee"),
      nonce: ++nonce,
      ...values,
    };
  }

  async function grant(
    values: Partial<ConsentFields> = {},
    by: HardhatEthersSigner = controller,
  ): Promise<string> {
    const value = await consent(values);
    await consents.connect(by).grant(value);
    return consents.consentIdOf(value);
  }

  /** Moves to the start of the anchoring window of a period's day and anchors it. */
  async function anchorPeriod(policy: bigint, period: bigint, root_ = root): Promise<void> {
    const day = await claims.anchorDayOf(policy, period);
    const [from] = await anchors.anchorWindow(1n, day);
    if (BigInt(await time.latest()) < from) await time.setNextBlockTimestamp(from);
    await anchors.connect(attester).anchor(1n, day, root_);
  }

  /** The inputs that a claim must be verified against, worked out here and not asked from the contract. */
  async function inputsOf(
    firstEpoch: bigint,
    period: bigint,
    values: Partial<ProofInputs> = {},
    terms: Partial<TermsFields> = {},
  ): Promise<ProofInputs> {
    const epochs = terms.epochs ?? 1n;
    return {
      holder,
      anchorRoot: root,
      terms: packTerms({ ...terms, epoch: firstEpoch + period * epochs }),
      scope: await scopeElement(1n),
      ...values,
    };
  }

  async function scopeElement(scope: bigint): Promise<bigint> {
    const { chainId } = await ethers.provider.getNetwork();
    const hash = keccak256(
      coder.encode(
        ["string", "uint256", "address", "uint256"],
        ["vitalproof/scope/2", chainId, await scopes.getAddress(), scope],
      ),
    );
    return BigInt(hash) % R;
  }

  /** The proof of an honest patient for a period as things stand. */
  async function proofOf(policy: bigint, period: bigint): Promise<Proof> {
    const [holder_, anchorRoot, terms, scope] = await claims.claimInputs(policy, period);
    return mockProof({ holder: holder_, anchorRoot, terms, scope });
  }

  async function claim(
    policy: bigint,
    period: bigint,
    consentId: BytesLike,
    by: HardhatEthersSigner = relayer,
  ) {
    return claims.connect(by).submitClaim(policy, period, consentId, await proofOf(policy, period));
  }

  /** The group gets another attester. `accept` is called when the nominee may. */
  async function handOver(nominee: string, accept: () => Promise<unknown>): Promise<void> {
    await anchors.connect(attester).nominateAttester(1n, nominee);
    await time.increaseTo((await anchors.nominationOf(1n)).acceptableFrom);
    await accept();
  }

  const program = await createProgram();
  await fund(program, benefit * 100n);

  return {
    ...contracts,
    program,
    offer,
    createProgram,
    fund,
    escrowOf,
    moneyOf,
    withdraw,
    release,
    handOver,
    nextEpoch,
    attestation,
    signAttestation,
    issue,
    consent,
    grant,
    anchorPeriod,
    inputsOf,
    scopeElement,
    proofOf,
    claim,
  };
}

/** The same, for tests that do not look at proofs. */
export const deployWorld = () => deployWorldWith("MockVerifier");

/** World with one issued policy of three days and a consent. */
export async function deployInsured() {
  const world = await deployWorld();
  const firstEpoch = await world.nextEpoch();
  const policy = await world.issue({ firstEpoch });
  const consentId = await world.grant();
  return { ...world, firstEpoch, policy, consentId };
}

/** World in which the first day of the policy is anchored. */
export async function deployAnchored() {
  const world = await deployInsured();
  await world.anchorPeriod(world.policy, 0n);
  return world;
}

/** World with a policy in a program with review whose first day is anchored. */
export async function deployReviewed() {
  const world = await deployWorld();
  const program = await world.createProgram({ ...review, arbiter: world.arbiter.address });
  await world.fund(program, benefit * 100n);
  const firstEpoch = await world.nextEpoch();
  const policy = await world.issue({ program, firstEpoch });
  const consentId = await world.grant({ program });
  await world.anchorPeriod(policy, 0n);
  return { ...world, program, firstEpoch, policy, consentId };
}
