// SPDX-License-Identifier: GPL-3.0-or-later
import { concatBytes } from "@noble/hashes/utils.js";
import { VitalproofError } from "../errors.ts";
import { bigintToBytes, bytesToBigint, FIELD } from "../field.ts";
import { Identity, WALLET_SEED_BYTES } from "../identity/identity.ts";
import {
  assertNewPassphrase,
  openSecret,
  type SealedSecret,
  type StretchOptions,
  sealSecret,
  secretProblem,
} from "./passphrase.ts";

const FORMAT = "vitalproof/identity/1";
const SECRET_BYTES = 32;

/**
 * Encrypts an identity for keeping, in the form in which a vault's header holds its key. The text says nothing about
 * whose identity it is, and never gets old: an identity does not change. It holds no log. With it a person finds their
 * policies and is paid; the days of the lost log can no longer be proven, and the log goes on with the attester's head
 * (`Intake.continueLog`). `Vault.copy` keeps the log as well.
 *
 * @param passphrase what protects the file; `passphraseProblem` says which ones are refused
 * @param options `logN` in [14, 19]: scrypt's cost; lower only on machines with little memory
 * @returns a JSON text
 * @throws INVALID_ARGUMENT for a weak passphrase or a cost out of range
 */
export async function exportIdentity(
  identity: Identity,
  passphrase: string,
  options: StretchOptions = {},
): Promise<string> {
  assertNewPassphrase(passphrase);
  const secret = concatBytes(bigintToBytes(identity.secret(), SECRET_BYTES), identity.walletSeed());
  return JSON.stringify(await sealSecret(FORMAT, secret, passphrase, options), null, 2);
}

/**
 * The inverse of `exportIdentity`.
 * @throws IDENTITY_NOT_UNDERSTOOD for a text of another form, IDENTITY_WRONG_PASSWORD for a wrong passphrase or a
 *         changed text (the two cannot be told apart)
 */
export async function importIdentity(
  text: string,
  passphrase: string,
  options: Pick<StretchOptions, "stretch"> = {},
): Promise<Identity> {
  const opened = await openSecret(parse(text), passphrase, options);
  if (opened === undefined) {
    throw new VitalproofError("IDENTITY_WRONG_PASSWORD", "The identity does not open with this passphrase.", {
      hint: "Check the passphrase and that the file is complete.",
    });
  }
  const secret = bytesToBigint(opened.subarray(0, SECRET_BYTES));
  if (secret === 0n || secret >= FIELD) throw notUnderstood("its secret is not a field element");
  return new Identity(secret, opened.subarray(SECRET_BYTES));
}

function parse(text: string): SealedSecret {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw notUnderstood("it is not JSON");
  }
  const problem = secretProblem(raw, FORMAT, SECRET_BYTES + WALLET_SEED_BYTES);
  if (problem !== undefined) throw notUnderstood(problem);
  return raw as SealedSecret;
}

function notUnderstood(reason: string): VitalproofError {
  return new VitalproofError("IDENTITY_NOT_UNDERSTOOD", `The backup is not understood: ${reason}.`, {
    details: { reason },
    hint: "Use the whole file as it was saved.",
  });
}
