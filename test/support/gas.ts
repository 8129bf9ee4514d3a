// SPDX-License-Identifier: GPL-3.0-or-later
import { getBytes } from "ethers";
import { calldataGas as gasOf } from "../../bench/chains.ts";

/** What a transaction pays before anything is executed: 21,000, and its calldata. */
export function intrinsicGas(data: string): bigint {
  return 21_000n + calldataGas(data);
}

/** Gas of calldata given as hex digits. */
export function calldataGas(data: string): bigint {
  return BigInt(gasOf(getBytes(data)));
}
