// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { R } from "../field.ts";

/** Names the set of scalars; goes into manifests as the key's origin. */
export const DEVELOPMENT_ORIGIN = "hardhat-circom/development-key/1";

/** The scalars that all development keys share, so that each can be recognised by its points. */
export interface SharedScalars {
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
}

export interface DevelopmentScalars extends SharedScalars {
  readonly tau: bigint;
}

/**
 * The trapdoor of every development key. It is public on purpose: anyone can forge proofs under such a key.
 * Each scalar is SHA-512 of `hardhat-circom/development-key/1/<name>` (ASCII), read big endian, mod r.
 */
export function sharedScalars(): SharedScalars {
  return { alpha: scalar("alpha"), beta: scalar("beta"), gamma: scalar("gamma"), delta: scalar("delta") };
}

/**
 * The same with tau, whose string ends in `/` and the SHA-256 of the r1cs file (hex). Tau is not in the verification
 * key, but every IC point depends on it. Without this, two circuits that treat their public inputs alike would have
 * one and the same verification key, and a proof for one would verify as a proof for the other.
 */
export function developmentScalars(r1cs: Uint8Array): DevelopmentScalars {
  const hash = createHash("sha256").update(r1cs).digest("hex");
  return { ...sharedScalars(), tau: scalar(`tau/${hash}`) };
}

function scalar(name: string): bigint {
  const digest = createHash("sha512").update(`${DEVELOPMENT_ORIGIN}/${name}`, "ascii").digest("hex");
  return BigInt(`0x${digest}`) % R;
}
