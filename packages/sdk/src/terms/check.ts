// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type CheckResult, type Terms, templateOf } from "../templates/templates.ts";
import type { Epochs } from "./tally.ts";
import { validateTerms } from "./validate.ts";

/**
 * Decides terms without a proof, with the integer arithmetic of the circuit, before anyone spends time on a proof.
 * Under worst-case semantics each bound is compared with its own worst filling of the missing slots.
 * The result holds counts of a person's readings: it is for that person.
 *
 * @param epochs the codes of the period's epochs, in order, one per slot
 * @param options `semantics` decides under the other semantics than the terms name, to show the difference
 * @throws INVALID_ARGUMENT for another number of epochs or slots or a code outside the profile
 */
export function checkTerms(
  terms: Terms,
  epochs: Epochs,
  options: { semantics?: "worst-case" | "of-valid" } = {},
): CheckResult {
  validateTerms(terms);
  const profile = profileOf(terms.profile);
  assertCodes(terms, profile, epochs);
  const ofValid = options.semantics === undefined ? terms.ofValid : options.semantics === "of-valid";
  return templateOf(terms.template).check(terms, profile, epochs, ofValid) as CheckResult;
}

function assertCodes(terms: Terms, profile: Profile, epochs: Epochs): void {
  if (epochs.length !== terms.epochs) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `The terms cover ${terms.epochs} epochs, given are ${epochs.length}.`,
      { details: { wanted: terms.epochs, given: epochs.length } },
    );
  }
  for (const codes of epochs) {
    if (codes.length !== profile.slots) {
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `An epoch of ${profile.name} has ${profile.slots} slots, given are ${codes.length}.`,
        { details: { wanted: profile.slots, given: codes.length } },
      );
    }
    for (let slot = 0; slot < codes.length; slot++) {
      const code = codes[slot]!;
      if (Number.isInteger(code) && code >= 0 && code <= profile.codes) continue;
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `The code in slot ${slot} is outside [0, ${profile.codes}].`,
        { details: { slot } },
      );
    }
  }
}
