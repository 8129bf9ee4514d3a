// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is sealed for a person is
//
//   version (1 byte, 1) | nonce (12) | value, encrypted (as long as the value) | tag (16)
//
// under AES-256-GCM. Each table has a key of its own, which HKDF-SHA-256 derives from the person's. What is authenticated
// names person, table and row. Nonces are random: NIST SP 800-38D allows 2^32 of them for one key, so one person can have
// 2^32 values in one table in all their life. That is one every second for 136 years. A table of samples many times a
// second seals them in blocks, such as an epoch at once.
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { TableName } from "../store/tables.ts";
import { freshNonce, NONCE_BYTES } from "./nonces.ts";
import { personErased, valueChanged } from "./refusals.ts";

const VERSION = 1;
const TAG_BYTES = 16;
/** Bytes that sealing adds to a value. */
export const SEALED_BYTES = 1 + NONCE_BYTES + TAG_BYTES;
export const KEY_BYTES = 32;
const OPTIONS = { authTagLength: TAG_BYTES };

/** Where a sealed value belongs. */
export type Place = {
  readonly table: TableName;
  /** What identifies the row among the person's rows of that table. Errors show it. */
  readonly key: string;
};

/** One person's key in this process, for one step: ask `PersonKeys.of` in the next one again. */
export class PersonKey {
  readonly #person: string;
  #root: KeyObject | undefined;
  readonly #tables = new Map<TableName, KeyObject>();
  #erasedAt = 0;

  /** @param bytes 32; they are erased */
  constructor(person: string, bytes: Uint8Array) {
    this.#person = person;
    // A key object keeps the key out of what inspects or serialises this process's values. OpenSSL clears its memory.
    this.#root = secretOf(bytes);
  }

  /**
   * @returns `SEALED_BYTES` more than the value has; its length is not hidden
   * @throws PERSON_ERASED when this process erased the person since
   */
  seal(value: Uint8Array | string, place: Place): Uint8Array {
    const nonce = freshNonce();
    const cipher = createCipheriv("aes-256-gcm", this.#keyOf(place.table), nonce, OPTIONS);
    cipher.setAAD(this.#bound(place));
    const encrypted = typeof value === "string" ? cipher.update(value, "utf8") : cipher.update(value);
    cipher.final();
    const sealed = new Uint8Array(SEALED_BYTES + encrypted.length);
    sealed[0] = VERSION;
    sealed.set(nonce, 1);
    sealed.set(encrypted, 1 + NONCE_BYTES);
    sealed.set(cipher.getAuthTag(), 1 + NONCE_BYTES + encrypted.length);
    return sealed;
  }

  /**
   * @throws SEALED_VALUE_CHANGED for a value of another person, table or row, or with a changed byte; PERSON_ERASED when
   *         this process erased the person since
   */
  open(sealed: Uint8Array, place: Place): Buffer {
    const key = this.#keyOf(place.table);
    if (sealed.length < SEALED_BYTES || sealed[0] !== VERSION) throw valueChanged(place.table, place.key);
    const end = sealed.length - TAG_BYTES;
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const cipher = createDecipheriv("aes-256-gcm", key, nonce, OPTIONS);
    cipher.setAAD(this.#bound(place)).setAuthTag(sealed.subarray(end));
    const value = cipher.update(sealed.subarray(1 + NONCE_BYTES, end));
    try {
      cipher.final();
    } catch {
      // The cause is not kept: it cannot say more.
      value.fill(0);
      throw valueChanged(place.table, place.key);
    }
    return value;
  }

  /** Nothing is sealed or opened with it any more. @param erasedAt Unix seconds */
  end(erasedAt: number): void {
    this.#erasedAt = erasedAt;
    this.#root = undefined;
    this.#tables.clear();
  }

  #bound({ table, key }: Place): Buffer {
    return Buffer.from(JSON.stringify(["vitalproof sealed value", VERSION, table, this.#person, key]));
  }

  #keyOf(table: TableName): KeyObject {
    if (this.#root === undefined) throw personErased(this.#erasedAt);
    let key = this.#tables.get(table);
    if (key === undefined) {
      const derived = hkdfSync("sha256", this.#root, "", `vitalproof sealed ${VERSION}|${table}`, KEY_BYTES);
      key = secretOf(new Uint8Array(derived));
      this.#tables.set(table, key);
    }
    return key;
  }
}

/** @param bytes they are erased */
function secretOf(bytes: Uint8Array): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
