// SPDX-License-Identifier: GPL-3.0-or-later
//
// The packed words of the health ledger; circuits/protocol.json has their layout.
import { VitalproofError } from "../errors.ts";
import { LEDGER_WORDS } from "../generated/ledgerProtocol.ts";
import { packWord, unpackWord } from "../internal/word.ts";
import { assertInteger } from "../invalid.ts";

/** What a consent allows. */
export type Rights = {
  /** Bit p is set: purpose p is allowed. 8 bits. */
  readonly purposes: number;
  /** 8 bits. */
  readonly roles: number;
  /** Classes of data. 8 bits. */
  readonly classes: number;
  /** Minutes since 1970-01-01 UTC, 26 bits. The minute itself is out. */
  readonly until: number;
};

/** One access, as its patient reads it. */
export type AccessRecord = {
  /** Of the consent in its page, 0 to 255. */
  readonly slot: number;
  /** Who looked, as the custodian numbers them. 16 bits. */
  readonly actor: number;
  /** Bit of `roles`, 0 to 7. */
  readonly role: number;
  /** Bit of `purposes`, 0 to 7. */
  readonly purpose: number;
  /** Bit of `classes`, 0 to 7. */
  readonly class: number;
  /** After the batch's base, below 4,096. */
  readonly minute: number;
  /** 1: outside of the consent, in an emergency. */
  readonly glass: number;
};

export type AccessHeader = {
  readonly count: number;
  readonly emergencies: number;
  /** Minutes since 1970-01-01 UTC: begin of the window. */
  readonly base: number;
  /** Minutes. */
  readonly span: number;
  /** 96 random bits. */
  readonly nonce: bigint;
};

export type ConsentHeader = {
  /** Slots in use before the batch. */
  readonly filled: number;
  readonly granted: number;
  readonly revoked: number;
};

/** Bits of an encrypted record. */
export const CIPHER_BITS = 62n;
/** Encrypted records in a word of the body, which is 31 bytes. */
export const CIPHERS_PER_WORD = 4;
export const BODY_WORD_BYTES = 31;
export const NONCE_BITS = 96n;
/** Minutes of a batch's window, at most. */
export const MAX_SPAN = 2 ** LEDGER_WORDS.record[5].bits - 1;
/** First minute that is too late for a time of the ledger. */
export const TIME_END = 2 ** LEDGER_WORDS.rights[3].bits;

/** @throws INVALID_ARGUMENT for a value beyond its bits */
export function packRights(rights: Rights): bigint {
  return packWord(LEDGER_WORDS.rights, rights);
}

/** @throws INVALID_ARGUMENT for a word of more than 50 bits */
export function unpackRights(word: bigint): Rights {
  const rights = unpackWord(LEDGER_WORDS.rights, word);
  if (rights !== undefined) return rights;
  throw new VitalproofError("INVALID_ARGUMENT", `${word} are not rights: it has more than 50 bits.`, {
    details: { word },
  });
}

/** @throws INVALID_ARGUMENT for a value beyond its bits */
export function packRecord(record: AccessRecord): bigint {
  return packWord(LEDGER_WORDS.record, record);
}

/** Undefined for what is not a record: one of its 16 zero bits is set. */
export function unpackRecord(word: bigint): AccessRecord | undefined {
  return unpackWord(LEDGER_WORDS.record, word);
}

/** @throws INVALID_ARGUMENT for a value beyond its bits */
export function packAccessHeader({ nonce, ...numbers }: AccessHeader): bigint {
  if (nonce < 0n || nonce >> NONCE_BITS !== 0n)
    throw new VitalproofError("INVALID_ARGUMENT", `The nonce of a batch has more than ${NONCE_BITS} bits.`);
  assertInteger("span", numbers.span, 0, MAX_SPAN);
  const [count, emergencies, base, span, { shift }] = LEDGER_WORDS.accessHeader;
  return packWord([count, emergencies, base, span], numbers) | (nonce << BigInt(shift));
}

/** @throws INVALID_ARGUMENT for a word that `packAccessHeader` would not give */
export function unpackAccessHeader(word: bigint): AccessHeader {
  const [count, emergencies, base, span, { shift }] = LEDGER_WORDS.accessHeader;
  const nonce = word >> BigInt(shift);
  const numbers = unpackWord([count, emergencies, base, span], word & ((1n << BigInt(shift)) - 1n));
  if (numbers !== undefined && nonce >= 0n && nonce >> NONCE_BITS === 0n && numbers.span <= MAX_SPAN)
    return { ...numbers, nonce };
  throw new VitalproofError("INVALID_ARGUMENT", `${word} is not the header of an access batch.`, {
    details: { word },
  });
}

/** @throws INVALID_ARGUMENT for a value beyond its bits */
export function packConsentHeader(header: ConsentHeader): bigint {
  return packWord(LEDGER_WORDS.consentHeader, header);
}
