// SPDX-License-Identifier: GPL-3.0-or-later
import { join, relative } from "node:path";
import { CircomError } from "./errors.ts";
import { readTextIfExists } from "./internal/files.ts";
import type { CircomConfig, CircuitInstance, CircuitManifest } from "./types.ts";

/** Where the files of an instance are, as absolute paths. */
export interface InstanceFiles {
  readonly outFolder: string;
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
  readonly zkey: string;
  readonly committedFolder: string;
  readonly verificationKey: string;
  readonly manifest: string;
  /** Null if the instance exports no verifier. */
  readonly verifier: string | null;
}

export function instanceFiles(config: CircomConfig, instance: CircuitInstance): InstanceFiles {
  const { name, verifier } = instance;
  const outFolder = join(config.out, name);
  const committedFolder = join(config.committed, name);
  return {
    outFolder,
    r1cs: join(outFolder, `${name}.r1cs`),
    wasm: join(outFolder, `${name}.wasm`),
    sym: join(outFolder, `${name}.sym`),
    zkey: join(outFolder, `${name}.zkey`),
    committedFolder,
    verificationKey: join(committedFolder, "verification_key.json"),
    manifest: join(committedFolder, "manifest.json"),
    verifier: verifier === null ? null : join(config.verifiers, `${verifier}.sol`),
  };
}

/**
 * The committed manifest of an instance; undefined if there is none.
 * @throws CircomError MANIFEST_INVALID if it cannot be read as one
 */
export async function readManifest(
  config: CircomConfig,
  instance: CircuitInstance,
): Promise<CircuitManifest | undefined> {
  const path = instanceFiles(config, instance).manifest;
  const text = await readTextIfExists(path);
  if (text === undefined) return undefined;
  const invalid = (reason: string, cause?: Error) =>
    new CircomError(
      "MANIFEST_INVALID",
      `instance "${instance.name}": ${relative(config.root, path)} ${reason}; restore it, or delete it and build again`,
      {
        instance: instance.name,
        location: relative(config.root, path),
        ...(cause === undefined ? {} : { cause }),
      },
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid("is not JSON", error as Error);
  }
  const manifest = value as Partial<CircuitManifest> | null;
  if (manifest?.schema !== 1) throw invalid(`has schema ${JSON.stringify(manifest?.schema)}, expected 1`);
  const { compiler, sources, constraints, key, sha256 } = manifest;
  for (const [name, part] of Object.entries({ compiler, sources, constraints, key, sha256 })) {
    if (typeof part !== "object" || part === null) throw invalid(`lacks \`${name}\``);
  }
  if (key?.kind !== "development" && key?.kind !== "production") {
    throw invalid(`has the key kind ${JSON.stringify(key?.kind)}, expected "development" or "production"`);
  }
  return manifest as CircuitManifest;
}

export function formatManifest(manifest: CircuitManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
