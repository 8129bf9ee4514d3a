// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric, Origin } from "../../format.ts";

export const LOINC = "http://loinc.org";
export const UCUM = "http://unitsofmeasure.org";

/** A LOINC term that is read, and the UCUM units that its property allows. */
export type Term = {
  readonly metric: Metric;
  readonly units: readonly string[];
  /** Where its values come from, where the term says it. */
  readonly origin?: Origin | "sensor" | "blood";
};

const MASS = { metric: "glucose", units: ["mg/dL"] } as const;
const MOLES = { metric: "glucose", units: ["mmol/L"] } as const;
const RATE: Term = { metric: "heart-rate", units: ["/min"] };
const FRACTION: Term = { metric: "spo2", units: ["%"] };

/**
 * LOINC terms whose values are single readings. Statistics (97507-8, average glucose of a period, …) have terms of
 * their own and are not here. Source: loinc.org.
 */
const TERMS: Readonly<Record<string, Term>> = {
  // Glucose: interstitial fluid, blood, capillary blood by meter, serum or plasma.
  "99504-3": { ...MASS, origin: "sensor" },
  "2339-0": { ...MASS, origin: "blood" },
  "41653-7": { ...MASS, origin: "meter" },
  "2345-7": { ...MASS, origin: "laboratory" },
  "105272-9": { ...MOLES, origin: "sensor" },
  "15074-8": { ...MOLES, origin: "blood" },
  "14743-9": { ...MOLES, origin: "meter" },
  "14749-6": { ...MOLES, origin: "laboratory" },
  // Heart rate; by pulse oximetry; resting.
  "8867-4": RATE,
  "8889-8": RATE,
  "40443-4": RATE,
  // Oxygen saturation in arterial blood; by pulse oximetry; in blood.
  "2708-6": FRACTION,
  "59408-5": FRACTION,
  "20564-1": FRACTION,
};

export function termOf(loinc: string): Term | undefined {
  return Object.hasOwn(TERMS, loinc) ? TERMS[loinc] : undefined;
}

/** UCUM codes (case-sensitive) of the units that are read, besides the one that Vitalproof writes. */
const SAME_UNIT: Readonly<Record<string, string>> = {
  "mg/dL": "mg/dL",
  "mg/dl": "mg/dL",
  "mg.dL-1": "mg/dL",
  "mmol/L": "mmol/L",
  "mmol/l": "mmol/L",
  "mmol.L-1": "mmol/L",
  "/min": "/min",
  "1/min": "/min",
  "min-1": "/min",
  "%": "%",
};

/**
 * The unit that a UCUM code means; undefined for every other one, also for those that could be converted ("g/L", "Hz").
 * UCUM writes the litre l or L, and annotations in braces mean nothing: {beats}/min is /min (ucum.org).
 */
export function unitOf(code: string): string | undefined {
  const bare = code.replace(/\{[\x21-\x7a|~]*\}/g, "");
  return Object.hasOwn(SAME_UNIT, bare) ? SAME_UNIT[bare] : undefined;
}

/** Texts for people that can be no other unit. A LOINC term says which property is measured, so that a text that fits it is said twice. */
const TEXTS: Readonly<Record<string, string>> = {
  "mg/dL": "mg/dL",
  "mg/dl": "mg/dL",
  "mmol/L": "mmol/L",
  "mmol/l": "mmol/L",
  "%": "%",
  "/min": "/min",
  bpm: "/min",
  "beats/min": "/min",
  "beats/minute": "/min",
};

/** The unit that a text for people means; undefined if it means none that is read. */
export function unitOfText(text: string): string | undefined {
  return Object.hasOwn(TEXTS, text) ? TEXTS[text] : undefined;
}
