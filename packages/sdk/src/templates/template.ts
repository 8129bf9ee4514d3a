// SPDX-License-Identifier: GPL-3.0-or-later
import type { TERMS_TEMPLATES } from "../generated/protocol.ts";
import type { Profile } from "../profiles/profile.ts";
import type { BoundName } from "../terms/bounds.ts";
import type { TermsHeader } from "../terms/header.ts";
import type { LevelBounds, RunLength, Semantics } from "../terms/request.ts";
import type { CommonCheck, Epochs } from "../terms/tally.ts";
import type { Said } from "../terms/words.ts";

/** The templates of circuits/protocol.json. */
export type TemplateName = keyof typeof TERMS_TEMPLATES;

/** The stretch that terms are about: so many epochs of a profile, from an offset on. */
export type Period = { readonly profile: Profile; readonly epochs: number; readonly offset: number };

/**
 * Everything that the SDK, the command and the page know about one kind of thing that can be asked. A new template is
 * one file that implements this, one line in templates.ts, its layout in circuits/protocol.json, its circuit, and its
 * rules in contracts/libraries/Terms.sol.
 *
 * @template T its terms: codes, as the circuit opens them
 * @template R what people ask: levels in the profile's unit, shares in percent
 * @template C what checking gives
 */
export interface Template<
  T extends TermsHeader & { readonly template: TemplateName },
  R extends Semantics,
  C extends CommonCheck,
> {
  readonly name: T["template"];
  /** What a period is counted in: one reading a slot, or one sample for several slots side by side. */
  readonly place: "slot" | "sample";

  /** Terms with first epoch 0 from what people ask; not validated. @throws INVALID_ARGUMENT for what is not a level */
  terms(period: Period, request: R): T;
  /** The template's own rules; those of all templates are `validateTerms`'s. @throws TERMS_INVALID, TERMS_MET_BY_NOTHING */
  validate(terms: T, profile: Profile): void;
  /** Which of its bounds the terms ask something by. A bound that every reading meets, such as "at most 100 %", asks nothing. */
  asks(terms: T, profile: Profile): Partial<Record<BoundName, boolean>>;
  /** Decides over codes with the integer arithmetic of the circuit. */
  check(terms: T, profile: Profile, epochs: Epochs, ofValid: boolean): C;
  /** What the terms say, in words. */
  explain(terms: T, profile: Profile): Said;

  /** Members of a request that a question can be about, each with how it is bounded. */
  readonly about: Readonly<Record<string, Subject>>;
  /** How a caller's changes get into a request; what is left out cannot be changed. */
  readonly changes: Changes<R>;
  /** Bounds that a caller may give by their names, for a circuit without a question, and how each is written. */
  readonly takes: Readonly<Partial<Record<NamedBound, "decimal" | "count" | "length">>>;
  /** Of each group exactly one must be given. */
  readonly needs: readonly (readonly NamedBound[])[];
  /** A request from bounds that `takes` lists and `needs` is content with. */
  request(given: NamedBounds): R;
  /** Numbers of a request that a form offers, besides the band, what the question is about, and the coverage. */
  fields(request: R, period: Period): readonly NumberField[];
}

/** What a question is about: a share in percent, a level of the profile, or a number of things. */
export type Subject =
  | { readonly kind: "percent" | "level"; readonly label: string }
  /** `label` and `most` are for forms; left out where another field stands for it. */
  | { readonly kind: "count"; readonly label?: string; readonly most?: number };

export type Changes<R> = {
  band?(band: LevelBounds, request: R): Partial<R>;
  minRun?(minRun: RunLength, request: R): Partial<R>;
  level?(level: number | string, request: R): Partial<R>;
  days?(days: number, request: R): Partial<R>;
};

type Value = number | string;

/** Bounds by flat names, as a command line or a form gives them. Levels in the profile's unit, shares in percent. */
export type NamedBounds = Semantics & {
  /** The band's ends, included. */
  low?: Value;
  high?: Value;
  /** The band's ends, excluded. */
  above?: Value;
  below?: Value;
  /** What the template is about: a share or a count. */
  atLeast?: Value;
  atMost?: Value;
  meanAtLeast?: Value;
  meanAtMost?: Value;
  meanAbove?: Value;
  meanBelow?: Value;
  minRun?: RunLength;
  /** What an epoch must reach in readings, or the magnitude of an impact. */
  level?: Value;
  /** What an epoch must reach when its readings are added up. */
  sum?: Value;
  days?: Value;
  daysAtMost?: Value;
  coverage?: Value;
  coverageAtMost?: Value;
};

export type NamedBound = Exclude<keyof NamedBounds, "semantics">;

/** One number that a form offers. */
export type NumberField = {
  readonly key:
    | "low"
    | "high"
    | "atLeast"
    | "atMost"
    | "above"
    | "below"
    | "minRun"
    | "level"
    | "days"
    | "coverage";
  readonly label: string;
  /** "%", "mg/dL", "minutes", … */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** Decimals that `step` has. */
  readonly places: number;
};

/** How the ends of a band are written. */
export const BAND_NAMES = { low: "decimal", high: "decimal", above: "decimal", below: "decimal" } as const;

/** The band of named bounds. */
export function namedBand({ low, high, above, below }: NamedBounds): LevelBounds {
  return given({ atLeast: low, atMost: high, above, below });
}

/** Two named counts, as numbers. */
export function namedCounts(
  atLeast: Value | undefined,
  atMost: Value | undefined,
): { atLeast?: number; atMost?: number } {
  return given({
    atLeast: atLeast === undefined ? undefined : Number(atLeast),
    atMost: atMost === undefined ? undefined : Number(atMost),
  });
}

/** The members that are there. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Decimals of a step that is written as a decimal. */
export function placesOf(step: string): number {
  return step.split(".")[1]?.length ?? 0;
}
