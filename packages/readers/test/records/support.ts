// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ColumnSchema, NumberColumnSchema } from "@vitalproof/sdk/research";
import {
  type CsvSource,
  type FhirSource,
  type RecordsMapping,
  type RecordsReading,
  readCsvRecords,
  readFhirRecords,
  textInput,
} from "../../src/records/index.ts";

export const number = (
  name: string,
  unit: string,
  minimum: string,
  step: string,
  maximum: string,
): NumberColumnSchema => ({
  kind: "number",
  name,
  unit,
  minimum,
  step,
  maximum,
});

export const REFUSE = { rounding: "refuse", beyond: "refuse" } as const;

/** A mapping of one column, or of several. */
export function csvMapping(...parts: readonly [ColumnSchema, Omit<CsvSource, "column">][]): RecordsMapping {
  return {
    schema: { title: "Test", columns: parts.map(([column]) => column) },
    records: {
      format: "csv",
      patient: "id",
      sources: parts.map(([{ name }, source]) => ({ column: name, ...source })),
    },
  };
}

export function fhirMapping(...parts: readonly [ColumnSchema, Omit<FhirSource, "column">][]): RecordsMapping {
  return {
    schema: { title: "Test", columns: parts.map(([column]) => column) },
    records: { format: "fhir", sources: parts.map(([{ name }, source]) => ({ column: name, ...source })) },
  };
}

export function readTable(text: string, mapping: RecordsMapping): Promise<RecordsReading> {
  return readCsvRecords({ name: "table.csv", input: textInput(text) }, mapping);
}

/** One file, a resource a line. Texts are lines as they are. */
export function readLines(lines: readonly unknown[], mapping: RecordsMapping): Promise<RecordsReading> {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  return readFhirRecords([{ name: "all.ndjson", input: textInput(text) }], mapping);
}

/** "kind column": count */
export function faultsOf({ faults }: Pick<RecordsReading, "faults">): Record<string, number> {
  return Object.fromEntries(
    faults.map(({ kind, column, count }) => [column === undefined ? kind : `${kind}: ${column}`, count]),
  );
}

export function valuesOf({ patients }: RecordsReading): Record<string, unknown> {
  return Object.fromEntries(
    [...patients].map(([key, values]) => [key, values.length === 1 ? values[0] : values]),
  );
}

export function codeThrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof VitalproofError) return error.code;
    throw error;
  }
  return "nothing";
}
