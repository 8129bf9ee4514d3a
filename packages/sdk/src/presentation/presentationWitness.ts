// SPDX-License-Identifier: GPL-3.0-or-later
import { scopeOf } from "../hashes/scope.ts";
import type { AnchorPath } from "../hashes/tree.ts";
import { termsForPeriod } from "../terms/pack.ts";
import { claimWitness, type EpochOpening } from "../witness/claim.ts";
import type { Witness } from "../witness/witness.ts";
import type { PresentationRequest } from "./presentation.ts";

/** The period of one log with which a person answers, and how its last head is on record. */
export type PresentationPeriod = {
  previousHead: bigint;
  epochs: readonly EpochOpening[];
  /** The anchored day's path; or the leaf that the attester signed a receipt for. */
  path: AnchorPath | { receiptLeaf: bigint };
};

/**
 * Witness of one statement of a request. The circuit is that of claims. Only the scope differs and, with a receipt, the
 * tree, which has one leaf.
 *
 * @param index which of the request's circuits
 * @throws what `claimWitness` throws
 */
export function presentationWitness(
  secret: bigint,
  request: PresentationRequest,
  index: number,
  period: PresentationPeriod,
): Witness {
  const { circuit, terms } = request.statements[index]!;
  const { account: scopes, chainId } = request.verifier;
  return claimWitness(secret, {
    circuit,
    terms: termsForPeriod(terms, period.epochs[0]?.epoch ?? 0),
    scope: scopeOf({ chainId, scopes, scopeNumber: request.scopeNumber }),
    previousHead: period.previousHead,
    epochs: period.epochs,
    path: "receiptLeaf" in period.path ? treeOfOne(period.path.receiptLeaf) : period.path,
  });
}

/** In a LeanIMT of one leaf the leaf is the root. */
function treeOfOne(leaf: bigint): AnchorPath {
  return { root: leaf, leaf, index: 0, siblings: [] };
}
