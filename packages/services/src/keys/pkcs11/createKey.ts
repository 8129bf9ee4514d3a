// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import type { Handle, PKCS11 } from "pkcs11js";
import type { TokenKeyConfig } from "../config.ts";
import { addressOf, SECP256K1 } from "./accountKey.ts";
import { mayPass, told } from "./failures.ts";
import { closeSession, openSession } from "./login.ts";
import { moduleAt, type TokenModule } from "./module.ts";
import { findAll, type TokenSession } from "./tokenKey.ts";

/** Where a new key goes. */
export type NewTokenKey = Omit<TokenKeyConfig, "kind">;

/**
 * Makes a pair of keys on secp256k1 in a token. The private half is sensitive and cannot be extracted, so there is
 * no copy of it: an account that must survive its token needs a second one.
 *
 * @returns the account's address
 * @throws ALREADY_THERE when a key has the label; TOKEN_UNUSABLE, TOKEN_PIN_WRONG, PASSPHRASE_REQUIRED
 */
export function createKey(config: NewTokenKey): Promise<{ readonly address: string }> {
  return inNewPlace(config, async (at) => {
    const { library, functions, session } = at;
    // The same for both halves. Some tools pair them by it.
    const id = { type: library.CKA_ID, value: randomBytes(16) };
    const label = { type: library.CKA_LABEL, value: config.label };
    const { publicKey } = await functions.C_GenerateKeyPairAsync(
      session,
      { mechanism: library.CKM_EC_KEY_PAIR_GEN },
      [
        { type: library.CKA_TOKEN, value: true },
        { type: library.CKA_PRIVATE, value: false },
        { type: library.CKA_VERIFY, value: true },
        { type: library.CKA_EC_PARAMS, value: SECP256K1 },
        label,
        id,
      ],
      [...secret(at), { type: library.CKA_SIGN, value: true }, label, id],
    );
    return { address: addressOf(at, publicKey, config) };
  });
}

/**
 * Makes an AES key of 256 bits in a token, sensitive and not extractable, for a master key.
 * @throws as `createKey`
 */
export function createAesKey(config: NewTokenKey): Promise<void> {
  return inNewPlace(config, async (at) => {
    const { library, functions, session } = at;
    await functions.C_GenerateKeyAsync(session, { mechanism: library.CKM_AES_KEY_GEN }, [
      ...secret(at),
      { type: library.CKA_VALUE_LEN, value: 32 },
      { type: library.CKA_ENCRYPT, value: true },
      { type: library.CKA_DECRYPT, value: true },
      { type: library.CKA_LABEL, value: config.label },
      { type: library.CKA_ID, value: randomBytes(16) },
    ]);
  });
}

function secret({ library }: TokenSession) {
  return [
    { type: library.CKA_TOKEN, value: true },
    { type: library.CKA_PRIVATE, value: true },
    { type: library.CKA_SENSITIVE, value: true },
    { type: library.CKA_EXTRACTABLE, value: false },
  ];
}

async function inNewPlace<T>(config: NewTokenKey, make: (at: TokenSession) => Promise<T>): Promise<T> {
  const module = await moduleAt(config.module);
  const { library } = module;
  const { token, label } = config;
  return module.run(async (functions) => {
    try {
      const session = await writableSession(module, functions, config);
      const at = { library, functions, session };
      try {
        if (findAll(at, [{ type: library.CKA_LABEL, value: label }]).length > 0) {
          throw new VitalproofError("ALREADY_THERE", `The token ${token} has a key labelled ${label}.`, {
            details: { token, label },
            hint: "Choose another label. A key is never replaced.",
          });
        }
        return await make(at);
      } finally {
        closeSession(functions, session);
      }
    } catch (error) {
      throw told(error, token);
    }
  });
}

/** Also with a token that is newer than the start of its library. Making a key is never tried twice. */
async function writableSession(module: TokenModule, functions: PKCS11, config: NewTokenKey): Promise<Handle> {
  try {
    return await openSession(module, functions, config, { writable: true });
  } catch (error) {
    if (!mayPass(error)) throw error;
    module.restart();
    return openSession(module, functions, config, { writable: true });
  }
}
