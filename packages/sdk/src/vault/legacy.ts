// SPDX-License-Identifier: GPL-3.0-or-later
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand, hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { decodeBase64 } from "ethers";
import type { Store } from "../store.ts";
import { deviceText, identityText } from "./contents.ts";
import { type SealedSecret, secretProblem } from "./passphrase.ts";

/** How a backend returns a value that an old page kept as bytes. */
export const BYTES = "bytes:";
/** The old page's header has the name of the present one; its records have not. */
const PAGE_HEADER = "vault";
const PAGE_RECORDS = "record/";
const COMMAND_HEADER = "home";
const COMMAND_RECORDS = "store/";
const KEY_BYTES = 32;
const NONCE_BYTES = 24;

export type LegacyRecord = { readonly key: string; readonly text: string };

/** A vault of version 1, as the command or the page wrote it. */
export type Legacy = {
  /** The key of the records under the passphrase. */
  readonly header: SealedSecret;
  /** Names of everything in the backend that belongs to it, but for a header that the present one replaces. */
  names(): Promise<string[]>;
  /** A record by its name, under the key that version 2 gives it; undefined for one that does not open. */
  record(key: Uint8Array, name: string): Promise<LegacyRecord | undefined>;
  /** Names of the records. */
  records(): Promise<string[]>;
};

/** @returns why a header is not understood, as a text; undefined where no old vault is */
export async function findLegacy(backend: Store): Promise<Legacy | { problem: string } | undefined> {
  const page = await backend.read(PAGE_HEADER);
  if (page?.startsWith(BYTES)) return withHeader(textOf(page), "vitalproof/vault/1", pageLegacy(backend));
  const command = await backend.read(COMMAND_HEADER);
  return command === undefined ? undefined : withHeader(command, "vitalproof/home/1", commandLegacy(backend));
}

/** What an old vault left in the backend after its records were written anew. */
export async function legacyRemains(backend: Store): Promise<string[]> {
  const names = [...(await backend.keys(COMMAND_RECORDS)), ...(await backend.keys(PAGE_RECORDS))];
  // The header last: while it is there, the rest is known for what it is.
  return (await backend.read(COMMAND_HEADER)) === undefined ? names : [...names, COMMAND_HEADER];
}

function withHeader(
  text: string,
  format: string,
  rest: Omit<Legacy, "header">,
): Legacy | { problem: string } {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    return { problem: "it is not JSON" };
  }
  const problem = secretProblem(header, format, KEY_BYTES);
  return problem === undefined ? { header: header as SealedSecret, ...rest } : { problem };
}

function commandLegacy(backend: Store): Omit<Legacy, "header"> {
  const kindOf = (real: string): string[] => {
    const parts = real.split("/");
    return parts.slice(0, Math.min(2, parts.length - 1));
  };
  return {
    names: async () => [...(await backend.keys(COMMAND_RECORDS)), COMMAND_HEADER],
    records: () => backend.keys(COMMAND_RECORDS),
    async record(key, name) {
      const derive = (purpose: string): Uint8Array =>
        hkdf(sha256, key, undefined, utf8ToBytes(`vitalproof/home/${purpose}/1`), 32);
      const nameOf = (real: string): string => [...kindOf(real), hashed(derive("names"), real)].join("/");
      const text = await backend.read(name);
      if (text === undefined) return undefined;
      const bound = name.slice(COMMAND_RECORDS.length);
      const opened = opening(() => {
        const { format, nonce, sealed } = JSON.parse(text) as Record<string, string>;
        if (format !== "vitalproof/record/1") return undefined;
        const cipher = xchacha20poly1305(derive("records"), decodeBase64(nonce!), utf8ToBytes(bound));
        return cipher.decrypt(decodeBase64(sealed!));
      });
      return opened !== undefined && nameOf(opened.key) === bound ? opened : undefined;
    },
  };
}

function pageLegacy(backend: Store): Omit<Legacy, "header"> {
  const records = (): Promise<string[]> => backend.keys(PAGE_RECORDS);
  return {
    names: records,
    records,
    async record(key, name) {
      const derive = (purpose: string): Uint8Array =>
        expand(sha256, key, utf8ToBytes(`vitalproof/vault/${purpose}/1`), 32);
      const text = await backend.read(name);
      if (text === undefined) return undefined;
      const opened = opening(() => {
        const bytes = hexToBytes(text.slice(BYTES.length));
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const cipher = xchacha20poly1305(derive("records"), nonce, utf8ToBytes(name));
        return cipher.decrypt(bytes.subarray(NONCE_BYTES));
      });
      if (opened === undefined || PAGE_RECORDS + hashed(derive("names"), opened.key) !== name)
        return undefined;
      return renamed(opened);
    },
  };
}

/** The page kept identity and device under names and in forms of its own. */
function renamed({ key, text }: LegacyRecord): LegacyRecord {
  if (key === "person/identity") {
    const { seed, secret } = JSON.parse(text) as { seed: string; secret: { "#bigint": string } };
    return { key: "identity", text: identityText(BigInt(secret["#bigint"]), seed) };
  }
  if (key === "person/device") {
    const { seed } = JSON.parse(text) as { seed: string };
    return { key: "device/simulated", text: deviceText("p256", seed) };
  }
  return { key, text };
}

function hashed(nameKey: Uint8Array, real: string): string {
  return bytesToHex(hmac(sha256, nameKey, utf8ToBytes(real))).slice(0, 40);
}

/** Both versions seal `[key, text]`, padded with blanks. */
function opening(decrypt: () => Uint8Array | undefined): LegacyRecord | undefined {
  try {
    const plain = decrypt();
    if (plain === undefined) return undefined;
    const [key, text] = JSON.parse(new TextDecoder().decode(plain)) as [string, string];
    return { key, text };
  } catch {
    // Neither content nor cause travels on.
    return undefined;
  }
}

function textOf(bytes: string): string {
  return new TextDecoder().decode(hexToBytes(bytes.slice(BYTES.length)));
}
