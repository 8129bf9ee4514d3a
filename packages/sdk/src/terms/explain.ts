// SPDX-License-Identifier: GPL-3.0-or-later
import { type Profile, profileOf } from "../profiles/profile.ts";
import { type AnyTemplate, type Terms, templateOf } from "../templates/templates.ts";
import { counted } from "./bounds.ts";
import { WHOLE } from "./header.ts";
import { validateTerms } from "./validate.ts";
import { duration, type Floor, percent } from "./words.ts";

/**
 * What terms say, in words, one sentence per line, for the people who sign them. For terms of valid readings it adds
 * the true floor: what each bound still allows over all slots when as many readings are missing as coverage permits
 * and the missing ones would have been the worst.
 */
export function explainTerms(terms: Terms): string[] {
  validateTerms(terms);
  const profile = profileOf(terms.profile);
  const places = terms.epochs * profile.samples;
  const lines = [
    `${capital(profile.metric)}${profile.loinc === "" ? "" : ` (LOINC ${profile.loinc})`}, ${places} ${profile.channels === 1 ? "slots" : `samples on ${profile.channels} axes`} of ${profile.interval} s in ${counted(terms.epochs, "epoch")} of ${duration(profile.epochSeconds)}; an epoch begins ${clock(terms.offset)} after 00:00 UTC, all year.`,
    terms.ofValid
      ? "Semantics: of valid readings. Missing readings leave numerator and denominator."
      : "Semantics: worst case. Every missing reading counts against the claimant, under each bound separately.",
  ];
  const template = templateOf(terms.template);
  const { place } = template;
  const said = template.explain(terms, profile);
  lines.push(...said.lines);
  if (terms.coverageMin > 0)
    lines.push(`At least ${percent(terms.coverageMin)} of the ${place}s hold a reading.`);
  lines.push(...(said.coverage ?? []), `At least one ${place} holds a reading.`);
  if (terms.ofValid) lines.push(...said.floor(trueFloorOf(template, terms, profile)));
  return lines;
}

function trueFloorOf({ place }: AnyTemplate, terms: Terms, profile: Profile): Floor {
  const slots = terms.epochs * (place === "sample" ? profile.samples : profile.slots);
  const fewest = Math.max(1, Math.ceil((terms.coverageMin * slots) / WHOLE));
  return { slots, fewest, hidden: slots - fewest };
}

function clock(offset: number): string {
  return `${Math.floor(offset / 4)} h ${(offset % 4) * 15} min`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
