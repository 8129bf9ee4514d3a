// SPDX-License-Identifier: GPL-3.0-or-later

import { circuitOf } from "../circuits/circuit.ts";
import { VitalproofError } from "../errors.ts";
import { assertField } from "../field.ts";
import { MAX_DEPTH } from "../generated/protocol.ts";
import { headOf, leafOf } from "../hashes/chain.ts";
import { packContext } from "../hashes/context.ts";
import { holderOf, subjectOf } from "../hashes/names.ts";
import { type AnchorPath, rootOfPath } from "../hashes/tree.ts";
import { profileOf } from "../profiles/profile.ts";
import type { Terms } from "../templates/templates.ts";
import { checkTerms } from "../terms/check.ts";
import { packTerms } from "../terms/pack.ts";
import { Witness } from "./witness.ts";

/** What a patient keeps of one epoch. */
export type EpochOpening = {
  epoch: number;
  /** At least 128 random bits; 0 for a gap. */
  salt: bigint;
  /** One per slot. */
  codes: readonly number[];
};

export type ClaimRequest = {
  /** Name of the circuit instance. */
  circuit: string;
  /** Terms with the period's first epoch put in. */
  terms: Terms;
  scope: bigint;
  /** The head before the period's first epoch. */
  previousHead: bigint;
  /** The period's epochs, in order, gaps included. */
  epochs: readonly EpochOpening[];
  /** The path of the period's last head, as the attester handed it out. */
  path: AnchorPath;
};

/**
 * Witness of a claim circuit. First checks everything that the circuit will enforce, so that a mistake is named here
 * and not found in a failing assertion.
 *
 * Public inputs in order: `holder, anchorRoot, terms, scope`. Private: `secret, previousHead, salts[E],
 * codes[E][S], depth, index, siblings[20]`.
 *
 * @throws WITNESS_MISMATCH when terms, epochs and circuit do not belong together; ANCHOR_PATH_INVALID when the path
 *         does not lead from this log's last head to its root; STATEMENT_NOT_MET naming the bounds that fail
 */
export function claimWitness(secret: bigint, request: ClaimRequest): Witness {
  const { terms, scope, epochs, path, previousHead } = request;
  const circuit = circuitOf(request.circuit);
  const profile = profileOf(circuit.profile);
  const holder = holderOf(secret, scope);
  const subject = subjectOf(secret);
  const packedTerms = packTerms(terms);
  assertField("previousHead", previousHead);

  if (
    terms.profile !== circuit.profile ||
    terms.epochs !== circuit.epochs ||
    terms.template !== circuit.template
  ) {
    throw new VitalproofError(
      "WITNESS_MISMATCH",
      `The terms (${terms.template}, ${terms.profile}, ${terms.epochs} epochs) are not those of ${circuit.name} (${circuit.template}, ${circuit.profile}, ${circuit.epochs} epochs).`,
      { hint: "Name the circuit for which the program was created." },
    );
  }
  epochs.forEach(({ epoch }, i) => {
    if (epoch === terms.epoch + i) return;
    throw new VitalproofError(
      "WITNESS_MISMATCH",
      `Epoch ${epoch} is where the terms want ${terms.epoch + i}.`,
      {
        details: { given: epoch, wanted: terms.epoch + i },
        hint: "Pass every epoch of the period once, in order, gaps included.",
      },
    );
  });

  const check = checkTerms(
    terms,
    epochs.map(({ codes }) => codes),
  );
  if (!check.holds) {
    const failing = check.failing.map(({ bound }) => bound);
    throw new VitalproofError(
      "STATEMENT_NOT_MET",
      `The readings do not meet the terms: ${failing.join(", ")}.`,
      {
        details: { failing, epoch: terms.epoch },
        hint: "checkTerms says by how much.",
      },
    );
  }

  let head = previousHead;
  let context = 0n;
  for (const { epoch, salt, codes } of epochs) {
    context = packContext({ profile: profile.id, offset: terms.offset, epoch });
    head = headOf(profile, { previous: head, context, salt, codes });
  }
  const leaf = leafOf(subject, context, head);
  if (path.leaf !== leaf) {
    throw new VitalproofError(
      "ANCHOR_PATH_INVALID",
      "The path belongs to another leaf than this log's last head.",
      {
        details: { wanted: leaf, given: path.leaf },
        hint: "Ask the attester for the path of the period's last epoch, and check that the log was not re-sealed since.",
      },
    );
  }
  if (rootOfPath(path) !== path.root) {
    throw new VitalproofError("ANCHOR_PATH_INVALID", "The path does not lead to its root.", {
      details: { root: path.root, depth: path.siblings.length },
    });
  }

  return new Witness(circuit.name, [holder, path.root, packedTerms, scope], {
    holder,
    anchorRoot: path.root,
    terms: packedTerms,
    scope,
    secret,
    previousHead,
    salts: epochs.map(({ salt }) => salt),
    codes: epochs.map(({ codes }) => codes),
    depth: path.siblings.length,
    index: path.index,
    siblings: Array.from({ length: MAX_DEPTH }, (_, level) => path.siblings[level] ?? 0n),
  });
}
