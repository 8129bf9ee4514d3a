// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak_256 } from "@noble/hashes/sha3.js";
import { Q } from "./internal/field.ts";
import type { VerificationKey } from "./types.ts";

/**
 * Identifies a Groth16 verification key on chain: keccak256 of its points as 32-byte big-endian words without any
 * separator, in the order alpha (x, y), beta, gamma, delta (each x.c1, x.c0, y.c1, y.c0, the order of the EVM's
 * pairing precompile), then IC_0 … IC_n (x, y). In Solidity: `keccak256(abi.encodePacked(uint256, …))`.
 * The number of public inputs follows from the length, so two different keys never share an encoding.
 *
 * @returns 0x and 64 hex digits
 * @throws RangeError if it is not a BN254 Groth16 key with affine, finite points
 */
export function verificationKeyHash(key: VerificationKey): `0x${string}` {
  const bytes = Buffer.from(verificationKeyBytes(key).slice(2), "hex");
  return `0x${Buffer.from(keccak_256(bytes)).toString("hex")}`;
}

/**
 * What is hashed, and what the contract VerificationKey holds on chain.
 *
 * @returns 0x and 64 hex digits a word
 * @throws RangeError as `verificationKeyHash`
 */
export function verificationKeyBytes(key: VerificationKey): `0x${string}` {
  const words = verificationKeyWords(key).map((word) => word.toString(16).padStart(64, "0"));
  return `0x${words.join("")}`;
}

/** The words that are hashed, in order. */
export function verificationKeyWords(key: VerificationKey): bigint[] {
  if (key.protocol !== "groth16" || key.curve !== "bn128") {
    throw new RangeError(`expected a groth16 key over bn128, got ${key.protocol} over ${key.curve}`);
  }
  if (key.IC.length !== key.nPublic + 1) {
    throw new RangeError(
      `nPublic is ${key.nPublic}, but IC has ${key.IC.length} points instead of ${key.nPublic + 1}`,
    );
  }
  const words = [...g1(key.vk_alpha_1, "vk_alpha_1")];
  for (const name of ["vk_beta_2", "vk_gamma_2", "vk_delta_2"] as const) words.push(...g2(key[name], name));
  key.IC.forEach((point, i) => {
    words.push(...g1(point, `IC[${i}]`));
  });
  return words;
}

function g1(point: readonly string[], name: string): bigint[] {
  if (point.length !== 3 || point[2] !== "1")
    throw new RangeError(`${name} is not an affine, finite point of G1`);
  return [coordinate(point[0]!, name), coordinate(point[1]!, name)];
}

function g2(point: readonly (readonly string[])[], name: string): bigint[] {
  const [x, y, z] = point;
  if (point.length !== 3 || z?.[0] !== "1" || z[1] !== "0" || x?.length !== 2 || y?.length !== 2) {
    throw new RangeError(`${name} is not an affine, finite point of G2`);
  }
  return [x[1]!, x[0]!, y[1]!, y[0]!].map((value) => coordinate(value, name));
}

function coordinate(text: string, name: string): bigint {
  const value = /^\d+$/.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value >= Q)
    throw new RangeError(`${name} has the coordinate ${text}, which is not in the field`);
  return value;
}
