// SPDX-License-Identifier: GPL-3.0-or-later
import { type VerificationKey, verificationKeyHash, verificationKeyWords } from "@vitalproof/sdk";

export type KnownKey = {
  /** Instance in circuits.json. */
  readonly circuit: string;
  readonly key: VerificationKey;
  /** "development" or "production", as the circuit's manifest says. */
  readonly keyKind: string;
  /** SHA-256 of the transcript of the key's ceremony, as the manifest says, with 0x. */
  readonly ceremony?: string;
};

/** What a circuit's manifest says of its key. */
export type ManifestOfKey = {
  readonly key?: { readonly kind?: string; readonly ceremony?: { readonly transcript?: string } };
};

export function knownKey(circuit: string, key: VerificationKey, manifest: ManifestOfKey): KnownKey {
  const transcript = manifest.key?.ceremony?.transcript;
  const ceremony = transcript === undefined ? {} : { ceremony: `0x${transcript}` };
  return { circuit, key, keyKind: String(manifest.key?.kind), ...ceremony };
}

/** Verification keys that an audit can verify with, by the hash under which the circuit registry knows them. */
export type KnownKeys = ReadonlyMap<string, KnownKey>;

/**
 * Each key by the hash of its points, so that one that says something else about itself cannot pass for another.
 * In the order of the circuits' names, which the report lists.
 */
export function knownKeys(keys: readonly KnownKey[]): KnownKeys {
  const sorted = [...keys].sort((a, b) => (a.circuit < b.circuit ? -1 : 1));
  return new Map(sorted.map((known) => [verificationKeyHash(known.key), known]));
}

/** How many of a key's coordinates a verifier's code contains. snarkjs's verifiers push every one of them. */
export function wordsInCode(key: VerificationKey, code: string): { found: number; of: number } {
  const words = verificationKeyWords(key);
  const found = words.filter((word) => {
    const digits = word.toString(16);
    return code.includes(digits.padStart(digits.length + (digits.length % 2), "0"));
  });
  return { found: found.length, of: words.length };
}
