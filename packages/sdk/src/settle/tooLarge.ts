// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How nodes say that a transaction is larger than they take. JSON-RPC has one code (-32000) for this and for much else,
 * so only the words tell: "gas required exceeds allowance" (geth, erigon), "transaction gas limit too high" (EIP-7825 in
 * geth), "gas spent exceeded transaction and block gas limit" (Nethermind), "Transaction gas limit exceeds …" (Besu,
 * Hardhat), "Gas limit of transaction is greater than the allowed max", "Calldata of transaction is greater than …" (Linea).
 */
const WORDS =
  /\bgas\b.*\b(exceed(s|ed)?|too high|greater than)\b|\bexceed(s|ed)?\b.*\bgas (limit|cap|allowance)\b|\bcalldata\b.*\b(greater than|too large|exceeds)\b/i;

/** Whether a node refused a transaction for its size, as far as its words tell; wherever the provider put them. */
export function isTooLarge(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 6) return false;
  const { message } = error as { message?: unknown };
  // An error of ethers repeats the request, which may hold any words: what counts is the node's own message inside.
  const nested = ["cause", "info", "error", "data"].map((key) => (error as Record<string, unknown>)[key]);
  if (nested.some((inner) => isTooLarge(inner, depth + 1))) return true;
  const isNodes = typeof (error as { code?: unknown }).code === "number";
  return isNodes && typeof message === "string" && WORDS.test(message);
}
