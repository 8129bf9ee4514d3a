// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { FLAGS, TERMS_HEADER, TERMS_TEMPLATES } from "../generated/protocol.ts";
import { profileOf } from "../profiles/profile.ts";
import type { Template, TemplateName } from "../templates/template.ts";
import { assertOffset } from "../time/epochs.ts";
import { type TermsHeader, WHOLE } from "./header.ts";
import { within, wrong } from "./limits.ts";
import type { Semantics } from "./request.ts";
import type { CommonCheck } from "./tally.ts";

/** The rules of all templates, then the template's own. @throws what `validateTerms` throws */
export function validateFor<T extends TermsHeader & { readonly template: TemplateName }>(
  template: Template<T, Semantics, CommonCheck>,
  terms: T,
): void {
  const profile = profileOf(terms.profile);
  assertOffset(profile, terms.offset);
  headerRange("epoch", terms.epoch, 0);
  headerRange("epochs", terms.epochs, 1);
  for (const flag of [...Object.keys(FLAGS), ...Object.keys(TERMS_TEMPLATES[template.name].flags)]) {
    const value: unknown = (terms as Readonly<Record<string, unknown>>)[flag];
    if (typeof value !== "boolean") throw wrong(flag, String(value), "true or false");
  }
  within("coverageMin", terms.coverageMin, 0, WHOLE, "1/10000");
  if (terms.ofValid && terms.coverageMin < 1) {
    throw new VitalproofError("TERMS_INVALID", "Terms of valid readings need a least coverage.", {
      details: { coverageMin: terms.coverageMin },
      hint: "Set coverageMin to the share of slots that must hold a reading. For CGM, 7000 (70 %) is common in clinical practice.",
    });
  }
  template.validate(terms, profile);
}

function headerRange(name: "epoch" | "epochs", value: number, min: number): void {
  const bits = TERMS_HEADER.find((field) => field.name === name)!.bits;
  if (!Number.isSafeInteger(value) || value < min || value >= 2 ** bits)
    throw wrong(name, value, `an integer in [${min}, 2^${bits})`);
}
