// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from "ethers";
import { FIELD } from "../field.ts";

/**
 * `scope = keccak256(abi.encode("vitalproof/scope/2", chainId, scope registry, scopeNumber)) mod r`.
 * The scope registry assigns the numbers; the same number on another chain or of another registry is another scope. A
 * verifier off chain numbers its own scopes, and its account is in the place of the registry.
 */
export function scopeOf(scope: { chainId: bigint; scopes: string; scopeNumber: bigint }): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ["string", "uint256", "address", "uint256"],
    ["vitalproof/scope/2", scope.chainId, scope.scopes, scope.scopeNumber],
  );
  return BigInt(keccak256(encoded)) % FIELD;
}
