// SPDX-License-Identifier: GPL-3.0-or-later
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { VitalproofError } from "../errors.ts";
import { randomBytes } from "../field.ts";
import { invalid } from "../invalid.ts";

/** scrypt with r = 8, p = 1 takes 2^logN KiB of memory: 128 MiB by default, as OWASP advises. */
export const SCRYPT_COST = { default: 17, min: 14, max: 19 } as const;
/** Characters that a new passphrase has at least. */
export const MIN_PASSPHRASE = 10;
/** Different characters that a new passphrase has at least. */
const MIN_DIFFERENT = 5;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 24;
/** Poly1305 tag at the end of what is sealed. */
const TAG_BYTES = 16;

/** scrypt (RFC 7914) with r = 8, p = 1 and 32 bytes of output. */
export type Stretch = (passphrase: Uint8Array, salt: Uint8Array, logN: number) => Promise<Uint8Array>;

/** A secret under a passphrase: scrypt makes the key, XChaCha20-Poly1305 seals, the other members are authenticated. */
export type SealedSecret = {
  readonly format: string;
  readonly logN: number;
  /** Hex, as the rest. */
  readonly salt: string;
  readonly nonce: string;
  readonly sealed: string;
};

export type StretchOptions = {
  /** scrypt's cost, 14 to 19; lower only on machines with little memory. */
  logN?: number;
  /** Another implementation of scrypt: `nodeStretch` of `@vitalproof/sdk/node` takes half the time. */
  stretch?: Stretch;
};

const inJavaScript: Stretch = (passphrase, salt, logN) =>
  scryptAsync(passphrase, salt, { N: 2 ** logN, r: 8, p: 1, dkLen: KEY_BYTES });

/**
 * Why a new passphrase is refused, in one sentence; undefined when it is taken. A rule, not a measure of strength: it
 * refuses what is short, repeated or a run of neighbours. Words of a song pass it and are still guessed.
 */
export function passphraseProblem(passphrase: string): string | undefined {
  const typed = [...passphrase.normalize("NFKC")];
  if (typed.length < MIN_PASSPHRASE) return `Use at least ${MIN_PASSPHRASE} characters.`;
  if (new Set(typed).size < MIN_DIFFERENT) return `Use at least ${MIN_DIFFERENT} different characters.`;
  const text = typed.join("").toLowerCase();
  // A text that is a part of itself written twice, less its ends, is one part repeated.
  const part = `${text}${text}`.indexOf(text, 1);
  if (part < text.length && part < MIN_PASSPHRASE) return "Do not repeat one short word.";
  const codes = [...text].map((char) => char.codePointAt(0)!);
  const steps = codes.slice(1).map((code, i) => Math.abs(code - codes[i]!));
  if (steps.filter((step) => step <= 1).length > steps.length * 0.7) {
    return "Do not use a run such as 1234567890 or abcdefghij.";
  }
  return undefined;
}

/** @throws INVALID_ARGUMENT for a new passphrase that `passphraseProblem` refuses */
export function assertNewPassphrase(passphrase: string): void {
  const problem = passphraseProblem(passphrase);
  if (problem === undefined) return;
  throw new VitalproofError("INVALID_ARGUMENT", `The passphrase is too weak. ${problem}`, {
    details: { least: MIN_PASSPHRASE },
    hint: "Four or five random words make a good one.",
  });
}

/** @throws INVALID_ARGUMENT for a cost out of range */
export function assertCost(logN: number): void {
  if (isCost(logN)) return;
  throw invalid("logN", logN, `an integer in [${SCRYPT_COST.min}, ${SCRYPT_COST.max}]`);
}

/**
 * The key that a passphrase gives: scrypt over its compatibility form (NFKC), so that the same characters typed on
 * another system give the same key.
 *
 * @param salt 16 bytes
 * @returns 32 bytes
 * @throws INVALID_ARGUMENT for a cost out of range
 */
export async function keyOfPassphrase(
  passphrase: string,
  salt: Uint8Array,
  { logN = SCRYPT_COST.default, stretch = inJavaScript }: StretchOptions = {},
): Promise<Uint8Array> {
  assertCost(logN);
  return stretch(utf8ToBytes(passphrase.normalize("NFKC")), salt, logN);
}

/** @throws INVALID_ARGUMENT for a cost out of range */
export async function sealSecret(
  format: string,
  secret: Uint8Array,
  passphrase: string,
  { logN = SCRYPT_COST.default, stretch = inJavaScript }: StretchOptions = {},
): Promise<SealedSecret> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const header = { format, logN, salt: bytesToHex(salt), nonce: bytesToHex(nonce) };
  const key = await keyOfPassphrase(passphrase, salt, { logN, stretch });
  const sealed = xchacha20poly1305(key, nonce, authenticated(header)).encrypt(secret);
  return { ...header, sealed: bytesToHex(sealed) };
}

/** @returns undefined for a wrong passphrase or changed members: the two cannot be told apart */
export async function openSecret(
  secret: SealedSecret,
  passphrase: string,
  { stretch = inJavaScript }: Pick<StretchOptions, "stretch"> = {},
): Promise<Uint8Array | undefined> {
  const { logN } = secret;
  const key = await keyOfPassphrase(passphrase, hexToBytes(secret.salt), { logN, stretch });
  const cipher = xchacha20poly1305(key, hexToBytes(secret.nonce), authenticated(secret));
  try {
    return cipher.decrypt(hexToBytes(secret.sealed));
  } catch {
    // The cause is not kept: it cannot say more, and nothing of the attempt should travel on.
    return undefined;
  }
}

/**
 * @param bytes length of the secret
 * @returns why the value is not a sealed secret of that format, or undefined when it is one
 */
export function secretProblem(value: unknown, format: string, bytes: number): string | undefined {
  const secret = value as Partial<SealedSecret> | null | undefined;
  if (typeof secret !== "object" || secret?.format !== format) return `its format is not ${format}`;
  // A bound on the cost, so that a hostile file cannot ask for all memory there is.
  if (!isCost(secret.logN)) return `its cost logN is not in [${SCRYPT_COST.min}, ${SCRYPT_COST.max}]`;
  const hex = (text: unknown, length: number): boolean =>
    typeof text === "string" && text.length === 2 * length && /^[0-9a-f]*$/.test(text);
  const whole =
    hex(secret.salt, SALT_BYTES) && hex(secret.nonce, NONCE_BYTES) && hex(secret.sealed, bytes + TAG_BYTES);
  return whole ? undefined : "a field is missing or malformed";
}

function isCost(logN: unknown): boolean {
  const { min, max } = SCRYPT_COST;
  return Number.isInteger(logN) && (logN as number) >= min && (logN as number) <= max;
}

function authenticated({ format, logN, salt, nonce }: Omit<SealedSecret, "sealed">): Uint8Array {
  return utf8ToBytes(`${format}|${logN}|${salt}|${nonce}`);
}
