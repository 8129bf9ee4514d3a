// SPDX-License-Identifier: GPL-3.0-or-later

/** Code of an error as EIP-1193 has them, wherever a wallet or ethers put it. */
export function providerCode(error: unknown, depth = 0): number | undefined {
  if (typeof error !== "object" || error === null || depth > 5) return undefined;
  const { code, error: inner, info, cause, data } = error as Record<string, unknown>;
  if (typeof code === "number") return code;
  if (code === "ACTION_REJECTED") return 4001;
  for (const next of [inner, info, cause, (data as Record<string, unknown> | undefined)?.originalError]) {
    const found = providerCode(next, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
