// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values, comparisons and conditions of a dataset's columns, as people say them.

import { HIGHEST_CODE } from "../column.ts";
import type { Condition } from "../program.ts";
import { highestCodeOf, valueAt } from "./codes.ts";
import type { Comparison, Expression } from "./query.ts";
import type { Amount, ColumnSchema, DatasetSchema } from "./schema.ts";
import type { Space, State } from "./space.ts";

/** Longest list of values that is written out where the reader has other means to see it. */
const FEW = 12;

/** The schema of a column; codes are values where the schema does not have it. */
export function columnAt(place: number, { columns }: DatasetSchema): ColumnSchema {
  const scale = { minimum: 1, step: 1, maximum: HIGHEST_CODE };
  return (
    columns[place] ?? {
      kind: "number",
      name: `column ${place}`,
      label: `column ${place} (not in the schema), code`,
      unit: "",
      ...scale,
    }
  );
}

export function titleOf({ name, label }: ColumnSchema): string {
  return label ?? name;
}

/** A value of a code, with its unit. */
export function saidCode(column: ColumnSchema, code: number): string {
  return withUnit(column, valueAt(column, code));
}

function withUnit(column: ColumnSchema, value: Amount): string {
  if (column.kind === "category") return quoted(String(value));
  return column.unit === "" || column.unit === "1" ? String(value) : `${value} ${column.unit}`;
}

/** A category's value: without quotes, "A and B" would be two. */
function quoted(value: string): string {
  return `"${value}"`;
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[], last: "and" | "or" = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

export function saidExpression(expression: Expression, schema: DatasetSchema): string {
  const part = (inner: Expression) => {
    const said = saidExpression(inner, schema);
    return "and" in inner || "or" in inner ? `(${said})` : said;
  };
  if ("and" in expression) return expression.and.map(part).join(" and ");
  if ("or" in expression) return expression.or.map(part).join(" or ");
  if ("not" in expression) return `not (${saidExpression(expression.not, schema)})`;
  return saidComparison(expression, schema);
}

const SIGNS = {
  ">=": "is at least",
  ">": "is above",
  "<=": "is at most",
  "<": "is below",
  "=": "is",
  "!=": "is not",
} as const;

function saidComparison(comparison: Comparison, schema: DatasetSchema): string {
  const column = schema.columns.find(({ name }) => name === comparison.column)!;
  const title = titleOf(column);
  switch (comparison.is) {
    case "missing":
      return `${title} is missing`;
    case "present":
      return `${title} has a value`;
    case "between": {
      const [low, high] = comparison.values;
      return `${title} is from ${low} to ${withUnit(column, high)} (both included)`;
    }
    case "in":
      return `${title} is one of ${comparison.values.map((value) => withUnit(column, value)).join(", ")}`;
    default:
      return `${title} ${SIGNS[comparison.is]} ${withUnit(column, comparison.value)}`;
  }
}

/** One condition of a program that may come from elsewhere. */
export function saidCondition({ column: place, from }: Condition, schema: DatasetSchema): string {
  const column = columnAt(place, schema);
  const highest = highestCodeOf(column);
  const title = titleOf(column);
  if (from === 0) return "holds for every record";
  if (from === 1) return `${title} has a value`;
  if (from > highest) return `never holds: codes of ${title} end at ${highest}`;
  if (column.kind === "number") return `${title} is at least ${saidCode(column, from)}`;
  const values = column.values.slice(from - 1).map(quoted);
  const shown =
    values.length > FEW ? [...values.slice(0, FEW - 1), `${values.length - FEW + 1} more`] : values;
  return `${title} is value ${from} of its list or a later one: ${listed(shown, "or")}`;
}

/**
 * Some of a column's levels in words.
 * @param starts first codes of all levels, the first 0
 * @param chosen for each level; neither none nor all
 */
export function saidLevels(
  column: ColumnSchema,
  starts: readonly number[],
  chosen: readonly boolean[],
): string {
  const title = titleOf(column);
  const highest = highestCodeOf(column);
  const hasMissing = starts[1] === 1;
  const ends = starts.map((_, level) => (starts[level + 1] ?? highest + 1) - 1);
  // Where no condition asks for presence, missing values and the lowest ones are one level.
  const runs: [number, number][] = [];
  for (const [level, from] of starts.entries()) {
    if (!chosen[level] || (level === 0 && hasMissing)) continue;
    const low = Math.max(1, from);
    const last = runs.at(-1);
    if (last !== undefined && last[1] === low - 1) last[1] = ends[level]!;
    else runs.push([low, ends[level]!]);
  }
  const said = chosen[0] ? ["is missing"] : [];
  if (column.kind === "category") {
    const values = runs.flatMap(([from, to]) => column.values.slice(from - 1, to));
    const others = column.values.filter((value) => !values.includes(value));
    if (others.length === 0) said.push("has a value");
    else if (others.length < values.length && values.length > FEW)
      said.push(`has a value other than ${listed(others.map(quoted), "and")}`);
    else if (values.length > 0) said.push(`is ${listed(values.map(quoted), "or")}`);
  } else {
    for (const run of runs) said.push(saidRun(column, run, highest));
  }
  return `${title} ${said.join(" or ")}`;
}

function saidRun(column: ColumnSchema, [from, to]: readonly [number, number], highest: number): string {
  if (from === 1 && to === highest) return "has a value";
  if (from === to) return `is ${saidCode(column, from)}`;
  if (from === 1) return `is below ${saidCode(column, to + 1)}`;
  if (to === highest) return `is at least ${saidCode(column, from)}`;
  return `is at least ${saidCode(column, from)} and below ${saidCode(column, to + 1)}`;
}

/** A record of a state, by the lowest values of its levels. */
export function saidRecord(
  space: Space,
  state: State,
  { columns }: DatasetSchema,
): { readonly text: string; readonly values: Readonly<Record<string, string>> } {
  const entries = space.map(({ column: place, starts }, axis) => {
    const column = columns[place]!;
    const code = starts[state[axis]!]!;
    const said = code === 0 ? "missing" : saidCode(column, code);
    return { name: column.name, said, value: code === 0 ? "missing" : valueAt(column, code) };
  });
  return {
    text: listed(entries.map(({ name, said }) => `${name} ${said}`)),
    values: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
  };
}
