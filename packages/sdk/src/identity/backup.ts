// SPDX-License-Identifier: GPL-3.0-or-later
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { VitalproofError } from "../errors.ts";
import { bigintToBytes, bytesToBigint, FIELD, randomBytes } from "../field.ts";
import { invalid } from "../invalid.ts";
import { Identity } from "./identity.ts";

const FORMAT = "vitalproof/identity/1";
/** scrypt with r = 8, p = 1 takes 2^logN KiB of memory: 128 MiB by default, as OWASP advises. */
const DEFAULT_LOG_N = 17;
const MIN_LOG_N = 14;
const MAX_LOG_N = 19;
const MIN_PASSWORD = 10;

type Backup = { format: string; logN: number; salt: string; nonce: string; sealed: string };

/**
 * Encrypts an identity for keeping: scrypt (RFC 7914) makes the key, XChaCha20-Poly1305 seals, and the header is
 * authenticated with it. The text says nothing about whose identity it is.
 *
 * @param password at least 10 characters; it is what protects the file
 * @param options `logN` in [14, 19]: scrypt's cost; lower only on machines with little memory
 * @returns a JSON text
 * @throws INVALID_ARGUMENT for a short password or a cost out of range
 */
export async function exportIdentity(
  identity: Identity,
  password: string,
  options: { logN?: number } = {},
): Promise<string> {
  if (password.length < MIN_PASSWORD) {
    throw invalid("length of the password", password.length, `at least ${MIN_PASSWORD}`);
  }
  const logN = options.logN ?? DEFAULT_LOG_N;
  if (!Number.isInteger(logN) || logN < MIN_LOG_N || logN > MAX_LOG_N) {
    throw invalid("logN", logN, `an integer in [${MIN_LOG_N}, ${MAX_LOG_N}]`);
  }
  const salt = randomBytes(16);
  const nonce = randomBytes(24);
  const header = { format: FORMAT, logN, salt: bytesToHex(salt), nonce: bytesToHex(nonce) };
  const cipher = xchacha20poly1305(await keyOf(password, salt, logN), nonce, authenticated(header));
  const backup: Backup = {
    ...header,
    sealed: bytesToHex(cipher.encrypt(bigintToBytes(identity.secret(), 32))),
  };
  return JSON.stringify(backup, null, 2);
}

/**
 * The inverse of `exportIdentity`.
 * @throws IDENTITY_NOT_UNDERSTOOD for a text of another form, IDENTITY_WRONG_PASSWORD for a wrong password or a
 *         changed text (the two cannot be told apart)
 */
export async function importIdentity(text: string, password: string): Promise<Identity> {
  const backup = parse(text);
  const salt = hexToBytes(backup.salt);
  const { sealed, ...header } = backup;
  const cipher = xchacha20poly1305(
    await keyOf(password, salt, backup.logN),
    hexToBytes(backup.nonce),
    authenticated(header),
  );
  let secret: bigint;
  try {
    secret = bytesToBigint(cipher.decrypt(hexToBytes(sealed)));
  } catch {
    // The cause is not kept: it cannot say more, and nothing of the attempt should travel on.
    throw new VitalproofError("IDENTITY_WRONG_PASSWORD", "The identity does not open with this password.", {
      hint: "Check the password and that the file is complete.",
    });
  }
  if (secret === 0n || secret >= FIELD) throw notUnderstood("its secret is no field element");
  return new Identity(secret);
}

function parse(text: string): Backup {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw notUnderstood("it is not JSON");
  }
  const backup = raw as Partial<Backup> | null;
  if (backup?.format !== FORMAT) throw notUnderstood(`its format is not ${FORMAT}`);
  const { logN, salt, nonce, sealed } = backup;
  const hex = (value: unknown, bytes: number): value is string =>
    typeof value === "string" && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);
  // A bound on the cost, so that a hostile file cannot ask for all memory there is.
  if (typeof logN !== "number" || !Number.isInteger(logN) || logN < MIN_LOG_N || logN > MAX_LOG_N) {
    throw notUnderstood(`its cost logN is not in [${MIN_LOG_N}, ${MAX_LOG_N}]`);
  }
  if (!hex(salt, 16) || !hex(nonce, 24) || !hex(sealed, 48))
    throw notUnderstood("a field is missing or malformed");
  return { format: FORMAT, logN, salt, nonce, sealed };
}

function authenticated(header: Omit<Backup, "sealed">): Uint8Array {
  return utf8ToBytes(`${header.format}|${header.logN}|${header.salt}|${header.nonce}`);
}

async function keyOf(password: string, salt: Uint8Array, logN: number): Promise<Uint8Array> {
  // Compatibility form: the same characters typed on another system give the same bytes.
  return scryptAsync(utf8ToBytes(password.normalize("NFKC")), salt, { N: 2 ** logN, r: 8, p: 1, dkLen: 32 });
}

function notUnderstood(reason: string): VitalproofError {
  return new VitalproofError(
    "IDENTITY_NOT_UNDERSTOOD",
    `The exported identity is not understood: ${reason}.`,
    {
      hint: "Give the whole text that exportIdentity returned.",
    },
  );
}
