// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a researcher asks, as a JSON document. parseQuery.ts reads the same from a text.
import * as v from "valibot";
import type { Document } from "../../wire/documents.ts";
import { type Field, list, object, oneLine, oneOf, optional, pair } from "../../wire/fields.ts";
import { parse } from "../../wire/parse.ts";
import type { Amount } from "./schema.ts";

/** What a comparison does with one value. */
export const COMPARISONS = [">=", ">", "<=", "<", "=", "!="] as const;

/** About one column. Values of number columns are decimals, those of category columns are in the schema's list. */
export type Comparison = ValueComparison | PresenceComparison;

export type ValueComparison =
  | { readonly column: string; readonly is: (typeof COMPARISONS)[number]; readonly value: Amount }
  /** Both ends included. */
  | { readonly column: string; readonly is: "between"; readonly values: readonly [Amount, Amount] }
  | { readonly column: string; readonly is: "in"; readonly values: readonly Amount[] };

export type PresenceComparison = { readonly column: string; readonly is: "missing" | "present" };

/**
 * A condition on a record, with three results: a comparison with a missing value is undecided, and an undecided part of `and`, `or`
 * and `not` leaves the whole undecided unless the other parts decide it. `missing` and `present` are always decided.
 */
export type Expression =
  | Comparison
  | { readonly and: readonly Expression[] }
  | { readonly or: readonly Expression[] }
  | { readonly not: Expression };

/** What each statistic needs: how many groups, an outcome, how many value columns. */
export const STATISTICS = {
  count: { groups: 1, outcome: false, values: 0 },
  proportion: { groups: 1, outcome: true, values: 0 },
  mean: { groups: 1, outcome: false, values: 1 },
  variance: { groups: 1, outcome: false, values: 1 },
  "difference of proportions": { groups: 2, outcome: true, values: 0 },
  fisher: { groups: 2, outcome: true, values: 0 },
  "z test": { groups: 2, outcome: true, values: 0 },
  /** Welch's. */
  "difference of means": { groups: 2, outcome: false, values: 1 },
  correlation: { groups: 1, outcome: false, values: 2 },
  regression: { groups: 1, outcome: false, values: 2 },
} as const satisfies Record<string, { groups: 1 | 2; outcome: boolean; values: 0 | 1 | 2 }>;
export type Statistic = keyof typeof STATISTICS;
export const STATISTIC_NAMES = Object.keys(STATISTICS) as Statistic[];

export type Query = {
  /** Of all groups. Every record when left out. */
  readonly where?: Expression;
  readonly outcome?: Expression;
  /** Two that exclude each other. One group, which is `where`, when left out. */
  readonly groups?: { readonly a: Expression; readonly b: Expression };
  readonly statistic: Statistic;
  /** A number column: whose mean, variance or difference of means; y of a regression. */
  readonly value?: string;
  /** A number column: the other one of a correlation, x of a regression. */
  readonly against?: string;
};

/** Limits of a query, so that reading one is cheap. */
export const MOST_DEPTH = 64;
export const MOST_COMPARISONS = 256;
const MOST_VALUES = 4_096;

const column = oneLine;
const amount = v.union([v.number(), oneLine], "a number or a text");
const FORMS = {
  value: object({ column, is: oneOf(COMPARISONS), value: amount }),
  between: object({ column, is: oneOf(["between"]), values: pair(amount) }),
  in: object({ column, is: oneOf(["in"]), values: some(amount, 1, MOST_VALUES) }),
  presence: object({ column, is: oneOf([...COMPARISONS, "between", "in", "missing", "present"]) }),
};
const node: Field<Expression> = v.lazy((input): Field<Expression> => {
  const given = (typeof input === "object" ? input : null) as Readonly<Record<string, unknown>> | null;
  if (given !== null && "and" in given) return object({ and: some(node, 2, MOST_COMPARISONS) });
  if (given !== null && "or" in given) return object({ or: some(node, 2, MOST_COMPARISONS) });
  if (given !== null && "not" in given) return object({ not: node });
  if (given?.is === "between") return FORMS.between as unknown as Field<Expression>;
  if (given?.is === "in") return FORMS.in;
  const isComparison = COMPARISONS.some((sign) => sign === given?.is);
  return (isComparison ? FORMS.value : FORMS.presence) as Field<Expression>;
});
const expression: Field<Expression> = v.pipe(
  v.unknown(),
  v.check(
    (given) => depthOf(given, MOST_DEPTH) <= MOST_DEPTH,
    `an expression of at most ${MOST_DEPTH} levels`,
  ),
  node,
  v.check(
    (given) => comparisonsOf(given).length <= MOST_COMPARISONS,
    `an expression of at most ${MOST_COMPARISONS} comparisons`,
  ),
);

/** A query's file. */
export const RESEARCH_QUERY: Document<Query> = {
  kind: "vitalproof/research-query",
  version: 1,
  title: "a research query",
  body: object({
    where: optional(expression),
    outcome: optional(expression),
    groups: optional(object({ a: expression, b: expression })),
    statistic: oneOf(STATISTIC_NAMES),
    value: optional(column),
    against: optional(column),
  }) as Field<Query>,
};

/** @throws QUERY_NOT_UNDERSTOOD for what does not have a query's form, whatever its type says */
export function assertQuery(query: Query): void {
  parse(RESEARCH_QUERY.body, query, "query", {
    code: "QUERY_NOT_UNDERSTOOD",
    hint: "Write it as a text, and read that with parseQuery.",
  });
}

/** All comparisons of an expression, from left to right. */
export function comparisonsOf(expression: Expression): Comparison[] {
  if ("and" in expression) return expression.and.flatMap(comparisonsOf);
  if ("or" in expression) return expression.or.flatMap(comparisonsOf);
  if ("not" in expression) return comparisonsOf(expression.not);
  return [expression];
}

function some<T>(item: Field<T>, least: number, max: number): Field<T[]> {
  return v.pipe(list(item, { max }), v.minLength(least, `a list of at least ${least}`));
}

/** Levels of objects and lists; more than `most` means only that there are more. */
function depthOf(given: unknown, most: number): number {
  if (typeof given !== "object" || given === null || most < 0) return 0;
  return 1 + Math.max(0, ...Object.values(given).map((inner) => depthOf(inner, most - 1)));
}
