// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a mapping says: where each column of a dataset comes from, and what is done to its values.
import type { DatasetSchema } from "@vitalproof/sdk/research";

/** A code, or the beginning of codes: `{ system: "http://www.whocc.no/atc", prefix: "A10BA" }`. Exactly one of the two. */
export type CodeRule = { readonly system: string; readonly code?: string; readonly prefix?: string };

/** Which value a code means. */
export type ValueRule = { readonly value: string; readonly codes: readonly CodeRule[] };

/** Which value a word of the source means. */
export type WordRule = { readonly word: string; readonly value: string };

/** A unit that the source has: value of the column = value × factor + offset, exactly. */
export type UnitRule = {
  /** UCUM in FHIR; in a table as the table writes it. */
  readonly unit: string;
  /** FHIR: texts for people that mean it, taken where a quantity has no UCUM code. */
  readonly texts?: readonly string[];
  /** 1 when left out. */
  readonly factor?: string | number;
  /** 0 when left out. */
  readonly offset?: string | number;
};

export const ROUNDING = ["nearest", "down", "refuse"] as const;
/** Values between two steps: to the nearest (a half goes up), to the one below, or refused. */
export type Rounding = (typeof ROUNDING)[number];

export const BEYOND = ["refuse", "clamp", "missing"] as const;
/** Values outside of the range, before rounding: a fault, the end of the range, or a missing value without a fault. */
export type Beyond = (typeof BEYOND)[number];

export const PICKS = ["last", "first", "max", "min"] as const;
export type Pick = (typeof PICKS)[number];

type Placed = {
  /** A column of the schema, by its name. */
  readonly column: string;
  /** Of number columns, which must have both. */
  readonly rounding?: Rounding;
  readonly beyond?: Beyond;
};

export type CsvOrigin = {
  /** Its title, or its number as `#2`. */
  readonly column: string;
  /** Texts of a missing value; a number also in other spellings: "0" is "0.0" too. Any other text must be a value. */
  readonly missing?: readonly string[];
  /** Of numbers. Left out: the column's unit. More than one with `unitColumn` alone. */
  readonly units?: readonly UnitRule[];
  /** The column with each row's unit. */
  readonly unitColumn?: string;
  /** Of categories. Left out: the texts are the values. */
  readonly words?: readonly WordRule[];
};

export type FhirOrigin =
  | { readonly resource: "Patient"; readonly field: "gender"; readonly words?: readonly WordRule[] }
  /** Age in whole years at a date, YYYY-MM-DD. */
  | { readonly resource: "Patient"; readonly field: "birthDate"; readonly ageAt: string }
  | {
      readonly resource: "Observation";
      readonly codes: readonly CodeRule[];
      /** Of numbers: quantities in other units are faults. */
      readonly units?: readonly UnitRule[];
      /** Of categories: coded values. */
      readonly values?: readonly ValueRule[];
      readonly pick: Pick;
      /** UTC, YYYY-MM-DD: the first day. */
      readonly from?: string;
      /** UTC, YYYY-MM-DD: the day after the last one. */
      readonly until?: string;
    }
  | {
      readonly resource: "Condition";
      readonly values: readonly ValueRule[];
      /** The value of a patient without such a condition. Left out: missing, since not every condition is written down. */
      readonly absent?: string;
      /** Whether a condition that is over counts. */
      readonly counts: "active" | "ever";
    }
  | {
      readonly resource: "MedicationRequest";
      readonly values: readonly ValueRule[];
      /** The value of a patient without such a request. Left out: missing. */
      readonly absent?: string;
    };

export type CsvSource = Placed & { readonly from: CsvOrigin };
export type FhirSource = Placed & { readonly from: FhirOrigin };

export type CsvRecords = {
  readonly format: "csv";
  /** The column with the key of a patient, by title or as `#1`. */
  readonly patient: string;
  readonly sources: readonly CsvSource[];
};

export type FhirRecords = {
  readonly format: "fhir";
  /** The system of the identifier that is the key of a patient. Left out: Patient.id. */
  readonly identifier?: string;
  readonly sources: readonly FhirSource[];
};

export type RecordsMapping = {
  /** What is published of the dataset. */
  readonly schema: DatasetSchema;
  /** One source for each column of the schema, in any order. */
  readonly records: CsvRecords | FhirRecords;
};
