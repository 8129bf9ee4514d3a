// SPDX-License-Identifier: GPL-3.0-or-later

import {
  type ColumnSchema,
  type Comparison,
  type DatasetSchema,
  type Expression,
  type Query,
  STATISTIC_NAMES,
  STATISTICS,
} from "@vitalproof/sdk/research";
import fc from "fast-check";
import type { Value } from "./valuesOracle.ts";

const known = new Map<ColumnSchema, readonly (number | string)[]>();

/** All values of a column, lowest first. */
export function valuesOf(column: ColumnSchema): readonly (number | string)[] {
  const values = known.get(column) ?? listOf(column);
  known.set(column, values);
  return values;
}

function listOf(column: ColumnSchema): (number | string)[] {
  if (column.kind === "category") return [...column.values];
  const [minimum, step, maximum] = [column.minimum, column.step, column.maximum].map(Number);
  const count = Math.round((maximum! - minimum!) / step!) + 1;
  // Rounded to the decimals that test columns have, so that 3 + 35 × 0.1 is 6.5.
  return Array.from({ length: count }, (_, i) => Number((minimum! + i * step!).toFixed(2)));
}

/** A value to compare with: often the first or last one, or near them. Between steps only where `exact` is false. */
function limitOf(column: ColumnSchema, exact: boolean): fc.Arbitrary<number | string> {
  const values = valuesOf(column);
  const last = values.length - 1;
  const place = fc.oneof(fc.constantFrom(0, Math.min(1, last), Math.max(0, last - 1), last), fc.nat(last));
  const onGrid = place.map((i) => values[i]!);
  if (exact || column.kind === "category") return onGrid;
  const step = Number(column.step);
  const between = fc
    .tuple(place, fc.constantFrom(-1, -0.5, 0.5, 1))
    .map(([i, steps]) => Number((Number(values[i]) + steps * step).toFixed(4)));
  return fc.oneof({ weight: 3, arbitrary: onGrid }, { weight: 1, arbitrary: between });
}

export function comparisonIn(column: ColumnSchema): fc.Arbitrary<Comparison> {
  const name = column.name;
  const exact = limitOf(column, true);
  const equal = fc
    .tuple(fc.constantFrom("=" as const, "!=" as const), exact)
    .map(([is, value]): Comparison => ({ column: name, is, value }));
  const some = fc
    .array(exact, { minLength: 1, maxLength: 3 })
    .map((values): Comparison => ({ column: name, is: "in", values }));
  const presence = fc
    .constantFrom("missing" as const, "present" as const)
    .map((is): Comparison => ({ column: name, is }));
  if (column.kind === "category")
    return fc.oneof(
      { weight: 3, arbitrary: equal },
      { weight: 2, arbitrary: some },
      { weight: 1, arbitrary: presence },
    );
  const limit = limitOf(column, false);
  const order = fc
    .tuple(fc.constantFrom(">=" as const, ">" as const, "<=" as const, "<" as const), limit)
    .map(([is, value]): Comparison => ({ column: name, is, value }));
  const range = fc.tuple(limit, limit).map(([x, y]): Comparison => {
    const values: [number, number] = [Math.min(Number(x), Number(y)), Math.max(Number(x), Number(y))];
    return { column: name, is: "between", values };
  });
  return fc.oneof(
    { weight: 6, arbitrary: order },
    { weight: 2, arbitrary: range },
    { weight: 1, arbitrary: equal },
    { weight: 1, arbitrary: some },
    { weight: 1, arbitrary: presence },
  );
}

export function expressionIn(schema: DatasetSchema): fc.Arbitrary<Expression> {
  const one = fc.oneof(...schema.columns.map(comparisonIn));
  return fc.letrec<{ any: Expression; inner: Expression }>((tie) => ({
    any: fc.oneof({ maxDepth: 3, depthSize: "small", withCrossShrink: true }, one, tie("inner")),
    inner: fc.oneof(
      fc.array(tie("any"), { minLength: 2, maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie("any"), { minLength: 2, maxLength: 3 }).map((or) => ({ or })),
      tie("any").map((not) => ({ not })),
    ),
  })).any;
}

/** Queries with the parts that their statistics need. Not all of them can be asked. */
export function queryOf(schema: DatasetSchema): fc.Arbitrary<Query> {
  const expression = expressionIn(schema);
  const numbers = schema.columns.filter(({ kind }) => kind === "number").map(({ name }) => name);
  const groups = fc.oneof(
    fc.tuple(expression, expression).map(([a, b]) => ({ a, b })),
    fc.tuple(expression, expression).map(([a, b]) => ({ a, b: { and: [{ not: a }, b] } })),
    fc.oneof(...schema.columns.map(comparisonIn)).map((a) => ({ a, b: { not: a } })),
  );
  return fc
    .record({
      statistic: fc.constantFrom(...STATISTIC_NAMES),
      where: fc.option(expression, { nil: undefined }),
      outcome: expression,
      groups,
      columns: fc.shuffledSubarray(numbers, { minLength: 2, maxLength: 2 }),
    })
    .map(({ statistic, where, outcome, groups, columns: [value, against] }) => {
      const needs = STATISTICS[statistic];
      return {
        ...(where === undefined ? {} : { where }),
        ...(needs.outcome ? { outcome } : {}),
        ...(needs.groups === 2 ? { groups } : {}),
        statistic,
        ...(needs.values > 0 ? { value } : {}),
        ...(needs.values > 1 ? { against } : {}),
      };
    });
}

/** Numbers from 0 to 1, the same for each seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that a query's comparisons name, by column. */
export function namedValues(query: Query): Map<string, (number | string)[]> {
  const named = new Map<string, (number | string)[]>();
  const look = (expression: Expression): void => {
    if ("and" in expression) expression.and.forEach(look);
    else if ("or" in expression) expression.or.forEach(look);
    else if ("not" in expression) look(expression.not);
    else {
      const values =
        "value" in expression ? [expression.value] : "values" in expression ? expression.values : [];
      named.set(expression.column, [...(named.get(expression.column) ?? []), ...values]);
    }
  };
  const { where, outcome, groups } = query;
  for (const part of [where, outcome, groups?.a, groups?.b]) if (part !== undefined) look(part);
  return named;
}

/** A value of a column: missing, at or next to a named one, the first, the last, or any. */
export function randomValue(
  column: ColumnSchema,
  named: readonly (number | string)[],
  random: () => number,
): Value {
  const values = valuesOf(column);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const kind = random();
  if (kind < 0.2) return undefined;
  if (kind < 0.7 && named.length > 0) {
    const near = pick(named);
    const above = values.findIndex((value) =>
      column.kind === "number" ? Number(value) >= Number(near) : value === near,
    );
    const place = (above < 0 ? values.length - 1 : above) + pick([-1, 0, 0, 1]);
    return values[Math.min(values.length - 1, Math.max(0, place))];
  }
  return kind < 0.8 ? pick([values[0]!, values.at(-1)!]) : pick(values);
}
