// SPDX-License-Identifier: GPL-3.0-or-later
import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { type Store, VitalproofError } from "@vitalproof/sdk";

const FORMAT = "vitalproof/record/1";
/** Records are padded to whole blocks: the length of a day's record would say something about its readings. */
const BLOCK = 1024;
const NONCE_BYTES = 24;

/**
 * A store that encrypts what another one keeps, each record by itself with XChaCha20-Poly1305 under a fresh nonce.
 *
 * The other store sees keyed hashes for names (HMAC-SHA-256), below the first one or two words of the real key, which
 * say what kind of record it is. A record is bound to its name: one that is moved or copied to another name does not
 * open. Not found out: an older version of a record put back in its place; a log's chain of heads notices most of that.
 *
 * @param key 32 bytes
 */
export function encryptedStore(inner: Store, key: Uint8Array): Store {
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", key, "", `vitalproof/home/${purpose}/1`, 32));
  const recordKey = derive("records");
  const nameKey = derive("names");

  const nameOf = (real: string): string => {
    const hash = createHmac("sha256", nameKey).update(real).digest("hex").slice(0, 40);
    return [...kindOf(real), hash].join("/");
  };

  const open = (name: string, text: string): { key: string; text: string } => {
    try {
      const { format, nonce, sealed } = JSON.parse(text) as Record<string, string>;
      if (format !== FORMAT) throw new Error("another format");
      const cipher = xchacha20poly1305(recordKey, Buffer.from(nonce!, "base64"), Buffer.from(name));
      const opened = Buffer.from(cipher.decrypt(Buffer.from(sealed!, "base64"))).toString("utf8");
      const [real, content] = JSON.parse(opened) as [string, string];
      if (nameOf(real) !== name) throw new Error("another name");
      return { key: real, text: content };
    } catch {
      // Neither content nor cause travels on.
      throw new VitalproofError("VAULT_DAMAGED", `The record "${name}" of the vault does not open.`, {
        details: { name },
        hint: "It was changed, moved or cut short. Restore the vault from a copy.",
      });
    }
  };

  return {
    async read(real) {
      const name = nameOf(real);
      const text = await inner.read(name);
      return text === undefined ? undefined : open(name, text).text;
    },
    async write(real, text) {
      const name = nameOf(real);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = xchacha20poly1305(recordKey, nonce, Buffer.from(name));
      const plain = Buffer.from(JSON.stringify([real, text]));
      const padded = Buffer.alloc(Math.ceil(plain.length / BLOCK) * BLOCK, " ");
      plain.copy(padded);
      const sealed = Buffer.from(cipher.encrypt(padded)).toString("base64");
      await inner.write(name, JSON.stringify({ format: FORMAT, nonce: nonce.toString("base64"), sealed }));
    },
    async keys(prefix) {
      const known = prefix.split("/").slice(0, -1);
      const names = await inner.keys(known.slice(0, 2).join("/"));
      const found = await Promise.all(
        names.map(async (name) => {
          const text = await inner.read(name);
          return text === undefined ? undefined : open(name, text).key;
        }),
      );
      return found.filter((real): real is string => real?.startsWith(prefix) === true);
    },
  };
}

/** What of a key stays readable: its first two parts where there are three or more, else all but the last. */
function kindOf(key: string): string[] {
  const parts = key.split("/");
  return parts.slice(0, Math.min(2, parts.length - 1));
}
