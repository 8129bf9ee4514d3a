// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a contract's words and a circuit's are tied together at three public inputs: circuits/lib/transcript.circom.
import { concat, keccak256, toBeHex } from "ethers";
import { poseidon16 } from "poseidon-lite/poseidon16";
import { assertField, FIELD } from "../field.ts";
import { invalid } from "../invalid.ts";

/** Words that one block takes next to its tag and state. */
const BLOCK_WORDS = 14;
const MAX_BLOCKS = 256;

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

/** `digest = Absorb(tag, salt, words ‖ extra)`, with `state = P16(tag + j, state, next 14 words)` for j = 0, 1, … */
export function transcriptDigest({ tag, salt, words, extra }: TranscriptParts): bigint {
  assertField("salt", salt, { secret: true });
  const all = [...words, ...extra];
  const blocks = Math.ceil(all.length / BLOCK_WORDS);
  if (blocks > MAX_BLOCKS)
    throw invalid("number of words", all.length, `at most ${BLOCK_WORDS * MAX_BLOCKS}`);
  for (const word of all) assertField("word", word, { secret: true });
  let state = salt;
  for (let j = 0; j < blocks; j++) {
    const block = all.slice(j * BLOCK_WORDS, (j + 1) * BLOCK_WORDS);
    while (block.length < BLOCK_WORDS) block.push(0n);
    state = poseidon16([tag + BigInt(j), state, ...block]);
  }
  return state;
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
