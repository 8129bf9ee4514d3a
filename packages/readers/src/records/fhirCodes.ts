// SPDX-License-Identifier: GPL-3.0-or-later
import { isObject, type Json } from "../accessLogs/fhirEvent.ts";
import { canonicalSystem } from "../accessLogs/systems.ts";
import type { CodeRule, ValueRule } from "./origins.ts";

export type Coding = { readonly system: string; readonly code: string };

export function objectsIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The codes of a CodeableConcept that have a system. */
export function codingsOf(concept: unknown): readonly Coding[] {
  const codings = objectsIn(isObject(concept) ? concept.coding : undefined);
  return codings.flatMap(({ system, code }) =>
    typeof system === "string" && typeof code === "string" ? [{ system: canonicalSystem(system), code }] : [],
  );
}

export function fits(rules: readonly CodeRule[], codings: readonly Coding[]): boolean {
  return rules.some(({ system, code, prefix }) =>
    codings.some(
      (coding) =>
        coding.system === canonicalSystem(system) &&
        (prefix === undefined ? coding.code === code : coding.code.startsWith(prefix)),
    ),
  );
}

/**
 * What codes mean by the rules.
 * @returns the values, each once; undefined where no code has a system that the rules know, so that nothing follows from
 *          them, not even that the value is another one
 */
export function meaningsOf(
  rules: readonly ValueRule[],
  codings: readonly Coding[],
): readonly string[] | undefined {
  const found = new Set(rules.filter(({ codes }) => fits(codes, codings)).map(({ value }) => value));
  if (found.size > 0) return [...found];
  const isKnown = rules.some(({ codes }) =>
    codes.some(({ system }) => codings.some((coding) => coding.system === canonicalSystem(system))),
  );
  return isKnown ? [] : undefined;
}
