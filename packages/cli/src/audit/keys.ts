// SPDX-License-Identifier: GPL-3.0-or-later
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type VerificationKey,
  VitalproofError,
  verificationKeyHash,
  verificationKeyWords,
} from "@vitalproof/sdk";

export type KnownKey = {
  /** Instance in circuits.json. */
  readonly circuit: string;
  readonly key: VerificationKey;
  readonly keyKind: string;
};

/** Verification keys of the repository, by the hash under which the statement registry knows them. */
export type KnownKeys = ReadonlyMap<string, KnownKey>;

/**
 * Reads `<folder>/<circuit>/verification_key.json` of every circuit. A key is known by the hash of its points, so a
 * file that says something else about itself cannot pass for another.
 * @throws ARTIFACT_MISSING when the folder has none
 */
export async function readKeys(folder: string): Promise<KnownKeys> {
  const keys = new Map<string, KnownKey>();
  const circuits = await readdir(folder).catch(() => [] as string[]);
  for (const circuit of circuits.sort()) {
    const read = async (file: string) =>
      JSON.parse(await readFile(join(folder, circuit, file), "utf8")) as unknown;
    try {
      const key = (await read("verification_key.json")) as VerificationKey;
      const manifest = (await read("manifest.json")) as { key?: { kind?: string } };
      keys.set(verificationKeyHash(key), { circuit, key, keyKind: String(manifest.key?.kind) });
    } catch {
      // A folder without a whole key has none to offer; claims under it are reported as not verified.
    }
  }
  if (keys.size > 0) return keys;
  throw new VitalproofError("ARTIFACT_MISSING", "There are no verification keys to verify proofs with.", {
    details: { folder: "circuits/artifacts" },
    hint: "Run the command inside the repository, or name the folder with --artifacts.",
  });
}

/** How many of a key's coordinates stand in a verifier's code. snarkjs's verifiers push every one of them. */
export function wordsInCode(key: VerificationKey, code: string): { found: number; of: number } {
  const words = verificationKeyWords(key);
  const found = words.filter((word) => {
    const digits = word.toString(16);
    return code.includes(digits.padStart(digits.length + (digits.length % 2), "0"));
  });
  return { found: found.length, of: words.length };
}
