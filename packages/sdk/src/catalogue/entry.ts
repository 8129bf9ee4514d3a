// SPDX-License-Identifier: GPL-3.0-or-later

import { type CircuitName, circuitOf } from "../circuits/circuit.ts";
import type { ProfileName } from "../profiles/profile.ts";
import type { About, TermsRequest } from "../templates/templates.ts";

type Value = number | string;
/** One value, one per channel, or nothing measured. */
export type Sample = Value | readonly Value[] | undefined;

/** Readings made up to show a question: what each sample of the window holds. */
export type Example = {
  /** One sentence. */
  readonly words: string;
  /** @param at number of the sample, from 0; @param of samples in the window */
  readonly sample: (at: number, of: number) => Sample;
};

/** Where a question's numbers come from. */
export type Source = {
  /** As one would cite it. */
  readonly citation: string;
  /** Address or DOI. */
  readonly at: string;
  /** What it says that matters here, and where the question differs from it. */
  readonly says: string;
};

/** A question for one unit and one window. */
export type Form = {
  /** "1 day", "14 days", "1 hour", "30 nights", … */
  readonly window: string;
  readonly profile: ProfileName;
  /** The circuit that proves it; left out where there is none yet, so that it is decided without a proof only. */
  readonly circuit?: CircuitName;
  /** Quarter hours after 00:00 UTC at which its epochs begin, unless the patient's own are given. */
  readonly offset: number;
  readonly request: TermsRequest;
  readonly passing: Example;
  readonly failing: Example;
};

/** Epochs that a form is about: as many as its circuit takes; one if no circuit proves it yet. */
export function formEpochs({ circuit }: { readonly circuit?: CircuitName | undefined }): number {
  return circuit === undefined ? 1 : circuitOf(circuit).epochs;
}

export type Question = {
  readonly kind: "question";
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** For a lay reader. */
  readonly words: string;
  /** "glucose", "heart-rate", "spo2", "acceleration", "device-usage", "doses", "af-flag"; "any" takes every metric. */
  readonly metric: string;
  readonly template: TermsRequest["template"];
  readonly about: About;
  /** Also used as an alert: verified off chain, at once, and never paid. */
  readonly alert: boolean;
  readonly sources: readonly Source[];
  /** The first is the default. */
  readonly forms: readonly Form[];
};

/** Several questions that belong together. */
export type SetEntry = {
  readonly kind: "set";
  readonly name: string;
  readonly title: string;
  readonly words: string;
  /** "all": each must hold, of one window; "any": each is a question of its own. */
  readonly relation: "all" | "any";
  readonly sources: readonly Source[];
  /** Names of entries, with the window in which they are meant. */
  readonly members: readonly { readonly name: string; readonly window: string }[];
};

export type CatalogueEntry = Question | SetEntry;
