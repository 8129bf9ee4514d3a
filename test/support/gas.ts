// SPDX-License-Identifier: GPL-3.0-or-later
import { getBytes } from "ethers";

/** What a transaction pays before anything is executed: 21,000, and its calldata. */
export function intrinsicGas(data: string): bigint {
  return 21_000n + calldataGas(data);
}

/** 4 gas for a zero byte, 16 for another (EIP-2028). */
export function calldataGas(data: string): bigint {
  return getBytes(data).reduce((gas, byte) => gas + (byte === 0 ? 4n : 16n), 0n);
}
