// SPDX-License-Identifier: GPL-3.0-or-later

import { mod, squareRoot } from "@vitalproof/hardhat-circom/attack";
import type { Claim } from "../claim.ts";
import type { Base } from "../mutants.ts";
import type { TermsHeader } from "../terms.ts";
import type { Teller } from "./teller.ts";

/**
 * The readings of `lie` packed to the words of `truth`, by a zero of Pack that is none: its square is what a word differs
 * from its readings. Every other difference is a square.
 */
export function tellPackingLie(
  { wire, set }: Teller,
  base: Base,
  truth: Claim<TermsHeader>,
  lie: Claim<TermsHeader>,
): void {
  for (const [e, codes] of truth.codes.entries()) {
    const difference = codes.reduce(
      (sum, code, i) => sum + ((code - lie.codes[e]![i]!) << BigInt(truth.shape.base * i)),
      0n,
    );
    const root = squareRoot(mod(difference));
    if (difference === 0n || root === undefined) continue;
    set(base, "readings packed to other words", [wire(`AnchoredReadings.chain.Pack[${e}].zero`), root]);
  }
}
