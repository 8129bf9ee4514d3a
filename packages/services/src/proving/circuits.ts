// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ArtifactLoader, type Artifacts, parseManifest } from "@vitalproof/sdk";
import { diskArtifacts } from "@vitalproof/sdk/node";

/** What proving one circuit needs. */
export type ProvingCircuit = {
  readonly artifacts: Artifacts;
  /** SHA-256 of the verification key's file. */
  readonly keyHash: string;
};

/** Circuits by name. */
export type ProvingCircuits = (circuit: string) => Promise<ProvingCircuit>;

/**
 * Circuits of a folder. Each is compared with its manifest once: hashing the proving key of an hour of oxygen takes longer
 * than an alert may wait.
 *
 * @param folder of manifests and verification keys
 * @param large folder of the other files, where it is another one
 * @returns a function that throws ARTIFACT_MISSING, ARTIFACT_MISMATCH
 */
export function provingCircuits(folder: string, large = folder): ProvingCircuits {
  const loader = diskArtifacts(folder, {
    large,
    hint: "Build the circuit, and name the folder of its files in the configuration.",
  });
  const known = new Map<string, Promise<ProvingCircuit>>();
  const load = async (circuit: string): Promise<ProvingCircuit> => {
    const artifacts = await loader.load(circuit);
    const manifest = parseManifest(circuit, await readFile(join(folder, circuit, "manifest.json"), "utf8"));
    return { artifacts, keyHash: manifest.sha256.verificationKey };
  };
  return (circuit) => {
    let found = known.get(circuit);
    if (found === undefined) {
      found = load(circuit);
      known.set(circuit, found);
      found.catch(() => known.delete(circuit));
    }
    return found;
  };
}

/** The same as whatever proves takes it. */
export function loaderOf(circuits: ProvingCircuits): ArtifactLoader {
  return { load: async (circuit) => (await circuits(circuit)).artifacts };
}
