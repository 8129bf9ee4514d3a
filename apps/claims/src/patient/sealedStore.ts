// SPDX-License-Identifier: GPL-3.0-or-later
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Store, VitalproofError } from "@vitalproof/sdk";
import type { KeyValue } from "./keyValue.ts";

/** Records are padded to whole blocks: the length of a day's record would say something about its readings. */
const BLOCK = 1024;
const NONCE_BYTES = 24;
export const RECORD_PREFIX = "record/";

/**
 * An SDK store whose records are sealed one by one with XChaCha20-Poly1305 under fresh nonces, as the command line's
 * `encryptedStore` does it with Node's own functions. The backend sees keyed hashes for names and padded bytes. A record
 * is bound to its name, so that one that is moved or copied does not open; an older version put back in its place does.
 *
 * @param key 32 random bytes; asked for at each use, so that a locked vault has none to give
 * @throws from its methods: what `key` throws; VAULT_DAMAGED for a record that does not open
 */
export function sealedStore(backend: KeyValue, key: () => Uint8Array): Store {
  const derived = (purpose: "records" | "names"): Uint8Array =>
    expand(sha256, key(), utf8ToBytes(`vitalproof/vault/${purpose}/1`), 32);
  const nameOf = (real: string): string =>
    RECORD_PREFIX + bytesToHex(hmac(sha256, derived("names"), utf8ToBytes(real))).slice(0, 40);

  const open = (name: string, bytes: Uint8Array): { real: string; text: string } => {
    const recordKey = derived("records");
    try {
      const cipher = xchacha20poly1305(recordKey, bytes.subarray(0, NONCE_BYTES), utf8ToBytes(name));
      const opened = new TextDecoder().decode(cipher.decrypt(bytes.subarray(NONCE_BYTES)));
      const [real, text] = JSON.parse(opened) as [string, string];
      if (nameOf(real) !== name) throw new Error("another name");
      return { real, text };
    } catch {
      // Neither content nor cause travels on.
      throw new VitalproofError("VAULT_DAMAGED", "A record of the vault does not open.", {
        details: { name },
        hint: "It was changed, moved or cut short. Restore the vault from a copy.",
      });
    }
  };

  return {
    async read(real) {
      const name = nameOf(real);
      const bytes = await backend.get(name);
      return bytes === undefined ? undefined : open(name, bytes).text;
    },
    async write(real, text) {
      const name = nameOf(real);
      const plain = utf8ToBytes(JSON.stringify([real, text]));
      const padded = new Uint8Array(Math.ceil(plain.length / BLOCK) * BLOCK).fill(0x20);
      padded.set(plain);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = xchacha20poly1305(derived("records"), nonce, utf8ToBytes(name));
      await backend.set(name, concatBytes(nonce, cipher.encrypt(padded)));
    },
    async keys(prefix) {
      const names = (await backend.keys()).filter((name) => name.startsWith(RECORD_PREFIX));
      const found: string[] = [];
      for (const name of names) {
        const bytes = await backend.get(name);
        if (bytes !== undefined) found.push(open(name, bytes).real);
      }
      return found.filter((real) => real.startsWith(prefix));
    },
  };
}
