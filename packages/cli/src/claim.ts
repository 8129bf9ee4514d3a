// SPDX-License-Identifier: GPL-3.0-or-later
import { type Circuit, circuitOf, type Terms, unpackTerms, VitalproofError } from "@vitalproof/sdk";
import type { Body, CLAIM } from "@vitalproof/sdk/wire";

/** A claim's public inputs by name. */
export type ReadClaim = {
  circuit: Circuit;
  holder: bigint;
  anchorRoot: bigint;
  /** Packed, with the period's first epoch. */
  word: bigint;
  terms: Terms;
  scope: bigint;
};

/**
 * Reads a claim's public inputs, without verifying anything.
 * @throws UNKNOWN_CIRCUIT, DOCUMENT_INVALID when circuit and terms do not belong together, TERMS_NOT_UNDERSTOOD
 */
export function readClaim(claim: Body<typeof CLAIM>): ReadClaim {
  const circuit = circuitOf(claim.circuit);
  const [holder, anchorRoot, word, scope] = claim.publicInputs;
  if (holder === undefined || anchorRoot === undefined || word === undefined || scope === undefined) {
    throw new VitalproofError("DOCUMENT_INVALID", "The claim has fewer than 4 public inputs.", {
      details: { publicInputs: claim.publicInputs.length },
    });
  }
  const terms = unpackTerms(word);
  const fits =
    terms.profile === circuit.profile &&
    terms.epochs === circuit.epochs &&
    terms.template === circuit.template &&
    claim.circuitVersion === circuit.version;
  if (!fits) {
    throw new VitalproofError(
      "DOCUMENT_INVALID",
      `The claim's terms are not terms of ${circuit.name}, version ${circuit.version}.`,
      {
        details: { circuit: circuit.name, version: claim.circuitVersion },
        hint: "It may come from another version of vitalproof.",
      },
    );
  }
  return { circuit, holder, anchorRoot, word, terms, scope };
}
