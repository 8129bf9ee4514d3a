// SPDX-License-Identifier: GPL-3.0-or-later
import { concat, dataLength, dataSlice, id, keccak256, toBeHex, ZeroHash } from "ethers";
import type {
  CircuitRegistry,
  Groth16BatchVerifier,
  MockVerifier,
} from "../../../types/ethers-contracts/index.js";
import { unitKey } from "../../support/simulatedProof.ts";
import { codeHash, coder, ethers, networkHelpers } from "./network.ts";
import { delay, epochSeconds, suspensionCooldown, suspensionTime } from "./values.ts";

export function circuitId(name: string, version: bigint): string {
  return keccak256(coder.encode(["string", "string", "uint256"], ["vitalproof/circuit/1", name, version]));
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
  ceremony: string;
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
    ceremony: id("the transcript of a ceremony"),
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

/** Of a registry with nothing in it. */
export async function registryConfig(values: Partial<RegistryConfig> = {}): Promise<RegistryConfig> {
  const [governor, guardian] = await ethers.getSigners();
  return {
    governor: governor!.address,
    guardian: guardian!.address,
    delay,
    suspensionTime,
    suspensionCooldown,
    allowDevelopmentKeys: false,
    developmentKeyHashes: [],
    developmentCodeHashes: [],
    genesis: [],
    ...values,
  };
}

export async function deployRegistry(config: RegistryConfig): Promise<CircuitRegistry> {
  const batchVerifier = config.batchVerifier ?? (await (await deployBatchVerifier()).getAddress());
  return (await ethers.deployContract("CircuitRegistry", [
    { ...config, batchVerifier },
  ])) as unknown as CircuitRegistry;
}
