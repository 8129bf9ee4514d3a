// SPDX-License-Identifier: GPL-3.0-or-later

/** What a node answered in place of a result. */
export type Refusal = {
  /** Its own words. */
  words: string;
  /** Whether a smaller batch would be refused all the same, or the same one may pass later. */
  isForAnySize: boolean;
};

/**
 * How nodes speak of the sender, of their own state and of their load. JSON-RPC has one code (-32000) for this and for
 * much else, so only the words tell.
 */
const FOR_ANY_SIZE =
  /\binsufficient (funds|balance)\b|\bnonce\b|\balready known\b|\bknown transaction\b|\bunderpriced\b|\b(max )?fee ?per ?gas\b|\btip\b|\b(header|block|state) not (found|available)\b|\bsyncing\b|\btime(d)? ?out\b|\brate limit|\btoo many requests\b|\bunauthorized\b|\bforbidden\b/i;
/** Too many requests (EIP-1474), requests that were not understood (JSON-RPC), and what wallets say (EIP-1193). */
const CODES_FOR_ANY_SIZE = new Set([-32005, 429, -32700, -32601, 4001, 4100, 4200, 4900, 4901]);
const MOST_WORDS = 300;

/**
 * The node's refusal behind an error, wherever the provider put it; undefined where no node answered. An error of ethers
 * repeats the request, which may hold any words: what counts is the node's own message inside.
 */
export function refusalOf(error: unknown, depth = 0): Refusal | undefined {
  if (typeof error !== "object" || error === null || depth > 6) return undefined;
  // Numbered as well, but by a browser's or Node's own requests.
  if (error instanceof DOMException) return undefined;
  for (const key of ["cause", "info", "error", "data"]) {
    const inner = refusalOf((error as Record<string, unknown>)[key], depth + 1);
    if (inner !== undefined) return inner;
  }
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== "number" || typeof message !== "string") return undefined;
  return {
    words: message.slice(0, MOST_WORDS),
    isForAnySize: CODES_FOR_ANY_SIZE.has(code) || FOR_ANY_SIZE.test(message),
  };
}
