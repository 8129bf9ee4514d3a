// SPDX-License-Identifier: GPL-3.0-or-later
//
// The key that wraps other keys, for data at rest. What is wrapped is
//
//   version (1 byte, 1) | id of the master key (16) | nonce (12) | key, encrypted (as long as the key) | tag (16)
//
// under AES-256-GCM, which authenticates version and id as well. The same for a key in memory and one in a token, so
// that a key can move into a token without wrapping anything anew. Nonces are random: NIST SP 800-38D allows 2^32 of
// them for one key.
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";

/** Wraps and unwraps keys for data at rest. */
export interface MasterKey {
  /** 32 hex digits that the key determines and that say nothing else about it. */
  readonly id: string;
  /**
   * @param key 16 to 64 bytes
   * @throws INVALID_ARGUMENT for another length
   */
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** @throws MASTER_KEY_OTHER for what another master key wrapped; WRAPPED_KEY_DAMAGED for changed bytes */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

const VERSION = 1;
const ID_BYTES = 16;
const HEADER_BYTES = 1 + ID_BYTES;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const SHORTEST = 16;
const LONGEST = 64;
/** So that nothing else that the key authenticates can be passed off as a wrapped key. */
const DOMAIN = Buffer.from("vitalproof wrapped key|", "ascii");
/** Encrypted alone, it gives the id: a check value of the key, which is one block of AES and no more. */
export const ID_BLOCK = Buffer.from("vitalproof key 1", "ascii");

/** What the cipher gets for one wrapping. */
export type Wrapping = { readonly nonce: Uint8Array; readonly authenticated: Uint8Array };

/** AES-256-GCM with one key, wherever it is. */
export interface KeyCipher {
  /** @returns ciphertext and tag */
  seal(wrapping: Wrapping, key: Uint8Array): Promise<Uint8Array>;
  /** @returns undefined when the tag does not fit */
  open(wrapping: Wrapping, sealed: Uint8Array): Promise<Uint8Array | undefined>;
}

/** A master key over a cipher. @param id 32 hex digits */
export function masterKeyOver(id: string, cipher: KeyCipher): MasterKey {
  const header = Buffer.concat([Buffer.of(VERSION), Buffer.from(id, "hex")]);
  const authenticated = Buffer.concat([DOMAIN, header]);
  return {
    id,
    async wrap(key) {
      if (key.length < SHORTEST || key.length > LONGEST) {
        throw new VitalproofError("INVALID_ARGUMENT", `A key of ${key.length} bytes cannot be wrapped.`, {
          details: { bytes: key.length, wanted: `${SHORTEST} to ${LONGEST}` },
          hint: `Wrap keys of ${SHORTEST} to ${LONGEST} bytes.`,
        });
      }
      const nonce = randomBytes(NONCE_BYTES);
      const sealed = await cipher.seal({ nonce, authenticated }, key);
      return new Uint8Array(Buffer.concat([header, nonce, sealed]));
    },
    async unwrap(wrapped) {
      const other = masterKeyOf(wrapped);
      if (other !== id) throw otherMasterKey(other, [id]);
      const nonce = wrapped.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
      const sealed = wrapped.subarray(HEADER_BYTES + NONCE_BYTES);
      const key = await cipher.open({ nonce, authenticated }, sealed);
      if (key === undefined) throw damaged(id);
      return key;
    },
  };
}

/** The id of the master key that wrapped a key. @throws WRAPPED_KEY_DAMAGED for what is not a wrapped key */
export function masterKeyOf(wrapped: Uint8Array): string {
  const around = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;
  const fits = wrapped.length >= around + SHORTEST && wrapped.length <= around + LONGEST;
  if (!fits || wrapped[0] !== VERSION) throw damaged();
  return Buffer.from(wrapped.subarray(1, HEADER_BYTES)).toString("hex");
}

/** @param wrappedBy its id @param have ids of those that were tried */
export function otherMasterKey(wrappedBy: string, have: readonly string[]): VitalproofError {
  return new VitalproofError("MASTER_KEY_OTHER", `The master key ${wrappedBy} wrapped this.`, {
    details: { wrappedBy, have },
    hint: "Add that master key to the configuration, after the newest one.",
  });
}

function damaged(id?: string): VitalproofError {
  return new VitalproofError("WRAPPED_KEY_DAMAGED", "A wrapped key was changed, or is not one.", {
    details: { masterKey: id },
    hint: "Restore it from a backup.",
  });
}

/** A master key in this process. @param bytes 32; they are erased */
export function masterKeyInMemory(bytes: Uint8Array): MasterKey {
  // A key object keeps the key out of what inspects or serialises this process's values.
  const key = createSecretKey(bytes);
  bytes.fill(0);
  const block = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  const id = Buffer.concat([block.update(ID_BLOCK), block.final()]).toString("hex");
  return masterKeyOver(id, nodeCipher(key));
}

function nodeCipher(key: KeyObject): KeyCipher {
  const options = { authTagLength: TAG_BYTES };
  return {
    async seal({ nonce, authenticated }, secret) {
      const cipher = createCipheriv("aes-256-gcm", key, nonce, options).setAAD(authenticated);
      return Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    async open({ nonce, authenticated }, sealed) {
      const end = sealed.length - TAG_BYTES;
      const cipher = createDecipheriv("aes-256-gcm", key, nonce, options).setAAD(authenticated);
      cipher.setAuthTag(sealed.subarray(end));
      try {
        return new Uint8Array(Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]));
      } catch {
        // The cause is not kept: it cannot say more.
        return undefined;
      }
    },
  };
}
