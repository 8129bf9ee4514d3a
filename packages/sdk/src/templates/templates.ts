// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { TermsHeader } from "../terms/header.ts";
import type { Semantics } from "../terms/request.ts";
import type { CommonCheck } from "../terms/tally.ts";
import { distribution } from "./distribution.ts";
import { episode } from "./episode.ts";
import { impact } from "./impact.ts";
import { regularity } from "./regularity.ts";
import type { Template, TemplateName } from "./template.ts";

/** All templates there are, under the names that circuits/protocol.json gives them. */
export const TEMPLATES = { distribution, episode, regularity, impact } as const satisfies {
  [T in TemplateName]: { name: T };
};

type Templates = typeof TEMPLATES;

/** Terms of any template; `template` tells which. */
export type Terms = { [T in TemplateName]: ReturnType<Templates[T]["terms"]> }[TemplateName];

/** What checking terms of any template gives. */
export type CheckResult = { [T in TemplateName]: ReturnType<Templates[T]["check"]> }[TemplateName];

/**
 * What a question asks, in the unit of the readings and free of any circuit: the same request becomes terms for a
 * circuit's window, or for any other number of epochs.
 */
export type TermsRequest = {
  [T in TemplateName]: { readonly template: T } & Parameters<Templates[T]["terms"]>[1];
}[TemplateName];

/** What `atLeast`, `atMost`, `above` and `below` of a question's overrides are about. */
export type About = { [T in TemplateName]: keyof Templates[T]["about"] }[TemplateName];

/** A template whose name is not known before the program runs. */
export type AnyTemplate = Template<TermsHeader & { readonly template: TemplateName }, Semantics, CommonCheck>;

/** @throws TERMS_NOT_UNDERSTOOD, listing the templates there are */
export function templateOf(name: TemplateName): AnyTemplate {
  if (Object.hasOwn(TEMPLATES, name)) return TEMPLATES[name] as AnyTemplate;
  throw new VitalproofError("TERMS_NOT_UNDERSTOOD", `There is no template ${String(name)}.`, {
    hint: `Use one of ${Object.keys(TEMPLATES).join(", ")}.`,
  });
}
