// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak_256 } from "@noble/hashes/sha3.js";

/** The part of a Hardhat artifact that is needed. */
export interface VerifierArtifact {
  readonly contractName: string;
  readonly deployedBytecode: string;
  readonly immutableReferences?: Readonly<Record<string, unknown>>;
}

/**
 * The code hash (EXTCODEHASH) that a deployed verifier must have: keccak256 of the artifact's deployed bytecode. The
 * last link of the chain, for the script that deploys or registers it.
 *
 * @returns 0x and 64 hex digits
 * @throws RangeError if the code on chain would differ: nothing compiled, libraries to link, immutables
 */
export function expectedVerifierCodeHash(artifact: VerifierArtifact): `0x${string}` {
  const { contractName, deployedBytecode, immutableReferences = {} } = artifact;
  if (!/^0x([0-9a-fA-F]{2})+$/.test(deployedBytecode)) {
    const reason = deployedBytecode.includes("__")
      ? "has libraries to be linked"
      : "has no deployed bytecode";
    throw new RangeError(`${contractName} ${reason}, so its code hash cannot be told from the artifact`);
  }
  if (Object.keys(immutableReferences).length > 0) {
    throw new RangeError(`${contractName} has immutables, so its code hash cannot be told from the artifact`);
  }
  return `0x${Buffer.from(keccak_256(Buffer.from(deployedBytecode.slice(2), "hex"))).toString("hex")}`;
}
