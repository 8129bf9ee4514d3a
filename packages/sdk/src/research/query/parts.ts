// SPDX-License-Identifier: GPL-3.0-or-later
import { type Query, STATISTICS, type Statistic } from "./query.ts";
import { notPossible } from "./rules.ts";

type Part = {
  readonly what: string;
  readonly isNeeded: boolean;
  readonly isThere: boolean;
  /** What to do if it is not there, and if it is too much. */
  readonly add: string;
  readonly without: string;
};

/**
 * Refuses a query without a part that its statistic needs, and one with a part that it would ignore.
 * @throws QUERY_NOT_POSSIBLE
 */
export function assertParts(query: Query): void {
  const { statistic } = query;
  for (const { what, isNeeded, isThere, add, without } of partsOfQuery(query)) {
    if (isNeeded && !isThere)
      throw notPossible(
        "part-missing",
        `The statistic "${statistic}" needs ${what}, and the query does not have one.`,
        {
          details: { statistic, part: what },
          hint: add,
        },
      );
    if (isThere && !isNeeded)
      throw notPossible(
        "part-unused",
        `The statistic "${statistic}" does not use ${what}, and the query has one.`,
        {
          details: { statistic, part: what },
          hint: without,
        },
      );
  }
}

function partsOfQuery({ statistic, outcome, groups, value, against }: Query): Part[] {
  const needs = STATISTICS[statistic];
  const other = OTHERS[statistic];
  const instead = other === undefined ? "Leave it out." : `Leave it out, or ask for the ${other}.`;
  return [
    {
      what: "an outcome",
      isNeeded: needs.outcome,
      isThere: outcome !== undefined,
      add: 'Add "outcome:" and a comparison.',
      without: statistic === "count" ? "Leave it out, or ask for the proportion." : "Leave it out.",
    },
    {
      what: "a pair of groups",
      isNeeded: needs.groups === 2,
      isThere: groups !== undefined,
      add: 'Add "groups:" and two of them, such as "drug A vs B".',
      without: instead,
    },
    {
      what: "a value column",
      isNeeded: needs.values > 0,
      isThere: value !== undefined,
      add: `Write "${statistic} of" and a column of numbers.`,
      without: "Leave it out.",
    },
    {
      what: "a second value column",
      isNeeded: needs.values > 1,
      isThere: against !== undefined,
      add: `Add ${statistic === "regression" ? '"on"' : '"and"'} and another column of numbers.`,
      without: "Leave it out.",
    },
  ];
}

/** What compares two groups. */
const OTHERS: Partial<Record<Statistic, Statistic>> = {
  mean: "difference of means",
  proportion: "difference of proportions",
};
