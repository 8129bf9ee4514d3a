// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expectedVerifierCodeHash } from "@vitalproof/hardhat-circom";
import type { ArtifactManager } from "hardhat/types/artifacts";
import { highestCode, type Instance, loadSources } from "../generate/sources.ts";

/** KeyKind of IStatementRegistry. */
export const KEY_KIND = { development: 0, production: 1 } as const;

/** What a StatementProposal says, except for the address of the verifier. */
export interface StatementSpec {
  readonly name: string;
  readonly version: number;
  /** Contract name of the exported verifier. */
  readonly verifierContract: string;
  readonly verifierCodeHash: string;
  readonly verificationKeyHash: string;
  readonly template: number;
  readonly profile: number;
  readonly epochs: number;
  readonly epochSeconds: number;
  readonly codes: number;
  readonly keyKind: keyof typeof KEY_KIND;
}

/** Names of the statements that a deployment starts with when none are named: the default group's. */
export function defaultStatements(root: string): string[] {
  return loadSources(root)
    .instances.filter((instance) => instance.group === "default" && instance.verifier !== null)
    .map((instance) => instance.name);
}

/**
 * Joins circuits.json, protocol.json, the committed manifests and Hardhat's artifacts.
 *
 * @throws if a name is unknown or has no verifier contract
 */
export async function statementSpecs(
  root: string,
  artifacts: ArtifactManager,
  names: readonly string[],
): Promise<StatementSpec[]> {
  const { protocol, instances } = loadSources(root);
  return Promise.all(
    names.map(async (name) => {
      const instance = instances.find((candidate) => candidate.name === name);
      const deployable = instances
        .filter(({ verifier }) => verifier !== null)
        .map((candidate) => candidate.name);
      if (instance === undefined || instance.verifier === null || instance.profile === undefined) {
        throw new Error(`"${name}" is no statement with a verifier; there are ${deployable.join(", ")}.`);
      }
      const manifest = readManifestOf(root, instance);
      const profile = protocol.profiles[instance.profile]!;
      const artifact = await artifacts.readArtifact(instance.verifier);
      return {
        name,
        version: instance.version,
        verifierContract: instance.verifier,
        verifierCodeHash: expectedVerifierCodeHash(artifact),
        verificationKeyHash: manifest.verificationKeyHash,
        template: protocol.terms.templates[instance.template]!.id,
        profile: profile.id,
        epochs: instance.epochs!,
        epochSeconds: profile.slots * profile.interval,
        codes: highestCode(profile),
        keyKind: manifest.key.kind,
      };
    }),
  );
}

function readManifestOf(
  root: string,
  instance: Instance,
): { verificationKeyHash: string; key: { kind: keyof typeof KEY_KIND } } {
  const path = join("circuits/artifacts", instance.name, "manifest.json");
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch (cause) {
    throw new Error(`${path} cannot be read: run \`npx hardhat circuits build ${instance.name}\`.`, {
      cause,
    });
  }
}
