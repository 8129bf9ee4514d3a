// SPDX-License-Identifier: GPL-3.0-or-later
//
// Claims about runs, written as text: one mark for each slot.
import { type Claim, honestClaimOf } from "../claim.ts";
import type { EpisodeTerms } from "../terms.ts";
import type { Teller } from "./teller.ts";

export const BAND = { low: 4n, high: 6n };

export interface EpisodeClaims {
  /** "#" inside the band, "." outside, "?" missing; filled up with ".". */
  marked(text: string): bigint[][];
  claim(codes: bigint[][], terms: Partial<EpisodeTerms>): Claim<EpisodeTerms>;
}

export function episodeClaims({ shape, slots, split }: Teller): EpisodeClaims {
  return {
    marked: (text) =>
      split([...text.padEnd(slots, ".")].map((mark) => (mark === "#" ? 5n : mark === "?" ? 0n : 9n))),
    claim: (codes, terms) => honestClaimOf("episode", shape, { codes, terms: { ...BAND, ...terms } }),
  };
}
