// SPDX-License-Identifier: GPL-3.0-or-later
import type { DatasetSchema } from "@vitalproof/sdk/research";
import type { FileInput } from "../format.ts";
import type { RecordFault } from "./fault.ts";

/** A file and what it is called in the places of faults. */
export type RecordsFile = { readonly name: string; readonly input: FileInput };

export type ReadRecordsOptions = { readonly signal?: AbortSignal };

/** Of a patient: a value of each column in the schema's order, undefined where it is missing. */
export type RecordValues = readonly (string | undefined)[];

export type RecordsReading = {
  readonly schema: DatasetSchema;
  /** By the patient's key, in the order of the files. */
  readonly patients: ReadonlyMap<string, RecordValues>;
  /** What was done to values, by columns in the schema's order. */
  readonly changes: readonly ColumnChanges[];
  /** What was not understood, in the order of RECORD_FAULTS. */
  readonly faults: readonly RecordFault[];
  /** Resources that no column needs, by type. */
  readonly unused: ReadonlyMap<string, number>;
};

/** How many values of a column were changed, and how. A patient who has two contradicting lines counts too. */
export type ColumnChanges = {
  /** By the text that means missing. */
  readonly missing: ReadonlyMap<string, number>;
  /** By the unit that they had. */
  readonly converted: ReadonlyMap<string, number>;
  readonly rounded: number;
  readonly clampedBelow: number;
  readonly clampedAbove: number;
  /** Outside of the range, and taken as missing. */
  readonly leftBelow: number;
  readonly leftAbove: number;
  /** Outside of the range, and refused, which is a fault. */
  readonly refusedBelow: number;
  readonly refusedAbove: number;
  /** Between two steps, and refused, which is a fault. */
  readonly refusedBetween: number;
  /** Patients without a resource of this kind, for whom the mapping says what that means. */
  readonly absent: number;
};
