// SPDX-License-Identifier: GPL-3.0-or-later
import { type CircuitName, circuitOf } from "../circuits/circuit.ts";
import { VitalproofError } from "../errors.ts";
import { profileOf } from "../profiles/profile.ts";
import type { Period, Template, TemplateName } from "../templates/template.ts";
import type { TermsHeader } from "./header.ts";
import type { Semantics } from "./request.ts";
import type { CommonCheck } from "./tally.ts";
import { validateFor } from "./validateFor.ts";

/** For which circuit terms are made. */
export type CircuitChoice = {
  circuit: CircuitName;
  /** Quarter hours after 00:00 UTC at which the patient's day begins; 0 when left out. */
  offset?: number;
};

/**
 * Terms of one template for a circuit, with first epoch 0.
 * @throws INVALID_ARGUMENT for a circuit of another template; what the template's `terms` and `validateTerms` throw
 */
export function circuitTerms<
  T extends TermsHeader & { readonly template: TemplateName },
  R extends Semantics,
>(template: Template<T, R, CommonCheck>, { circuit: name, offset, ...request }: CircuitChoice & R): T {
  const circuit = circuitOf(name);
  if (circuit.template !== template.name) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `${circuit.name} proves the template ${circuit.template}, not ${template.name}.`,
      { details: { circuit: circuit.name, template: circuit.template, wanted: template.name } },
    );
  }
  const period = { profile: profileOf(circuit.profile), epochs: circuit.epochs, offset: offset ?? 0 };
  return periodTerms(template, period, request as unknown as R);
}

/** The same for any number of epochs, whether or not a circuit proves it. */
export function periodTerms<T extends TermsHeader & { readonly template: TemplateName }, R extends Semantics>(
  template: Template<T, R, CommonCheck>,
  period: Period,
  request: R,
): T {
  const terms = template.terms(period, request);
  validateFor(template, terms);
  return terms;
}
