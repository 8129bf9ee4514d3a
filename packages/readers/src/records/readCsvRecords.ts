// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, parseDecimal, VitalproofError } from "@vitalproof/sdk";
import type { ColumnSchema } from "@vitalproof/sdk/research";
import { watchedInput } from "../input.ts";
import { columnIndex, headerOf, type Row, readRows } from "../internal/csv.ts";
import { localDecimal } from "../internal/values.ts";
import { assertRecordsMapping } from "./checkMapping.ts";
import { Changes, settleNumber } from "./columnValues.ts";
import { Faults } from "./fault.ts";
import type { CsvSource, RecordsMapping } from "./origins.ts";
import type { ReadRecordsOptions, RecordsFile, RecordsReading, RecordValues } from "./reading.ts";
import { converted, converts, sameUnit } from "./units.ts";

type Cells = {
  readonly source: CsvSource;
  readonly column: ColumnSchema;
  readonly cell: number;
  readonly unit?: number;
};
type Counts = { readonly changes: readonly Changes[]; readonly faults: Faults };
type Known = { readonly values: RecordValues; contradicts: boolean };

/**
 * Reads a table with one row for each patient. A row must have as many cells as the header. Of a patient with several rows
 * the first counts if all of them say the same; otherwise the patient has no record.
 *
 * @throws INVALID_ARGUMENT for the mapping; FILE_NOT_UNDERSTOOD for a file without its columns, or with a quote that does
 *         not fit; FILE_UNREADABLE; ABORTED
 */
export async function readCsvRecords(
  { name, input }: RecordsFile,
  mapping: RecordsMapping,
  options: ReadRecordsOptions = {},
): Promise<RecordsReading> {
  assertRecordsMapping(mapping);
  const { schema, records } = mapping;
  if (records.format !== "csv")
    throw new VitalproofError("INVALID_ARGUMENT", "The mapping is for FHIR, and the records are a table.", {
      hint: "Use readFhirRecords, or a mapping with the format csv.",
    });
  const sources = schema.columns.map(
    (column) => records.sources.find((source) => source.column === column.name)!,
  );
  const titles = [
    records.patient,
    ...sources.flatMap(({ from: { column, unitColumn } }) =>
      unitColumn === undefined ? [column] : [column, unitColumn],
    ),
  ];
  const header = await headerOf(
    input,
    (row) => (titles.every((title) => /^#\d+$/.test(title) || row.includes(title.trim())) ? row : undefined),
    `header with all columns of the mapping (${[...new Set(titles)].map((title) => `"${title}"`).join(", ")})`,
  );
  const patient = columnIndex(header.columns, records.patient);
  const cells = sources.map((source, i): Cells => {
    const { column, unitColumn } = source.from;
    const cell = columnIndex(header.columns, column);
    const unit = unitColumn === undefined ? {} : { unit: columnIndex(header.columns, unitColumn) };
    return { source, column: schema.columns[i]!, cell, ...unit };
  });

  const counts: Counts = { changes: sources.map(() => new Changes()), faults: new Faults() };
  const known = new Map<string, Known>();
  const whole = { ...header, width: Number.MAX_SAFE_INTEGER };
  await readRows(watchedInput(input, options), whole, (row) => {
    const where = (index: number) => () => `${name}, line ${row.place(index)?.line}`;
    const hasWidth =
      row.cells.length >= header.width && row.cells.slice(header.width).every((cell) => cell.trim() === "");
    if (!hasWidth) {
      counts.faults.add("line not understood", where(0));
      return;
    }
    const key = row.cell(patient);
    if (key === "") {
      counts.faults.add("no patient", where(patient));
      return;
    }
    const before = known.get(key);
    if (before === undefined) {
      known.set(key, { values: valuesOf(row, cells, counts, where), contradicts: false });
      return;
    }
    const again: Counts = { changes: sources.map(() => new Changes()), faults: new Faults() };
    const values = valuesOf(row, cells, again, where);
    const isSame = values.every((value, i) => value === before.values[i]);
    if (!isSame) before.contradicts = true;
    counts.faults.add(isSame ? "repeated patient" : "contradicting patient", where(patient));
  });
  const patients = new Map<string, RecordValues>();
  for (const [key, { values, contradicts }] of known) if (!contradicts) patients.set(key, values);
  return { schema, patients, changes: counts.changes, faults: counts.faults.list(), unused: new Map() };
}

function valuesOf(
  row: Row,
  cells: readonly Cells[],
  { changes, faults }: Counts,
  where: (index: number) => () => string,
): RecordValues {
  return cells.map((each, i) => valueIn(row, each, changes[i]!, faults, where(each.cell)));
}

function valueIn(
  row: Row,
  { source, column, cell, unit }: Cells,
  changes: Changes,
  faults: Faults,
  where: () => string,
): string | undefined {
  const text = row.cell(cell);
  const { missing = [], units = [], words } = source.from;
  const plain = column.kind === "number" ? localDecimal(text) : undefined;
  const word = missing.find((each) => each === text || (plain !== undefined && isSameNumber(each, plain)));
  if (word !== undefined) {
    changes.addTo("missing", word);
    return undefined;
  }
  if (column.kind === "category") {
    const value = words === undefined ? text : words.find((each) => each.word === text)?.value;
    if (value !== undefined && column.values.includes(value)) return value;
    faults.add("value not understood", where, column.name);
    return undefined;
  }
  const number = plain === undefined ? undefined : parseDecimal(plain);
  if (number === undefined) {
    faults.add("value not understood", where, column.name);
    return undefined;
  }
  const rule = unit === undefined ? units[0] : units.find((each) => sameUnit(each.unit, row.cell(unit)));
  if (rule === undefined && unit !== undefined) {
    faults.add("unknown unit", where, column.name);
    return undefined;
  }
  const value = rule === undefined ? number : converted(number, rule);
  if (value === undefined) {
    faults.add("value not understood", where, column.name);
    return undefined;
  }
  if (rule !== undefined && converts(rule)) changes.addTo("converted", rule.unit);
  return settleNumber(column, source, value, changes, faults, where);
}

function isSameNumber(word: string, plain: string): boolean {
  const [a, b] = [parseDecimal(word), parseDecimal(plain)];
  return a !== undefined && b !== undefined && compareDecimals(a, b) === 0;
}
