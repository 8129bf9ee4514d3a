// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a contract's words and a circuit's are tied together at three public inputs: circuits/lib/transcript.circom.
import { concat, keccak256, toBeHex } from "ethers";
import { assertField, FIELD } from "../field.ts";
import { absorb } from "./absorb.ts";

/** What a transcript is made of. */
export type TranscriptParts = {
  /** A counted tag of `TAGS`. */
  readonly tag: bigint;
  /** At least 128 random bits; secret, since it hides `extra`. */
  readonly salt: bigint;
  /** What the contract has too, in its order. */
  readonly words: readonly bigint[];
  /** What else is fixed before the challenge; secret. */
  readonly extra: readonly bigint[];
};

/** `digest = Absorb(tag, salt, words ‖ extra)` */
export function transcriptDigest({ tag, salt, words, extra }: TranscriptParts): bigint {
  assertField("salt", salt, { secret: true });
  return absorb(tag, salt, [...words, ...extra]);
}

/**
 * The challenge: `x = keccak256(domain ‖ digest ‖ words) mod r`, as the contract computes it from its own bytes.
 * @param domain 32 bytes in hex
 * @param bytes the words as the contract hashes them, in hex
 */
export function transcriptPoint(domain: string, digest: bigint, bytes: string): bigint {
  return BigInt(keccak256(concat([domain, toBeHex(digest, 32), bytes]))) % FIELD;
}

/** `y = w0 + x (w1 + x (w2 + …)) mod r` */
export function evaluateWords(words: readonly bigint[], x: bigint): bigint {
  return words.reduceRight((sum, word) => (sum * x + word) % FIELD, 0n);
}
