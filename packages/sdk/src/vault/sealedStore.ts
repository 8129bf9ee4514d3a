// SPDX-License-Identifier: GPL-3.0-or-later
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { decodeBase64, encodeBase64 } from "ethers";
import { VitalproofError } from "../errors.ts";
import { randomBytes } from "../field.ts";
import type { Store } from "../store.ts";

const FORMAT = "vitalproof/record/2";
/** Where a vault's backend keeps the records. */
export const RECORDS = "sealed/";
/** Records are padded to whole blocks: the length of a day's record would say something about its readings. */
const BLOCK = 1024;
const NONCE_BYTES = 24;
/** Hex digits of a record's name and of the groups that it is kept in. */
const NAME_DIGITS = 40;
const GROUP_DIGITS = 16;

/** A record as `check` found it. */
export type CheckedRecords = { readonly keys: readonly string[]; readonly damaged: readonly string[] };

export type SealedStore = Store & {
  /** The name under which the backend keeps a key. */
  nameOf(key: string): string;
  /**
   * Opens every record whose key begins with a prefix: the keys of those that open, and the names of those that do not.
   * The latter may have another key of the same folder.
   */
  list(prefix: string): Promise<CheckedRecords>;
  /** Opens every record. */
  check(): Promise<CheckedRecords>;
};

/**
 * A store that seals what another one keeps, each record on its own with XChaCha20-Poly1305 under a fresh nonce.
 *
 * The backend sees keyed hashes for names (HMAC-SHA-256) and padded texts. Keys that share their first one or two parts
 * share a folder, so that a listing opens the records of its kind only; the folder's name is a keyed hash too. A record
 * is bound to its format and name: one that is moved or copied to another name does not open. An older version of a
 * record put back in its place does; a log's chain of heads notices most of that.
 *
 * @param key 32 random bytes; asked for at each use, so that a locked vault has none to give
 * @throws from its methods: what `key` throws; VAULT_DAMAGED for a record that does not open
 */
export function sealedStore(backend: Store, key: () => Uint8Array): SealedStore {
  const derived = (purpose: "records" | "names"): Uint8Array =>
    expand(sha256, key(), utf8ToBytes(`vitalproof/vault/${purpose}/2`), 32);
  const hash = (text: string, digits: number): string =>
    bytesToHex(hmac(sha256, derived("names"), utf8ToBytes(text))).slice(0, digits);
  const groupsOf = (parts: readonly string[]): string[] =>
    parts.slice(0, 2).map((_, i) => hash(`${parts.slice(0, i + 1).join("/")}/`, GROUP_DIGITS));
  const nameOf = (real: string): string =>
    RECORDS + [...groupsOf(real.split("/").slice(0, -1)), hash(real, NAME_DIGITS)].join("/");

  const open = (name: string, text: string): { real: string; text: string } | undefined => {
    const recordKey = derived("records");
    try {
      const { format, sealed } = JSON.parse(text) as Record<string, string>;
      if (format !== FORMAT) return undefined;
      const bytes = decodeBase64(sealed!);
      const cipher = xchacha20poly1305(recordKey, bytes.subarray(0, NONCE_BYTES), bound(name));
      const opened = new TextDecoder().decode(cipher.decrypt(bytes.subarray(NONCE_BYTES)));
      const [real, content] = JSON.parse(opened) as [string, string];
      return nameOf(real) === name ? { real, text: content } : undefined;
    } catch {
      // Neither content nor cause travels on.
      return undefined;
    }
  };

  const openAll = async (prefix: string): Promise<{ keys: string[]; damaged: string[] }> => {
    const found = { keys: [] as string[], damaged: [] as string[] };
    for (const name of await backend.keys(prefix)) {
      const text = await backend.read(name);
      if (text === undefined) continue;
      const record = open(name, text);
      if (record === undefined) found.damaged.push(name);
      else found.keys.push(record.real);
    }
    return found;
  };

  const list = async (prefix: string): Promise<CheckedRecords> => {
    const groups = groupsOf(prefix.split("/").slice(0, -1));
    const { keys, damaged } = await openAll(RECORDS + groups.map((group) => `${group}/`).join(""));
    return { keys: keys.filter((real) => real.startsWith(prefix)), damaged };
  };

  return {
    nameOf,
    list,
    check: () => openAll(RECORDS),
    async read(real) {
      const name = nameOf(real);
      const text = await named(real, name, () => backend.read(name));
      if (text === undefined) return undefined;
      const record = open(name, text);
      if (record === undefined) throw damaged(name, real);
      return record.text;
    },
    async write(real, text) {
      const name = nameOf(real);
      const plain = utf8ToBytes(JSON.stringify([real, text]));
      const padded = new Uint8Array(Math.ceil(plain.length / BLOCK) * BLOCK).fill(0x20);
      padded.set(plain);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = xchacha20poly1305(derived("records"), nonce, bound(name));
      const sealed = encodeBase64(concatBytes(nonce, cipher.encrypt(padded)));
      await named(real, name, () => backend.write(name, JSON.stringify({ format: FORMAT, sealed })));
    },
    remove(real) {
      const name = nameOf(real);
      return named(real, name, () => backend.remove(name));
    },
    async keys(prefix) {
      const found = await list(prefix);
      // A listing without one that is there would let a caller act as if it did not exist.
      if (found.damaged.length > 0) throw damaged(found.damaged[0]!, undefined, prefix);
      return [...found.keys];
    },
  };
}

function bound(name: string): Uint8Array {
  return utf8ToBytes(`${FORMAT}|${name}`);
}

/**
 * @param key of the record, where it is known
 * @param prefix of the listing that met the record, where its key is not known
 */
function damaged(name: string, key?: string, prefix?: string): VitalproofError {
  const shown = key === undefined ? undefined : shownKey(key);
  const what =
    shown === undefined ? `A record under "${prefix}" in the vault` : `The vault's record "${shown}"`;
  return new VitalproofError("VAULT_DAMAGED", `${what} does not open.`, {
    details: { name, key: shown },
    hint: "It was changed, moved or cut short. Restore the vault from a copy; the other records still open.",
  });
}

/** Failures of the backend name the record, not the hash under which it is kept. */
async function named<T>(key: string, name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof VitalproofError) || error.details.key !== name) throw error;
    const { code, shortMessage, details, hint } = error;
    const shown = shownKey(key);
    throw new VitalproofError(code, shortMessage.replace(`"${name}"`, `The vault's record "${shown}"`), {
      details: { ...details, key: shown, name },
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}

/** An attester's keys hold subjects, which are not for errors. */
function shownKey(key: string): string {
  return key.startsWith("attester/") ? `${key.split("/").slice(0, 2).join("/")}/…` : key;
}
