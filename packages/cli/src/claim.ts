// SPDX-License-Identifier: GPL-3.0-or-later
import { type Statement, statementOf, type Terms, unpackTerms, VitalproofError } from "@vitalproof/sdk";
import type { Body, CLAIM } from "./documents.ts";

/** A claim's public inputs by name. */
export type ReadClaim = {
  statement: Statement;
  holder: bigint;
  anchorRoot: bigint;
  /** Packed, with the period's first epoch. */
  word: bigint;
  terms: Terms;
  scope: bigint;
};

/**
 * Reads a claim's public inputs, without verifying anything.
 * @throws UNKNOWN_STATEMENT, DOCUMENT_INVALID when statement and terms do not belong together, TERMS_NOT_UNDERSTOOD
 */
export function readClaim(claim: Body<typeof CLAIM>): ReadClaim {
  const statement = statementOf(claim.statement);
  const [holder, anchorRoot, word, scope] = claim.publicInputs;
  if (holder === undefined || anchorRoot === undefined || word === undefined || scope === undefined) {
    throw new VitalproofError("DOCUMENT_INVALID", "The claim has fewer than 4 public inputs.", {
      details: { publicInputs: claim.publicInputs.length },
    });
  }
  const terms = unpackTerms(word);
  const fits =
    terms.profile === statement.profile &&
    terms.epochs === statement.epochs &&
    terms.template === statement.template &&
    claim.statementVersion === statement.version;
  if (!fits) {
    throw new VitalproofError(
      "DOCUMENT_INVALID",
      `The claim's terms are not terms of ${statement.name}, version ${statement.version}.`,
      {
        details: { statement: statement.name, version: claim.statementVersion },
        hint: "It may come from another version of vitalproof.",
      },
    );
  }
  return { statement, holder, anchorRoot, word, terms, scope };
}
