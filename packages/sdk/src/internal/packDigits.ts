// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Integers of `bits` bits in words, the first least significant, as circuits/lib/packing.circom packs slots. Assumes that they fit.
 * @param wordBits of a word, at least `bits`
 */
export function packDigits(digits: readonly number[], bits: number, wordBits: number): bigint[] {
  const each = Math.floor(wordBits / bits);
  const words: bigint[] = [];
  for (let i = 0; i < digits.length; i += each) {
    let word = 0n;
    for (const digit of digits.slice(i, i + each).reverse()) word = (word << BigInt(bits)) | BigInt(digit);
    words.push(word);
  }
  return words;
}
