// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import {
  type CircomConfig,
  type CircuitInstance,
  expectedVerifierCodeHash,
  instanceFiles,
  isDevelopmentKey,
  type KeyKind,
  loadInstances,
  readManifest,
  type VerificationKey,
  verificationKeyHash,
  verificationKeyWords,
} from "@vitalproof/hardhat-circom/circuits";
import type { ArtifactManager } from "hardhat/types/artifacts";

/** What the key of one instance is, and whether every file says the same about it. */
export interface KeyChain {
  readonly name: string;
  readonly verifier: string | null;
  /** Told from the key's points, never from its label. */
  readonly keyKind: KeyKind | undefined;
  /** What the manifest calls it. */
  readonly label: KeyKind | undefined;
  readonly verificationKeyHash: string | undefined;
  /** The EXTCODEHASH that the verifier must have. */
  readonly codeHash: string | undefined;
  /** Links that do not hold, each as a sentence. */
  readonly broken: readonly string[];
}

export interface KeyChainSource {
  readonly circom: CircomConfig;
  readonly artifacts: ArtifactManager;
}

/**
 * Follows circuit → key → verification key → verifier → compiled code through the files of every instance that has
 * committed artifacts. Hashes only, in milliseconds; `checkCircuits` also recompiles the circuits.
 */
export async function readKeyChains(source: KeyChainSource): Promise<Map<string, KeyChain>> {
  const instances = await loadInstances(source.circom);
  const chains = await Promise.all(instances.map((instance) => readKeyChain(source, instance)));
  return new Map(chains.map((chain) => [chain.name, chain]));
}

async function readKeyChain(source: KeyChainSource, instance: CircuitInstance): Promise<KeyChain> {
  const { circom, artifacts } = source;
  const { name, verifier } = instance;
  const files = instanceFiles(circom, instance);
  const shown = (path: string) => relative(circom.root, path);
  const broken: string[] = [];
  const result = {
    name,
    verifier,
    keyKind: undefined as KeyKind | undefined,
    label: undefined as KeyKind | undefined,
    verificationKeyHash: undefined as string | undefined,
    codeHash: undefined as string | undefined,
    broken,
  };

  let manifest: Awaited<ReturnType<typeof readManifest>>;
  let key: VerificationKey;
  let words: bigint[];
  try {
    manifest = await readManifest(circom, instance);
    if (manifest === undefined) throw new Error(`${shown(files.manifest)} is missing`);
    const text = readFileSync(files.verificationKey, "utf8");
    if (sha256(text) !== manifest.sha256.verificationKey) {
      broken.push(
        `key → verification key: ${shown(files.verificationKey)} is not the file of the manifest (SHA-256 ${short(sha256(text))}, manifest ${short(manifest.sha256.verificationKey)})`,
      );
    }
    key = JSON.parse(text);
    words = verificationKeyWords(key);
    result.keyKind = (await isDevelopmentKey(key)) ? "development" : "production";
    result.verificationKeyHash = verificationKeyHash(key);
  } catch (error) {
    broken.push(`manifest: ${(error as Error).message}`);
    return result;
  }
  result.label = manifest.key.kind;
  if (manifest.verificationKeyHash !== result.verificationKeyHash) {
    broken.push(
      `key → verification key: the manifest says verificationKeyHash ${manifest.verificationKeyHash}, the key gives ${result.verificationKeyHash}`,
    );
  }
  for (const [what, says, is] of [
    ["name", manifest.name, name],
    ["version", manifest.version, instance.version],
    ["verifier", manifest.verifier, verifier],
  ]) {
    if (says !== is) broken.push(`manifest: it has ${what} ${says}, circuits.json has ${is}`);
  }
  for (const [link, path, expected] of [
    ["circuit → r1cs", files.r1cs, manifest.sha256.r1cs],
    ["r1cs → key", files.zkey, manifest.sha256.zkey],
  ] as const) {
    const content = readIfExists(path);
    // Built, not committed: absent is fine here.
    if (content === undefined || sha256(content) === expected) continue;
    broken.push(`${link}: ${shown(path)} is not the file of the manifest`);
  }
  if (verifier === null || files.verifier === null) return result;

  const solidity = readIfExists(files.verifier)?.toString("utf8");
  if (solidity === undefined) {
    broken.push(`verification key → verifier: ${shown(files.verifier)} is missing`);
    return result;
  }
  if (sha256(solidity) !== manifest.sha256.verifier) {
    broken.push(
      `verification key → verifier: ${shown(files.verifier)} is not the file of the manifest (SHA-256 ${short(sha256(solidity))}, manifest ${short(manifest.sha256.verifier ?? "none")})`,
    );
  }
  if (constantsOf(solidity).join() !== words.join()) {
    broken.push(
      `verification key → verifier: the points in ${shown(files.verifier)} are not those of the verification key`,
    );
  }
  try {
    const artifact = await artifacts.readArtifact(verifier);
    result.codeHash = expectedVerifierCodeHash(artifact);
    const compiled = await compiledSource(artifacts, artifact);
    if (compiled !== solidity) {
      broken.push(
        `verifier → compiled code: the artifact ${verifier} was not compiled from ${shown(files.verifier)}; run \`npx hardhat build\``,
      );
    }
  } catch (error) {
    broken.push(`verifier → compiled code: ${(error as Error).message}`);
  }
  return result;
}

/** The key's constants in a verifier, in the order of `verificationKeyWords`. */
function constantsOf(solidity: string): string[] {
  const pattern = /uint256 constant (?:alpha|beta|gamma|delta|IC\d+)[xy][12]?\s*=\s*(\d+);/g;
  return [...solidity.matchAll(pattern)].map((match) => match[1]!);
}

async function compiledSource(
  artifacts: ArtifactManager,
  artifact: { readonly buildInfoId?: string; readonly inputSourceName?: string },
): Promise<string | undefined> {
  const { buildInfoId, inputSourceName } = artifact;
  if (buildInfoId === undefined || inputSourceName === undefined) return undefined;
  const path = await artifacts.getBuildInfoPath(buildInfoId);
  if (path === undefined) return undefined;
  const info = JSON.parse(readFileSync(path, "utf8")) as {
    input: { sources: Record<string, { content?: string } | undefined> };
  };
  return info.input.sources[inputSourceName]?.content;
}

function readIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function short(hash: string): string {
  return hash.length > 16 ? `${hash.slice(0, 16)}…` : hash;
}
