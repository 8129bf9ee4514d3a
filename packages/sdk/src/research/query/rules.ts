// SPDX-License-Identifier: GPL-3.0-or-later
//
// Expressions over codes instead of values. Negations are gone: they are in the comparisons, by De Morgan's laws, which hold for
// three results too.
import { compareDecimals, parseDecimal } from "../../decimal.ts";
import { VitalproofError } from "../../errors.ts";
import { codeOf, codesFrom, highestCodeOf, valueAt } from "./codes.ts";
import { formatComparison } from "./formatQuery.ts";
import { nearestOf } from "./nearest.ts";
import type { Expression, PresenceComparison, ValueComparison } from "./query.ts";
import type { Amount, CategoryColumnSchema, ColumnSchema, DatasetSchema } from "./schema.ts";

/** Codes from the first to the last of them. */
export type Span = readonly [from: number, to: number];

/** About one column: undecided when the value is missing. */
export type CodeRule = {
  readonly column: number;
  /** In order, apart from each other, within the column's codes. */
  readonly spans: readonly Span[];
  /** The comparison as it was written. */
  readonly written: string;
};
export type PresenceRule = { readonly column: number; readonly missing: boolean; readonly written: string };
export type Rule =
  | CodeRule
  | PresenceRule
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] };

/** @throws QUERY_NOT_POSSIBLE for what the dataset does not have */
export function ruleOf(expression: Expression, schema: DatasetSchema, negated = false): Rule {
  const inner = (parts: readonly Expression[]) => parts.map((part) => ruleOf(part, schema, negated));
  if ("not" in expression) return ruleOf(expression.not, schema, !negated);
  if ("and" in expression) return negated ? { any: inner(expression.and) } : { all: inner(expression.and) };
  if ("or" in expression) return negated ? { all: inner(expression.or) } : { any: inner(expression.or) };
  const written = formatComparison(expression);
  const { place, column } = columnNamed(expression.column, schema);
  if (asksPresence(expression))
    return { column: place, missing: (expression.is === "missing") !== negated, written };
  const highest = highestCodeOf(column);
  const spans = joined(spansOf(expression, column), highest);
  return { column: place, spans: negated ? complement(spans, highest) : spans, written };
}

/** @throws QUERY_NOT_POSSIBLE with the name that was likely meant */
export function columnNamed(
  name: string,
  { columns }: DatasetSchema,
): { readonly place: number; readonly column: ColumnSchema } {
  const place = columns.findIndex((column) => column.name === name);
  if (place >= 0) return { place, column: columns[place]! };
  const names = columns.map((column) => column.name);
  const nearest = nearestOf(name, names);
  throw notPossible("unknown-column", `The dataset does not have a column "${name}".`, {
    details: { column: name, nearest },
    hint: nearest === undefined ? `Its columns are ${names.join(", ")}.` : `Did you mean "${nearest}"?`,
  });
}

function asksPresence(comparison: ValueComparison | PresenceComparison): comparison is PresenceComparison {
  return comparison.is === "missing" || comparison.is === "present";
}

/** All rules about single columns, from left to right. */
export function partsOf(rule: Rule): (CodeRule | PresenceRule)[] {
  if ("all" in rule) return rule.all.flatMap(partsOf);
  if ("any" in rule) return rule.any.flatMap(partsOf);
  return [rule];
}

export type WhyNotPossible =
  | "unknown-column"
  | "not-a-value"
  | "no-order"
  | "not-a-number-column"
  | "part-missing"
  | "part-unused"
  | "too-many-conditions"
  | "groups-overlap"
  | "group-empty"
  | "outcome-constant";

/** The error for a query that cannot be asked; `details.reason` says why, for programs. */
export function notPossible(
  reason: WhyNotPossible,
  message: string,
  {
    details = {},
    hint,
  }: Pick<NonNullable<ConstructorParameters<typeof VitalproofError>[2]>, "details" | "hint"> = {},
): VitalproofError {
  return new VitalproofError("QUERY_NOT_POSSIBLE", message, { details: { reason, ...details }, hint });
}

function spansOf(comparison: ValueComparison, column: ColumnSchema): Span[] {
  const highest = highestCodeOf(column);
  switch (comparison.is) {
    case "in":
      return comparison.values.map((value) => only(column, value));
    case "=":
      return [only(column, comparison.value)];
    case "!=":
      return complement([only(column, comparison.value)], highest);
    case "between": {
      const [low, high] = comparison.values.map((value) => numberOf(column, value, comparison));
      if (compareDecimals(low!.number, high!.number) > 0)
        throw notPossible("not-a-value", `${formatComparison(comparison)} has its larger end first.`, {
          details: { column: column.name },
          hint: "Write the smaller one first.",
        });
      return [[low!.atLeast, high!.above - 1]];
    }
    default: {
      const { atLeast, above } = numberOf(column, comparison.value, comparison);
      const spans: Record<">=" | ">" | "<=" | "<", Span> = {
        ">=": [atLeast, highest],
        ">": [above, highest],
        "<=": [1, above - 1],
        "<": [1, atLeast - 1],
      };
      return [spans[comparison.is]];
    }
  }
}

/** A single value, which must be one of the column's: between two steps nothing is equal. */
function only(column: ColumnSchema, value: Amount): Span {
  const code = codeOf(column, value);
  if (code !== undefined) return [code, code];
  throw notPossible("not-a-value", `${saidValue(value)} is not a value of column "${column.name}".`, {
    details: { column: column.name, value },
    hint: column.kind === "category" ? categoryHint(column, String(value)) : numberHint(column, value),
  });
}

function numberOf(column: ColumnSchema, value: Amount, comparison: ValueComparison) {
  if (column.kind === "category")
    throw notPossible(
      "no-order",
      `${formatComparison(comparison)} needs an order, and column "${column.name}" is a category.`,
      {
        details: { column: column.name },
        hint: 'Compare categories with "=", "!=" and "in".',
      },
    );
  const number = parseDecimal(value);
  if (number !== undefined) return { number, ...codesFrom(column, number) };
  throw notPossible(
    "not-a-value",
    `${saidValue(value)} is not a number, and column "${column.name}" has numbers.`,
    {
      details: { column: column.name, value },
      hint: 'Numbers are written like "107.6", without an exponent or separators.',
    },
  );
}

function categoryHint(column: CategoryColumnSchema, value: string): string {
  const nearest = nearestOf(value, column.values);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  const shown = column.values
    .slice(0, 12)
    .map((one) => `"${one}"`)
    .join(", ");
  return `Its values are ${shown}${column.values.length > 12 ? ", …" : ""}.`;
}

function numberHint(column: Exclude<ColumnSchema, CategoryColumnSchema>, value: Amount): string {
  const { minimum, maximum, step } = column;
  const scale = `Its values are ${minimum} to ${maximum} in steps of ${step}.`;
  const number = parseDecimal(value);
  if (number === undefined) return scale;
  const { above } = codesFrom(column, number);
  if (above === 1 || above > highestCodeOf(column)) return scale;
  return `${scale} The nearest are ${valueAt(column, above - 1)} and ${valueAt(column, above)}.`;
}

function saidValue(value: Amount): string {
  return typeof value === "number" ? String(value) : `"${value}"`;
}

/** In order; those that meet become one. Spans without a code are left out. */
function joined(spans: readonly Span[], highest: number): Span[] {
  const sorted = spans.filter(([from, to]) => from <= to && from <= highest).sort(([a], [b]) => a - b);
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last === undefined || from > last[1] + 1) result.push([from, to]);
    else last[1] = Math.max(last[1], to);
  }
  return result;
}

/** The codes from 1 on that are in none of the spans. */
function complement(spans: readonly Span[], highest: number): Span[] {
  const edges = [0, ...spans.flat(), highest + 1];
  const gaps: Span[] = [];
  for (let i = 0; i < edges.length; i += 2) gaps.push([edges[i]! + 1, edges[i + 1]! - 1]);
  return gaps.filter(([from, to]) => from <= to);
}
