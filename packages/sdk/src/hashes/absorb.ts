// SPDX-License-Identifier: GPL-3.0-or-later
//
// A hash of many words, circuits/lib/lookup.circom.
import { poseidon16 } from "poseidon-lite/poseidon16";
import { assertField } from "../field.ts";
import { invalid } from "../invalid.ts";

/** Words that one block takes next to its tag and state. */
const BLOCK_WORDS = 14;
const MAX_BLOCKS = 256;

/**
 * `Absorb(tag, state, words)`: `state = P16(tag + j, state, next 14 words)` for j = 0, 1, …; missing words of the last block are 0.
 * @param tag a counted tag of `TAGS`
 * @param words at most 3,584, secret
 * @throws INVALID_ARGUMENT, NOT_A_FIELD_ELEMENT
 */
export function absorb(tag: bigint, state: bigint, words: readonly bigint[]): bigint {
  const blocks = Math.ceil(words.length / BLOCK_WORDS);
  if (blocks > MAX_BLOCKS)
    throw invalid("number of words", words.length, `at most ${BLOCK_WORDS * MAX_BLOCKS}`);
  for (const word of words) assertField("word", word, { secret: true });
  let result = state;
  for (let j = 0; j < blocks; j++) {
    const block = words.slice(j * BLOCK_WORDS, (j + 1) * BLOCK_WORDS);
    while (block.length < BLOCK_WORDS) block.push(0n);
    result = poseidon16([tag + BigInt(j), result, ...block]);
  }
  return result;
}
