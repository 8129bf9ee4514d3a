// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where a service's keys are: parts of its configuration. `parse` of `@vitalproof/sdk/wire` checks them.
import { SCRYPT_COST } from "@vitalproof/sdk";
import { type Field, integer, object, optional, text, variant } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { path } from "../fields.ts";

const variable = text(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "the name of an environment variable");
/** PKCS#11 pads a token's label to 32 bytes. */
const token = text(/^\S(?:.{0,30}\S)?$/, "a token's label of at most 32 characters");
const label = text(/^.{1,128}$/, "a key's label on one line");
const salt = text(/^[0-9a-f]{32}$/, "16 bytes in hex");
const masterKeyId = text(/^[0-9a-f]{32}$/, "the id of a master key, 16 bytes in hex");

/** One of two members: a secret comes from a file or from the environment. */
const onePin = "an object with either pinFile or pinEnv";
const onePassphrase = "an object with either passphraseFile or passphraseEnv";
const isOne = (file: string | undefined, env: string | undefined): boolean =>
  (file === undefined) !== (env === undefined);

const pinMembers = { pinFile: optional(path), pinEnv: optional(variable) };
const passphraseMembers = { passphraseFile: optional(path), passphraseEnv: optional(variable) };
const tokenMembers = { kind: v.literal("pkcs11"), module: path, token, label, ...pinMembers };

/** A key in a PKCS#11 token, found by the labels of both. */
export type TokenKeyConfig = {
  readonly kind: "pkcs11";
  /** Path of the token's library, such as /usr/lib/softhsm/libsofthsm2.so. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** Label of the key; a pair of keys has one for both halves. */
  readonly label: string;
  /** File with the PIN in its first line, 0600 or stricter. */
  readonly pinFile?: string;
  /** Or the environment variable that has it. */
  readonly pinEnv?: string;
};

type PassphraseConfig = {
  /** File with the passphrase in its first line, 0600 or stricter. */
  readonly passphraseFile?: string;
  /** Or the environment variable that has it. */
  readonly passphraseEnv?: string;
};

/** Where the key of a service's account is. */
export type SignerConfig =
  /** 0x and 64 hex digits in a file of mode 0600 or stricter. */
  | { readonly kind: "file"; readonly path: string }
  /** An Ethereum JSON keystore, version 3. */
  | ({ readonly kind: "keystore"; readonly path: string } & PassphraseConfig)
  /** A pair of keys on secp256k1. */
  | TokenKeyConfig;

export const signerConfig: Field<SignerConfig> = variant("kind", [
  object({ kind: v.literal("file"), path }),
  v.pipe(
    object({ kind: v.literal("keystore"), path, ...passphraseMembers }),
    v.check(({ passphraseFile, passphraseEnv }) => isOne(passphraseFile, passphraseEnv), onePassphrase),
  ),
  v.pipe(
    object(tokenMembers),
    v.check(({ pinFile, pinEnv }) => isOne(pinFile, pinEnv), onePin),
  ),
]);

/** Where a master key is. With `id`, another key than that one is refused. */
export type MasterKeyConfig = { readonly id?: string } & (
  | /** 64 hex digits in a file of mode 0600 or stricter. */ { readonly kind: "file"; readonly path: string }
  /** 64 hex digits in an environment variable. */
  | { readonly kind: "env"; readonly name: string }
  /** scrypt makes the key. `salt` is 16 random bytes in hex, not secret; `logN` is the cost, 17 when left out. */
  | ({ readonly kind: "passphrase"; readonly salt: string; readonly logN?: number } & PassphraseConfig)
  /** An AES key of 256 bits. */
  | TokenKeyConfig
);

const expected = { id: optional(masterKeyId) };

export const masterKeyConfig: Field<MasterKeyConfig> = variant("kind", [
  object({ kind: v.literal("file"), path, ...expected }),
  object({ kind: v.literal("env"), name: variable, ...expected }),
  v.pipe(
    object({
      kind: v.literal("passphrase"),
      salt,
      logN: optional(integer(SCRYPT_COST.min, SCRYPT_COST.max)),
      ...passphraseMembers,
      ...expected,
    }),
    v.check(({ passphraseFile, passphraseEnv }) => isOne(passphraseFile, passphraseEnv), onePassphrase),
  ),
  v.pipe(
    object({ ...tokenMembers, ...expected }),
    v.check(({ pinFile, pinEnv }) => isOne(pinFile, pinEnv), onePin),
  ),
]);
