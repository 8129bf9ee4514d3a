// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Handle } from "pkcs11js";
import type { TokenKeyConfig } from "../config.ts";
import {
  ID_BLOCK,
  type KeyCipher,
  type MasterKey,
  masterKeyOver,
  NONCE_BYTES,
  TAG_BYTES,
  type Wrapping,
} from "../masterKey.ts";
import { returnValueOf } from "./library.ts";
import { findAll, findOne, TokenKey, type TokenSession } from "./tokenKey.ts";

/** Room for a wrapped key and a tag; some libraries want more than the result needs. */
const ROOM = 256;

type AesKey = { readonly handle: Handle; readonly id: string };

/**
 * A master key in a token, by CKM_AES_GCM. The keys it unwraps come out; it does not.
 * @throws TOKEN_UNUSABLE, TOKEN_PIN_WRONG, PASSPHRASE_REQUIRED, TOKEN_KEY_MISSING; TOKEN_KEY_UNSUITABLE for a key that
 *         is not AES with 256 bits
 */
export async function masterKeyInToken(config: TokenKeyConfig): Promise<MasterKey> {
  const key = await TokenKey.at(config, findAesKey);
  const id = await key.use(async (_, found) => found.id);
  return masterKeyOver(id, tokenCipher(key, id));
}

function tokenCipher(key: TokenKey<AesKey>, id: string): KeyCipher {
  /** A token that came back may be another one of that label. */
  const same = (found: AesKey): Handle => {
    if (found.id === id) return found.handle;
    throw new VitalproofError("MASTER_KEY_OTHER", `The token has the master key ${found.id} now.`, {
      details: { wrappedBy: id, have: [found.id] },
      hint: `Plug in the token with the master key ${id}.`,
    });
  };
  return {
    seal: (wrapping, secret) =>
      key.use(async (at, found) => {
        at.functions.C_EncryptInit(at.session, gcm(at, wrapping), same(found));
        return at.functions.C_EncryptAsync(at.session, Buffer.from(secret), Buffer.alloc(ROOM));
      }),
    open: (wrapping, sealed) =>
      key.use(async (at, found) => {
        const handle = same(found);
        const decrypt = async (): Promise<Uint8Array> => {
          at.functions.C_DecryptInit(at.session, gcm(at, wrapping), handle);
          const room = Buffer.alloc(ROOM);
          const secret = await at.functions.C_DecryptAsync(at.session, Buffer.from(sealed), room);
          const copy = new Uint8Array(secret);
          room.fill(0);
          return copy;
        };
        try {
          return await decrypt();
        } catch (error) {
          if (returnValueOf(error) === undefined) throw error;
        }
        // Tokens call a wrong tag by many names, a general error among them. A fault of the token must not pass for
        // damaged data: only when the key still works, and refuses again, is it the data.
        idOf(at, handle);
        try {
          return await decrypt();
        } catch (error) {
          if (returnValueOf(error) === undefined) throw error;
          return undefined;
        }
      }),
  };
}

function gcm({ library }: TokenSession, { nonce, authenticated }: Wrapping) {
  return {
    mechanism: library.CKM_AES_GCM,
    parameter: {
      type: library.CK_PARAMS_GCM,
      iv: Buffer.from(nonce),
      ivBits: 8 * NONCE_BYTES,
      aad: Buffer.from(authenticated),
      tagBits: 8 * TAG_BYTES,
    },
  };
}

function findAesKey(at: TokenSession, config: TokenKeyConfig): AesKey {
  const { CKA_CLASS, CKA_LABEL, CKA_KEY_TYPE, CKA_VALUE_LEN, CKK_AES, CKO_SECRET_KEY } = at.library;
  const template = [
    { type: CKA_CLASS, value: CKO_SECRET_KEY },
    { type: CKA_LABEL, value: config.label },
  ];
  const handle = findOne(at, template, "secret key", config);
  const { token, label } = config;
  const wanted = [
    { type: CKA_KEY_TYPE, value: CKK_AES },
    { type: CKA_VALUE_LEN, value: 32 },
  ];
  if (findAll(at, [...template, ...wanted]).length === 0) {
    throw new VitalproofError(
      "TOKEN_KEY_UNSUITABLE",
      `The key ${label} in ${token} is not AES with 256 bits.`,
      {
        details: { token, label },
        hint: "Make an AES key of 32 bytes under another label.",
      },
    );
  }
  return { handle, id: idOf(at, handle) };
}

/** The check value of the key, computed as for a key in memory. */
function idOf({ library, functions, session }: TokenSession, handle: Handle): string {
  functions.C_EncryptInit(session, { mechanism: library.CKM_AES_ECB }, handle);
  return functions.C_Encrypt(session, ID_BLOCK, Buffer.alloc(ROOM)).toString("hex");
}
