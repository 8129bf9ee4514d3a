// SPDX-License-Identifier: GPL-3.0-or-later
import { layers } from "./node.ts";

/**
 * What a node made of a transaction. `taken`: it has it, or had it already. `spent`: the nonce is used. `cheap`: it pays
 * too little. `dry`: the account cannot pay. `later`: nothing wrong with the transaction. `refused`: anything else.
 */
export type Answer = "taken" | "spent" | "cheap" | "dry" | "later" | "refused";

// JSON-RPC has one code (-32000) for all of this, so only the words tell. Those of geth, Nethermind, Besu, Erigon, Reth
// and Hardhat; the first that fits.
const WORDS: readonly (readonly [pattern: RegExp, answer: Answer])[] = [
  [/already ?known|known transaction|already imported|already exists|already in (the )?(mem)?pool/i, "taken"],
  [
    /nonce (is )?too low|nonce has already been used|old ?nonce|invalid nonce.*expected nonce to be \d+/i,
    "spent",
  ],
  [
    /underpriced|fee ?too ?low|too low for the next block|(less|lower) than (the )?(block|current|minimum).*(fee|price)|below.*(base ?fee|minimum|price)|replacement.*(fee|gas|price)|tip too low/i,
    "cheap",
  ],
  [/insufficient (funds|balance)|doesn't have enough funds|not enough (funds|balance)|upfront cost/i, "dry"],
  [
    /nonce (is )?too (high|far|distant)|nonce gap|pool is full|tx ?pool|queue|syncing|time(d)? ?out|rate limit|too many|unauthorized|forbidden|busy|overload|unavailable|try again|header not found/i,
    "later",
  ],
];
/** Limits and authorisation (EIP-1474, EIP-1193), and requests that were not understood (JSON-RPC). */
const LATER = new Set<unknown>([-32005, -32700, -32601, -32603, 429, 4100, 4900, 4901]);
const MOST_WORDS = 300;

/** What a node's error to `eth_sendRawTransaction` says. @returns the answer, and the node's own words */
export function answerOf(error: unknown): { readonly answer: Answer; readonly words: string } {
  // The innermost numbered layer is the node's; those around it repeat the request.
  const node = [...layers(error)].filter(
    ({ code, message }) => typeof code === "number" && typeof message === "string",
  );
  const said = node.at(-1);
  if (said === undefined) return { answer: "later", words: "" };
  const words = String(said.message).slice(0, MOST_WORDS);
  const known = WORDS.find(([pattern]) => pattern.test(words));
  if (known !== undefined) return { answer: known[1], words };
  return { answer: LATER.has(said.code) ? "later" : "refused", words };
}
