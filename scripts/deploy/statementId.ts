// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from "ethers";

/** The id under which StatementRegistry files a statement; computed here so that the chain's answer can be checked. */
export function statementId({ name, version }: { readonly name: string; readonly version: number }): string {
  const types = ["string", "string", "uint256"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, ["vitalproof/statement/1", name, version]));
}
