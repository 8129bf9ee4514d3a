// SPDX-License-Identifier: GPL-3.0-or-later
import { profileOf } from "../profiles/profile.ts";
import { type Terms, templateOf } from "../templates/templates.ts";
import type { BoundName } from "./bounds.ts";

/** Whether terms ask anything by a bound: one that every reading meets, such as "at most 100 %", asks nothing. */
export function asksFor(terms: Terms, bound: BoundName): boolean {
  if (bound === "valid") return true;
  if (bound === "coverageMin") return terms.coverageMin > 0;
  return templateOf(terms.template).asks(terms, profileOf(terms.profile))[bound] === true;
}
