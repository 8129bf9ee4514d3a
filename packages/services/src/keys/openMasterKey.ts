// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { assertNewPassphrase, keyOfPassphrase, VitalproofError } from "@vitalproof/sdk";
import { nodeStretch, systemCode, systemHint, writeWhole } from "@vitalproof/sdk/node";
import type { MasterKeyConfig } from "./config.ts";
import { type MasterKey, masterKeyInMemory } from "./masterKey.ts";
import { createAesKey, type NewTokenKey } from "./pkcs11/createKey.ts";
import { masterKeyInToken } from "./pkcs11/tokenMasterKey.ts";
import { envOf, readSecret, secretOf } from "./secrets.ts";

/**
 * Opens a master key. A passphrase without `id` in its configuration counts as new: it must not be weak, and a
 * mistyped one is another key. With `id` it is refused.
 *
 * @throws PASSPHRASE_WRONG for a passphrase, and MASTER_KEY_OTHER for another kind, that does not give the configured
 *         `id`; KEY_FILE_EXPOSED, FILE_UNREADABLE, FILE_NOT_UNDERSTOOD, PASSPHRASE_REQUIRED; INVALID_ARGUMENT for a weak
 *         passphrase; what `Pkcs11Signer.open` throws for a token
 */
export async function openMasterKey(config: MasterKeyConfig): Promise<MasterKey> {
  const key = await open(config);
  if (config.id === undefined || config.id === key.id) return key;
  if (config.kind === "passphrase") {
    throw new VitalproofError(
      "PASSPHRASE_WRONG",
      `The passphrase does not give the master key ${config.id}.`,
      {
        details: { wanted: config.id },
        hint: "Check the passphrase, the salt and logN. A new passphrase is a new master key, without this id.",
      },
    );
  }
  throw new VitalproofError("MASTER_KEY_OTHER", `The master key is ${key.id}; ${config.id} was expected.`, {
    details: { given: key.id, wanted: config.id },
    hint: "Check where the configuration says it is.",
  });
}

async function open(config: MasterKeyConfig): Promise<MasterKey> {
  switch (config.kind) {
    case "pkcs11":
      return masterKeyInToken(config);
    case "file":
      return masterKeyInMemory(bytesOf(config.path, (await readSecret(config.path)).trim()));
    case "env":
      return masterKeyInMemory(bytesOf(config.name, envOf(config.name)?.trim() ?? ""));
    case "passphrase": {
      const { passphraseFile: file, passphraseEnv: env, salt, logN, id } = config;
      const passphrase = await secretOf({ what: "the passphrase of the master key", file, env });
      if (id === undefined) assertNewPassphrase(passphrase);
      const options = { stretch: nodeStretch, ...(logN === undefined ? {} : { logN }) };
      return masterKeyInMemory(await keyOfPassphrase(passphrase, Buffer.from(salt, "hex"), options));
    }
  }
}

/** @param where the file or variable, for errors */
function bytesOf(where: string, text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  throw new VitalproofError("FILE_NOT_UNDERSTOOD", `${where} does not hold a master key.`, {
    details: { where },
    hint: "It has 64 hex digits; `openssl rand -hex 32` gives some.",
  });
}

/**
 * Makes a master key, in a file of mode 0600 or in a token.
 * @returns its id, for the configuration
 * @throws FILE_EXISTS, FILE_UNREADABLE for a file; what `createKey` throws for a token
 */
export async function createMasterKey(
  place: { readonly kind: "file"; readonly path: string } | ({ readonly kind: "pkcs11" } & NewTokenKey),
): Promise<{ readonly id: string }> {
  if (place.kind === "file") await writeNew(place.path, `${randomBytes(32).toString("hex")}\n`);
  else await createAesKey(place);
  const { id } = await openMasterKey(place);
  return { id };
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, { replace: false });
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EEXIST") {
      throw new VitalproofError("FILE_EXISTS", `${path} is there already.`, {
        details: { path },
        hint: "Choose another name. A master key is never replaced.",
      });
    }
    throw new VitalproofError("FILE_UNREADABLE", `${path} cannot be written (${code}).`, {
      details: { path },
      hint: systemHint(code),
      cause,
    });
  }
}
