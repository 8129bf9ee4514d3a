// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from "ethers";
import { FIELD } from "../field.ts";

/**
 * `scope = keccak256(abi.encode("vitalproof/scope/1", chainId, claims contract, scopeNumber)) mod r`.
 * The claims contract assigns the numbers; the same number on another chain or contract is another scope.
 */
export function scopeOf(scope: { chainId: bigint; claims: string; scopeNumber: bigint }): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ["string", "uint256", "address", "uint256"],
    ["vitalproof/scope/1", scope.chainId, scope.claims, scope.scopeNumber],
  );
  return BigInt(keccak256(encoded)) % FIELD;
}
