// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  AbiCoder,
  type BytesLike,
  concat,
  dataLength,
  dataSlice,
  keccak256,
  toBeHex,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import { network } from "hardhat";
import type {
  AnchorRegistry,
  CircuitRegistry,
  ClaimsPayout,
  ClaimTerms,
  ConsentRegistry,
  Custody,
  Groth16BatchVerifier,
  MockVerifier,
  PauseRegistry,
  ScopeRegistry,
  TestToken,
} from "../../../types/ethers-contracts/index.js";
import { unitKey } from "../../support/simulatedProof.ts";
import { packTerms, type TermsFields } from "./terms.ts";

export const connection = await network.create();
export const { ethers, networkHelpers } = connection;
export const { time } = networkHelpers;

export const HOUR = 3600n;
export const DAY = 86_400n;
/** Order of the BN254 groups. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export const delay = 15n * DAY;
export const suspensionTime = 16n * DAY;
export const resumeTime = 3n * DAY;
export const pauseTime = 3n * DAY;
export const outageTime = 2n * DAY;
/** From the close of a window until its reserve is free. */
export const reopenTime = 3n * DAY;
/** The shortest that PauseRegistry takes. */
export const suspensionCooldown = 4n * resumeTime + pauseTime + outageTime + suspensionTime;
export const pauseCooldown = 4n * resumeTime + outageTime + 2n * suspensionTime;
export const outageCooldown = 4n * resumeTime + pauseTime + 2n * suspensionTime;
export const intakeTime = 6n * HOUR;
export const graceTime = DAY;
export const correctionTime = 2n * DAY;
export const claimWindow = 7n * DAY;
export const benefit = 25_000_000n;
export const holder = 0x1234567890abcdefn;
export const epochSeconds = DAY;
export const offset = 20n;
export const root = 777n;

export const PeriodState = {
  Open: 0n,
  UnderReview: 1n,
  Rejected: 2n,
  Credited: 3n,
  Denied: 4n,
  Released: 5n,
} as const;
export const KeyKind = { Development: 0n, Production: 1n } as const;
export const Assurance = { SecureElement: 0n, SupervisedGateway: 1n, SelfAttested: 2n } as const;

export const coder = AbiCoder.defaultAbiCoder();

export function circuitId(name: string, version: bigint): string {
  return keccak256(coder.encode(["string", "string", "uint256"], ["vitalproof/circuit/1", name, version]));
}

export async function codeHash(address: string): Promise<string> {
  return keccak256(await ethers.provider.getCode(address));
}

export interface ProofInputs {
  holder: bigint;
  anchorRoot: bigint;
  terms: bigint;
  scope: bigint;
}

export interface Proof {
  a: [bigint, bigint];
  b: [[bigint, bigint], [bigint, bigint]];
  c: [bigint, bigint];
}

/** What MockVerifier takes as a proof of exactly these inputs. */
export function mockProof(inputs: ProofInputs): Proof {
  const hash = keccak256(
    coder.encode(["uint256[4]"], [[inputs.holder, inputs.anchorRoot, inputs.terms, inputs.scope]]),
  );
  return {
    a: [BigInt(hash), 0n],
    b: [
      [0n, 0n],
      [0n, 0n],
    ],
    c: [0n, 0n],
  };
}

export interface ProposalFields {
  name: string;
  version: bigint;
  verifier: string;
  verifierCodeHash: string;
  verificationKey: string;
  verificationKeyHash: string;
  family: string;
  facts: string;
  inputs: bigint;
  period: bigint;
  zeroImpossible: boolean;
  keyKind: bigint;
  predecessor: string;
}

/** The facts of a claim circuit: one CGM day, as the world's circuit has it. */
export const dayFacts = {
  template: 1n,
  profile: 1n,
  epochs: 1n,
  epochSeconds,
  codes: 363n,
  samples: 288n,
};
export type Facts = typeof dayFacts;

/** `facts` of a claim circuit, packed by the layout of docs/protocol.md written out here. */
export function packFacts({ template, profile, epochs, epochSeconds, codes, samples }: Facts): string {
  const word =
    template | (profile << 8n) | (epochs << 24n) | (epochSeconds << 40n) | (codes << 72n) | (samples << 88n);
  return toBeHex(word, 32);
}

/** "claims" as bytes16. */
export const CLAIMS_FAMILY = "0x636c61696d7300000000000000000000";

/** A proposal of a claim circuit. `values` may name single facts, from which `facts` and `period` follow. */
export async function proposal(
  verifier: { getAddress(): Promise<string> } | string,
  values: Partial<ProposalFields & Facts> = {},
): Promise<ProposalFields> {
  const { template, profile, epochs, epochSeconds, codes, samples, ...fields } = { ...dayFacts, ...values };
  const address = typeof verifier === "string" ? verifier : await verifier.getAddress();
  const key = values.verificationKey ?? (await installKey());
  return {
    name: "glucose-day",
    version: 1n,
    verifier: address,
    verifierCodeHash: await codeHash(address),
    verificationKey: key,
    verificationKeyHash: await keyHash(key),
    family: CLAIMS_FAMILY,
    facts: packFacts({ template, profile, epochs, epochSeconds, codes, samples }),
    inputs: 4n,
    period: epochs * epochSeconds,
    zeroImpossible: true,
    keyKind: KeyKind.Production,
    predecessor: ZeroHash,
    ...fields,
  };
}

export async function deployVerifier(salt: bigint): Promise<MockVerifier> {
  return (await ethers.deployContract("MockVerifier", [salt])) as unknown as MockVerifier;
}

/**
 * The key of TrapdoorVerifier, as a VerificationKey contract holds it. Always at one address, and without a block of its
 * own, so that a proposal can be made twice.
 */
export async function installKey(): Promise<string> {
  const address = "0x00000000000000000000000000000000000c0de5";
  await networkHelpers.setCode(address, concat(["0x00", unitKey()]));
  return address;
}

/** keccak256 of the key at an address: its code without the first byte. */
export async function keyHash(address: string): Promise<string> {
  const code = await ethers.provider.getCode(address);
  return keccak256(dataSlice(code, Math.min(1, dataLength(code))));
}

export async function deployBatchVerifier(): Promise<Groth16BatchVerifier> {
  return (await ethers.deployContract("Groth16BatchVerifier")) as unknown as Groth16BatchVerifier;
}

export interface RegistryConfig {
  governor: string;
  guardian: string;
  /** One of its own is deployed where none is given. */
  batchVerifier?: string;
  delay: bigint;
  suspensionTime: bigint;
  suspensionCooldown: bigint;
  allowDevelopmentKeys: boolean;
  developmentKeyHashes: string[];
  developmentCodeHashes: string[];
  genesis: ProposalFields[];
}

export async function deployRegistry(config: RegistryConfig): Promise<CircuitRegistry> {
  const batchVerifier = config.batchVerifier ?? (await (await deployBatchVerifier()).getAddress());
  return (await ethers.deployContract("CircuitRegistry", [
    { ...config, batchVerifier },
  ])) as unknown as CircuitRegistry;
}

/** The contract that checks terms, as `ClaimsPayout` deploys it. */
export async function deployClaimTerms(): Promise<ClaimTerms> {
  return (await ethers.deployContract("ClaimTerms")) as unknown as ClaimTerms;
}

export interface Offer {
  circuit: string;
  scope: bigint;
  assurance: bigint;
  terms: bigint;
  token: string;
  benefit: bigint;
  arbiter: string;
  claimWindow: bigint;
  reviewTime: bigint;
  arbiterTime: bigint;
}

export interface Attestation {
  program: bigint;
  offerHash: string;
  holder: bigint;
  controller: string;
  payee: string;
  firstEpoch: bigint;
  periods: bigint;
  nonce: bigint;
  expiry: bigint;
}

export const attestationTypes = {
  HolderAttestation: [
    { name: "program", type: "uint256" },
    { name: "offerHash", type: "bytes32" },
    { name: "holder", type: "uint256" },
    { name: "controller", type: "address" },
    { name: "payee", type: "address" },
    { name: "firstEpoch", type: "uint32" },
    { name: "periods", type: "uint32" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
};

export const grantTypes = {
  ConsentGrant: [
    { name: "patient", type: "address" },
    { name: "grantee", type: "address" },
    { name: "purpose", type: "bytes32" },
    { name: "program", type: "uint256" },
    { name: "from", type: "uint64" },
    { name: "until", type: "uint64" },
    { name: "receiptHash", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

export const revocationTypes = {
  ConsentRevocation: [
    { name: "consentId", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};

export interface ConsentFields {
  patient: string;
  grantee: string;
  purpose: string;
  program: bigint;
  from: bigint;
  until: bigint;
  receiptHash: string;
  nonce: bigint;
}

export async function domainOf(name: string, contract: { getAddress(): Promise<string> }) {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress() };
}

/** What a circuit's verifier can be in these tests: one that takes mock proofs, or a real one with a trapdoor. */
type VerifierName = "MockVerifier" | "TrapdoorVerifier";

/** Everything deployed, one group, one scope, one funded program; and the steps of the story as functions. */
export async function deployWorldWith(verifierName: VerifierName) {
  const [
    governor,
    guardian,
    pauser,
    insurer,
    attester,
    controller,
    payee,
    arbiter,
    stranger,
    relayer,
    other,
  ] = (await ethers.getSigners()) as unknown as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const verifier = (await ethers.deployContract(
    verifierName,
    verifierName === "MockVerifier" ? [1n] : [],
  )) as unknown as MockVerifier;
  const verifier2 = await deployVerifier(2n);
  const circuits = await deployRegistry({
    governor: governor.address,
    guardian: guardian.address,
    delay,
    suspensionTime,
    suspensionCooldown,
    allowDevelopmentKeys: true,
    developmentKeyHashes: [keccak256("0xdede")],
    developmentCodeHashes: [],
    genesis: [await proposal(verifier)],
  });
  const anchors = (await ethers.deployContract("AnchorRegistry")) as unknown as AnchorRegistry;
  const consents = (await ethers.deployContract("ConsentRegistry")) as unknown as ConsentRegistry;
  const scopes = (await ethers.deployContract("ScopeRegistry", [anchors])) as unknown as ScopeRegistry;
  const pauses = (await ethers.deployContract("PauseRegistry", [
    circuits,
    pauser.address,
  ])) as unknown as PauseRegistry;
  const custody = (await ethers.deployContract("Custody")) as unknown as Custody;
  const claims = (await ethers.deployContract("ClaimsPayout", [
    pauses,
    scopes,
    consents,
    custody,
  ])) as unknown as ClaimsPayout;
  const token = (await ethers.deployContract("TestToken", [
    "Test dollar",
    "TUSD",
    6,
  ])) as unknown as TestToken;
  const claimsAddress = await claims.getAddress();
  const claimTerms = (await ethers.getContractAt(
    "ClaimTerms",
    await claims.claimTerms(),
  )) as unknown as ClaimTerms;
  const purpose = await claims.claimPurpose();
  const circuit = circuitId("glucose-day", 1n);

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
      terms: packTerms(),
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
    governor,
    guardian,
    pauser,
    insurer,
    attester,
    controller,
    payee,
    arbiter,
    stranger,
    relayer,
    other,
    verifier,
    verifier2,
    circuits,
    anchors,
    consents,
    scopes,
    pauses,
    custody,
    claims,
    claimsAddress,
    claimTerms,
    token,
    purpose,
    circuit,
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

/** A program with review: the insurer has 5 days, the arbiter 10. */
export const review = { reviewTime: 5n * DAY, arbiterTime: 10n * DAY };

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

export const load = networkHelpers.loadFixture;
