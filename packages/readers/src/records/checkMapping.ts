// SPDX-License-Identifier: GPL-3.0-or-later
import { parseDecimal, VitalproofError } from "@vitalproof/sdk";
import {
  assertDatasetSchema,
  type CategoryColumnSchema,
  type ColumnSchema,
  type NumberColumnSchema,
} from "@vitalproof/sdk/research";
import { dayOf } from "./fhirTime.ts";
import type {
  CodeRule,
  CsvOrigin,
  CsvSource,
  FhirOrigin,
  FhirSource,
  RecordsMapping,
  UnitRule,
  ValueRule,
} from "./origins.ts";
import { sameUnit } from "./units.ts";

/**
 * Checks a mapping of the right form: one source for each column, and each of its kind.
 * @throws INVALID_ARGUMENT naming the column and what is wrong with it
 */
export function assertRecordsMapping({ schema, records }: RecordsMapping): void {
  assertDatasetSchema(schema);
  const known = new Map(schema.columns.map((column) => [column.name, column]));
  const used = new Set<string>();
  for (const source of records.sources) {
    const column = known.get(source.column);
    if (column === undefined)
      throw wrong(`There is a source for "${source.column}", which the schema does not have.`);
    if (used.has(column.name)) throw wrong(`Column "${column.name}" has two sources.`);
    used.add(column.name);
    assertTreatment(column, source);
  }
  for (const { name } of schema.columns) if (!used.has(name)) throw wrong(`Column "${name}" has no source.`);
  if (records.format === "csv")
    for (const source of records.sources) assertCsv(known.get(source.column)!, source.from);
  else for (const source of records.sources) assertFhir(known.get(source.column)!, source.from);
}

function assertTreatment({ kind, name }: ColumnSchema, { rounding, beyond }: CsvSource | FhirSource): void {
  const isComplete = rounding !== undefined && beyond !== undefined;
  if (kind === "number" && !isComplete)
    throw wrong(
      `Column "${name}" does not say what happens to values between two steps, or outside of its range.`,
      'Give it "rounding" and "beyond".',
    );
  if (kind === "category" && (rounding !== undefined || beyond !== undefined))
    throw wrong(`Column "${name}" has categories, which cannot be rounded or outside of a range.`);
}

function assertCsv(column: ColumnSchema, { units, unitColumn, words }: CsvOrigin): void {
  const { name } = column;
  if (column.kind === "category") {
    if (units !== undefined || unitColumn !== undefined)
      throw wrong(`Column "${name}" has categories, and no unit.`);
    assertWords(column, words);
    return;
  }
  if (words !== undefined) throw wrong(`Column "${name}" has numbers, and "words" are for categories.`);
  if (unitColumn !== undefined && units === undefined)
    throw wrong(`Column "${name}" has a column of units, and does not say which units it knows.`);
  if (unitColumn === undefined && (units?.length ?? 1) !== 1)
    throw wrong(
      `Column "${name}" has ${units?.length} units, and nothing says which row has which.`,
      'Give one unit, or "unitColumn".',
    );
  assertUnits(column, units);
}

function assertFhir(column: ColumnSchema, from: FhirOrigin): void {
  const { name } = column;
  if (from.resource === "Patient") {
    if (from.field === "gender") {
      if (column.kind === "number") throw wrong(`Column "${name}" has numbers, and a gender is a category.`);
      assertWords(column, from.words);
    } else {
      if (column.kind === "category") throw wrong(`Column "${name}" has categories, and an age is a number.`);
      assertDay(name, from.ageAt);
    }
    return;
  }
  if (from.resource === "Observation") {
    assertCodes(name, from.codes);
    if (from.from !== undefined) assertDay(name, from.from);
    if (from.until !== undefined) assertDay(name, from.until);
    if (from.from !== undefined && from.until !== undefined && from.from >= from.until)
      throw wrong(`The time of column "${name}" ends before it begins.`);
    if (column.kind === "number") {
      if (from.units === undefined || from.units.length === 0 || from.values !== undefined)
        throw wrong(`Column "${name}" has numbers: its observations need "units", and cannot have "values".`);
      assertUnits(column, from.units);
      return;
    }
    if (from.values === undefined || from.units !== undefined)
      throw wrong(
        `Column "${name}" has categories: its observations need "values", and cannot have "units".`,
      );
    if (from.pick === "max" || from.pick === "min")
      throw wrong(
        `Column "${name}" has categories, of which none is the largest.`,
        'Pick "last" or "first".',
      );
    assertValues(column, from.values);
    return;
  }
  if (column.kind === "number")
    throw wrong(`Column "${name}" has numbers, and a ${from.resource} gives a category.`);
  assertValues(column, from.values);
  if (from.absent !== undefined) assertValue(column, from.absent);
}

function assertUnits({ name, unit }: NumberColumnSchema, units: readonly UnitRule[] = []): void {
  const seen: string[] = [];
  for (const rule of units) {
    if (seen.some((other) => sameUnit(other, rule.unit)))
      throw wrong(`Column "${name}" has the unit "${rule.unit}" twice.`);
    seen.push(rule.unit);
    for (const what of ["factor", "offset"] as const) {
      const given = rule[what];
      const read = given === undefined ? undefined : parseDecimal(given);
      if (given !== undefined && read === undefined)
        throw wrong(`The ${what} of "${rule.unit}" in column "${name}" must be a plain decimal number.`);
      if (what === "factor" && read?.digits === 0n)
        throw wrong(`The factor of "${rule.unit}" in column "${name}" is 0, which makes all values one.`);
    }
    const converts = rule.factor !== undefined || rule.offset !== undefined;
    if (!converts && !sameUnit(rule.unit, unit))
      throw wrong(
        `Column "${name}" is in "${unit}", and nothing says how "${rule.unit}" becomes it.`,
        'Give a "factor", and an "offset" where zero is not zero.',
      );
  }
}

function assertWords(column: CategoryColumnSchema, words: CsvOrigin["words"] = []): void {
  const seen = new Set<string>();
  for (const { word, value } of words) {
    assertValue(column, value);
    if (seen.has(word)) throw wrong(`Column "${column.name}" has the word "${word}" twice.`);
    seen.add(word);
  }
}

function assertValues(column: CategoryColumnSchema, values: readonly ValueRule[]): void {
  if (values.length === 0) throw wrong(`Column "${column.name}" does not say what its codes mean.`);
  for (const { value, codes } of values) {
    assertValue(column, value);
    assertCodes(column.name, codes);
  }
}

function assertValue({ name, values }: CategoryColumnSchema, value: string): void {
  if (!values.includes(value))
    throw wrong(`The mapping gives "${value}" for column "${name}", which is not one of its values.`);
}

function assertCodes(name: string, codes: readonly CodeRule[]): void {
  if (codes.length === 0) throw wrong(`A rule of column "${name}" has no codes.`);
  for (const { code, prefix } of codes) {
    if ((code === undefined) === (prefix === undefined))
      throw wrong(`A rule of column "${name}" must have a code or a prefix of codes, and not both.`);
  }
}

function assertDay(name: string, day: string): void {
  if (dayOf(day) === undefined)
    throw wrong(`Column "${name}" has a date that the calendar does not have, ${day}.`);
}

function wrong(message: string, hint?: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", message, { hint });
}
