// SPDX-License-Identifier: GPL-3.0-or-later
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type VerificationKey, VitalproofError, verificationKeyHash } from "@vitalproof/sdk";
import { type KnownKey, type KnownKeys, knownKey, knownKeys, type ManifestOfKey } from "../keys.ts";

/**
 * Reads `<folder>/<circuit>/verification_key.json` of every circuit.
 * @throws ARTIFACT_MISSING when the folder has none
 */
export async function readKeys(folder: string): Promise<KnownKeys> {
  const keys: KnownKey[] = [];
  for (const circuit of await readdir(folder).catch(() => [] as string[])) {
    const read = async (file: string) =>
      JSON.parse(await readFile(join(folder, circuit, file), "utf8")) as unknown;
    try {
      const key = (await read("verification_key.json")) as VerificationKey;
      const manifest = (await read("manifest.json")) as ManifestOfKey;
      // Throws unless it is a key.
      verificationKeyHash(key);
      keys.push(knownKey(circuit, key, manifest));
    } catch {
      // A folder without a whole key has none to offer; claims under it are reported as not verified.
    }
  }
  if (keys.length > 0) return knownKeys(keys);
  throw new VitalproofError("ARTIFACT_MISSING", "There are no verification keys to verify proofs with.", {
    details: { folder: "circuits/artifacts" },
    hint: "Run the command inside the repository, or name the folder with --artifacts.",
  });
}
