// SPDX-License-Identifier: GPL-3.0-or-later
import { instanceFiles } from "../manifest.ts";
import type { CircomConfig, CircuitInstance, CircuitManifest } from "../types.ts";
import { COMPILER_FLAGS } from "./compile.ts";
import { hashFile } from "./files.ts";
import { DEVELOPMENT_ORIGIN } from "./keys/developmentScalars.ts";
import type { SourceSet } from "./sources.ts";

/** Whether the manifest speaks of these very sources, compiler, flags and list entry: the outputs must then agree. */
export function sameInputs(
  manifest: CircuitManifest,
  instance: CircuitInstance,
  sources: SourceSet,
  compiler: string,
): boolean {
  return (
    manifest.name === instance.name &&
    manifest.version === instance.version &&
    manifest.verifier === instance.verifier &&
    manifest.compiler.version === compiler &&
    JSON.stringify(manifest.compiler.flags) === JSON.stringify(COMPILER_FLAGS) &&
    manifest.sources.sha256 === sources.sha256 &&
    (manifest.key.kind !== "development" || manifest.key.origin === DEVELOPMENT_ORIGIN)
  );
}

export type ArtifactKind = keyof CircuitManifest["sha256"];

/** The artifacts on disk that are missing or differ from the manifest. */
export async function changedArtifacts(
  config: CircomConfig,
  instance: CircuitInstance,
  manifest: CircuitManifest,
): Promise<{ kind: ArtifactKind; path: string; missing: boolean }[]> {
  const files = instanceFiles(config, instance);
  const kinds: ArtifactKind[] = ["r1cs", "wasm", "zkey", "verificationKey", "verifier"];
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const path = files[kind];
      if (path === null) return [];
      const hash = await hashFile(path);
      return hash === manifest.sha256[kind] ? [] : [{ kind, path, missing: hash === undefined }];
    }),
  );
  return found.flat();
}
