// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a query says about records of values, written without the compiler: no codes, no levels, no tables. Decisions are
// numbers, 1 for yes, 0 for no and a half for undecided, so that `and` is the least, `or` the greatest and `not` what is left.
import type { Comparison, DatasetSchema, Expression, Query } from "@vitalproof/sdk/research";

export type Value = number | string | undefined;
export type ValueRecord = Readonly<Record<string, Value>>;
export type Membership = "a" | "b" | "both" | "rest";

export function decided(expression: Expression, record: ValueRecord): number {
  if ("and" in expression) return Math.min(...expression.and.map((part) => decided(part, record)));
  if ("or" in expression) return Math.max(...expression.or.map((part) => decided(part, record)));
  if ("not" in expression) return 1 - decided(expression.not, record);
  const value = record[expression.column];
  if (expression.is === "missing") return value === undefined ? 1 : 0;
  if (expression.is === "present") return value === undefined ? 0 : 1;
  if (value === undefined) return 0.5;
  return compares(expression, value) ? 1 : 0;
}

function compares(comparison: Comparison, value: number | string): boolean {
  const same = (other: number | string) =>
    typeof value === "number" ? value === Number(other) : value === String(other);
  const number = Number(value);
  switch (comparison.is) {
    case ">=":
      return number >= Number(comparison.value);
    case ">":
      return number > Number(comparison.value);
    case "<=":
      return number <= Number(comparison.value);
    case "<":
      return number < Number(comparison.value);
    case "=":
      return same(comparison.value);
    case "!=":
      return !same(comparison.value);
    case "between":
      return number >= Number(comparison.values[0]) && number <= Number(comparison.values[1]);
    case "in":
      return comparison.values.some(same);
    default:
      throw new Error("decided before");
  }
}

/** Columns in which a counted record must have a value. */
export function completeColumns({ outcome, value, against }: Query): string[] {
  const compared = new Set<string>();
  const asked = new Set<string>();
  const look = (expression: Expression): void => {
    if ("and" in expression) expression.and.forEach(look);
    else if ("or" in expression) expression.or.forEach(look);
    else if ("not" in expression) look(expression.not);
    else
      (expression.is === "missing" || expression.is === "present" ? asked : compared).add(expression.column);
  };
  if (outcome !== undefined) look(outcome);
  return [
    ...[...compared].filter((name) => !asked.has(name)),
    ...[value, against].filter((name) => name !== undefined),
  ];
}

export function membershipOf(query: Query, record: ValueRecord): Membership {
  const { where, groups, outcome } = query;
  const holds = (expression: Expression | undefined) =>
    expression === undefined || decided(expression, record) === 1;
  if (completeColumns(query).some((name) => record[name] === undefined)) return "rest";
  if (outcome !== undefined && decided(outcome, record) === 0.5) return "rest";
  if (!holds(where)) return "rest";
  if (groups === undefined) return "a";
  const [a, b] = [holds(groups.a), holds(groups.b)];
  return a && b ? "both" : a ? "a" : b ? "b" : "rest";
}

/** A record's code in a column, by floating point. */
export function plainCode(schema: DatasetSchema, name: string, value: Value): number {
  if (value === undefined) return 0;
  const column = schema.columns.find((one) => one.name === name)!;
  if (column.kind === "category") return column.values.indexOf(String(value)) + 1;
  return Math.round((Number(value) - Number(column.minimum)) / Number(column.step)) + 1;
}

/** The sums of an answer over some records. */
export function sumsOf(query: Query, records: readonly ValueRecord[], schema: DatasetSchema) {
  const sums = {
    a: { n: 0, outcomes: 0, v: 0, vv: 0, u: 0, uu: 0, uv: 0 },
    b: { n: 0, outcomes: 0, v: 0, vv: 0 },
  };
  const codeIn = (name: string | undefined, record: ValueRecord) =>
    name === undefined ? 0 : plainCode(schema, name, record[name]);
  for (const record of records) {
    const side = membershipOf(query, record);
    if (side !== "a" && side !== "b") continue;
    const [v, u] = [codeIn(query.value, record), codeIn(query.against, record)];
    const group = sums[side];
    group.n += 1;
    if (query.outcome !== undefined && decided(query.outcome, record) === 1) group.outcomes += 1;
    group.v += v;
    group.vv += v * v;
    if (side === "b") continue;
    sums.a.u += u;
    sums.a.uu += u * u;
    sums.a.uv += u * v;
  }
  return sums;
}
