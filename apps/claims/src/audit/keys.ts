// SPDX-License-Identifier: GPL-3.0-or-later
/// <reference types="vite/client" />
import { type KnownKeys, knownKey, knownKeys, type ManifestOfKey } from "@vitalproof/audit";
import type { VerificationKey } from "@vitalproof/sdk";

const ARTIFACTS = "../../../../circuits/artifacts";
const KEYS: Readonly<Record<string, VerificationKey>> = import.meta.glob(
  "../../../../circuits/artifacts/*/verification_key.json",
  { import: "default", eager: true },
);
const MANIFESTS: Readonly<Record<string, ManifestOfKey["key"]>> = import.meta.glob(
  "../../../../circuits/artifacts/*/manifest.json",
  { import: "key", eager: true },
);

/**
 * The repository's verification keys, built into the worker as the manifests are into the page: a server of artifacts
 * could otherwise leave one out. Each is known by the hash of its points, as the circuit registry names it.
 */
export function builtInKeys(): KnownKeys {
  return knownKeys(
    Object.entries(KEYS).map(([path, key]) => {
      const circuit = path.split("/").at(-2)!;
      return knownKey(circuit, key, { key: MANIFESTS[`${ARTIFACTS}/${circuit}/manifest.json`] });
    }),
  );
}
