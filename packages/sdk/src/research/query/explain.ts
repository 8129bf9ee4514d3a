// SPDX-License-Identifier: GPL-3.0-or-later

import { MIN_CELL } from "../evaluate.ts";
import { MOST_CONDITIONS } from "../program.ts";
import { type CompiledQuery, compiledQuery } from "./compile.ts";
import { circuitsFor, sizesOfProgram } from "./fitting.ts";
import { notesOf } from "./notes.ts";
import type { Query } from "./query.ts";
import { columnNamed, partsOf, type Rule } from "./rules.ts";
import type { DatasetSchema } from "./schema.ts";
import { columnAt, listed, saidCondition, saidExpression, titleOf } from "./words.ts";

/**
 * What a query asks of a dataset, in words, one sentence per line, before it is paid for: who is counted and who is left out,
 * which figures come back, and what everyone sees.
 * @throws as `compileQuery`
 */
export function explainQuery(query: Query, schema: DatasetSchema): string[] {
  const compiled = compiledQuery(query, schema);
  return [
    ...saidQuery(query, schema),
    ...notesOf(query, schema).map(({ text }) => `Note: ${text}`),
    ...saidLeftOut(query, compiled, schema),
    ...saidFigures(query, schema),
    ...saidPrivacy(query),
    ...saidSizes(compiled, schema),
  ];
}

function saidQuery(query: Query, schema: DatasetSchema): string[] {
  const { where, outcome, groups } = query;
  const said = (expression: NonNullable<Query["where"]>) => saidExpression(expression, schema);
  return [
    `Query: ${saidStatistic(query, schema)}.`,
    `It is asked of all records of a page of "${schema.title}" with a live consent.`,
    where === undefined ? "All of them count." : `Those count for which ${said(where)}.`,
    ...(groups === undefined
      ? []
      : [`Group A: those for which ${said(groups.a)}.`, `Group B: those for which ${said(groups.b)}.`]),
    ...(outcome === undefined ? [] : [`The outcome: ${said(outcome)}.`]),
  ];
}

function saidStatistic({ statistic, value, against }: Query, schema: DatasetSchema): string {
  const title = (name: string | undefined) => (name === undefined ? "" : titleNamed(name, schema));
  const [v, u] = [title(value), title(against)];
  switch (statistic) {
    case "count":
      return "how many records there are";
    case "proportion":
      return "which share of the records has the outcome";
    case "mean":
    case "variance":
      return `the ${statistic} of ${v}`;
    case "difference of proportions":
      return "by how much the share with the outcome differs between two groups";
    case "fisher":
      return "whether the outcome depends on the group, by Fisher's exact test";
    case "z test":
      return "whether the share with the outcome differs between two groups, by the z test";
    case "difference of means":
      return `by how much the mean of ${v} differs between two groups, by Welch's method`;
    case "correlation":
      return `how strongly ${v} and ${u} go together`;
    case "regression":
      return `how ${v} changes with ${u}, by a straight line`;
  }
}

function titleNamed(name: string, schema: DatasetSchema): string {
  return titleOf(columnNamed(name, schema).column);
}

function saidLeftOut(query: Query, { required, rules }: CompiledQuery, schema: DatasetSchema): string[] {
  const titles = (columns: Iterable<number>) =>
    [...new Set(columns)].sort((a, b) => a - b).map((column) => titleOf(columnAt(column, schema)));
  const parts = (all: readonly (Rule | undefined)[]) =>
    all.flatMap((rule) => (rule === undefined ? [] : partsOf(rule)));
  const deciding = parts([rules.where, ...rules.groups]);
  const open = titles(
    deciding.filter((part) => "spans" in part && !required.includes(part.column)).map(({ column }) => column),
  );
  const outcomeAsks = titles(
    parts([rules.outcome])
      .filter((part) => "missing" in part)
      .map(({ column }) => column),
  );
  const lines: string[] = [];
  const isOne = query.groups === undefined;
  if (required.length > 0)
    lines.push(
      `Left out: records without ${listed(titles(required), "or")}. A missing value is not counted as a no${isOne ? "" : ", in either group"}.`,
    );
  if (open.length > 0)
    lines.push(
      `Left out: records for which a missing ${listed(open, "or")} leaves open whether they ${isOne ? "count" : "belong to a group"}.`,
    );
  if (outcomeAsks.length > 0)
    lines.push(
      `Records without ${listed(outcomeAsks, "or")} count as the outcome says, which asks for missing values. Where it leaves that open, they are left out.`,
    );
  return lines.length === 0 ? ["No record is left out because a value is missing."] : lines;
}

function saidFigures({ groups, outcome, value, against }: Query, schema: DatasetSchema): string[] {
  const title = (name: string) => titleNamed(name, schema);
  const figures = [
    "the number of records",
    ...(outcome === undefined ? [] : ["the number of those with the outcome"]),
    ...(value === undefined ? [] : [`the sums of ${title(value)} and of its squares`]),
    ...(against === undefined
      ? []
      : [`the sums of ${title(against)}, of its squares and of the products of both`]),
  ];
  return [
    `You get exact figures${groups === undefined ? "" : " for each group"}: ${listed(figures)}. The statistic is computed from them.`,
  ];
}

function saidPrivacy({ groups, outcome }: Query): string[] {
  const split = outcome === undefined ? "" : ", those with the outcome, those without it";
  const cells =
    groups === undefined
      ? `those that count${split}; all others, those left out too`
      : `group A${split}; group B${split}; all others, those left out too`;
  return [
    `You get nothing if one of these has 1 to ${MIN_CELL - 1} people: ${cells}.`,
    `You get nothing either if this answer and an earlier one together would tell something about 1 to ${MIN_CELL - 1} people.`,
    "Everyone sees the program with its columns, codes and tables, the dataset, the fee, the times, and whether there was an answer. Only you see the figures.",
  ];
}

function saidSizes({ program }: CompiledQuery, schema: DatasetSchema): string[] {
  const { conditions, values, groups } = sizesOfProgram(program);
  const circuits = circuitsFor(program);
  const names = circuits.map(({ name, sizes }) => `${name} (${sizes.records} records)`);
  const said = program.conditions.map((condition) => saidCondition(condition, schema));
  const isSmall = circuits.some(({ sizes }) => sizes.groups === 1);
  return [
    `It takes ${conditions} of ${MOST_CONDITIONS} conditions: ${said.join("; ")}.`,
    `Circuits that answer it: ${names.join(", ")}.`,
    ...(isSmall
      ? []
      : [
          `The smaller circuits are for one group, one value column and 4 conditions; this has ${groups}, ${values} and ${conditions}.`,
        ]),
  ];
}
