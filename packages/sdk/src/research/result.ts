// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { AnswerSums, GroupSums } from "./evaluate.ts";
import type { Query } from "./query/query.ts";
import { columnNamed } from "./query/rules.ts";
import type { DatasetSchema } from "./query/schema.ts";
import { type Correlation, correlation } from "./statistics/correlation.ts";
import type { Counts } from "./statistics/counts.ts";
import { type FisherExactTest, fisherExactTest } from "./statistics/fisherExactTest.ts";
import { DEFAULT_LEVEL } from "./statistics/interval.ts";
import { type Mean, mean } from "./statistics/mean.ts";
import type { Moments } from "./statistics/moments.ts";
import { type OddsRatio, oddsRatio } from "./statistics/oddsRatio.ts";
import { type Proportion, proportion } from "./statistics/proportion.ts";
import { type ProportionDifference, proportionDifference } from "./statistics/proportionDifference.ts";
import { type Regression, regression } from "./statistics/regression.ts";
import type { Scale } from "./statistics/scale.ts";
import { type TwoProportionTest, twoProportionTest } from "./statistics/twoProportionTest.ts";
import { type Variance, variance } from "./statistics/variance.ts";
import { type WelchTest, welchTest } from "./statistics/welchTest.ts";

/** A figure, or the reason why it is not defined for these sums. */
export type Figure<T> = { readonly value: T } | { readonly undefinedBecause: string };

/** What a query's statistic comes to. Values are in the units of the dataset's columns. */
export type QueryResult =
  | { readonly statistic: "count"; readonly n: bigint }
  | { readonly statistic: "proportion"; readonly share: Figure<Proportion> }
  | { readonly statistic: "mean"; readonly mean: Figure<Mean> }
  | { readonly statistic: "variance"; readonly variance: Figure<Variance> }
  | { readonly statistic: "difference of proportions"; readonly difference: Figure<ProportionDifference> }
  | {
      readonly statistic: "fisher";
      readonly test: Figure<FisherExactTest>;
      readonly odds: Figure<OddsRatio>;
    }
  | { readonly statistic: "z test"; readonly test: Figure<TwoProportionTest> }
  | { readonly statistic: "difference of means"; readonly test: Figure<WelchTest> }
  | { readonly statistic: "correlation"; readonly correlation: Figure<Correlation> }
  | { readonly statistic: "regression"; readonly regression: Figure<Regression> };

/**
 * The statistic of a query out of an answer's sums.
 * @param query compiled for this schema
 * @param level of intervals
 * @throws INVALID_ARGUMENT for sums that no records have; what is not defined for the sums is said in its figure instead
 */
export function resultOf(
  query: Query,
  schema: DatasetSchema,
  { a, b }: AnswerSums,
  level = DEFAULT_LEVEL,
): QueryResult {
  const { statistic } = query;
  const pairs = { n: a.n, v: a.v, vv: a.vv, u: a.u, uu: a.uu, uv: a.uv };
  const scaleOf = (name: string | undefined) => scaleNamed(schema, name!);
  switch (statistic) {
    case "count":
      return { statistic, n: a.n };
    case "proportion":
      return { statistic, share: figure(() => proportion(countsOf(a), level)) };
    case "mean":
      return { statistic, mean: figure(() => mean(momentsOf(a), scaleOf(query.value), level)) };
    case "variance":
      return { statistic, variance: figure(() => variance(momentsOf(a), scaleOf(query.value), level)) };
    case "difference of proportions":
      return {
        statistic,
        difference: figure(() => proportionDifference(countsOf(a), countsOf(b), level)),
      };
    case "fisher":
      return {
        statistic,
        test: figure(() => fisherExactTest(countsOf(a), countsOf(b))),
        odds: figure(() => oddsRatio(countsOf(a), countsOf(b), level)),
      };
    case "z test":
      return { statistic, test: figure(() => twoProportionTest(countsOf(a), countsOf(b))) };
    case "difference of means":
      return {
        statistic,
        test: figure(() => welchTest(momentsOf(a), momentsOf(b), scaleOf(query.value), level)),
      };
    case "correlation":
      return { statistic, correlation: figure(() => correlation(pairs, level)) };
    case "regression":
      return {
        statistic,
        regression: figure(() =>
          regression(pairs, { v: scaleOf(query.value), u: scaleOf(query.against) }, level),
        ),
      };
  }
}

function figure<T>(compute: () => T): Figure<T> {
  try {
    return { value: compute() };
  } catch (error) {
    const isUndefined = error instanceof VitalproofError && error.details?.statistic !== undefined;
    if (isUndefined) return { undefinedBecause: error.message };
    throw error;
  }
}

function countsOf({ n, outcomes }: GroupSums): Counts {
  return { n, of: outcomes };
}

function momentsOf({ n, v, vv }: GroupSums): Moments {
  return { n, sum: v, squares: vv };
}

function scaleNamed(schema: DatasetSchema, name: string): Scale {
  const { column } = columnNamed(name, schema);
  if (column.kind !== "number")
    throw new VitalproofError("QUERY_NOT_POSSIBLE", `Column ${JSON.stringify(name)} is a category.`, {
      details: { column: name },
      hint: "Ask for a number column.",
    });
  return { minimum: Number(column.minimum), step: Number(column.step) };
}
