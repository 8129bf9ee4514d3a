// SPDX-License-Identifier: GPL-3.0-or-later
import { type Terms, templateOf } from "../templates/templates.ts";
import { validateFor } from "./validateFor.ts";

/**
 * The rules under which the contract accepts terms for a program.
 * @throws TERMS_INVALID for an impossible bound, TERMS_MET_BY_NOTHING when a period without any reading would meet
 *         the terms, TERMS_NOT_UNDERSTOOD for an unknown template, INVALID_ARGUMENT for an offset or epoch out of range
 */
export function validateTerms(terms: Terms): void {
  validateFor(templateOf(terms.template), terms);
}
