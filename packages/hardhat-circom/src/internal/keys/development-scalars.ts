// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { R } from "../field.ts";

/** Names the set of scalars; goes into manifests as the key's origin. */
export const DEVELOPMENT_ORIGIN = "hardhat-circom/development/1";

const NAMES = ["tau", "alpha", "beta", "gamma", "delta"] as const;

export type DevelopmentScalars = Readonly<Record<(typeof NAMES)[number], bigint>>;

/**
 * The trapdoor of every development key, on purpose public: anybody can forge proofs under such a key.
 * Each scalar is SHA-512 of `hardhat-circom/development/1/<name>` (ASCII), read big endian, mod r; the same for all
 * circuits and machines.
 */
export function developmentScalars(): DevelopmentScalars {
  const entries = NAMES.map((name) => {
    const digest = createHash("sha512").update(`${DEVELOPMENT_ORIGIN}/${name}`, "ascii").digest("hex");
    return [name, BigInt(`0x${digest}`) % R] as const;
  });
  return Object.fromEntries(entries) as DevelopmentScalars;
}
