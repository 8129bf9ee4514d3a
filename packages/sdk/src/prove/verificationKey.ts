// SPDX-License-Identifier: GPL-3.0-or-later
import { dataLength, dataSlice, keccak256 } from "ethers";
import type { VerificationKey } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";

/** alpha, beta, gamma, delta. */
const HEAD_WORDS = 14;

/** Coordinates in the order in which they are hashed: alpha, beta, gamma, delta, IC_0 …, halves of G2 as the EVM takes them. */
export function verificationKeyWords(key: VerificationKey): bigint[] {
  const g1 = (point: readonly string[]) => [point[0]!, point[1]!];
  const g2 = (point: readonly (readonly string[])[]) => [
    point[0]![1]!,
    point[0]![0]!,
    point[1]![1]!,
    point[1]![0]!,
  ];
  return [
    ...g1(key.vk_alpha_1),
    ...g2(key.vk_beta_2),
    ...g2(key.vk_gamma_2),
    ...g2(key.vk_delta_2),
    ...key.IC.flatMap(g1),
  ].map(BigInt);
}

/** keccak256 of the key's points as 32-byte big-endian words: how the circuit registry knows it. */
export function verificationKeyHash(key: VerificationKey): string {
  const words = verificationKeyWords(key).map((word) => word.toString(16).padStart(64, "0"));
  return keccak256(`0x${words.join("")}`);
}

/**
 * The key that a VerificationKey contract holds.
 *
 * @param code the contract's code: a zero byte and the words
 * @param hash what the circuit registry gives as the key's hash
 * @throws ARTIFACT_MISMATCH for code that is not a key, or not the key of that hash
 */
export function verificationKeyFromCode(code: string, hash: string): VerificationKey {
  const length = dataLength(code);
  const words = (length - 1) / 32;
  const isKey = length > 1 && code.startsWith("0x00") && Number.isInteger(words);
  if (!isKey || words < HEAD_WORDS + 4 || words % 2 !== 0 || keccak256(dataSlice(code, 1)) !== hash) {
    throw new VitalproofError(
      "ARTIFACT_MISMATCH",
      "The code at the key's address is not the registered key.",
      {
        details: { hash },
        hint: "Check the registry's address and the chain.",
      },
    );
  }
  const word = (i: number) => BigInt(dataSlice(code, 1 + 32 * i, 33 + 32 * i)).toString();
  const g1 = (i: number) => [word(i), word(i + 1), "1"];
  const g2 = (i: number) => [
    [word(i + 1), word(i)],
    [word(i + 3), word(i + 2)],
    ["1", "0"],
  ];
  const IC = Array.from({ length: (words - HEAD_WORDS) / 2 }, (_, j) => g1(HEAD_WORDS + 2 * j));
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: IC.length - 1,
    vk_alpha_1: g1(0),
    vk_beta_2: g2(2),
    vk_gamma_2: g2(6),
    vk_delta_2: g2(10),
    IC,
  };
}
