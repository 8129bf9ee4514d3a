// SPDX-License-Identifier: GPL-3.0-or-later
//
// Encrypted records: circuits/ledger/record.circom.
import { toBeHex } from "ethers";
import { poseidon3 } from "poseidon-lite/poseidon3";
import { VitalproofError } from "../errors.ts";
import { assertField, FIELD } from "../field.ts";
import { TAGS } from "../generated/protocol.ts";
import { assertInteger } from "../invalid.ts";
import {
  type AccessRecord,
  BODY_WORD_BYTES,
  CIPHER_BITS,
  CIPHERS_PER_WORD,
  packRecord,
  unpackRecord,
} from "./words.ts";

const CIPHER_MASK = (1n << CIPHER_BITS) - 1n;

/** `pad = P3(T_pad, audit, nonce · 2^16 + i)` of access number i of a batch. */
export function padOf(audit: bigint, nonce: bigint, index: number): bigint {
  assertField("audit key", audit, { secret: true });
  assertInteger("index", index, 0, 2 ** 16 - 1);
  return poseidon3([TAGS.pad, audit, (nonce << 16n) + BigInt(index)]);
}

/** `((record + pad) mod r) mod 2^62` */
export function encryptRecord(record: AccessRecord, pad: bigint): bigint {
  return ((packRecord(record) + pad) % FIELD) & CIPHER_MASK;
}

/** The record behind a cipher; undefined where the pad is not the cipher's (a wrong pad passes once in 2^16). */
export function decryptRecord(cipher: bigint, pad: bigint): AccessRecord | undefined {
  return unpackRecord((cipher - pad) & CIPHER_MASK);
}

/** Words of a batch's body, four ciphers each. */
export function bodyWordsOf(ciphers: readonly bigint[]): bigint[] {
  const words: bigint[] = [];
  for (let i = 0; i < ciphers.length; i += CIPHERS_PER_WORD) {
    const four = ciphers.slice(i, i + CIPHERS_PER_WORD);
    words.push(four.reduce((sum, cipher, k) => sum | (cipher << (CIPHER_BITS * BigInt(k))), 0n));
  }
  return words;
}

/** The body as calldata has it: 31 bytes a word, in hex. */
export function bodyOf(words: readonly bigint[]): string {
  return `0x${words.map((word) => toBeHex(word, BODY_WORD_BYTES).slice(2)).join("")}`;
}

/**
 * The ciphers of a body.
 * @param count accesses of the batch
 * @throws INVALID_ARGUMENT for a body of another length
 */
export function ciphersOf(body: string, count: number): bigint[] {
  const words = Math.ceil(count / CIPHERS_PER_WORD);
  if (!/^0x([0-9a-f]{2})*$/i.test(body) || body.length !== 2 + 2 * BODY_WORD_BYTES * words) {
    throw new VitalproofError("INVALID_ARGUMENT", `A body of ${count} accesses has ${31 * words} bytes.`, {
      details: { count, length: (body.length - 2) / 2 },
    });
  }
  return Array.from({ length: count }, (_, i) => {
    const from = 2 + 2 * BODY_WORD_BYTES * Math.floor(i / CIPHERS_PER_WORD);
    const word = BigInt(`0x${body.slice(from, from + 2 * BODY_WORD_BYTES)}`);
    return (word >> (CIPHER_BITS * BigInt(i % CIPHERS_PER_WORD))) & CIPHER_MASK;
  });
}

/** An access that a key opened, and its number in the batch. */
export type FoundAccess = { readonly index: number; readonly record: AccessRecord };

/**
 * A patient's accesses in a batch: those that the key of their consent opens. A foreign one passes for theirs once in 2^24.
 * @param slot of the consent
 */
export function findAccesses(
  ciphers: readonly bigint[],
  nonce: bigint,
  { slot, audit }: { readonly slot: number; readonly audit: bigint },
): FoundAccess[] {
  return ciphers.flatMap((cipher, index) => {
    const record = decryptRecord(cipher, padOf(audit, nonce, index));
    return record?.slot === slot ? [{ index, record }] : [];
  });
}
