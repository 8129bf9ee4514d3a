// SPDX-License-Identifier: GPL-3.0-or-later
import { codeOf, type DatasetSchema } from "@vitalproof/sdk/research";
import { Faults, type RecordFault } from "./fault.ts";
import type { RecordsReading } from "./reading.ts";
import { stepsOf } from "./steps.ts";

export type CodeRecordsOptions = {
  /**
   * Whether steps give counts of 1 to 10 as they are. Left out: they say "1 to 10", since the steps are for a dataset's
   * documentation, and no cell of 1 to 10 people leaves the custodian.
   */
  readonly smallCounts?: boolean;
};

export type CodedRecords = {
  readonly schema: DatasetSchema;
  /** By columns of the schema: a code for each slot, 0 for a missing value. */
  readonly columns: number[][];
  /** What was done, in plain sentences for the dataset's documentation. */
  readonly steps: readonly string[];
  /** What was not understood, with that of the files, for the custodian alone. */
  readonly faults: readonly RecordFault[];
};

/**
 * Records as codes, in the order of the slots. Patients without a slot are left out. Slots without a patient are missing in
 * all columns. A patient with two slots, by two consents, is in both.
 * @param slots the patient's key of each slot; undefined for a slot that has none
 */
export function codeRecords(
  reading: RecordsReading,
  slots: readonly (string | undefined)[],
  { smallCounts = false }: CodeRecordsOptions = {},
): CodedRecords {
  const { schema, patients } = reading;
  const faults = new Faults(reading.faults);
  const columns = schema.columns.map(() => new Array<number>(slots.length).fill(0));
  const placed = new Set<string>();
  for (const [slot, key] of slots.entries()) {
    if (key === undefined) continue;
    const where = `slot ${slot}`;
    const values = patients.get(key);
    if (values === undefined) {
      faults.add("slot without patient", where);
      continue;
    }
    if (placed.has(key)) faults.add("patient in several slots", where);
    placed.add(key);
    for (const [i, column] of schema.columns.entries()) {
      const value = values[i];
      if (value === undefined) continue;
      const code = codeOf(column, value);
      // Values that the readers give always have a code.
      if (code === undefined) faults.add("value not understood", where, column.name);
      else columns[i]![slot] = code;
    }
  }
  // Without places: a patient without a slot has none, and keys are not for a list of faults.
  for (const key of patients.keys()) if (!placed.has(key)) faults.add("patient without slot", undefined);
  const listed = faults.list();
  return { schema, columns, steps: stepsOf(reading, columns, listed, smallCounts), faults: listed };
}
