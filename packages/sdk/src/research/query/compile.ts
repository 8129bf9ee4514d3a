// SPDX-License-Identifier: GPL-3.0-or-later
//
// A query as a program. Programs are canonical: queries that treat every possible record alike become the same program, with
// the fewest conditions.
import type { VitalproofError } from "../../errors.ts";
import { type Condition, MOST_CONDITIONS, type Program } from "../program.ts";
import { assertCounted } from "./counted.ts";
import { formatName } from "./formatQuery.ts";
import { type Kind, kindsOf, type QueryRules, requiredOf } from "./kinds.ts";
import { assertParts } from "./parts.ts";
import { assertQuery, type Query } from "./query.ts";
import { columnNamed, notPossible, partsOf, type Rule, ruleOf } from "./rules.ts";
import { assertDatasetSchema, type DatasetSchema } from "./schema.ts";
import { type Space, spaceOf, stateCount } from "./space.ts";

/** States that are looked at; a query of 8 conditions has at most 256. */
const MOST_STATES = 2 ** 16;

/** A query over codes. */
export type CompiledQuery = {
  readonly program: Program;
  /** Columns in which every counted record has a value, by place. */
  readonly required: readonly number[];
  readonly rules: QueryRules;
};

/**
 * @throws QUERY_NOT_POSSIBLE for a query that no program of this dataset answers, with `details.reason`;
 *         QUERY_NOT_UNDERSTOOD for what does not have a query's form; INVALID_ARGUMENT for a schema that is not valid
 */
export function compileQuery(query: Query, schema: DatasetSchema): Program {
  return compiledQuery(query, schema).program;
}

/** As `compileQuery`, with what an explanation needs. */
export function compiledQuery(query: Query, schema: DatasetSchema): CompiledQuery {
  assertQuery(query);
  assertDatasetSchema(schema);
  assertParts(query);
  const values = [query.value, query.against].filter((name) => name !== undefined);
  const summed = values.map((name) => summedColumn(name, schema));
  if (summed.length === 2 && summed[0] === summed[1])
    throw notPossible("part-unused", `The ${query.statistic} is of "${values[0]}" and itself.`, {
      hint: "Name two different columns.",
    });
  const { where, outcome, groups } = query;
  const rules = {
    where: where && ruleOf(where, schema),
    outcome: outcome && ruleOf(outcome, schema),
    groups:
      groups === undefined ? ([] as const) : ([ruleOf(groups.a, schema), ruleOf(groups.b, schema)] as const),
  };
  const required = requiredOf(rules.outcome, summed);
  const all = [rules.where, rules.outcome, ...rules.groups].filter((rule) => rule !== undefined);
  const space = spaceOf(all, required, schema);
  if (stateCount(space) > MOST_STATES) throw tooMany("up to ", thresholdsOf(space), all, schema);

  const kinds = kindsOf(space, rules, required);
  assertCounted(kinds, space, query, schema);
  const needed = neededThresholds(space, kinds);
  if (needed.length > MOST_CONDITIONS) throw tooMany("", needed, all, schema);
  const conditions = ordered(needed, summed);
  return {
    program: {
      conditions,
      ...tablesOf(conditions, space, kinds),
      wants: { v: summed.length > 0, u: summed.length > 1 },
    },
    required,
    rules,
  };
}

/** The place of a column whose values can be added up. */
function summedColumn(name: string, schema: DatasetSchema): number {
  const { place, column } = columnNamed(name, schema);
  if (column.kind === "number") return place;
  throw notPossible(
    "not-a-number-column",
    `Column "${name}" is a category, and its values cannot be added up.`,
    {
      details: { column: name },
      hint: "Name a column of numbers, or ask for a proportion.",
    },
  );
}

/** Every code at which the records of some state become another kind, if all else is equal. There is one such set. */
function neededThresholds(space: Space, kinds: readonly Kind[]): Condition[] {
  const needed: Condition[] = [];
  let stride = 1;
  for (const { column, starts } of space) {
    for (let level = 1; level < starts.length; level++) {
      const differs = kinds.some(
        (kind, i) => Math.floor(i / stride) % starts.length === level && kind !== kinds[i - stride],
      );
      if (differs) needed.push({ column, from: starts[level]! });
    }
    stride *= starts.length;
  }
  return needed;
}

function thresholdsOf(space: Space): Condition[] {
  return space.flatMap(({ column, starts }) => starts.slice(1).map((from) => ({ column, from })));
}

/** The lowest conditions of the columns that are summed up come first, since v and u are the columns of conditions 0 and 1. */
function ordered(needed: readonly Condition[], summed: readonly number[]): Condition[] {
  if (needed.length === 0) return [{ column: 0, from: 0 }];
  const first = summed.map((place) => needed.find(({ column }) => column === place)!);
  return [...first, ...needed.filter((condition) => !first.includes(condition))];
}

/** Indices that no record has are in no table. */
function tablesOf(
  conditions: readonly Condition[],
  space: Space,
  kinds: readonly Kind[],
): Pick<Program, "a" | "b" | "outcome"> {
  const tables = { a: 0n, b: 0n, outcome: 0n };
  for (let index = 0; index < 2 ** conditions.length; index++) {
    const holds = conditions.filter((_, p) => (index >> p) & 1);
    const isPossible = conditions.every(
      (one) =>
        holds.includes(one) || !holds.some(({ column, from }) => column === one.column && from > one.from),
    );
    const isAlways = conditions.every((one) => one.from > 0 || holds.includes(one));
    if (!isPossible || !isAlways) continue;
    let place = 0;
    let stride = 1;
    for (const { column, starts } of space) {
      const codes = holds.filter((one) => one.column === column).map(({ from }) => from);
      place += stride * Math.max(0, starts.indexOf(Math.max(0, ...codes)));
      stride *= starts.length;
    }
    const kind = kinds[place]!;
    const bit = 1n << BigInt(index);
    if (kind === "a" || kind === "aOutcome") tables.a |= bit;
    if (kind === "b" || kind === "bOutcome") tables.b |= bit;
    if (kind === "aOutcome" || kind === "bOutcome") tables.outcome |= bit;
  }
  return tables;
}

function tooMany(
  upTo: "" | "up to ",
  conditions: readonly Condition[],
  rules: readonly Rule[],
  schema: DatasetSchema,
): VitalproofError {
  const parts = rules.flatMap(partsOf);
  const takenBy = ({ column, from }: Condition): string =>
    parts.find(
      (part) =>
        part.column === column &&
        ("spans" in part ? part.spans.some(([low, high]) => from === low || from === high + 1) : from === 1),
    )?.written ?? `a value in ${formatName(schema.columns[column]!.name)}`;
  const taken = new Map<string, number>();
  for (const condition of conditions) taken.set(takenBy(condition), (taken.get(takenBy(condition)) ?? 0) + 1);
  const said = [...taken].map(([written, count]) => (count === 1 ? written : `${written} (${count})`));
  return notPossible(
    "too-many-conditions",
    `The query needs ${upTo}${conditions.length} conditions, and a program has at most ${MOST_CONDITIONS}. They are for ${said.join("; ")}.`,
    {
      details: { needed: conditions.length, most: MOST_CONDITIONS, conditions },
      hint: "Each threshold is a condition, and so is a value that must be there. Ask two queries, or leave a comparison out.",
    },
  );
}
