// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
  expectedVerifierCodeHash,
  isDevelopmentKey,
  verificationKeyBytes,
  verificationKeyHash,
} from "@vitalproof/hardhat-circom/circuits";
import { type ClaimFacts, claimFamilyFields, type FamilyFields } from "@vitalproof/sdk";
import { ledgerFamilyFields } from "@vitalproof/sdk/ledger";
import { researchFamilyFields } from "@vitalproof/sdk/research";
import { isHexString } from "ethers";
import type { ArtifactManager } from "hardhat/types/artifacts";
import {
  epochSeconds,
  highestCode,
  type Instance,
  loadSources,
  type Protocol,
  samplesPerEpoch,
} from "../scripts/generate/sources.ts";

/** What a CircuitProposal says, except for the addresses of the verifier and of the key. */
export interface CircuitSpec {
  readonly name: string;
  readonly version: number;
  /** Contract name of the exported verifier. */
  readonly verifierContract: string;
  readonly verifierCodeHash: string;
  /** The words that a VerificationKey contract holds, hex. */
  readonly verificationKeyBytes: string;
  readonly verificationKeyHash: string;
  /** Of a claim circuit. */
  readonly claim?: ClaimFacts;
  /** Of a circuit of another family. */
  readonly other?: FamilyFields;
  /** SHA-256 of the transcript of the key's ceremony, as the manifest names it; undefined for a development key. */
  readonly ceremony: string | undefined;
}

/** Names of the circuits that a deployment starts with when none are named: the default group's. */
export function defaultCircuits(root: string): string[] {
  return loadSources(root)
    .instances.filter((instance) => instance.group === "default" && instance.verifier !== null)
    .map((instance) => instance.name);
}

/**
 * Joins circuits.json, protocol.json, the committed manifests and keys, and Hardhat's artifacts. The kind and the hash
 * of a key come from its points; the manifest only has to agree.
 *
 * @param committed folder of the manifests; default: circuits/artifacts
 * @throws if a name is unknown or has no verifier contract, or a manifest says something else than the key
 */
export async function circuitSpecs(
  root: string,
  artifacts: ArtifactManager,
  names: readonly string[],
  committed = join(root, "circuits/artifacts"),
): Promise<CircuitSpec[]> {
  const { protocol, instances } = loadSources(root);
  return Promise.all(
    names.map(async (name) => {
      const instance = instances.find((candidate) => candidate.name === name);
      const deployable = instances
        .filter(({ verifier }) => verifier !== null)
        .map((candidate) => candidate.name);
      if (instance === undefined || instance.verifier === null) {
        throw new Error(`"${name}" is not a circuit with a verifier. There are ${deployable.join(", ")}.`);
      }
      const { ceremony, keyBytes, keyHash } = await keyOf(root, committed, instance);
      const artifact = await artifacts.readArtifact(instance.verifier);
      return {
        name,
        version: instance.version,
        verifierContract: instance.verifier,
        verifierCodeHash: expectedVerifierCodeHash(artifact),
        verificationKeyBytes: keyBytes,
        verificationKeyHash: keyHash,
        ...describedBy(protocol, instance),
        ceremony,
      };
    }),
  );
}

/** What a spec says of its family. */
function describedBy(protocol: Protocol, instance: Instance): Pick<CircuitSpec, "claim" | "other"> {
  const { name, template, family, epochs } = instance;
  if (instance.profile === undefined) {
    const inputs = family.publicInputs.length;
    const other = ledgerFamilyFields(name, inputs) ?? researchFamilyFields(name, inputs);
    if (other === undefined) throw new Error(`circuits.json: no product knows how to describe ${name}`);
    return { other };
  }
  const profile = protocol.profiles[instance.profile]!;
  return {
    claim: {
      template: protocol.terms.templates[template]!.id,
      profile: profile.id,
      epochs: epochs!,
      epochSeconds: epochSeconds(profile),
      codes: highestCode(profile),
      samples: samplesPerEpoch(profile),
    },
  };
}

/** What the registry has on record of a circuit's family. @throws INVALID_ARGUMENT for facts out of their range */
export function familyFieldsOf({ claim, other }: Pick<CircuitSpec, "claim" | "other">): FamilyFields {
  return other ?? claimFamilyFields(claim!);
}

async function keyOf(
  root: string,
  committed: string,
  { name }: Instance,
): Promise<{ ceremony: string | undefined; keyBytes: string; keyHash: string }> {
  const read = (file: string) => {
    const path = join(committed, name, file);
    try {
      return JSON.parse(readFileSync(path, "utf8"));
    } catch (cause) {
      throw new Error(`${relative(root, path)} cannot be read: run \`npx hardhat circuits build ${name}\`.`, {
        cause,
      });
    }
  };
  const manifest = read("manifest.json");
  const key = read("verification_key.json");
  const keyKind = (await isDevelopmentKey(key)) ? "development" : "production";
  const keyHash = verificationKeyHash(key);
  for (const [what, says, is] of [
    ["key kind", manifest.key.kind, keyKind],
    ["verificationKeyHash", manifest.verificationKeyHash, keyHash],
  ]) {
    if (says === is) continue;
    throw new Error(
      `The manifest of "${name}" gives the ${what} ${says}, its verification key is ${is}: run \`npx hardhat circuits check ${name}\`.`,
    );
  }
  const ceremony = keyKind === "development" ? undefined : `0x${manifest.key.ceremony?.transcript}`;
  if (ceremony !== undefined && !isHexString(ceremony, 32)) {
    throw new Error(
      `The manifest of "${name}" does not name the transcript of its key's ceremony: import the key with \`npx hardhat circuits import\`.`,
    );
  }
  return { ceremony, keyBytes: verificationKeyBytes(key), keyHash };
}
