// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { keccak256 } from "ethers";
import { LEDGER_LATE_TIME } from "../../../ignition/parameters.ts";
import type {
  AnchorRegistry,
  ClaimsPayout,
  ClaimTerms,
  ConsentRegistry,
  Custody,
  HealthLedger,
  MockVerifier,
  PauseRegistry,
  ScopeRegistry,
  TestToken,
} from "../../../types/ethers-contracts/index.js";
import { circuitId, deployRegistry, deployVerifier, type Facts, proposal } from "./circuits.ts";
import { ethers } from "./network.ts";
import { delay, suspensionCooldown, suspensionTime } from "./values.ts";

/** The contract that checks terms, as `ClaimsPayout` deploys it. */
export async function deployClaimTerms(): Promise<ClaimTerms> {
  return (await ethers.deployContract("ClaimTerms")) as unknown as ClaimTerms;
}

/** What a circuit's verifier can be in these tests: one that takes mock proofs, or a real one with a trapdoor. */
export type VerifierName = "MockVerifier" | "TrapdoorVerifier";

/** Those who have a part in the contracts, then two who only send. */
export const ROLES = [
  "governor",
  "guardian",
  "pauser",
  "insurer",
  "attester",
  "controller",
  "payee",
  "arbiter",
  "stranger",
  "relayer",
  "other",
] as const;

/** What differs from the usual registry. A circuit's period is shorter than the delay. */
export interface Genesis {
  /** Seconds. */
  delay?: bigint;
  /** Of the circuit of genesis. */
  facts?: Partial<Facts>;
}

/** Accounts by their roles, and every contract. Nothing is on the chain yet but the one circuit of genesis. */
export async function deployContracts(verifierName: VerifierName, genesis: Genesis = {}) {
  const signers = await ethers.getSigners();
  const accounts = Object.fromEntries(ROLES.map((role, i) => [role, signers[i]])) as Record<
    (typeof ROLES)[number],
    HardhatEthersSigner
  >;
  const { governor, guardian, pauser } = accounts;
  const verifier = (await ethers.deployContract(
    verifierName,
    verifierName === "MockVerifier" ? [1n] : [],
  )) as unknown as MockVerifier;
  const verifier2 = await deployVerifier(2n);
  const circuits = await deployRegistry({
    governor: governor.address,
    guardian: guardian.address,
    delay: genesis.delay ?? delay,
    suspensionTime,
    suspensionCooldown,
    allowDevelopmentKeys: true,
    developmentKeyHashes: [keccak256("0xdede")],
    developmentCodeHashes: [],
    genesis: [await proposal(verifier, genesis.facts)],
  });
  const anchors = (await ethers.deployContract("AnchorRegistry")) as unknown as AnchorRegistry;
  const consents = (await ethers.deployContract("ConsentRegistry")) as unknown as ConsentRegistry;
  const scopes = (await ethers.deployContract("ScopeRegistry", [anchors])) as unknown as ScopeRegistry;
  const pauses = (await ethers.deployContract("PauseRegistry", [
    circuits,
    pauser.address,
  ])) as unknown as PauseRegistry;
  const custody = (await ethers.deployContract("Custody")) as unknown as Custody;
  const ledger = (await ethers.deployContract("HealthLedger", [
    { circuits, lateTime: LEDGER_LATE_TIME },
  ])) as unknown as HealthLedger;
  const claims = (await ethers.deployContract("ClaimsPayout", [
    pauses,
    scopes,
    consents,
    ledger,
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

  return {
    ...accounts,
    verifier,
    verifier2,
    circuits,
    anchors,
    consents,
    scopes,
    pauses,
    custody,
    ledger,
    claims,
    claimsAddress,
    claimTerms,
    token,
    purpose,
    circuit,
  };
}
