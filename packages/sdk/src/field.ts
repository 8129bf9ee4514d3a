// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "./errors.ts";

/** The scalar field of BN254, `r`: every hash, leaf, terms word and public input is below it. */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export function isFieldElement(value: unknown): value is bigint {
  return typeof value === "bigint" && value >= 0n && value < FIELD;
}

/**
 * Refuses what is not a bigint in `[0, r)`. A value of `r` or more would alias another one in the circuit.
 * @throws NOT_A_FIELD_ELEMENT, naming the value unless it is `secret`
 */
export function assertField(
  name: string,
  value: unknown,
  options: { secret?: boolean } = {},
): asserts value is bigint {
  if (isFieldElement(value)) return;
  const secret = options.secret === true;
  throw new VitalproofError(
    "NOT_A_FIELD_ELEMENT",
    `${name} is not a bigint in [0, r)${secret ? "" : `: ${String(value)}`}.`,
    {
      details: { name, value: secret ? "(secret)" : String(value) },
      hint: "Pass the value modulo the BN254 scalar field.",
    },
  );
}

/** Uniform in `[0, r)`: 48 random bytes modulo r leave a bias below 2^-130. */
export function randomFieldElement(): bigint {
  return bytesToBigint(randomBytes(48)) % FIELD;
}

/** Cryptographically secure bytes from Web Crypto, which Node and browsers share. */
export function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}

/** Big endian. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Big endian, left-padded to `length` bytes. The value must fit. */
export function bigintToBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) {
    throw new VitalproofError("INVALID_ARGUMENT", `A value does not fit into ${length} bytes.`, {
      details: { length },
    });
  }
  return bytes;
}
