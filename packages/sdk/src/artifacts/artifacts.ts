// SPDX-License-Identifier: GPL-3.0-or-later
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { VitalproofError } from "../errors.ts";

/** A Groth16 verification key as snarkjs exports it. */
export type VerificationKey = {
  protocol: string;
  curve: string;
  nPublic: number;
  vk_alpha_1: readonly string[];
  vk_beta_2: readonly (readonly string[])[];
  vk_gamma_2: readonly (readonly string[])[];
  vk_delta_2: readonly (readonly string[])[];
  IC: readonly (readonly string[])[];
};

/** All that proving and verifying one circuit needs. */
export type Artifacts = {
  /** Name of the instance in circuits.json. */
  circuit: string;
  /** Bytes, or in Node a path to a file that was checked. */
  wasm: Uint8Array | string;
  zkey: Uint8Array | string;
  verificationKey: VerificationKey;
  /** Whoever knows how a development key was made can forge its proofs. */
  keyKind: "development" | "production";
};

/** Where artifacts come from: a folder, a server, a bundle. */
export type ArtifactLoader = {
  /** @throws ARTIFACT_MISSING, ARTIFACT_MISMATCH */
  load(circuit: string): Promise<Artifacts>;
};

/** The part of an instance's committed manifest that a loader reads; hashes are SHA-256 of whole files, hex. */
export type Manifest = {
  schema: 1;
  name: string;
  version: number;
  key: { kind: "development" | "production" };
  sha256: { wasm: string; zkey: string; verificationKey: string };
};

/** @throws ARTIFACT_MISMATCH for a text that is no manifest of this circuit */
export function parseManifest(circuit: string, text: string): Manifest {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    manifest = null;
  }
  const hashes = manifest?.sha256;
  const whole =
    manifest?.schema === 1 &&
    manifest.name === circuit &&
    (manifest.key?.kind === "development" || manifest.key?.kind === "production") &&
    [hashes?.wasm, hashes?.zkey, hashes?.verificationKey].every(
      (hash) => typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash),
    );
  if (!whole) {
    throw new VitalproofError(
      "ARTIFACT_MISMATCH",
      `The manifest of ${circuit} is not one this package understands.`,
      {
        details: { circuit },
        hint: "Build the circuits with the same version of the project.",
      },
    );
  }
  return manifest as Manifest;
}

/** @throws ARTIFACT_MISMATCH when bytes do not have the hash that the manifest says */
export function checkArtifact(circuit: string, file: string, bytes: Uint8Array, wanted: string): void {
  const got = bytesToHex(sha256(bytes));
  if (got !== wanted) throw artifactMismatch(circuit, file, wanted, got);
}

export function artifactMismatch(
  circuit: string,
  file: string,
  wanted: string,
  got: string,
): VitalproofError {
  return new VitalproofError(
    "ARTIFACT_MISMATCH",
    `${file} of ${circuit} is not the file that the manifest names.`,
    {
      details: { circuit, file, wanted, got },
      hint: "Fetch or build the artifacts again.",
    },
  );
}

/**
 * Loads artifacts over HTTP from a versioned folder, `<base>/<circuit>/<file>`, with the manifest that came with the
 * application: what the server says is checked against it.
 *
 * @param base URL of the folder
 * @param manifests text of each circuit's committed manifest.json, by name
 * @param options `fetch`: in place of the global one, for a cache, progress or a test
 */
export function httpArtifacts(
  base: string,
  manifests: Readonly<Record<string, string>>,
  options: { fetch?: (url: string) => Promise<Response> } = {},
): ArtifactLoader {
  const fetchFile = async (circuit: string, file: string, wanted: string): Promise<Uint8Array> => {
    const url = `${base.replace(/\/$/, "")}/${circuit}/${file}`;
    let bytes: Uint8Array;
    try {
      const response = await (options.fetch?.(url) ?? fetch(url));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new VitalproofError("ARTIFACT_MISSING", `${file} of ${circuit} cannot be fetched.`, {
        details: { circuit, file, url },
        cause,
      });
    }
    checkArtifact(circuit, file, bytes, wanted);
    return bytes;
  };
  return {
    async load(circuit) {
      const text = manifests[circuit];
      if (text === undefined) {
        throw new VitalproofError("ARTIFACT_MISSING", `There is no manifest of ${circuit}.`, {
          details: { circuit },
          hint: `Known are ${Object.keys(manifests).join(", ")}.`,
        });
      }
      const manifest = parseManifest(circuit, text);
      const names = artifactFiles(circuit);
      const [wasm, zkey, key] = await Promise.all([
        fetchFile(circuit, names.wasm, manifest.sha256.wasm),
        fetchFile(circuit, names.zkey, manifest.sha256.zkey),
        fetchFile(circuit, names.verificationKey, manifest.sha256.verificationKey),
      ]);
      const verificationKey = JSON.parse(new TextDecoder().decode(key)) as VerificationKey;
      return { circuit, wasm, zkey, verificationKey, keyKind: manifest.key.kind };
    },
  };
}

/** Names of the files inside an instance's folder. */
export function artifactFiles(circuit: string): { wasm: string; zkey: string; verificationKey: string } {
  return { wasm: `${circuit}.wasm`, zkey: `${circuit}.zkey`, verificationKey: "verification_key.json" };
}
