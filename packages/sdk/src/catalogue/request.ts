// SPDX-License-Identifier: GPL-3.0-or-later
import type { CircuitName } from "../circuits/circuit.ts";
import { type Terms, type TermsRequest, templateOf } from "../templates/templates.ts";
import { circuitTerms } from "../terms/build.ts";

/** @throws what the builders of terms throw, for levels off the profile's scale and impossible bounds */
export function termsForRequest(circuit: CircuitName, asked: TermsRequest, offset: number): Terms {
  const { template, ...bounds } = asked;
  return circuitTerms(templateOf(template), { ...bounds, circuit, offset }) as Terms;
}
