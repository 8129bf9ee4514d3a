// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from "ethers";
import { assertInteger } from "../invalid.ts";
import { type Circuit, circuits } from "./circuit.ts";

/** `keccak256(abi.encode("vitalproof/circuit/1", name, version))`: what the circuit registry files it under. */
export function circuitIdOf(name: string, version: number): string {
  assertInteger("version", version, 1, 2 ** 32 - 1);
  const values = ["vitalproof/circuit/1", name, version];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["string", "string", "uint256"], values));
}

/** The circuit with an id; undefined for one that this package does not know. */
export function circuitOfId(id: string): Circuit | undefined {
  return circuits().find(({ name, version }) => circuitIdOf(name, version) === id);
}
