// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from "ethers";
import { assertInteger } from "../invalid.ts";

/** `keccak256(abi.encode("vitalproof/circuit/1", name, version))`: what the circuit registry files it under. */
export function circuitIdOf(name: string, version: number): string {
  assertInteger("version", version, 1, 2 ** 32 - 1);
  const values = ["vitalproof/circuit/1", name, version];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["string", "string", "uint256"], values));
}
