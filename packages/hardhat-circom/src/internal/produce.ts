// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { CircomError } from "../errors.ts";
import type { CircomConfig, CircuitInstance, CircuitManifest, ConstraintCounts } from "../types.ts";
import { COMPILER_FLAGS, type CompiledCircuit, compileCircuit } from "./compile.ts";
import { type ExportedKey, exportKey } from "./export.ts";
import { hashFile, sha256 } from "./files.ts";
import { DEVELOPMENT_ORIGIN } from "./keys/developmentScalars.ts";
import { countConstraints, domainPower, parseR1cs } from "./r1cs.ts";
import { collectSources, type SourceCache, type SourceSet } from "./sources.ts";

export interface Compiled {
  readonly files: CompiledCircuit;
  readonly sources: SourceSet;
  readonly constraints: ConstraintCounts;
  readonly domain: number;
}

/**
 * Compiles into `folder` and counts.
 * @throws CircomError COMPILER_FAILED, R1CS_INVALID, CIRCUIT_TOO_LARGE or SOURCE_NOT_FOUND
 */
export async function compileAndCount(
  config: CircomConfig,
  instance: CircuitInstance,
  sources: SourceSet,
  folder: string,
): Promise<Compiled> {
  const files = await compileCircuit(config, instance, folder);
  const after = await collectSources(config, instance, new Map() satisfies SourceCache);
  if (after.sha256 !== sources.sha256) {
    throw new CircomError(
      "BUILD_FAILED",
      `instance "${instance.name}": its sources changed while compiling; build again`,
      {
        instance: instance.name,
      },
    );
  }
  try {
    const r1cs = parseR1cs(await readFile(files.r1cs));
    const constraints = countConstraints(r1cs);
    const domain = domainPower(r1cs);
    if (domain > instance.maxDomain) {
      const location = sources.mainLocation;
      throw new CircomError(
        "CIRCUIT_TOO_LARGE",
        `instance "${instance.name}" (${location}) is larger than its limit: ${r1cs.nConstraints} constraints + ` +
          `${r1cs.nPublic} public signals + 1 need a domain of 2^${domain}, but \`maxDomain\` allows 2^${instance.maxDomain} = ` +
          `${2 ** instance.maxDomain}; shrink the circuit, or raise \`maxDomain\` in ${relative(config.root, config.circuits)}`,
        { instance: instance.name, location },
      );
    }
    return { files, sources, constraints, domain };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CircomError("R1CS_INVALID", `instance "${instance.name}": ${error.message}`, {
      instance: instance.name,
      cause: error,
    });
  }
}

export interface Produced {
  readonly manifest: CircuitManifest;
  readonly exported: ExportedKey;
}

/** Exports what `zkey` gives and describes it all in a manifest. */
export async function describe(
  instance: CircuitInstance,
  compiled: Compiled,
  compiler: string,
  zkey: string,
  key: Omit<CircuitManifest["key"], "bytes"> = { kind: "development", origin: DEVELOPMENT_ORIGIN },
): Promise<Produced> {
  const exported = await exportKey(instance, zkey);
  const { kind, origin, contributions, ceremony } = key;
  const manifest: CircuitManifest = {
    schema: 1,
    name: instance.name,
    version: instance.version,
    compiler: { name: "circom", version: compiler, flags: COMPILER_FLAGS },
    sources: { sha256: compiled.sources.sha256, files: compiled.sources.files.length },
    constraints: compiled.constraints,
    domain: compiled.domain,
    key: {
      kind,
      origin,
      bytes: (await stat(zkey)).size,
      ...(contributions === undefined ? {} : { contributions }),
      ...(ceremony === undefined ? {} : { ceremony }),
    },
    sha256: {
      r1cs: (await hashFile(compiled.files.r1cs))!,
      wasm: (await hashFile(compiled.files.wasm))!,
      zkey: (await hashFile(zkey))!,
      verificationKey: sha256(exported.verificationKey),
      verifier: exported.solidity === null ? null : sha256(exported.solidity),
    },
    verifier: instance.verifier,
    verificationKeyHash: exported.verificationKeyHash,
  };
  return { manifest, exported };
}

export function stagedZkey(folder: string, instance: CircuitInstance): string {
  return join(folder, `${instance.name}.zkey`);
}
